"""Many buyers, few goods, many clicks: each guard with the control that shows what it stops."""

import random
import uuid
from collections import Counter
from typing import Any

import pytest
from django.db import IntegrityError, models
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Order
from oscar.apps.partner.abstract_models import AbstractStockRecord

from shop.orders import placing
from shop.orders.invariants import violations
from shop.orders.models import OrderSheet
from shop.orders.requests import OutOfStock, Placed
from shop.orders.services import place
from shop.partner.models import StockRecord
from tests.factories import make_product
from tests.support.orders import fill_basket, wish
from tests.support.together import at_once, drop_constraint, drop_uniqueness

pytestmark = pytest.mark.django_db(transaction=True)
BUYERS = 10


def buyers(*goods: tuple[Any, int]) -> list[Any]:
    """One call per buyer, each placing an order for their own basket."""
    wishes = [wish(fill_basket(*goods)) for _ in range(BUYERS)]
    return [lambda request=request: place(**request) for request in wishes]


def kinds(outcomes: list[Any]) -> Counter[str]:
    return Counter(type(outcome).__name__ for outcome in outcomes)


@pytest.fixture
def every_look_is_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    """All buyers have looked at the stock before any of them has bought."""
    monkeypatch.setattr(placing, "_shortages", lambda basket, **rest: ())


@pytest.fixture
def oscars_own_allocate(monkeypatch: pytest.MonkeyPatch) -> None:
    def allocate(record: StockRecord, quantity: int, *, from_harvest: bool = False) -> None:
        AbstractStockRecord.allocate(record, quantity)

    monkeypatch.setattr(StockRecord, "allocate", allocate)


def test_ten_buyers_of_three_units_place_three_orders() -> None:
    sheet = make_product(stock=3)
    outcomes = at_once(buyers((sheet, 1)))
    assert kinds(outcomes) == {"Placed": 3, "OutOfStock": 7}
    for refusal in (outcome for outcome in outcomes if isinstance(outcome, OutOfStock)):
        assert [(line.product_id, line.left) for line in refusal.lines] == [(sheet.product_id, 0)]
    assert (Order.objects.count(), StockRecord.objects.get().num_allocated) == (3, 3)
    assert violations() == []


def test_a_stale_look_sells_no_more_than_there_is(every_look_is_stale: None) -> None:
    outcomes = at_once(buyers((make_product(stock=3), 1)))
    assert kinds(outcomes) == {"Placed": 3, "OutOfStock": 7}
    assert StockRecord.objects.get().num_allocated == 3


def test_control_oscars_own_allocation_oversells(
    every_look_is_stale: None, oscars_own_allocate: None
) -> None:
    sheet = make_product(stock=3)
    drop_constraint(StockRecord, "never_oversold")
    outcomes = at_once(buyers((sheet, 1)))
    assert kinds(outcomes) == {"Placed": BUYERS}
    assert StockRecord.objects.get().net_stock_level == 3 - BUYERS
    assert len(violations()) == 1


def test_the_constraint_alone_still_holds(every_look_is_stale: None, oscars_own_allocate: None) -> None:
    outcomes = at_once(buyers((make_product(stock=3), 1)))
    assert Counter(isinstance(outcome, IntegrityError) for outcome in outcomes) == {True: 7, False: 3}
    assert (Order.objects.count(), StockRecord.objects.get().num_allocated) == (3, 3)


def test_baskets_in_shuffled_order_never_deadlock() -> None:
    goods = [(make_product(stock=BUYERS * 2), 1) for _ in range(3)]
    order = random.Random(7)
    wishes = [wish(fill_basket(*order.sample(goods, 3))) for _ in range(BUYERS)]
    outcomes = at_once([lambda request=request: place(**request) for request in wishes])
    assert kinds(outcomes) == {"Placed": BUYERS}
    assert set(StockRecord.objects.values_list("num_allocated", flat=True)) == {BUYERS}
    assert violations() == []


def test_ten_clicks_on_one_form_are_one_order_with_ten_equal_answers() -> None:
    request = wish(fill_basket((make_product(stock=1), 1)))
    outcomes = at_once([lambda: place(**request | {"basket": copy_of(request["basket"])})] * BUYERS)
    assert kinds(outcomes) == {"Placed": BUYERS}
    assert len({(placed.order.pk, placed.attempt.pk) for placed in outcomes}) == 1
    assert Counter(placed.is_repeat for placed in outcomes) == {True: BUYERS - 1, False: 1}
    assert (Order.objects.count(), StockRecord.objects.get().num_allocated) == (1, 1)


def test_control_without_the_look_for_an_earlier_order_nine_clicks_fail(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(placing, "_placed_before", lambda *args, **rest: None)
    request = wish(fill_basket((make_product(stock=1), 1)))
    outcomes = at_once([lambda: place(**request | {"basket": copy_of(request["basket"])})] * BUYERS)
    assert kinds(outcomes) == {"Placed": 1, "EmptyBasket": BUYERS - 1}


@pytest.fixture
def no_early_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every click looked for an earlier order before any click had written one."""
    real = placing._placed_before
    monkeypatch.setattr(
        placing,
        "_placed_before",
        lambda token, basket_id=None: None if basket_id is not None else real(token),
    )


def same_token() -> list[Any]:
    token, sheet = uuid.uuid4(), make_product(stock=BUYERS)
    wishes = [wish(fill_basket((sheet, 1)), checkout_token=token) for _ in range(BUYERS)]
    return [lambda request=request: place(**request) for request in wishes]


def test_one_token_from_ten_baskets_is_one_order(no_early_look: None) -> None:
    outcomes = at_once(same_token())
    assert kinds(outcomes) == {"Placed": BUYERS}
    assert len({placed.order.pk for placed in outcomes}) == 1
    assert (Order.objects.count(), StockRecord.objects.get().num_allocated) == (1, 1)


def test_control_without_the_unique_token_there_are_ten_orders(no_early_look: None) -> None:
    calls = same_token()
    drop_uniqueness(OrderSheet, "checkout_token", models.UUIDField())
    outcomes = at_once(calls)
    assert len({placed.order.pk for placed in outcomes if isinstance(placed, Placed)}) == BUYERS


def copy_of(basket: Any) -> Any:
    """The basket as another request reads it."""
    other = Basket.objects.get(pk=basket.pk)
    other.strategy = basket.strategy
    return other
