"""The same races between processes of their own, as web workers are: on SQLite they share nothing but the file."""

from __future__ import annotations

from collections import Counter

import pytest
from oscar.apps.order.models import Order

from shop.orders.invariants import violations
from shop.partner.models import StockRecord
from shop.payments.models import InboundEvent, PaymentEvent
from tests.factories import make_product
from tests.support.children import answers_of
from tests.support.extent import times
from tests.support.orders import fill_basket, place_order, transfer
from tests.support.together import drop_constraint

pytestmark = pytest.mark.django_db(transaction=True)
BUYERS = times("RACE_PROCESSES", 8, 50)
STOCK = BUYERS // 4
ORDERING = """
from types import SimpleNamespace
from shop.orders.services import place
from tests.support.orders import wish

def prepare(at):
    request = wish(SimpleNamespace(pk=BASKETS[at % len(BASKETS)]))
    request |= CHANGES
    return lambda: place(**request)
"""
OSCARS_OWN = """
from oscar.apps.partner.abstract_models import AbstractStockRecord
from shop.orders import placing
from shop.partner.models import StockRecord
placing._shortages = lambda basket, **rest: ()
StockRecord.allocate = lambda record, quantity, *, from_harvest=False: AbstractStockRecord.allocate(record, quantity)
"""


def ordering(baskets: list[int], changes: str = "{}") -> str:
    return f"import uuid\nBASKETS, CHANGES = {baskets!r}, {changes}\n{ORDERING}"


def opposite_baskets() -> list[int]:
    """One for each buyer, with one of each of three goods, in opposite orders."""
    goods = [(make_product(stock=STOCK), 1) for _ in range(3)]
    return [fill_basket(*(goods if place % 2 else goods[::-1])).pk for place in range(BUYERS)]


def test_buyers_of_three_goods_in_opposite_orders_get_exactly_what_is_there() -> None:
    answers = Counter(answers_of(BUYERS, ordering(opposite_baskets())))
    assert answers == {"Placed": STOCK, "OutOfStock": BUYERS - STOCK}
    assert set(StockRecord.objects.values_list("num_allocated", flat=True)) == {STOCK}
    assert (Order.objects.count(), violations()) == (STOCK, [])


def test_control_with_oscars_own_allocation_everybody_is_sold_what_is_not_there() -> None:
    baskets = opposite_baskets()
    drop_constraint(StockRecord, "never_oversold")
    answers = Counter(answers_of(BUYERS, OSCARS_OWN + ordering(baskets)))
    assert answers == {"Placed": BUYERS}
    assert violations() != []


def test_one_form_sent_by_many_processes_is_one_order() -> None:
    basket = fill_basket((make_product(stock=BUYERS), 1)).pk
    token = "{'checkout_token': uuid.UUID(int=7)}"
    assert Counter(answers_of(BUYERS, ordering([basket], token))) == {"Placed": BUYERS}
    assert (Order.objects.count(), StockRecord.objects.get().num_allocated) == (1, 1)


def test_one_message_of_the_bank_taken_by_many_processes_is_one_payment() -> None:
    placed = place_order((make_product(stock=1), 1))
    message = transfer(placed.attempt.amount, placed.attempt.reference)
    bring = (
        f"from tests.support.orders import bring\ndef prepare(at):\n    return lambda: bring({message!r})\n"
    )
    assert set(answers_of(BUYERS, bring)) == {"InboundEvent"}
    assert (InboundEvent.objects.count(), PaymentEvent.objects.count()) == (1, 1)
    assert violations() == []
