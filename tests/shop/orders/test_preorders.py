"""Expected harvests: what opens, what is promised, what arrives; and goods for adults."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from catalog.clock import today
from catalog.harvests import ArrivedMeanwhile, change_harvest, close_harvest, plan_harvest, record_arrival
from catalog.models import Harvest, HarvestState, ProductSheet, StockLevel
from catalog.selectors import cards
from catalog.services import StockBelowReserved
from catalog.tiers import set_tiers
from shop.orders.invariants import violations
from shop.orders.models import Consignment, ConsignmentLine, OrderSheet
from shop.orders.requests import ForAdultsOnly, NotHarvestedYet, OutOfStock
from shop.orders.services import expire, hand_over, pack, place
from shop.partner.models import StockRecord
from tests.factories import make_product
from tests.support.orders import bring, fill_basket, place_order, transfer, wish

pytestmark = pytest.mark.django_db
SOON = dt.timedelta(days=12)


def harvest_of(sheet: ProductSheet, quantity: int, *, days: int = 12) -> Harvest:
    return plan_harvest(
        product=sheet.product, expected_quantity=quantity, expected_on=today() + dt.timedelta(days=days)
    )


def counts() -> tuple[int, int, int]:
    record = StockRecord.objects.get()
    return record.num_in_stock, record.num_expected, record.num_allocated or 0


def preorder(sheet: ProductSheet, quantity: int, *, told: dt.date | None = None) -> Any:
    day = today() + SOON if told is None else told
    return place_order((sheet, quantity), promises={sheet.product_id: day})


def test_a_harvest_opens_preorders_up_to_its_quantity() -> None:
    sheet = make_product(stock=0)
    harvest_of(sheet, 5)
    shown = cards(ProductSheet.objects.filter(pk=sheet.pk)).get()
    assert (shown.stock_level, shown.most_at_once, shown.can_be_bought) == (StockLevel.PRE_ORDER, 5, True)
    preorder(sheet, 3)
    assert counts() == (0, 5, 3)
    line = ConsignmentLine.objects.get()
    assert (line.is_preorder, line.promised_on) == (True, today() + SOON)
    with pytest.raises(OutOfStock) as refused:
        preorder(sheet, 3)
    assert [(each.wanted, each.left) for each in refused.value.lines] == [(3, 2)]
    assert violations() == []


def test_while_there_is_stock_nothing_is_taken_from_the_harvest() -> None:
    sheet = make_product(stock=2)
    harvest_of(sheet, 5)
    with pytest.raises(OutOfStock):
        place_order((sheet, 3))
    place_order((sheet, 2))
    assert not ConsignmentLine.objects.get().is_preorder
    assert counts() == (2, 5, 2)


def test_a_buyer_who_was_told_an_earlier_day_is_asked_again() -> None:
    sheet = make_product(stock=0)
    harvest_of(sheet, 5)
    with pytest.raises(OutOfStock):
        place_order((sheet, 1))
    with pytest.raises(OutOfStock):
        preorder(sheet, 1, told=today() + dt.timedelta(days=3))
    assert not OrderSheet.objects.exists()
    assert counts() == (0, 5, 0)


def test_the_promised_day_is_that_of_the_harvest_that_reaches_the_buyer() -> None:
    sheet = make_product(stock=0)
    harvest_of(sheet, 4, days=5)
    harvest_of(sheet, 10, days=20)
    preorder(sheet, 3, told=today() + dt.timedelta(days=5))
    preorder(sheet, 3, told=today() + dt.timedelta(days=20))
    assert [line.promised_on for line in ConsignmentLine.objects.order_by("pk")] == [
        today() + dt.timedelta(days=5),
        today() + dt.timedelta(days=20),
    ]


def test_what_arrives_becomes_stock_once() -> None:
    sheet = make_product(stock=0)
    harvest = harvest_of(sheet, 10)
    preorder(sheet, 4)
    harvest = record_arrival(harvest=harvest, quantity=6, arrived_before=0)
    assert counts() == (6, 4, 4)
    with pytest.raises(ArrivedMeanwhile):
        record_arrival(harvest=harvest, quantity=6, arrived_before=0)
    harvest = record_arrival(harvest=harvest, quantity=5, arrived_before=6)
    assert (harvest.state, harvest.arrived_quantity) == (HarvestState.CLOSED, 10)
    assert counts() == (11, 0, 4)
    assert violations() == []


def test_a_harvest_that_people_have_ordered_from_is_neither_closed_nor_shrunk() -> None:
    sheet = make_product(stock=0)
    harvest = harvest_of(sheet, 10)
    preorder(sheet, 4)
    with pytest.raises(StockBelowReserved):
        close_harvest(harvest=harvest)
    with pytest.raises(StockBelowReserved):
        change_harvest(
            harvest=harvest, expected_quantity=3, expected_on=harvest.expected_on, confidence="sure"
        )
    harvest.refresh_from_db()
    assert (harvest.state, harvest.expected_quantity) == (HarvestState.EXPECTED, 10)
    assert counts() == (0, 10, 4)


def test_a_harvest_lies_ahead() -> None:
    sheet = make_product(stock=0)
    for days in (-1, 400):
        with pytest.raises(ValidationError, match="Ngày có hàng"):
            harvest_of(sheet, 5, days=days)
    assert not Harvest.objects.exists()
    assert counts() == (0, 0, 0)


def test_a_preorder_is_handed_over_only_when_its_goods_are_there() -> None:
    sheet = make_product(stock=0)
    harvest = harvest_of(sheet, 10)
    placed = preorder(sheet, 4)
    bring(transfer(placed.attempt.amount, placed.order.number))
    consignment = pack(consignment=Consignment.objects.get(), by=None)
    with pytest.raises(NotHarvestedYet):
        hand_over(consignment=consignment, by=None, carrier="Tự giao", tracking_number="")
    assert Consignment.objects.get().status == "packed"
    record_arrival(harvest=harvest, quantity=10, arrived_before=0)
    hand_over(consignment=consignment, by=None, carrier="Tự giao", tracking_number="")
    assert counts() == (6, 0, 0)
    assert violations() == []


def test_an_expired_preorder_gives_its_packs_back_to_the_harvest() -> None:
    sheet = make_product(stock=0)
    harvest_of(sheet, 4)
    placed = preorder(sheet, 4)
    assert expire(placed.order.sheet.pay_by) == 1
    assert counts() == (0, 4, 0)
    bring(transfer(placed.attempt.amount, placed.order.number))  # late money: reserved of the harvest again
    assert counts() == (0, 4, 4)
    assert violations() == []


def test_goods_made_to_order_carry_their_day() -> None:
    sheet = make_product(lead_days=7)
    day = today() + dt.timedelta(days=7)
    with pytest.raises(OutOfStock):
        place_order((sheet, 1))
    place_order((sheet, 1), promises={sheet.product_id: day})
    line = ConsignmentLine.objects.get()
    assert (line.is_preorder, line.promised_on) == (False, day)


def test_the_price_for_many_is_frozen_in_the_line() -> None:
    sheet = make_product(price=105_000, stock=30)
    set_tiers(product_id=sheet.product_id, tiers=[(10, 98_000)])
    place_order((sheet, 10))
    set_tiers(product_id=sheet.product_id, tiers=[])
    line = ConsignmentLine.objects.get()
    assert (line.unit_amount, line.goods_amount) == (98_000, 980_000)
    assert violations() == []


def wine() -> ProductSheet:
    return make_product(
        ocop_set=15,
        processing="processed",
        is_age_restricted=True,
        alcohol_strength="12% vol",
        alcohol_licence="GP-THỬ-1",
    )


def test_alcohol_is_sold_to_adults_without_cash_and_the_word_is_kept() -> None:
    basket = fill_basket((wine(), 1))
    with pytest.raises(ForAdultsOnly):
        place(**wish(basket))
    with pytest.raises(ForAdultsOnly):
        place(**wish(basket, is_adult=True, payment_method="cod"))
    assert not OrderSheet.objects.exists()
    assert counts() == (10, 0, 0)
    place(**wish(basket, is_adult=True))
    assert OrderSheet.objects.get().adult_declared_at is not None


def test_other_goods_keep_no_word_about_age() -> None:
    place_order((make_product(), 1), is_adult=True)
    assert OrderSheet.objects.get().adult_declared_at is None
