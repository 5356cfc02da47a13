"""Whatever happens to an order's money, in any order and twice, it ends as a model of thirty lines says it must."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
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

from shop.accounts.models import User
from shop.ledger import journal
from shop.orders import changes, receiving, services, settling
from shop.orders.ledger_invariants import ledger_violations
from shop.partner.models import StockRecord
from shop.payments import charges, refunds
from shop.payments import services as payments
from shop.payments.models import Refund, RefundState
from shop.payments.provider import EventKind, ProviderEvent
from tests.factories import make_product
from tests.support.orders import place_order

TOTAL = 130_000
SOURCE = "practice"
EXAMPLES = int(os.environ.get("EXAMPLES", "8"))
"""A night may ask for thousands."""

PLACES, TIMES = st.integers(0, 5), st.integers(1, 2)


@dataclass
class Model:
    """One order's money as it ought to be, told in its own words. ``waiting`` is set aside to go back."""

    state: str = "waits"
    held: int = 0
    waiting: int = 0
    has_goods: bool = True

    def pays(self, amount: int) -> None:
        self.held += amount
        counts = self.held - self.waiting
        if self.state in ("paid", "off"):
            self.waiting += amount
        elif counts < TOTAL:
            self.waiting += amount if self.state == "over" else 0
        elif self.state == "over" and not self.has_goods:
            self.waiting += amount
        else:
            self.state, self.waiting = "paid", self.waiting + counts - TOTAL

    def ends(self, how: str) -> None:
        if self.state == "waits":
            self.state, self.waiting = how, self.waiting + max(self.held - self.waiting, 0)

    def called_off(self) -> None:
        if self.state == "paid":
            self.state, self.waiting = "off", self.waiting + min(TOTAL, max(self.held - self.waiting, 0))
        self.ends("off")

    def asks_back(self, amount: int) -> None:
        if self.state == "paid" and 0 < amount <= self.held - self.waiting:
            self.waiting += amount

    def gets_back(self, amount: int) -> None:
        self.held, self.waiting = self.held - amount, self.waiting - amount

    def scheme_moves(self, amount: int) -> None:
        self.held += amount


STATES = {"waits": "pending-payment", "paid": "paid", "over": "expired", "off": "cancelled"}


class Twins(RuleBasedStateMachine):
    """The market and the model live through the same things; each message may come again, at once or later."""

    @initialize()
    def open(self) -> None:
        self.world = transaction.atomic()
        self.world.__enter__()
        self.pairs: list[tuple[Any, Model]] = []
        self.told: list[ProviderEvent] = []
        self.charged: list[
            tuple[int, str, int]
        ] = []  # which pair, its charge, whose money the scheme may move
        self.taken: set[str] = set()
        self.people = [User.objects.create_user(email=f"{who}@demo.example", password=None) for who in "ab"]
        self.create()

    @precondition(lambda self: len(self.pairs) < 2)
    @rule()
    def create(self) -> None:
        sheet = make_product(price=100_000, stock=1)
        self.pairs.append((place_order((sheet, 1), payment_method=SOURCE), Model()))

    def tell(self, place: int, kind: EventKind, amount: int, name: str, times: int) -> None:
        reference = self.pairs[place][0].attempt.reference
        event = ProviderEvent(external_id=name, kind=kind, amount=amount, reference=reference)
        self.told.append(event)
        for _time in range(times):
            self.hear(event)

    def hear(self, event: ProviderEvent) -> None:
        (row,) = payments.keep(SOURCE, [event], b"")
        services.receive(row.pk)

    @rule(place=PLACES, amount=st.sampled_from([65_000, TOTAL, TOTAL + 10_000]), times=TIMES)
    def pay(self, place: int, amount: int, times: int) -> None:
        place %= len(self.pairs)
        name = f"c{len(self.told)}"
        self.charged.append((place, name, amount))
        self.tell(place, EventKind.CHARGE, amount, name, times)
        self.pairs[place][1].pays(amount)

    @precondition(lambda self: self.told)
    @rule(place=PLACES)
    def hear_again(self, place: int) -> None:
        self.hear(self.told[place % len(self.told)])

    @precondition(lambda self: self.charged)
    @rule(which=PLACES, times=TIMES)
    def dispute_or_win(self, which: int, times: int) -> None:
        place, name, amount = self.charged[which % len(self.charged)]
        if name not in self.taken:
            self.taken.add(name)
            self.tell(place, EventKind.CHARGEBACK, amount, f"d-{name}", times)
            self.pairs[place][1].scheme_moves(-amount)
        elif f"{name}!" not in self.taken:
            self.taken.add(f"{name}!")
            self.tell(place, EventKind.REVERSAL, amount, f"w-{name}", times)
            self.pairs[place][1].scheme_moves(amount)

    @rule(are_goods_gone=st.booleans())
    def expire(self, are_goods_gone: bool) -> None:
        for placed, model in self.pairs:
            waited = model.state == "waits"
            receiving_order = Order.objects.select_related("sheet").get(pk=placed.order.pk)
            receiving_order.sheet.pay_by = timezone.now()
            receiving_order.sheet.save(update_fields=["pay_by"])
            model.ends("over")
            if waited and are_goods_gone:
                model.has_goods = False
        services.expire(timezone.now())
        for placed, model in self.pairs:
            if not model.has_goods and model.state == "over":
                StockRecord.objects.filter(line__order=placed.order).update(num_in_stock=0)

    @rule(place=PLACES, times=TIMES)
    def cancel(self, place: int, times: int) -> None:
        placed, model = self.pairs[place % len(self.pairs)]
        for _time in range(times):
            with suppress(services.IllegalStep):
                services.cancel_order(order_id=placed.order.pk)
            with suppress(services.IllegalStep):
                services.cancel_consignment(consignment=placed.order.consignments.get())
        model.called_off()

    @rule(place=PLACES, amount=st.sampled_from([1, 30_000, TOTAL, 2 * TOTAL]))
    def agree(self, place: int, amount: int) -> None:
        placed, model = self.pairs[place % len(self.pairs)]
        with suppress(services.IllegalStep, refunds.TooMuch):
            services.agree_refund(placed.attempt.pk, amount=amount, by=None, note="")
        model.asks_back(amount)

    @rule(place=PLACES, times=TIMES)
    def give_back(self, place: int, times: int) -> None:
        placed, model = self.pairs[place % len(self.pairs)]
        one, two = self.people
        refund = Refund.objects.filter(attempt__order=placed.order, state=RefundState.REQUESTED).first()
        if refund is None:
            return
        refunds.prepare(refund.pk, by=one, payee=refunds.Payee("970436", "1", "A"))
        refunds.approve(refund.pk, by=two)
        refunds.mark_sent(refund.pk, by=one, bank_reference="FT")
        for _time in range(times):
            with suppress(refunds.IllegalRefundStep):
                refunds.mark_done(refund.pk, by=one)
        model.gets_back(refund.amount)

    @rule()
    def keep_books(self) -> None:
        settling.settle()
        books = journal.trial_balance()
        models = [model for _placed, model in self.pairs]
        assert books.get("bank", 0) + books.get(f"provider:{SOURCE}", 0) == sum(
            model.held for model in models
        )
        pending = sum(held for code, held in books.items() if code.startswith("pending:"))
        assert pending == -TOTAL * sum(model.state == "paid" for model in models)
        assert -books.get("buyers", 0) >= sum(model.waiting for model in models)
        assert list(ledger_violations()) == []

    @invariant()
    def are_alike(self) -> None:
        for placed, model in getattr(self, "pairs", []):
            order = Order.objects.get(pk=placed.order.pk)
            waiting = Refund.objects.filter(attempt__order=order).exclude(state=RefundState.DONE)
            found = (order.status, payments.paid_amount(order), sum(row.amount for row in waiting))
            assert found == (STATES[model.state], model.held, model.waiting)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            transaction.set_rollback(True)
            self.world.__exit__(None, None, None)


def test_the_market_ends_where_the_model_ends(db: None) -> None:
    run_state_machine_as_test(
        Twins,
        settings=settings(
            deadline=None,
            max_examples=EXAMPLES,
            stateful_step_count=12,
            suppress_health_check=list(HealthCheck),
        ),
    )


def _keep_doubles(patch: pytest.MonkeyPatch) -> None:
    honest = receiving._give_back
    patch.setattr(receiving, "_give_back", lambda *told: None if told[3] == "double" else honest(*told))


def _sell_what_is_gone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(receiving.stock, "reserve_again", lambda order: True)


def _forget_disputes(patch: pytest.MonkeyPatch) -> None:
    honest = charges.left_of
    patch.setattr(
        charges, "left_of", lambda order: [(charge, charge.amount) for charge, _left in honest(order)]
    )


def _keep_parts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(changes, "give_back_all", lambda order, reason: None)


MISTAKES: list[tuple[Callable[[pytest.MonkeyPatch], None], Callable[[Twins], None]]] = [
    (_keep_doubles, lambda twins: (twins.pay(0, TOTAL, 1), twins.pay(0, TOTAL, 1))),
    (_sell_what_is_gone, lambda twins: (twins.expire(are_goods_gone=True), twins.pay(0, TOTAL, 1))),
    (
        _forget_disputes,
        lambda twins: (twins.pay(0, TOTAL, 1), twins.dispute_or_win(0, 1), twins.cancel(0, 1)),
    ),
    (_keep_parts, lambda twins: (twins.pay(0, 65_000, 1), twins.cancel(0, 1))),
]
"""What was planted, and the shortest way on which the model notices it."""


@pytest.mark.parametrize(("mistake", "way"), MISTAKES, ids=lambda found: getattr(found, "__name__", ""))
@pytest.mark.parametrize("is_planted", [True, False])
def test_control_the_model_notices_a_planted_mistake(
    mistake: Any, way: Any, is_planted: bool, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_planted:
        mistake(monkeypatch)
    twins = Twins()
    twins.open()
    way(twins)
    with pytest.raises(AssertionError) if is_planted else nullcontext():
        twins.are_alike()
    twins.teardown()


@pytest.mark.parametrize(
    "end", [lambda twins: twins.expire(are_goods_gone=False), lambda twins: twins.cancel(0, 1)]
)
def test_what_a_card_scheme_has_taken_is_not_given_back_once_more(end: Any, db: None) -> None:
    twins = Twins()
    twins.open()
    twins.pay(0, 65_000, 1)
    twins.dispute_or_win(0, 1)
    end(twins)
    twins.are_alike()
    twins.teardown()
