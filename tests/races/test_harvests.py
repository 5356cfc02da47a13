"""Many buyers, one expected harvest: never more is promised than is expected; with the control."""

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from django.db.models import F

from catalog.clock import today
from catalog.harvests import plan_harvest, record_arrival
from shop.orders import placing
from shop.orders.invariants import violations
from shop.orders.services import place
from shop.partner.models import StockRecord
from tests.factories import make_product
from tests.support.orders import fill_basket, wish
from tests.support.together import at_once, drop_constraint

pytestmark = pytest.mark.django_db(transaction=True)
BUYERS = 10


def buyers_of_a_harvest(quantity: int) -> list[Any]:
    sheet, day = make_product(stock=0), today() + dt.timedelta(days=9)
    plan_harvest(product=sheet.product, expected_quantity=quantity, expected_on=day)
    wishes = [wish(fill_basket((sheet, 1)), promises={sheet.product_id: day}) for _ in range(BUYERS)]
    return [lambda request=request: place(**request) for request in wishes]


@pytest.fixture
def every_look_is_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "_shortages", lambda basket, **rest: ())
    monkeypatch.setattr(placing, "_delays", lambda basket, promises: ())


def kinds(outcomes: list[Any]) -> Counter[str]:
    return Counter(type(outcome).__name__ for outcome in outcomes)


def test_ten_buyers_of_a_harvest_of_three_place_three_orders(every_look_is_stale: None) -> None:
    outcomes = at_once(buyers_of_a_harvest(3))
    assert kinds(outcomes) == {"Placed": 3, "OutOfStock": 7}
    assert StockRecord.objects.get().num_allocated == 3
    assert violations() == []


def test_control_an_allocation_without_a_condition_promises_too_much(
    every_look_is_stale: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = buyers_of_a_harvest(3)
    drop_constraint(StockRecord, "never_oversold")

    def allocate(record: Any, quantity: int, *, from_harvest: bool = False) -> None:
        StockRecord.objects.filter(pk=record.pk).update(num_allocated=F("num_allocated") + quantity)

    StockRecord.objects.update(num_allocated=0)
    monkeypatch.setattr(StockRecord, "allocate", allocate)
    assert kinds(at_once(calls)) == {"Placed": BUYERS}
    assert StockRecord.objects.get().num_allocated == BUYERS
    assert len(violations()) == 1


def test_ten_reports_of_one_arrival_count_once() -> None:
    sheet = make_product(stock=0)
    harvest = plan_harvest(
        product=sheet.product, expected_quantity=20, expected_on=today() + dt.timedelta(days=9)
    )
    calls = [lambda: record_arrival(harvest=harvest, quantity=8, arrived_before=0)] * BUYERS
    assert kinds(at_once(calls)) == {"Harvest": 1, "ArrivedMeanwhile": BUYERS - 1}
    record = StockRecord.objects.get()
    assert (record.num_in_stock, record.num_expected) == (8, 12)
