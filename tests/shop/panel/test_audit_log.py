"""The log in the panel: all of it for the operator, the own stall's for a manager."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog.models import Cooperative
from shop.audit.models import Entry
from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.panel import audit_log
from tests.support.market import Market

QUERIES = 13
LOG, CSV = "/quan-tri/nhat-ky/", "/quan-tri/nhat-ky/nhat-ky.csv"


def write(market: Market, stall: Cooperative | None = None, **fields: object) -> Entry:
    values = {"verb": Verb.PRICE_CHANGED, "about": "Khoai sọ", "by": market.people["cooperative"]} | fields
    return record(cooperative_id=(stall or market.a).pk, **values)  # type: ignore[arg-type]


def page(client: Client, query: str = "") -> str:
    response = client.get(LOG + query)
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_manager_reads_the_own_stall_only_and_not_who_works_at_the_market(
    market: Market, as_role: Callable[[str], Client]
) -> None:
    write(market, market.b, about="Việc kín của B", by=market.people["cooperative_b"])
    write(market, about="Giá khoai", changes={"price_amount": (100_000, 90_000)})
    write(market, verb=Verb.PROOF_VERIFIED, about="Giấy của A", by=market.people["operator"])
    client = as_role("cooperative")
    text = page(client)
    assert "Việc kín của B" not in text
    assert "<del>100.000\xa0₫</del> → <ins>90.000\xa0₫</ins>" in text
    assert "Người của chợ" in text
    assert "operator@demo.example" not in text
    table = b"".join(client.get(CSV)).decode()  # type: ignore[arg-type]
    assert "Giấy của A" in table
    assert "Việc kín của B" not in table
    assert "operator@demo.example" not in table
    assert client.get(f"{LOG}?htx={market.b.slug}").status_code == 422
    assert client.get(f"{CSV}?htx={market.b.slug}").status_code == 400


def test_the_operator_reads_everything_and_filters(market: Market, as_role: Callable[[str], Client]) -> None:
    write(market, market.b, about="Giá của B", by=market.people["cooperative_b"])
    write(market, about="Mận hậu", verb=Verb.PROMOTION_ADDED)
    client = as_role("operator")
    assert {"Giá của B", "Mận hậu"} <= {word for word in ("Giá của B", "Mận hậu") if word in page(client)}
    for query, shown in {
        "?q=man+hau": "Mận hậu",
        "?q=MẬN": "Mận hậu",
        "?nguoi=b@demo": "Giá của B",
        f"?htx={market.b.slug}&viec=price-changed": "Giá của B",
        "?viec=promotion-added": "Mận hậu",
    }.items():
        text = page(client, query)
        hidden = {"Mận hậu", "Giá của B"} - {shown}
        assert shown in text, query
        assert not any(word in text for word in hidden), query
    assert "Không có việc nào như vậy." in page(client, "?den=2020-01-01")
    assert "Không có việc nào như vậy." in page(client, "?den=31/12/2020")  # typed by hand
    assert "Mận hậu" in page(client, "?tu=2020-01-01")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?tu=2026-11-02&den=2026-11-01", "Ngày cuối phải từ ngày đầu trở đi."),
        ("?tu=hom-qua", "Bạn ghi như 31/12/2026."),
        ("?viec=khong-co", "khong-co"),
        ("?truoc=99999999999999999999", ""),
    ],
)
def test_a_filter_that_makes_no_sense_is_told_at_its_field(
    market: Market, as_role: Callable[[str], Client], query: str, words: str
) -> None:
    response = as_role("operator").get(LOG + query)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert as_role("operator").get(CSV + query).status_code == 400


def test_pages_begin_by_key_and_cost_the_same_however_long_the_log_is(
    market: Market,
    as_role: Callable[[str], Client],
    django_assert_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audit_log, "PER_PAGE", 3)
    client = as_role("operator")
    numbered = [write(market, about=f"Việc số {number}.") for number in range(8)]
    page(client)  # what is read once is read
    first = client.get(LOG)
    with django_assert_num_queries(QUERIES):
        client.get(LOG)
    for number in range(8, 30):
        write(market, about=f"Việc số {number}.")
    with django_assert_num_queries(QUERIES):
        client.get(LOG)
    older = page(client, f"?truoc={numbered[5].pk}")
    assert [number for number in range(30) if f"Việc số {number}." in older] == [2, 3, 4]
    assert f"?truoc={numbered[2].pk}" in older
    assert "Mới nhất" in older
    assert first.status_code == 200


def test_no_cell_of_the_export_runs_and_the_export_itself_is_told(
    market: Market, as_role: Callable[[str], Client]
) -> None:
    write(market, about="=HYPERLINK(1)", reason="+84")
    response = as_role("operator").get(CSV + "?q=hyperlink")
    rows = b"".join(response).decode().splitlines()  # type: ignore[arg-type]
    assert rows[0].startswith("\ufeffLúc,Ai làm,Thay cho,Gian hàng,Việc,Về")
    assert len(rows) == 2
    assert ",'=HYPERLINK(1)," in rows[1]
    assert ",'+84," in rows[1]
    assert "no-store" in response["Cache-Control"]
    told = Entry.objects.latest("pk")
    assert (told.verb, told.actor) == ("log-exported", market.people["operator"])
