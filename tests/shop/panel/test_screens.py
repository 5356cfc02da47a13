"""Start screen, menu, goods, transfers and refunds: each role meets its own work and nothing else."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from shop.panel.products import ProductList
from shop.panel.selectors import consignments_for, invoices_for, refunds_for, sheets_for, transfers_for
from tests.factories import make_product
from tests.support.market import SECRETS_OF_B, Market
from tests.support.orders import bring, place_order, transfer

AsRole = Callable[[str], Client]


def cards(page: str) -> dict[str, str]:
    """Label → number of each card on the start screen."""
    found = re.findall(r'panel-card__count">(\d+)</span>\s*<span class="panel-card__label">([^<]+)<', page)
    return {html.unescape(label): count for count, label in found}


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("cooperative", {"Cần đóng gói": "2", "Đã gói, chờ giao": "0", "Sản phẩm đang bán": "1"}),
        (
            "invoice_staff",
            {
                "Hóa đơn cần lập": "2",
                "Hóa đơn bị từ chối": "0",
                "Chờ cơ quan thuế": "0",
                "Tiền chưa khớp": "1",
                "Cần hoàn tiền": "0",
            },
        ),
        ("editor", {}),
        ("helper", {}),
        (
            "operator",
            {
                "Cần đóng gói": "4",
                "Đã gói, chờ giao": "0",
                "Hóa đơn cần lập": "2",
                "Hóa đơn bị từ chối": "0",
                "Chờ cơ quan thuế": "0",
                "Tiền chưa khớp": "1",
                "Cần hoàn tiền": "0",
                "Khiếu nại chưa xong": "0",
                "Giấy tờ chờ kiểm": "0",
                "Món chờ duyệt": "0",
                "Sản phẩm đang bán": "1",
            },
        ),
    ],
)
def test_the_start_screen_counts_the_work_of_the_role(
    role: str, expected: dict[str, str], market: Market, as_role: AsRole
) -> None:
    assert cards(as_role(role).get("/quan-tri/").content.decode()) == expected


def test_each_card_opens_a_list_that_exists(market: Market, as_role: AsRole) -> None:
    client = as_role("operator")
    links = re.findall(r'class="panel-card" href="([^"]+)"', client.get("/quan-tri/").content.decode())
    assert len(links) == 11
    assert {client.get(html.unescape(link)).status_code for link in links} == {200}


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        (
            "cooperative",
            [
                "bank-accounts",
                "today",
                "consignments",
                "goods-reports",
                "reviews",
                "products",
                "lots",
                "stories",
                "delivery",
                "proofs",
                "notices",
                "promotions",
                "team",
                "stall-data",
                "audit-log",
                "own-money",
                "help-consents",
                "sales-reports",
            ],
        ),
        (
            "seller",
            [
                "today",
                "consignments",
                "goods-reports",
                "products",
                "lots",
                "stories",
                "delivery",
                "notices",
                "promotions",
                "reviews",
            ],
        ),
        ("packer", ["today", "consignments", "goods-reports", "lots"]),
        (
            "invoice_staff",
            [
                "today",
                "invoices",
                "signing",
                "tax-rules",
                "transfers",
                "refunds",
                "stalls-money",
                "payouts",
                "reconciliation",
                "sales-reports",
                "market-data",
            ],
        ),
        ("editor", ["today", "explorer", "stories", "images", "synonyms"]),
        ("helper", ["today", "visits"]),
        (
            "operator",
            [
                "today",
                "explorer",
                "stories",
                "consignments",
                "goods-reports",
                "reviews",
                "products",
                "lots",
                "delivery",
                "invoices",
                "signing",
                "tax-rules",
                "transfers",
                "refunds",
                "complaints",
                "proofs",
                "promotions",
                "reconciliation",
                "images",
                "remittances",
                "applications",
                "stalls",
                "audit-log",
                "reports",
                "synonyms",
                "stalls-money",
                "payouts",
                "levies",
                "visits",
                "sales-reports",
                "helper-teams",
                "takedowns",
                "market-data",
            ],
        ),
    ],
)
def test_the_menu_offers_only_open_doors(
    role: str, shown: list[str], market: Market, as_role: AsRole
) -> None:
    from wagtail.admin.menu import admin_menu

    request = as_role(role).get("/quan-tri/").wsgi_request
    request.user = market.people[role]
    items = sorted(admin_menu.menu_items_for_request(request), key=lambda item: item.order)
    assert sorted(item.name for item in items) == sorted(shown)


def test_the_goods_list_is_the_stalls_own(market: Market, as_role: AsRole) -> None:
    make_product(cooperative=market.a, title="Gần hết của A", stock=3)
    make_product(cooperative=market.a, title="Hết của A", stock=0)
    page = as_role("cooperative").get("/quan-tri/san-pham/").content.decode()
    for text in ("Khoai sọ của A", "100.000\xa0₫", "Còn 3, sắp hết", "Hết hàng"):
        assert text in page, text
    assert not [secret for secret in SECRETS_OF_B if secret in page]
    assert page.index("Gần hết của A") < page.index("Hết của A") < page.index("Khoai sọ của A")


def test_the_operator_finds_what_waits_for_approval_from_the_start_screen(
    market: Market, as_role: AsRole
) -> None:
    make_product(cooperative=market.b, title="Chè đang chờ", state="submitted")
    client = as_role("operator")
    start = client.get("/quan-tri/").content.decode()
    assert cards(start)["Món chờ duyệt"] == "1"
    assert 'href="/quan-tri/san-pham/?tinh-trang=submitted"' in start
    waiting = client.get("/quan-tri/san-pham/?tinh-trang=submitted").content.decode()
    assert "Chè đang chờ" in waiting
    assert "Khoai sọ của A" not in waiting
    tabs = re.findall(r'<a class="panel-tab" href="([^"]+)"( aria-current="page")?>([^<]+)', waiting)
    assert [(label.strip(), bool(current)) for _url, current, label in tabs] == [
        ("Tất cả", False), ("Bản nháp", False), ("Chờ duyệt", True), ("Đang bán", False), ("Ngừng bán", False),
    ]  # fmt: skip
    assert "Chè đang chờ" in client.get("/quan-tri/san-pham/").content.decode()


def test_a_tab_of_the_goods_list_counts_own_goods_only_and_keeps_its_pages(
    market: Market, as_role: AsRole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ProductList, "get_paginate_by", lambda view, rows: 2)
    for number in range(3):
        make_product(cooperative=market.a, title=f"Chờ {number}", state="submitted")
    make_product(cooperative=market.b, state="submitted")
    page = as_role("cooperative").get("/quan-tri/san-pham/?tinh-trang=submitted").content.decode()
    assert re.findall(r'panel-tab__count">(\d+)', page) == ["4", "0", "3", "1", "0"]
    assert "Món chờ duyệt" not in as_role("cooperative").get("/quan-tri/").content.decode()
    assert "tinh-trang=submitted&amp;trang=2" in page
    assert as_role("cooperative").get("/quan-tri/san-pham/?tinh-trang=la").status_code == 200
    nothing = as_role("cooperative").get("/quan-tri/san-pham/?tinh-trang=withdrawn").content.decode()
    assert "Không có món nào ở đây." in nothing
    assert nothing.count('class="panel-tab"') == 5


def test_the_goods_list_asks_the_database_the_same_for_one_as_for_many(
    market: Market, as_role: AsRole, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = as_role("cooperative")
    client.get("/quan-tri/san-pham/")
    for _ in range(6):
        make_product(cooperative=market.a)
    with django_assert_max_num_queries(16):
        assert client.get("/quan-tri/san-pham/").content.decode().count('class="panel-row"') == 7


def test_unmatched_money_stands_first(market: Market, as_role: AsRole) -> None:
    page = as_role("invoice_staff").get("/quan-tri/tien-ve/").content.decode()
    states = re.findall(r'panel-state" data-state="(\w+)"', page)
    assert states == ["unmatched", "matched", "matched", "matched"]
    assert "không rõ của đơn nào" in page
    assert "77.000\xa0₫" in page


def test_refunds_due_are_listed_with_their_sum(market: Market, as_role: AsRole) -> None:
    placed = place_order((make_product(cooperative=market.a, price=100_000), 1))
    bring(transfer(placed.attempt.amount + 5_000, placed.order.number))
    client = as_role("operator")
    page = client.get("/quan-tri/hoan-tien/").content.decode()
    assert f"Đơn {placed.order.number}" in page
    assert "Tổng cộng: <strong>5.000\xa0₫</strong>" in page
    assert cards(client.get("/quan-tri/").content.decode())["Cần hoàn tiền"] == "1"


def test_rows_are_nobodys_without_a_role(market: Market) -> None:
    for who in (AnonymousUser(), market.people["shopper"], market.people["helper"], market.people["editor"]):
        for rows in (consignments_for, invoices_for, refunds_for, sheets_for, transfers_for):
            assert not rows(who).exists(), (who, rows)
    assert not invoices_for(market.people["cooperative"]).exists()
    assert not consignments_for(market.people["invoice_staff"]).exists()


def test_the_panel_has_its_own_policy_and_calls_no_other_host(market: Market, as_role: AsRole) -> None:
    response = as_role("cooperative").get("/quan-tri/")
    assert "script-src 'self' 'unsafe-inline'" in response["Content-Security-Policy"]
    hosts = set(re.findall(r'(?:src|href|action)="(?:https?:)?//([^/"]+)', response.content.decode()))
    assert hosts == set()
