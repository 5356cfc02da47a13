"""Who issues for a stall is posted on its page and with its goods while the contract counts."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.clock import today
from catalog.models import Cooperative, ProductSheet
from shop.invoices.delegation import note_delegation
from tests.factories import make_cooperative, make_product

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
PAGES = ("stall", "goods")
NOTICE = "lập và ký theo ủy nhiệm"


@pytest.fixture
def stall() -> Cooperative:
    return make_cooperative("gian-mau", tax_code="5699999011")


@pytest.fixture
def paths(stall: Cooperative) -> dict[str, str]:
    sheet: ProductSheet = make_product(cooperative=stall, title="Khoai sọ")
    return {
        "stall": "/hop-tac-xa/gian-mau/",
        "goods": f"/san-pham/{sheet.product.slug}_{sheet.product_id}/",
    }


def contract(seller: Cooperative, first: dt.date, last: dt.date, **changed: Any) -> None:
    values: dict[str, Any] = {
        "contract_number": "01/UN",
        "issuer_tax_code": "0109999037",
        "issuer_name": "Công ty Lập Hóa Đơn <Mẫu>",
        "issuer_address": "Số 1 phố Ví Dụ",
        "valid_from": first,
        "valid_to": last,
    }
    note_delegation(seller=seller, **(values | changed))


def words(path: str, **headers: str) -> str:
    """What a visitor reads on the page, tags left out, spaces single."""
    response = Client().get(path, headers=headers)
    assert response.status_code == 200
    page = re.sub(r"<script.*?</script>", " ", response.content.decode(), flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("first", "last"), [(0, 0), (-9, 0), (0, 9), (-9, 9)])
def test_while_a_contract_counts_the_page_says_who_issues_and_until_when(
    stall: Cooperative, paths: dict[str, str], page: str, first: int, last: int
) -> None:
    until = today() + last * DAY
    contract(stall, today() + first * DAY, until)
    sentence = (
        "Hóa đơn của gian này do Công ty Lập Hóa Đơn <Mẫu> (mã số thuế 0109999037) lập và ký theo ủy nhiệm, "
        f"đến hết ngày {until:%d/%m/%Y}."
    )
    assert words(paths[page]).count(sentence) == 1
    assert words(paths[page], save_data="on").count(sentence) == 1


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("first", "last"), [(1, 9), (-9, -1)])
def test_neither_before_its_first_day_nor_after_its_last(
    stall: Cooperative, paths: dict[str, str], page: str, first: int, last: int
) -> None:
    contract(stall, today() + first * DAY, today() + last * DAY)
    assert NOTICE not in words(paths[page])


@pytest.mark.parametrize("page", PAGES)
def test_the_contract_of_another_stall_is_not_told(paths: dict[str, str], page: str) -> None:
    contract(make_cooperative("gian-khac"), today(), today())
    assert NOTICE not in words(paths[page])


@pytest.mark.parametrize("page", PAGES)
def test_of_two_contracts_the_one_that_signs_is_told(
    stall: Cooperative, paths: dict[str, str], page: str
) -> None:
    contract(stall, today() - 9 * DAY, today() + 9 * DAY)
    contract(stall, today(), today() + 5 * DAY, contract_number="02/UN", issuer_name="Công ty Sau")
    text = words(paths[page])
    assert text.count(NOTICE) == 1
    assert "do Công ty Sau (mã số thuế 0109999037)" in text


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("prefix", "sentence"),
    [
        (
            "/en",
            "Invoices of this stall are issued and signed by Công ty Lập Hóa Đơn <Mẫu> (tax code 0109999037)"
            " in its name, until the end of 31/12/2099.",
        ),
        (
            "/ja",
            "この出店者の請求書は、委託を受けたCông ty Lập Hóa Đơn <Mẫu>（税コード0109999037）が2099年12月31日まで"
            "発行・署名します。",
        ),
    ],
)
def test_readers_of_other_languages_are_told_in_theirs(
    stall: Cooperative, paths: dict[str, str], page: str, prefix: str, sentence: str
) -> None:
    contract(stall, today(), dt.date(2099, 12, 31))
    assert words(f"{prefix}{paths[page]}").count(sentence) == 1


@pytest.mark.parametrize("page", PAGES)
def test_it_costs_one_query_with_a_contract_and_without(
    stall: Cooperative, paths: dict[str, str], page: str
) -> None:
    Client().get(paths[page])
    with CaptureQueriesContext(connection) as without:
        Client().get(paths[page])
    contract(stall, today(), today())
    with CaptureQueriesContext(connection) as with_it:
        assert NOTICE in Client().get(paths[page]).content.decode()
    assert len(without) == len(with_it)
    assert sum('FROM "invoices_delegation"' in query["sql"] for query in with_it) == 1
