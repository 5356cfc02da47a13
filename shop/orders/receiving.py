"""From a delivery of the bank to the state of an order: the reconciliation table.

Source of the table: exact, partial, too much, twice, late with stock, late without stock; whatever the order of
arrival and however often a delivery repeats, the money ends in the same state.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from oscar.apps.order.models import Order

from shop.crash_points import crash_point
from shop.payments import charges, refunds
from shop.payments import services as payments
from shop.payments.models import (
    AttemptStatus,
    InboundEvent,
    InboundOutcome,
    InboundReason,
    PaymentAttempt,
    PaymentEvent,
    Refund,
    RefundReason,
)
from shop.payments.models import EventKind as MoneyKind
from shop.payments.provider import EventKind
from shop.promotions import services as promotions

from . import door, letters, payouts, stock
from .locks import lock_orders
from .models import OrderEvent, OrderSheet
from .requests import IllegalStep, NoSuchOrder
from .statuses import ENDED, ConsignmentStatus, OrderEventKind, OrderStatus

PARTIAL_EXTENSION = dt.timedelta(hours=24)


@transaction.atomic
def receive(inbound_pk: int) -> InboundEvent:
    """The delivery with its outcome, after its money was put where it belongs.

    Locks/Writes: see ``locks``; payment and order events, order, consignments, attempt, refunds, letters.
    Idempotent: a delivery that has an outcome is left alone.
    """
    inbound = InboundEvent.objects.get(pk=inbound_pk)
    if inbound.outcome != InboundOutcome.RECEIVED:
        return inbound
    named = payments.named_attempts(inbound)
    orders = lock_orders(attempt.order_id for attempt in named)
    inbound = InboundEvent.objects.select_for_update(of=("self",)).get(pk=inbound_pk)
    if inbound.outcome != InboundOutcome.RECEIVED:  # a rival held the locks and has done it
        return inbound
    fresh = PaymentAttempt.objects.in_bulk([attempt.pk for attempt in named])
    attempts = [fresh[attempt.pk] for attempt in named]
    crash_point("delivery-locked")
    _KINDS[EventKind(inbound.kind)](inbound, attempts, orders)
    crash_point("delivery-applied")
    return inbound


def _take_charge(inbound: InboundEvent, attempts: list[PaymentAttempt], orders: dict[int, Any]) -> None:
    if not payments.is_amount_asked(inbound, attempts):
        payments.settle(inbound, InboundOutcome.UNMATCHED, InboundReason.WRONG_AMOUNT)
        return
    if not attempts and payouts.take_returned(inbound):
        payments.settle(inbound, InboundOutcome.PAID_BACK)
        return
    shares = payments.match(inbound, attempts)
    for share in shares:
        charge = payments.book(share=share, inbound=inbound, is_only=len(shares) == 1)
        _apply(orders[share.attempt.order_id], share.attempt, charge)
    if shares:
        payments.settle(inbound, InboundOutcome.MATCHED)
    else:
        reason = InboundReason.SEVERAL_ORDERS if attempts else InboundReason.NO_ORDER_CODE
        payments.settle(inbound, InboundOutcome.UNMATCHED, reason)


def _take_failure(inbound: InboundEvent, attempts: list[PaymentAttempt], orders: dict[int, Any]) -> None:
    """A try did not succeed. Nothing is lost: the stock stays, and a later success still counts."""
    for attempt in attempts:
        if attempt.status == AttemptStatus.PENDING:
            attempt.status = AttemptStatus.FAILED
            attempt.save(update_fields=["status"])
    outcome = InboundOutcome.NOTED if attempts else InboundOutcome.IGNORED
    payments.settle(inbound, outcome, "" if attempts else InboundReason.NO_ORDER_CODE)


def _take_outgoing(inbound: InboundEvent, attempts: list[PaymentAttempt], orders: dict[int, Any]) -> None:
    if refunds.confirm_by_bank(inbound) or payouts.confirm_by_bank(inbound):
        payments.settle(inbound, InboundOutcome.NOTED)
    else:
        payments.settle(inbound, InboundOutcome.IGNORED, InboundReason.OUTGOING)


def _take_dispute(inbound: InboundEvent, attempts: list[PaymentAttempt], orders: dict[int, Any]) -> None:
    """The card scheme moved money by itself; the order's state is for people to decide."""
    if len(attempts) != 1:
        payments.settle(inbound, InboundOutcome.UNMATCHED, InboundReason.NO_ORDER_CODE)
        return
    kind = MoneyKind(inbound.kind)
    payments.book(share=payments.Share(attempts[0], inbound.amount), inbound=inbound, kind=kind)
    order = orders[attempts[0].order_id]
    disputed = kind == MoneyKind.CHARGEBACK
    note = OrderEventKind.DISPUTED if disputed else OrderEventKind.DISPUTE_WON
    OrderEvent.objects.create(order=order, kind=note)
    payments.settle(inbound, InboundOutcome.NOTED)


_KINDS: dict[EventKind, Callable[[InboundEvent, list[PaymentAttempt], dict[int, Any]], None]] = {
    EventKind.CHARGE: _take_charge,
    EventKind.FAILURE: _take_failure,
    EventKind.OUTGOING: _take_outgoing,
    EventKind.CHARGEBACK: _take_dispute,
    EventKind.REVERSAL: _take_dispute,
}


def attach(inbound_pk: int, *, order_number: str, by: Any, note: str) -> InboundEvent:
    """Money that nobody could match, given by a person to an order; then the same table decides.

    Locks/Writes: as ``receive``. Raises: NoSuchOrder, IllegalStep if it has been settled meanwhile.
    """
    with transaction.atomic():
        attempt = PaymentAttempt.objects.filter(order__number=order_number).order_by("-pk").first()
        if attempt is None:
            raise NoSuchOrder
        order = lock_orders([attempt.order_id])[attempt.order_id]
        inbound = InboundEvent.objects.select_for_update(of=("self",)).get(pk=inbound_pk)
        if inbound.outcome != InboundOutcome.UNMATCHED or not inbound.amount:
            raise IllegalStep(inbound.outcome, InboundOutcome.MATCHED)
        attempt.refresh_from_db()
        charge = payments.book(share=payments.Share(attempt, inbound.amount), inbound=inbound)
        OrderEvent.objects.create(order=order, kind=OrderEventKind.ATTACHED, actor=by, note=note)
        _apply(order, attempt, charge)
        payments.settle(inbound, InboundOutcome.MATCHED, by=by, note=note)
        return inbound


@transaction.atomic
def agree_refund(attempt_pk: int, *, amount: int, by: Any, note: str) -> Refund:
    """A refund agreed with the buyer; the goods and the order's state stay as they are.

    Locks/Writes: see ``locks``; a refund, an order event. Raises: IllegalStep unless the order is paid; TooMuch.
    """
    attempt = PaymentAttempt.objects.get(pk=attempt_pk)
    order = lock_orders([attempt.order_id])[attempt.order_id]
    if order.status != OrderStatus.PAID:
        raise IllegalStep(order.status, OrderEventKind.REFUND_DUE)
    refund = refunds.request_agreed(attempt=attempt, amount=amount, by=by, note=note)
    OrderEvent.objects.create(order=order, kind=OrderEventKind.REFUND_DUE, actor=by, note=str(refund.reason))
    letters.refund_due(order, refund)
    return refund


def won_for_people() -> list[PaymentEvent]:
    """Money of card disputes that were won after their orders had ended, until a person decides about it."""
    won = PaymentEvent.objects.filter(
        kind=MoneyKind.REVERSAL,
        attempt__order__status__in=ENDED,
        inbound__isnull=False,
        inbound__settled_by=None,
    ).select_related("attempt__order__sheet", "inbound")
    return [event for event in won if payments.usable_amount(event.attempt.order) > 0]


@transaction.atomic
def decide_won(event_pk: int, *, is_kept: bool, by: Any, note: str) -> Refund | None:
    """The refund of money from a dispute that was won after the order had ended; None if the market keeps it.

    Locks/Writes: see ``locks``; the delivery with who decided and why, a refund, an order event, a letter. Raises:
    IllegalStep when somebody has decided, or nothing of it is left.
    """
    event = PaymentEvent.objects.select_related("attempt").get(pk=event_pk, kind=MoneyKind.REVERSAL)
    order = lock_orders([event.attempt.order_id])[event.attempt.order_id]
    if event.inbound_id is None:
        raise IllegalStep(order.status, OrderEventKind.REFUND_DUE)
    inbound = InboundEvent.objects.select_for_update(of=("self",)).get(pk=event.inbound_id)
    amount = min(event.amount, payments.usable_amount(order))
    if order.status not in ENDED or inbound.settled_by_id or amount <= 0:
        raise IllegalStep(order.status, OrderEventKind.REFUND_DUE)
    payments.settle(inbound, InboundOutcome.NOTED, by=by, note=note)
    if is_kept:
        OrderEvent.objects.create(order=order, kind=OrderEventKind.DISPUTE_WON, actor=by, note=note)
        return None
    refund = refunds.request_agreed(attempt=event.attempt, amount=amount, by=by, note=note)
    OrderEvent.objects.create(order=order, kind=OrderEventKind.REFUND_DUE, actor=by, note=str(refund.reason))
    letters.refund_due(order, refund)
    return refund


def give_back_all(order: Any, reason: RefundReason) -> None:
    """Whatever came in for an order that nobody has to pay any more goes back, but not what a card scheme took.

    Callers hold the order's locks. Writes: refunds, order events, letters. Idempotent.
    """
    for charge, left in charges.left_of(order):
        if left > 0:
            _give_back(order, charge, left, reason)


def _apply(order: Any, attempt: PaymentAttempt, charge: PaymentEvent) -> None:
    if order.status == OrderStatus.AT_DOOR:
        if surplus := door.take(order, attempt, charge):
            _give_back(order, charge, surplus, RefundReason.SURPLUS)
    elif order.status == OrderStatus.PAID:
        _note_full(attempt)
        _give_back(order, charge, charge.amount, RefundReason.DOUBLE)
    elif order.status == OrderStatus.CANCELLED:
        _give_back(order, charge, charge.amount, RefundReason.CANCELLED)
    elif (surplus := payments.usable_amount(order) - order.sheet.total_amount) < 0:
        if order.status == OrderStatus.PENDING_PAYMENT:
            _note_part(order, attempt)
        else:
            _give_back(order, charge, charge.amount, RefundReason.TOO_LATE)
    elif order.status == OrderStatus.EXPIRED and not stock.reserve_again(order):
        _give_back(order, charge, charge.amount, RefundReason.OUT_OF_STOCK)
    else:
        _mark_paid(order, attempt)
        if surplus:
            _give_back(order, charge, surplus, RefundReason.SURPLUS)


def _note_full(attempt: PaymentAttempt) -> None:
    """A second way succeeded too: the pay page of either says that the money is in."""
    if attempt.status != AttemptStatus.SUCCEEDED:
        attempt.status = AttemptStatus.SUCCEEDED
        attempt.save(update_fields=["status"])


def _mark_paid(order: Any, attempt: PaymentAttempt) -> None:
    is_late = order.status == OrderStatus.EXPIRED
    if is_late:
        promotions.take_again(order)
    kind = OrderEventKind.PAID_LATE if is_late else OrderEventKind.PAID
    Order.objects.filter(pk=order.pk).update(status=OrderStatus.PAID.value)
    order.status = OrderStatus.PAID.value
    OrderSheet.objects.filter(order=order).update(paid_at=timezone.now())
    order.consignments.update(status=ConsignmentStatus.TO_PACK)
    attempt.status = AttemptStatus.SUCCEEDED
    attempt.save(update_fields=["status"])
    OrderEvent.objects.create(order=order, kind=kind)
    consignments = list(order.consignments.order_by("pk").select_related("cooperative", "ships_with"))
    letters.money_received(order, consignments)
    for consignment in consignments:
        letters.to_pack(consignment)


def _note_part(order: Any, attempt: PaymentAttempt) -> None:
    """Keep the remainder payable; the first part buys one more day."""
    if not order.events.filter(kind=OrderEventKind.PARTLY_PAID).exists():
        order.sheet.pay_by = max(order.sheet.pay_by, timezone.now()) + PARTIAL_EXTENSION
        order.sheet.save(update_fields=["pay_by"])
    attempt.status, attempt.expires_at = AttemptStatus.PARTIALLY_PAID, order.sheet.pay_by
    attempt.save(update_fields=["status", "expires_at"])
    OrderEvent.objects.create(order=order, kind=OrderEventKind.PARTLY_PAID)
    letters.part_received(order, attempt)


def _give_back(order: Any, charge: PaymentEvent, amount: int, reason: RefundReason) -> None:
    refund = refunds.request_refund(cause=charge, amount=amount, reason=reason)
    OrderEvent.objects.create(order=order, kind=OrderEventKind.REFUND_DUE, note=str(reason.value))
    letters.refund_due(order, refund)
