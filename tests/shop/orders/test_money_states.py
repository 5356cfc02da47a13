"""Whatever arrives in whatever order and however often, the money of an order ends in the same state."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from oscar.apps.order.models import Order

from shop.orders.invariants import violations
from shop.orders.models import Shortfall
from shop.orders.requests import IllegalStep, NotOffered, OutOfStock, Placed, TooManyMissing, WeightUnfit
from shop.orders.services import (
    answer_shortfall,
    cancel_consignment,
    cancel_order,
    expire,
    hand_over,
    pack,
    report_shortfall,
)
from shop.orders.statuses import ShortfallChoice
from shop.orders.sweep import sweep
from shop.partner.models import StockRecord
from shop.payments.models import InboundEvent, Refund
from shop.payments.services import paid_amount, take_delivery
from tests.factories import make_product
from tests.support.orders import bring, place_order, signed, transfer

pytestmark = pytest.mark.django_db
QUICK = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=15,
)
LATER = dt.timedelta(days=30)


@contextmanager
def undone() -> Iterator[None]:
    """A world of its own for one example."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def returned() -> int:
    return sum(Refund.objects.values_list("amount", flat=True))


@QUICK
@given(
    amounts=st.lists(st.sampled_from([1, 30_000, 65_000, 100_000, 130_000, 131_000]), min_size=1, max_size=5),
    data=st.data(),
)
def test_before_the_deadline_only_the_sum_decides(amounts: list[int], data: st.DataObject) -> None:
    with undone():
        placed = place_order((make_product(price=100_000), 1))
        bodies = [transfer(amount, placed.order.number) for amount in amounts]
        for body in data.draw(
            st.permutations(bodies + data.draw(st.lists(st.sampled_from(bodies), max_size=4)))
        ):
            bring(body)
        placed.order.refresh_from_db()
        is_paid = sum(amounts) >= 130_000
        assert placed.order.status == ("paid" if is_paid else "pending-payment")
        assert paid_amount(placed.order) == sum(amounts)
        assert returned() == (sum(amounts) - 130_000 if is_paid else 0)
        assert violations() == []


@QUICK
@given(
    before=st.lists(st.sampled_from([1, 60_000, 129_999]), max_size=1),
    after=st.lists(st.sampled_from([1, 70_000, 130_000, 131_000, 200_000]), min_size=1, max_size=4),
    is_gone=st.booleans(),
)
def test_after_the_deadline_nothing_is_kept_without_goods(
    before: list[int], after: list[int], is_gone: bool
) -> None:
    with undone():
        sheet = make_product(price=100_000, stock=1)
        placed = place_order((sheet, 1))
        for amount in before:
            bring(transfer(amount, placed.order.number))
        expire(timezone.now() + LATER)
        if is_gone:
            StockRecord.objects.update(num_in_stock=0)
        for amount in after:
            bring(transfer(amount, placed.order.number))
        placed.order.refresh_from_db()
        is_paid = not is_gone and max(after) >= 130_000
        assert placed.order.status == ("paid" if is_paid else "expired")
        assert sum(before + after) - returned() == (130_000 if is_paid else 0)
        assert violations() == []


class Market(RuleBasedStateMachine):
    """Three packs, buyers who pay and change their mind as they like, a stall that falls short, a bank that repeats
    itself, a sweep that comes when it comes.
    """

    @initialize()
    def open(self) -> None:
        self.world = transaction.atomic()
        self.world.__enter__()
        self.sheet = make_product(price=100_000, stock=3)
        self.orders: list[Placed] = []
        self.bodies: list[bytes] = []
        self.received: dict[bytes, int] = {}

    @rule(quantity=st.integers(1, 2))
    def order(self, quantity: int) -> None:
        try:
            self.orders.append(place_order((self.sheet, quantity)))
        except OutOfStock:
            held = StockRecord.objects.get(product=self.sheet.product)
            assert held.num_in_stock - held.num_allocated < quantity

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), percent=st.sampled_from([25, 50, 100, 150]), is_crash=st.booleans())
    def pay(self, data: st.DataObject, percent: int, is_crash: bool) -> None:
        placed = data.draw(st.sampled_from(self.orders))
        amount = placed.attempt.amount * percent // 100
        body = transfer(amount, placed.order.number)
        self.bodies.append(body)
        self.received[body] = amount
        if is_crash:
            take_delivery("sepay", signed(body), body)
        else:
            bring(body)

    @precondition(lambda self: self.bodies)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        bring(data.draw(st.sampled_from(self.bodies)))

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        placed = data.draw(st.sampled_from(self.orders))
        with suppress(IllegalStep):
            cancel_order(order_id=placed.order.pk)
        with suppress(IllegalStep):
            cancel_consignment(consignment=placed.order.consignments.get())

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), missing=st.integers(1, 2), day=st.sampled_from([None, 3]))
    def fall_short(self, data: st.DataObject, missing: int, day: int | None) -> None:
        parcel = data.draw(st.sampled_from(self.orders)).order.consignments.get()
        wanted = timezone.localdate() + dt.timedelta(days=day) if day else None
        with suppress(IllegalStep, TooManyMissing):
            report_shortfall(consignment=parcel, missing={parcel.lines.get().pk: missing}, restock_on=wanted)

    @rule(choice=st.sampled_from([*ShortfallChoice, None]))
    def answer(self, choice: ShortfallChoice | None) -> None:
        for shortfall in Shortfall.objects.waiting():
            with suppress(NotOffered):
                answer_shortfall(shortfall_pk=shortfall.pk, choice=choice)

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), grams=st.integers(1, 7000))
    def send(self, data: st.DataObject, grams: int) -> None:
        parcel = data.draw(st.sampled_from(self.orders)).order.consignments.get()
        with suppress(IllegalStep, WeightUnfit):
            pack(consignment=parcel, by=None, weights={parcel.lines.get().pk: grams})
            hand_over(consignment=parcel, by=None, carrier="", tracking_number="")

    @rule(amount=st.integers(1, 10**9))
    def stray(self, amount: int) -> None:
        bring(transfer(amount, "khong co ma"))

    @rule(hours=st.sampled_from([0, 2, 30]))
    def sweep(self, hours: int) -> None:
        sweep(timezone.now() + dt.timedelta(hours=hours))

    @invariant()
    def everything_holds(self) -> None:
        if hasattr(self, "world"):
            assert violations() == []

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        sweep()
        kept = Order.objects.filter(status="paid")
        assert sum(self.received.values()) == sum(placed_total(self.orders))
        assert not InboundEvent.objects.filter(outcome="received").exists()
        assert sum(order.lines.get().quantity for order in kept) <= 3
        transaction.set_rollback(True)
        self.world.__exit__(None, None, None)


def placed_total(orders: list[Placed]) -> list[int]:
    """What the books say came in for each order."""
    return [paid_amount(placed.order) for placed in orders]


def test_a_market_of_any_order_of_events_keeps_its_books(db: Any) -> None:
    run_state_machine_as_test(
        Market,
        settings=settings(
            deadline=None, max_examples=8, stateful_step_count=12, suppress_health_check=list(HealthCheck)
        ),
    )
