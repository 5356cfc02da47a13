"""The screen of delegated issuing: contracts and their states, the form, the authority's answers over HTTP."""

from __future__ import annotations

import datetime as dt
import html
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from catalog.clock import today
from catalog.models import Cooperative
from shop.audit.models import Entry
from shop.invoices.delegation import note_delegation
from shop.invoices.gateways.sandbox import SandboxGateway
from shop.invoices.models import Delegation
from shop.sandbox.authority import Mood
from shop.sandbox.server import SandboxServer
from tests.factories import make_cooperative
from tests.support.authority import watch_transactions
from tests.support.market import Market

AsRole = Callable[[str], Client]
pytestmark = pytest.mark.django_db
SCREEN, SIGNING = "/quan-tri/hoa-don/uy-nhiem/", "/quan-tri/hoa-don/chung-thu/"
DAY = dt.timedelta(days=1)


def contract(seller: Cooperative, **changed: Any) -> Delegation:
    values: dict[str, Any] = {
        "contract_number": "01/UN",
        "issuer_tax_code": "0109999037",
        "issuer_name": "Công ty Mẫu",
        "issuer_address": "Số 1 phố Ví Dụ",
        "valid_from": today(),
        "valid_to": today() + 365 * DAY,
    }
    return note_delegation(seller=seller, **(values | changed))


def typed(market: Market, **changes: str) -> dict[str, str]:
    return {
        "sent_key": str(uuid4()),
        "seller": str(market.a.pk),
        "contract_number": "05/UN-2026",
        "issuer_name": "Công ty Mẫu Lập Hóa Đơn",
        "issuer_tax_code": "0109999037",
        "issuer_address": "Số 5 phố Ví Dụ, Hà Nội",
        "valid_from": today().isoformat(),
        "valid_to": "2099-12-31",
    } | changes


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode())


def test_the_list_names_both_parties_and_says_how_each_contract_stands(
    market: Market, as_role: AsRole
) -> None:
    on = today()
    for number, (first, last) in enumerate([(-60, -1), (-60, 0), (-60, 1), (-60, 30), (-60, 31), (1, 9)]):
        contract(
            market.a,
            contract_number=f"{number}/UN",
            valid_from=on + first * DAY,
            valid_to=on + last * DAY,
        )
    response = as_role("invoice_staff").get(SCREEN)
    states = {row.contract_number: (state, label) for row, state, label in response.context["rows"]}
    assert states == {
        "0/UN": ("cancelled", "Hết hạn"),
        "1/UN": ("sent", "Hôm nay là ngày cuối"),
        "2/UN": ("sent", "Còn 1 ngày"),
        "3/UN": ("sent", "Còn 30 ngày"),
        "4/UN": ("done", "Đang hiệu lực"),
        "5/UN": ("", "Chưa tới ngày"),
    }
    assert list(states)[-1] == "0/UN"
    page = text_of(response)
    for text in (
        market.a.name,
        "Công ty Mẫu",
        "0109999037",
        "3/UN",
        f"{on - 60 * DAY:%d/%m/%Y} – {on + 30 * DAY:%d/%m/%Y}",
        *(label for _state, label in states.values()),
    ):
        assert text in page


def test_before_any_contract_the_screen_says_so_and_offers_the_form(market: Market, as_role: AsRole) -> None:
    page = text_of(as_role("operator").get(SCREEN))
    assert "Chưa ghi hợp đồng nào" in page
    assert '<details class="panel-more" open>' in page


def test_a_contract_is_declared_and_written_down_with_who_did_it(
    market: Market, as_role: AsRole, authority: SandboxServer
) -> None:
    response = as_role("invoice_staff").post(
        SCREEN, typed(market, issuer_tax_code=" 0109 999 037 "), follow=True
    )
    assert "Cơ quan thuế đã chấp nhận. Đã ghi hợp đồng." in text_of(response)
    noted = Delegation.objects.get()
    assert (noted.seller, noted.contract_number, noted.issuer_tax_code, noted.valid_to) == (
        market.a,
        "05/UN-2026",
        "0109999037",
        dt.date(2099, 12, 31),
    )
    told = Entry.objects.get(verb="delegation-noted")
    assert (told.actor, told.cooperative_id) == (market.people["invoice_staff"], market.a.pk)


def test_a_refusal_is_told_in_the_authoritys_words_and_nothing_is_written(
    market: Market, as_role: AsRole, authority: SandboxServer
) -> None:
    clerk = as_role("invoice_staff")
    clerk.post(SCREEN, typed(market))
    other = typed(market, contract_number="06/UN-2026", issuer_address="Số 6 phố Ví Dụ")
    response = clerk.post(SCREEN, other)
    assert response.status_code == 422
    page = text_of(response)
    refusal = page.index("Cơ quan thuế không chấp nhận tờ khai")
    assert refusal < page.index("nộp tờ khai thay đổi (9992)") < page.index(f'action="{SCREEN}"')
    for value in other.values():
        assert value in page
    assert '<details class="panel-more" open>' in page
    assert Delegation.objects.get().contract_number == "05/UN-2026"
    clerk.post(SCREEN, other | {"is_change": "on"})
    assert Delegation.objects.filter(contract_number="06/UN-2026").exists()


def test_a_form_sent_twice_is_declared_and_written_once(
    market: Market, as_role: AsRole, authority: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk, form = as_role("invoice_staff"), typed(market)
    asked: list[str] = []
    delegate = SandboxGateway.delegate
    monkeypatch.setattr(
        SandboxGateway, "delegate", lambda road, *words: asked.append("") or delegate(road, *words)
    )
    assert clerk.post(SCREEN, form).status_code == 302
    again = clerk.post(SCREEN, form, follow=True)
    assert "không ghi thêm lần nữa" in text_of(again)
    assert len(asked) == 1
    assert Delegation.objects.count() == 1
    assert Entry.objects.filter(verb="delegation-noted").count() == 1


def test_of_two_taps_the_later_one_is_told_that_the_first_came(
    market: Market, as_role: AsRole, authority: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk, form = as_role("invoice_staff"), typed(market)
    delegate = SandboxGateway.delegate

    def overtaken(road: SandboxGateway, *words: Any) -> Any:
        monkeypatch.setattr(SandboxGateway, "delegate", delegate)
        assert clerk.post(SCREEN, form).status_code == 302
        return delegate(road, *words)

    monkeypatch.setattr(SandboxGateway, "delegate", overtaken)
    page = text_of(clerk.post(SCREEN, form, follow=True))
    assert "không ghi thêm lần nữa" in page
    assert "không chấp nhận tờ khai" not in page
    assert Delegation.objects.count() == 1
    assert Entry.objects.filter(verb="delegation-noted").count() == 1


def test_a_form_that_was_refused_can_be_sent_again_as_it_is(
    market: Market, as_role: AsRole, authority: SandboxServer
) -> None:
    clerk, form = as_role("invoice_staff"), typed(market)
    authority.mounts["tax"].authority.set_mood(Mood.DOWN)
    response = clerk.post(SCREEN, form)
    assert response.status_code == 422
    assert "Cơ quan thuế chưa trả lời, nên chưa ghi gì." in text_of(response)
    assert form["sent_key"] in text_of(response)
    assert not Delegation.objects.exists()
    authority.mounts["tax"].authority.set_mood(Mood.NORMAL)
    assert clerk.post(SCREEN, form).status_code == 302
    assert Delegation.objects.count() == 1


def test_no_transaction_is_open_while_the_authority_is_asked(
    transactional_db: None,
    market: Market,
    as_role: AsRole,
    authority: SandboxServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inside = watch_transactions(monkeypatch)
    assert as_role("invoice_staff").post(SCREEN, typed(market)).status_code == 302
    assert inside == [False] * 3


WRONG = [
    ("seller", {"seller": ""}, "Ô này bắt buộc."),
    ("contract_number", {"contract_number": " "}, "Ô này bắt buộc."),
    (
        "contract_number",
        {"contract_number": "01/UN", "issuer_tax_code": "0109999044"},
        "hợp đồng với bên khác",
    ),
    ("contract_number", {"contract_number": "1" * 51}, "50"),
    ("issuer_name", {"issuer_name": ""}, "Ô này bắt buộc."),
    ("issuer_address", {"issuer_address": ""}, "Ô này bắt buộc."),
    ("issuer_tax_code", {"issuer_tax_code": "0109999038"}, "Mã số thuế này không đúng"),
    ("issuer_tax_code", {"issuer_tax_code": "của người bán"}, "mã số thuế của chính người bán"),
    ("valid_from", {"valid_from": "31/02/2026"}, "Ngày này không đọc được"),
    ("valid_to", {"valid_to": ""}, "Ô này bắt buộc."),
    ("valid_to", {"valid_to": "2019-12-31"}, "Ngày cuối đứng trước ngày đầu."),
]


@pytest.mark.parametrize("gateway", ["sandbox", "viettel"])
@pytest.mark.parametrize(("field", "changes", "word"), WRONG)
def test_what_is_wrong_is_told_at_its_field_and_what_is_typed_stays(
    market: Market,
    as_role: AsRole,
    authority: SandboxServer,
    settings: Any,
    gateway: str,
    field: str,
    changes: dict[str, str],
    word: str,
) -> None:
    settings.INVOICE_GATEWAY = gateway
    authority.mounts["tax"].authority.set_mood(Mood.DOWN)
    contract(market.a)
    if changes.get("issuer_tax_code") == "của người bán":
        changes = {"issuer_tax_code": market.a.tax_code}
    form = typed(market, **changes)
    response = as_role("invoice_staff").post(SCREEN, form)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    page = text_of(response)
    error = page.index(f'id="id_{field}_error"')
    assert word in page[error : page.index("</p>", error)]
    for value in form.values():
        assert value in page
    assert not response.context["refusals"]
    assert Delegation.objects.count() == 1


@pytest.mark.parametrize(
    ("breaks", "word"),
    [
        ("key", "Chưa ký được tờ khai"),
        ("sender", "Mã thông điệp sai dạng"),
        ("letter", "Không lập được tờ khai từ những gì đã ghi."),
    ],
)
def test_a_declaration_that_does_not_reach_its_decision_says_why(
    market: Market,
    as_role: AsRole,
    authority: SandboxServer,
    settings: Any,
    tmp_path: Path,
    breaks: str,
    word: str,
) -> None:
    form = typed(market)
    if breaks == "key":
        settings.INVOICE_SIGNERS_FILE = tmp_path / "signers.json"
        missing = {"kind": "pkcs12", "path": str(tmp_path / "khong-co.p12"), "password_env": "KHONG_CO"}
        settings.INVOICE_SIGNERS_FILE.write_text(json.dumps({form["issuer_tax_code"]: missing}))
    elif breaks == "sender":
        settings.INVOICE_PROVIDER_TAX_CODE = "01099"
    else:
        form["issuer_name"] = "Công ty \x08 Mẫu"
    response = as_role("invoice_staff").post(SCREEN, form)
    assert response.status_code == 422
    assert word in text_of(response)
    assert not Delegation.objects.exists()


def test_where_a_provider_carries_invoices_what_was_declared_there_is_written_down_once(
    market: Market, as_role: AsRole, settings: Any
) -> None:
    settings.INVOICE_GATEWAY = "viettel"  # and no authority listens
    clerk, form = as_role("invoice_staff"), typed(market)
    page = text_of(clerk.get(SCREEN))
    assert "Ghi hợp đồng đã khai" in page
    assert "Khai với cơ quan thuế trên trang của nhà cung cấp trước" in page
    assert "is_change" not in page
    assert "Đã ghi hợp đồng." in text_of(clerk.post(SCREEN, form, follow=True))
    assert "không ghi thêm lần nữa" in text_of(clerk.post(SCREEN, form, follow=True))
    clerk.post(SCREEN, form | {"sent_key": str(uuid4()), "valid_to": "2098-12-31"})
    assert Delegation.objects.get().valid_to == dt.date(2098, 12, 31)
    assert Entry.objects.filter(verb="delegation-noted").count() == 2


def test_in_the_sandbox_the_act_is_to_declare(market: Market, as_role: AsRole) -> None:
    page = text_of(as_role("invoice_staff").get(SCREEN))
    assert "Khai với cơ quan thuế</button>" in page
    assert "Ghi hợp đồng đã khai" not in page


@pytest.mark.parametrize("role", ["cooperative", "seller", "packer", "editor", "helper"])
def test_nobody_else_reads_contracts_or_writes_any(
    market: Market, as_role: AsRole, authority: SandboxServer, role: str
) -> None:
    contract(market.a, issuer_name="Công ty Kín")
    client = as_role(role)
    for response in (client.get(SCREEN), client.post(SCREEN, typed(market))):
        assert response.status_code == 404
        assert "Công ty Kín" not in text_of(response)
    assert Delegation.objects.count() == 1


def test_the_screen_is_found_from_invoices_and_certificates(market: Market, as_role: AsRole) -> None:
    clerk = as_role("invoice_staff")
    for place in ("/quan-tri/hoa-don/", SIGNING):
        assert f'href="{SCREEN}"' in text_of(clerk.get(place)), place


def test_the_list_asks_the_database_as_much_for_many_contracts_as_for_few(
    market: Market, as_role: AsRole, django_assert_num_queries: Any
) -> None:
    clerk, asked = as_role("invoice_staff"), []
    for wanted in (1, 6):
        while Delegation.objects.count() < wanted:
            contract(market.a, contract_number=f"{Delegation.objects.count()}/UN")
        clerk.get(SCREEN)
        with django_assert_num_queries(100, exact=False) as captured:
            clerk.get(SCREEN)
        asked.append(len(captured))
    assert asked[0] == asked[1]


def test_contracts_about_to_end_stand_beside_certificates_about_to_end(
    market: Market, as_role: AsRole
) -> None:
    on = today()
    for number, (first, last) in enumerate([(-9, 30), (-9, 31), (-9, -1), (1, 9), (-9, 3)]):
        contract(
            make_cooperative(),
            contract_number=f"{number}/UN",
            valid_from=on + first * DAY,
            valid_to=on + last * DAY,
        )
    response = as_role("operator").get(SIGNING)
    shown = [(row.contract_number, label) for row, _state, label in response.context["contracts"]]
    assert shown == [("4/UN", "Còn 3 ngày"), ("0/UN", "Còn 30 ngày")]
    page = text_of(response)
    assert page.index("Hợp đồng ủy nhiệm sắp hết hạn") < page.index("4/UN") < page.index("0/UN")
    start = text_of(as_role("invoice_staff").get("/quan-tri/"))
    assert "Hợp đồng ủy nhiệm sắp hết hạn" in start
    assert f'href="{SCREEN}"' in start
    assert "Hợp đồng ủy nhiệm" not in text_of(as_role("cooperative").get("/quan-tri/"))
    Delegation.objects.all().delete()
    for place in (SIGNING, "/quan-tri/"):
        assert "Hợp đồng ủy nhiệm sắp hết hạn" not in text_of(as_role("invoice_staff").get(place)), place
