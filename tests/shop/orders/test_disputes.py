"""Who bears a lost card dispute: decided by two people, booked to the đồng, given back if the money comes back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from shop.audit.models import Entry
from shop.ledger import journal
from shop.ledger.models import AccountKind
from shop.ledger.statements import entries_of, rows_of, statement_csv, statement_of
from shop.messages.models import Letter
from shop.orders import disputes
from shop.orders.disputes import (
    NothingToDecide,
    NotToShare,
    SamePerson,
    decide,
    open_losses,
    parcels_that_may_bear,
    propose,
    standing_now,
)
from shop.orders.invariants import violations
from shop.orders.models import DisputeLoss
from shop.orders.services import cancel_consignment, decide_won, expire, receive
from shop.orders.settling import settle
from shop.payments import services as payments
from shop.payments.models import PaymentEvent
from shop.payments.provider import EventKind, ProviderEvent
from tests.factories import make_product
from tests.shop.orders.test_settling import KEEPS, books, sent
from tests.support.ledger import approved, batch_of_today, checked_account, person
from tests.support.orders import place_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def books_hold() -> Iterator[None]:
    yield
    assert settle() >= 0
    assert violations() == []
    assert sum(journal.trial_balance().values()) == 0


def tell(order: Any, kind: EventKind, name: str, amount: int = 130_000) -> None:
    event = ProviderEvent(
        external_id=name, kind=kind, amount=amount, reference=order.payment_attempts.get().reference
    )
    (row,) = payments.keep("practice", [event], b"")
    receive(row.pk)


def sold(*, days_ago: float | None = 9) -> Any:
    """An order of 130.000 ₫ paid by card, handed over long ago."""
    order = place_order((make_product(price=100_000, **KEEPS), 1), payment_method="practice").order
    tell(order, EventKind.CHARGE, f"c{order.pk}")
    order.refresh_from_db()
    if days_ago is not None:
        sent(order, days_ago=days_ago)
    return order


def lost(order: Any, stall: int, *, amount: int = 130_000) -> DisputeLoss:
    """The dispute is lost, and the stall bears so much of it."""
    tell(order, EventKind.CHARGEBACK, f"d{order.pk}", amount)
    parcel = order.consignments.get()
    loss = propose(order.pk, stalls={parcel.pk: stall}, reason="gửi nhầm địa chỉ", by=person("a"))
    return decide(loss.pk, accept=True, by=person("b"))


@pytest.mark.parametrize(("stall", "available"), [(0, -130_000), (50_001, -79_999), (130_000, 0)])
def test_what_is_decided_is_borne_to_the_dong_and_the_rest_is_free_again(stall: int, available: int) -> None:
    order = sold()
    assert books() == {"provider:practice": 130_000, "available": -130_000}
    lost(order, stall)
    held = {"losses": 130_000 - stall, "available": available}
    assert books() == {name: amount for name, amount in held.items() if amount}
    parcel = order.consignments.get()
    letters = Letter.objects.filter(key__startswith="loss_borne", recipient=parcel.cooperative.email)
    assert letters.count() == (1 if stall else 0)
    told = Entry.objects.filter(verb="loss-accepted", cooperative=parcel.cooperative)
    assert [entry.reason for entry in told] == (["gửi nhầm địa chỉ"] if stall else [])
    rows = rows_of(entries_of(parcel.cooperative).filter(kind="lost"))
    assert [(row.lost, row.total) for row in rows] == ([(stall, -stall)] if stall else [])
    day = order.consignments.get().cooperative.entries.latest("pk").day
    statement = statement_of(parcel.cooperative, day, day)
    assert statement.closing == -available
    assert (f",-{stall},0,-{stall}".encode() in statement_csv(statement)) == bool(stall)


def test_a_stall_that_was_paid_already_owes_its_part_and_the_next_payout_is_less() -> None:
    order = sold()
    settle()
    stall = order.consignments.get().cooperative
    checked_account(stall)
    approved(batch_of_today())
    lost(order, 30_000)
    held = books()
    assert (held["on-way"], held["available"]) == (-130_000, 30_000)
    assert journal.purses([stall.pk])[stall.pk].total == 100_000


def test_money_that_comes_back_after_all_is_given_back_in_the_same_parts() -> None:
    order = sold()
    lost(order, 50_000)
    tell(order, EventKind.REVERSAL, "w1", 65_000)
    assert books() == {"provider:practice": 65_000, "losses": 40_000, "available": -105_000}
    tell(order, EventKind.REVERSAL, "w2", 65_000)
    assert books() == {"provider:practice": 130_000, "available": -130_000}


def test_until_somebody_decides_the_money_is_held_and_the_order_is_a_task() -> None:
    order = sold()
    assert open_losses() == []
    tell(order, EventKind.CHARGEBACK, "d1")
    assert [(found.pk, standing.open) for found, standing in open_losses()] == [(order.pk, 130_000)]
    loss = propose(order.pk, stalls={}, reason="không có bằng chứng", by=person("a"))
    assert books() == {"disputed": 130_000, "pending": -130_000}
    decide(loss.pk, accept=False, by=person("b"))
    assert books() == {"disputed": 130_000, "pending": -130_000}
    propose(order.pk, stalls={}, reason="lần nữa", by=person("a"))
    assert len(open_losses()) == 1


def test_two_people_decide_once_and_only_about_what_is_open() -> None:
    order = sold()
    with pytest.raises(NothingToDecide):
        propose(order.pk, stalls={}, reason="chưa có gì", by=person("a"))
    tell(order, EventKind.CHARGEBACK, "d1")
    parcel = order.consignments.get().pk
    for stalls in ({parcel: 130_001}, {parcel: -1}, {parcel + 1: 1}):
        with pytest.raises(NotToShare):
            propose(order.pk, stalls=stalls, reason="sai", by=person("a"))
    loss = propose(order.pk, stalls={parcel: 1}, reason="đúng", by=person("a"))
    with pytest.raises(NothingToDecide):
        propose(order.pk, stalls={}, reason="thứ hai", by=person("b"))
    with pytest.raises(SamePerson):
        decide(loss.pk, accept=True, by=person("a"))
    with pytest.raises(IntegrityError, match=r"four_eyes"), transaction.atomic():
        DisputeLoss.objects.filter(pk=loss.pk).update(decided_by=person("a"))
    tell(order, EventKind.REVERSAL, "w1", 30_000)
    with pytest.raises(NothingToDecide):  # it is less by now
        decide(loss.pk, accept=True, by=person("b"))
    decide(loss.pk, accept=False, by=person("b"))
    with pytest.raises(NothingToDecide):
        decide(loss.pk, accept=True, by=person("b"))


def test_of_several_losses_a_stall_bears_no_more_than_it_earned() -> None:
    order = sold()
    lost(order, 50_000, amount=60_000)
    tell(order, EventKind.CHARGEBACK, "e1", 40_000)
    tell(order, EventKind.CHARGE, "c1", 200_000)
    tell(order, EventKind.CHARGEBACK, "e2", 200_000)
    (parcel,) = order.consignments.all()
    assert parcels_that_may_bear(order, standing_now(order)) == {parcel: 80_000}
    with pytest.raises(NotToShare) as refused:
        propose(order.pk, stalls={parcel.pk: 80_001}, reason="lần hai", by=person("a"))
    assert (refused.value.parcel_id, refused.value.most) == (parcel.pk, 80_000)
    tell(order, EventKind.REVERSAL, "r1", 270_000)  # of 60.000 only 30.000 stay lost: the stall bears 25.000
    assert parcels_that_may_bear(order, standing_now(order)) == {parcel: 105_000}


def test_a_buyer_who_took_back_the_own_money_leaves_nothing_to_bear() -> None:
    order = sold(days_ago=None)
    tell(order, EventKind.CHARGEBACK, "d1")
    cancel_consignment(consignment=order.consignments.get())
    assert (books(), open_losses()) == ({}, [])
    assert disputes.standing_now(order).own == 130_000


@pytest.mark.parametrize("is_kept", [True, False])
def test_money_won_after_the_end_is_kept_in_the_books_as_the_person_said(is_kept: bool) -> None:
    order = place_order((make_product(price=100_000, **KEEPS), 1), payment_method="practice").order
    tell(order, EventKind.CHARGE, "c1", 50_000)
    tell(order, EventKind.CHARGEBACK, "d1", 50_000)
    expire(order.sheet.pay_by + (order.sheet.pay_by - order.date_placed) * 99)
    assert books() == {}
    tell(order, EventKind.REVERSAL, "w1", 50_000)
    assert books() == {"provider:practice": 50_000, "buyers": -50_000}
    won = PaymentEvent.objects.get(kind=EventKind.REVERSAL)
    decide_won(won.pk, is_kept=is_kept, by=person("a"), note="đã gọi")
    assert books() == {
        "provider:practice": 50_000,
        (AccountKind.LOSSES.value if is_kept else AccountKind.BUYERS.value): -50_000,
    }
