"""The buyer cancels in the moment the stall packs, the bank reports or the deadline passes: one outcome, sums right.

Each guard comes with its control: when everybody looks before anybody writes, the books break.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone
from oscar.apps.order.models import Order

from shop.orders import changes, fulfilment, shortfalls
from shop.orders.invariants import violations
from shop.orders.locks import lock_consignment, lock_order
from shop.orders.models import Consignment, LineReduction, OrderEvent, Shortfall, ShortfallAnswer
from shop.orders.requests import BuyerIsAsked, IllegalStep
from shop.orders.services import (
    answer_overdue,
    answer_shortfall,
    cancel_consignment,
    cancel_order,
    expire,
    pack,
    receive,
    report_shortfall,
    withdraw_shortfall,
)
from shop.orders.statuses import ShortfallChoice
from shop.partner.models import StockRecord
from shop.payments.models import Refund
from shop.payments.services import take_delivery
from tests.factories import make_product
from tests.support.orders import bring, place_order, signed, transfer
from tests.support.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
LATER = dt.timedelta(days=30)
Call = Callable[[], Any]


def unpaid() -> Any:
    """An order of 230.000 ₫: two packs and delivery."""
    return place_order((make_product(price=100_000, stock=9), 2))


def paid() -> Consignment:
    placed = unpaid()
    bring(transfer(placed.attempt.amount, placed.order.number))
    parcel: Consignment = placed.order.consignments.get()
    return parcel


def delivered(placed: Any, amount: int) -> Call:
    """The bank's message is stored; the call applies it."""
    body = transfer(amount, placed.order.number)
    (row,) = take_delivery("sepay", signed(body), body)
    return lambda: receive(row.pk)


def kinds(outcomes: list[Any]) -> Counter[str]:
    return Counter(type(outcome).__name__ for outcome in outcomes)


def events(*wanted: str) -> Counter[str]:
    return Counter(OrderEvent.objects.filter(kind__in=wanted).values_list("kind", flat=True))


@pytest.fixture
def stale_parcels(monkeypatch: pytest.MonkeyPatch) -> Callable[[Consignment], None]:
    """From now on everybody acts on the parcel as it is now, whatever happens meanwhile."""

    def freeze(parcel: Consignment) -> None:
        def looked_before(_: Consignment) -> Consignment:
            # Each caller has a copy of its own of what everybody saw.
            seen = lock_consignment(parcel)
            seen.status = parcel.status
            return seen

        for module in (changes, fulfilment, shortfalls):
            monkeypatch.setattr(module, "lock_parcel", lambda parcel: [looked_before(parcel)])

    return freeze


@pytest.fixture
def stale_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever cancels or closes an order has seen it while it waited for its money."""

    def looked_before(order_id: int) -> Any:
        order = lock_order(order_id)
        order.status = "pending-payment"
        return order

    for module in (changes, fulfilment):
        monkeypatch.setattr(module, "lock_order", looked_before)


def test_cancelling_racing_packing_has_one_winner() -> None:
    parcel = paid()
    outcomes = at_once(
        [lambda: cancel_consignment(consignment=parcel), lambda: pack(consignment=parcel, by=None)] * 3
    )
    parcel.refresh_from_db()
    done = events("cancelled", "packed")
    assert done in (Counter(cancelled=1), Counter(packed=1))
    if parcel.status == "cancelled":  # a repeated cancellation is the same one
        assert kinds(outcomes) == {"Consignment": 3, "IllegalStep": 3}
        assert list(Refund.objects.values_list("amount", flat=True)) == [230_000]
    else:
        assert kinds(outcomes) == {"Consignment": 1, "IllegalStep": 5}
        assert Refund.objects.count() == 0
    assert violations() == []


def test_control_without_a_fresh_look_the_parcel_is_cancelled_and_packed(
    stale_parcels: Callable[[Consignment], None],
) -> None:
    parcel = paid()
    stale_parcels(parcel)
    at_once([lambda: cancel_consignment(consignment=parcel), lambda: pack(consignment=parcel, by=None)])
    assert events("cancelled", "packed") == Counter(cancelled=1, packed=1)
    assert (Refund.objects.count(), StockRecord.objects.get().num_allocated) == (1, 0)


def test_ten_cancellations_at_once_give_the_money_back_once() -> None:
    parcel = paid()
    outcomes = at_once([lambda: cancel_consignment(consignment=parcel)] * 10)
    assert kinds(outcomes) == {"Consignment": 10}
    assert list(Refund.objects.values_list("amount", flat=True)) == [230_000]
    assert (events("cancelled"), violations()) == (Counter(cancelled=1), [])


def test_control_without_a_fresh_look_every_cancellation_is_written(
    stale_parcels: Callable[[Consignment], None],
) -> None:
    parcel = paid()
    stale_parcels(parcel)
    at_once([lambda: cancel_consignment(consignment=parcel)] * 4)
    assert events("cancelled") == Counter(cancelled=4)
    # The refund queue gives no more than there is, whoever asks.
    assert list(Refund.objects.values_list("amount", flat=True)) == [230_000]


def test_two_packers_weigh_once() -> None:
    parcel = paid()
    line = parcel.lines.get().pk
    outcomes = at_once(
        [
            lambda grams=grams: pack(consignment=parcel, by=None, weights={line: grams})
            for grams in (5_400, 5_700)
        ]
    )
    assert kinds(outcomes) == {"Consignment": 1, "IllegalStep": 1}
    assert (LineReduction.objects.count(), Refund.objects.count()) == (1, 1)
    assert Refund.objects.get().amount in (20_000, 10_000)
    assert violations() == []


def test_control_without_a_fresh_look_only_the_constraint_stops_the_second_weighing(
    stale_parcels: Callable[[Consignment], None],
) -> None:
    parcel = paid()
    line = parcel.lines.get().pk
    stale_parcels(parcel)
    outcomes = at_once([lambda: pack(consignment=parcel, by=None, weights={line: 5_400})] * 2)
    assert Counter(isinstance(outcome, IntegrityError) for outcome in outcomes) == {True: 1, False: 1}
    assert LineReduction.objects.count() == 1


def test_cancelling_racing_the_money_ends_paid_or_with_all_of_it_on_its_way_back() -> None:
    placed = unpaid()
    pays = delivered(placed, 230_000)
    outcomes = at_once([lambda: cancel_order(order_id=placed.order.pk)] * 3 + [pays] * 3)
    order = Order.objects.get()
    cancelled = order.status == "cancelled"
    assert order.status in ("cancelled", "paid")
    assert sum(isinstance(outcome, IllegalStep) for outcome in outcomes) == (0 if cancelled else 3)
    assert not [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, IllegalStep)]
    assert list(Refund.objects.values_list("amount", "reason")) == (
        [(230_000, "cancelled")] if cancelled else []
    )
    assert StockRecord.objects.get().num_allocated == (0 if cancelled else 2)
    assert violations() == []


def test_control_without_a_fresh_look_a_paid_order_is_cancelled_as_unpaid(stale_orders: None) -> None:
    placed = unpaid()
    delivered(placed, 230_000)()
    cancel_order(order_id=placed.order.pk)  # it saw the order a moment before
    assert events("paid", "cancelled") == Counter(paid=1, cancelled=1)
    assert violations() != []


def test_the_deadline_racing_a_cancellation_ends_the_order_once() -> None:
    placed = unpaid()
    bring(transfer(50_000, placed.order.number))
    late = timezone.now() + LATER
    outcomes = at_once([lambda: cancel_order(order_id=placed.order.pk)] * 3 + [lambda: expire(late)] * 3)
    assert not [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, IllegalStep)]
    status = Order.objects.get().status
    assert events("cancelled", "expired") == Counter({status: 1})
    assert list(Refund.objects.values_list("amount", flat=True)) == [50_000]
    assert (StockRecord.objects.get().num_allocated, violations()) == (0, [])


def test_control_without_a_fresh_look_the_order_ends_twice(stale_orders: None) -> None:
    placed = unpaid()
    cancel_order(order_id=placed.order.pk)
    assert fulfilment._expire_one(placed.order.pk, timezone.now() + LATER)  # found due a moment before
    assert events("cancelled", "expired") == Counter(cancelled=1, expired=1)


def asked() -> tuple[Consignment, Shortfall]:
    parcel = paid()
    shortfall = report_shortfall(consignment=parcel, missing={parcel.lines.get().pk: 1})
    assert shortfall is not None
    return parcel, shortfall


def test_answer_silence_and_cancellation_at_once_are_one_answer() -> None:
    parcel, shortfall = asked()
    outcomes = at_once(
        [
            lambda: answer_shortfall(shortfall_pk=shortfall.pk, choice=ShortfallChoice.CANCEL),
            lambda: answer_shortfall(shortfall_pk=shortfall.pk, choice=ShortfallChoice.SHIP_REST),
            lambda: answer_overdue(timezone.now() + LATER),
            lambda: withdraw_shortfall(shortfall_pk=shortfall.pk),
            lambda: cancel_consignment(consignment=parcel),
            lambda: pack(consignment=parcel, by=None),
        ]
    )
    refused = [one for one in outcomes if isinstance(one, Exception)]
    assert all(isinstance(one, IllegalStep | BuyerIsAsked) for one in refused)
    assert ShortfallAnswer.objects.count() == 1
    parcel.refresh_from_db()
    back = sum(Refund.objects.values_list("amount", flat=True))
    sent = 0 if ShortfallAnswer.objects.get().choice == "withdrawn" else 100_000
    assert (parcel.status, back) in [("cancelled", 230_000), ("packed", sent), ("to-pack", sent)]
    assert violations() == []


def test_control_without_the_look_for_an_answer_only_the_constraint_keeps_it_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, shortfall = asked()
    monkeypatch.setattr(ShortfallAnswer.objects, "filter", lambda **_: ShortfallAnswer.objects.none())
    outcomes = at_once(
        [
            lambda: answer_shortfall(shortfall_pk=shortfall.pk, choice=ShortfallChoice.SHIP_REST),
            lambda: answer_shortfall(shortfall_pk=shortfall.pk, choice=ShortfallChoice.CANCEL),
        ]
    )
    assert Counter(isinstance(outcome, IntegrityError) for outcome in outcomes) == {True: 1, False: 1}
    assert ShortfallAnswer.objects.all().count() == 1
