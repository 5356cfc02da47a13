"""What reports say of a small market, to the đồng and the hour, in a fixed number of queries."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from oscar.apps.order.models import Order

from catalog.clock import VIETNAM
from shop.accounts.roles import Role
from shop.accounts.services import add_user
from shop.orders.models import Consignment, OrderSheet
from shop.orders.services import cancel_consignment, hand_over, pack
from shop.orders.shortfalls import report_shortfall
from shop.reports import sums
from shop.reports.periods import Period
from tests.factories import PASSWORD, make_cooperative, make_product, make_promotion
from tests.support.orders import bring, place_order, transfer
from tests.support.standing import Standing

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 3, 2)
WEEK = Period(MONDAY, MONDAY + dt.timedelta(days=6))


def ordered(*goods: Any, at: dt.datetime, paid: bool = True, discount: int = 0) -> Any:
    placed = place_order(
        *goods, **({"expected_total": goods[0][1] * 100_000 + 30_000 - discount} if discount else {})
    )
    if paid:
        bring(transfer(placed.attempt.amount, placed.order.number))
    Order.objects.filter(pk=placed.order.pk).update(date_placed=at)
    return placed.order


def evening(day: int, hour: int = 23) -> dt.datetime:
    return dt.datetime.combine(MONDAY + dt.timedelta(days=day), dt.time(hour, 30), VIETNAM)


def sell() -> tuple[Any, Any]:
    """Stall A sold two parcels of taro, B one of honey with A's taro; one order is unpaid, one was called off."""
    taro = make_product(title="Khoai", price=100_000, stock=50, cooperative=make_cooperative("a", name="A"))
    honey = make_product(title="Mật", price=50_000, stock=50, cooperative=make_cooperative("b", name="B"))
    first = ordered((taro, 2), at=evening(0))
    both = ordered((taro, 1), (honey, 3), at=evening(2))
    ordered((taro, 1), at=evening(2), paid=False)
    gone = ordered((taro, 5), at=evening(3))
    cancel_consignment(consignment=gone.consignments.get())
    ordered((taro, 7), at=evening(7, hour=0))  # the Monday after
    short = first.consignments.get()
    report_shortfall(consignment=short, missing={short.lines.get().pk: 1}, restock_on=None)
    from shop.orders.services import answer_shortfall
    from shop.orders.statuses import ShortfallChoice

    answer_shortfall(shortfall_pk=short.shortfalls.get().pk, choice=ShortfallChoice.SHIP_REST)
    parcel = both.consignments.get(cooperative=honey.cooperative)
    pack(consignment=parcel, by=None)
    hand_over(consignment=parcel, by=None, carrier="", tracking_number="")
    return taro, honey


@pytest.fixture(scope="module")
def standing_market(standing: Standing) -> Callable[[], tuple[Any, Any]]:
    return standing.keep(sell)


@pytest.fixture
def market(standing_market: Callable[[], tuple[Any, Any]]) -> tuple[Any, Any]:
    return standing_market()


def test_sales_count_on_the_day_in_vietnam_without_what_was_missing_called_off_or_not_paid(
    market: Any,
) -> None:
    sales = sums.by_day(WEEK)
    assert [(sale.key.day, sale.orders, sale.amount) for sale in sales if sale.orders] == [
        (2, 1, 100_000),
        (4, 1, 250_000),
    ]
    assert len(sales) == 7


def test_sales_by_stall_commune_and_product(market: Any) -> None:
    taro, honey = market
    assert [(sale.name, sale.orders, sale.amount) for sale in sums.by_stall(WEEK)] == [
        ("A", 2, 200_000),
        ("B", 1, 150_000),
    ]
    assert [(sale.name, sale.amount) for sale in sums.by_commune(WEEK)] == [
        (taro.cooperative.commune.name, 350_000)
    ]
    found = sums.by_product(WEEK)
    assert [(sale.name, sale.pieces, sale.amount) for sale in found] == [
        ("Khoai", 2, 200_000),
        ("Mật", 3, 150_000),
    ]
    own = type(honey.cooperative).objects.filter(pk=honey.cooperative_id)
    assert [sale.amount for sale in sums.by_product(WEEK, own)] == [150_000]
    assert sum(sale.amount for sale in sums.by_day(WEEK, own)) == 150_000


def test_a_discount_is_off_the_sales() -> None:
    make_promotion(amount=20_000)
    ordered((make_product(price=100_000), 1), at=evening(0), discount=20_000)
    assert sum(sale.amount for sale in sums.by_day(WEEK)) == 80_000


def test_how_far_orders_came_and_what_brought_no_money(market: Any) -> None:
    assert sums.funnel(WEEK).steps()[1:] == (4, 3, 1)
    (row,) = sums.unpaid(WEEK)
    assert (row.method, row.waiting, row.waiting_amount, row.lost) == ("vietqr", 1, 130_000, 0)


def test_half_and_nine_tenths_of_the_parcels_and_those_in_time() -> None:
    sheet = make_product(price=100_000, stock=50)
    for hours in (1, 2, 3, 4, 5, 6, 7, 8, 30, 300):
        order = ordered((sheet, 1), at=evening(0))
        OrderSheet.objects.filter(order=order).update(paid_at=evening(0) + dt.timedelta(minutes=30))
        Consignment.objects.filter(order=order).update(
            status="handed-over",
            handed_over_at=evening(0) + dt.timedelta(hours=hours),
            promised_to=MONDAY + dt.timedelta(days=1),
        )
    found = sums.delivery(WEEK)
    assert found.in_all == sums.Spread(10, pytest.approx(5), pytest.approx(30))
    assert found.to_paid.median == pytest.approx(0.5)
    assert found.to_left == sums.Spread(10, pytest.approx(4.5), pytest.approx(29.5))
    assert (found.promised, found.on_time) == (10, 8)
    assert found.by_days == (8, 1, 0, 0, 0, 0, 0, 0, 1)


def test_money_that_comes_after_the_parcel_left_is_no_time_until_it_was_paid_or_left() -> None:
    sheet = make_product(price=100_000, stock=50)
    # Paid before it left, paid at the door, and left without its money by now.
    for paid in (1, 50, None):
        order = ordered((sheet, 1), at=evening(0))
        at = paid and evening(0) + dt.timedelta(hours=paid)
        OrderSheet.objects.filter(order=order).update(paid_at=at)
        Consignment.objects.filter(order=order).update(
            status="handed-over", handed_over_at=evening(0) + dt.timedelta(hours=4)
        )
    found = sums.delivery(WEEK)
    assert found.in_all == sums.Spread(3, pytest.approx(4), pytest.approx(4))
    assert found.to_paid == sums.Spread(1, pytest.approx(1), pytest.approx(1))
    assert found.to_left == sums.Spread(1, pytest.approx(3), pytest.approx(3))
    assert found.by_days == (3, 0, 0, 0, 0, 0, 0, 0, 0)


def test_an_empty_period_is_no_mistake() -> None:
    assert sums.delivery(WEEK).in_all == sums.Spread(0, None, None)
    assert sums.funnel(WEEK).steps() == (0, 0, 0, 0)
    assert sums.unpaid(WEEK) == sums.by_stall(WEEK) == []


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(
        add_user(email="op@demo.example", password=PASSWORD, first_name="op", roles=(Role.OPERATOR,))
    )
    return client


PLOTS = ("ngay", "mon", "gian-hang", "xa", "duong-mua", "chua-tra", "giao-hang")


@pytest.mark.parametrize("plot", PLOTS)
def test_a_report_shows_its_plot_and_table_and_both_files_have_the_same_rows(
    plot: str, operator: Client, market: Any
) -> None:
    query = f"?tu={WEEK.first}&den={WEEK.last}"
    page = operator.get(f"/quan-tri/bao-cao/{plot}/{query}")
    assert page.status_code == 200
    assert page.content.count(b'role="img"') == 1
    body = operator.get(f"/quan-tri/bao-cao/{plot}/tep/csv/{query}").content.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(body)))) == len(page.context["rows"]) + 1
    assert operator.get(f"/quan-tri/bao-cao/{plot}/tep/xlsx/{query}").content.startswith(b"PK")


def test_a_manager_sees_the_own_sales_of_days_and_goods_only(client: Client, market: Any) -> None:
    _taro, honey = market
    client.force_login(
        add_user(email="b@demo.example", password=PASSWORD, first_name="b", cooperative=honey.cooperative)
    )
    query = f"?tu={WEEK.first}&den={WEEK.last}"
    body = client.get(f"/quan-tri/bao-cao/mon/tep/csv/{query}").content.decode("utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(body))][1:] == ["Mật"]
    assert [client.get(f"/quan-tri/bao-cao/{plot}/").status_code for plot in PLOTS[2:]] == [404] * 5


def test_wrong_days_are_said_at_the_field(operator: Client) -> None:
    page = operator.get("/quan-tri/bao-cao/ngay/?tu=2026-03-05&den=2026-03-01")
    assert (page.status_code, "Ngày cuối phải từ ngày đầu" in page.content.decode()) == (422, True)


@pytest.mark.parametrize("plot", PLOTS)
def test_a_report_asks_as_often_for_many_orders_as_for_few(
    plot: str, market: Any, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from shop.panel.report_kinds import KINDS

    with CaptureQueriesContext(connection) as few:
        KINDS[plot].make(WEEK, None)
    for sheet in market:
        ordered((sheet, 1), at=evening(4))
    with django_assert_num_queries(len(few)):
        KINDS[plot].make(WEEK, None)
    assert len(few) <= 10
