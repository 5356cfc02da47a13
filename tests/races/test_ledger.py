"""Two people make or approve a batch at once, two rounds post at once, one dies in between; each with its control."""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from oscar.apps.order.models import Order

from shop.ledger import journal, sealing
from shop.ledger import payouts as ledger_payouts
from shop.ledger.models import JournalEntry, OrderToSettle, Payout, PayoutBatch
from shop.orders import payouts, settling
from shop.orders.invariants import violations
from shop.orders.settling import settle, settle_order
from shop.sellers import bank_accounts
from tests.factories import make_product
from tests.support.children import run_until_crash
from tests.support.ledger import EARNED, approved, batch_of_today, checked_account, earn, person
from tests.support.orders import bring, place_order, transfer
from tests.support.together import at_once, drop_constraint

pytestmark = pytest.mark.django_db(transaction=True)
POINTS = {"parcels-settled", "payout-made"}


@pytest.fixture
def stall() -> Any:
    found = earn()
    checked_account(found)
    return found


def kinds(outcomes: list[Any]) -> Counter[str]:
    return Counter(type(one).__name__ if isinstance(one, Exception) else "done" for one in outcomes)


def test_a_batch_made_by_five_people_at_once_pays_each_stall_once(stall: Any) -> None:
    people = [person(f"maker{number}") for number in range(5)]
    day, known = timezone.localdate(), bank_accounts.payees()
    outcomes = at_once(
        [lambda who=who: payouts.make(first_day=day, last_day=day, payees=known, by=who) for who in people]
    )
    assert kinds(outcomes) == {"done": 1, "NothingToPay": 4}
    assert (Payout.objects.count(), journal.purses([stall.pk])[stall.pk].on_way) == (1, EARNED)
    assert violations() == []


def test_control_without_the_lock_on_accounts_a_stall_is_paid_twice(
    stall: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction.atomic():
        looked = ledger_payouts._payable(timezone.localdate())
    monkeypatch.setattr(ledger_payouts, "_payable", lambda last_day: looked)
    people, day, known = [person("a"), person("b")], timezone.localdate(), bank_accounts.payees()
    at_once(
        [lambda who=who: payouts.make(first_day=day, last_day=day, payees=known, by=who) for who in people]
    )
    assert journal.purses([stall.pk])[stall.pk].available == -EARNED


def test_a_batch_approved_and_dropped_at_once_is_one_of_them(stall: Any) -> None:
    batch = batch_of_today()
    people, known = [person(f"p{number}") for number in range(4)], bank_accounts.payees()
    outcomes = at_once(
        [
            *(lambda who=who: payouts.approve(batch.pk, payees=known, by=who) for who in people[:2]),
            *(lambda who=who: payouts.drop(batch.pk, by=who, reason="x") for who in people[2:]),
        ]
    )
    assert kinds(outcomes) == {"done": 1, "IllegalPayoutStep": 3}
    batch.refresh_from_db()
    assert (batch.approved_at is None) != (batch.dropped_at is None)
    assert violations() == []


def test_a_payout_told_by_the_bank_and_by_people_at_once_is_paid_once(stall: Any) -> None:
    payout = approved(batch_of_today())
    told = transfer(EARNED, payout.code, transferType="out")
    outcomes = at_once(
        [
            lambda: bring(told).outcome,
            *[lambda: payouts.mark_paid(payout.pk, by=person("a"), reason="x").state] * 3,
        ]
    )
    assert Payout.objects.get().state == "paid"
    assert sum(isinstance(one, payouts.IllegalPayoutStep) for one in outcomes) in (2, 3)
    assert (journal.purses([stall.pk])[stall.pk].paid, violations()) == (EARNED, [])


def paid_order() -> int:
    placed = place_order((make_product(price=100_000), 1))
    bring(transfer(EARNED, placed.order.number))
    return int(placed.order.pk)


def test_an_order_posted_by_five_rounds_at_once_is_posted_once() -> None:
    pk = paid_order()
    at_once([lambda: settle_order(pk)] * 5)
    assert sorted(JournalEntry.objects.values_list("kind", flat=True)) == ["charged", "sold"]
    assert violations() == []


@pytest.mark.parametrize("is_guarded", [True, False])
def test_without_the_orders_lock_the_turn_of_an_entry_still_keeps_doubles_out_and_nothing_else_does(
    monkeypatch: pytest.MonkeyPatch, is_guarded: bool
) -> None:
    pk = paid_order()
    order = Order.objects.select_related("sheet").get(pk=pk)
    monkeypatch.setattr(settling, "lock_order", lambda order_id: order)
    monkeypatch.setattr(journal, "moved_by", lambda *about: {})  # what each read before the other wrote
    monkeypatch.setattr(journal, "turns", lambda *about: 0)
    monkeypatch.setattr(settling.booking, "post_events_of", lambda order_id: None)
    if not is_guarded:
        with connection.schema_editor() as editor:
            sealing.release(None, editor)
        drop_constraint(JournalEntry, "posted_once")
    for _round in range(2):
        with pytest.raises(journal.PostedBefore) if is_guarded and _round else nullcontext():
            settle_order(pk)
    assert JournalEntry.objects.count() == (1 if is_guarded else 2)


def test_a_round_that_died_is_made_good_by_the_next(stall: Any) -> None:
    pk = paid_order()
    run_until_crash(
        f"from shop.orders.settling import settle_order; settle_order({pk})", at="parcels-settled"
    )
    assert OrderToSettle.objects.filter(order_id=pk).exists()
    settle()
    assert violations() == []
    day = timezone.localdate()
    run_until_crash(
        "import datetime; from shop.orders import payouts; from shop.sellers.bank_accounts import payees;"
        "from shop.accounts.models import User;"
        f"day = datetime.date({day.year}, {day.month}, {day.day});"
        f"payouts.make(first_day=day, last_day=day, payees=payees(), by=User.objects.get(pk={person('a').pk}))",
        at="payout-made",
    )
    assert (PayoutBatch.objects.count(), journal.purses([stall.pk])[stall.pk].available) == (0, EARNED)
    assert batch_of_today().payouts.get().amount == EARNED
