"""From a delivery of the bank to the state of an order: the reconciliation table.

Source of the table: exact, partial, too much, twice, late with stock, late without stock; whatever the order of
arrival and however often a delivery repeats, the money ends in the same state.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from oscar.apps.order.models import Order

from shop.payments import services as payments
from shop.payments.models import (
    AttemptStatus,
    InboundEvent,
    InboundOutcome,
    InboundReason,
    PaymentAttempt,
    PaymentEvent,
    RefundReason,
)

from . import letters, stock
from .locks import lock_orders
from .models import OrderEvent, OrderSheet
from .statuses import ConsignmentStatus, OrderEventKind, OrderStatus

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
    inbound = InboundEvent.objects.select_for_update().get(pk=inbound_pk)
    if inbound.outcome != InboundOutcome.RECEIVED:  # a rival held the locks and has done it
        return inbound
    attempts = [PaymentAttempt.objects.get(pk=attempt.pk) for attempt in named]
    shares = payments.match(inbound, attempts)
    for share in shares:
        charge = payments.book_charge(share=share, inbound=inbound, is_only=len(shares) == 1)
        _apply(orders[share.attempt.order_id], share.attempt, charge)
    if shares:
        payments.settle(inbound, InboundOutcome.MATCHED)
    else:
        reason = InboundReason.SEVERAL_ORDERS if attempts else InboundReason.NO_ORDER_CODE
        payments.settle(inbound, InboundOutcome.UNMATCHED, reason)
    return inbound


def _apply(order: Any, attempt: PaymentAttempt, charge: PaymentEvent) -> None:
    if order.status == OrderStatus.PAID:
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


def _mark_paid(order: Any, attempt: PaymentAttempt) -> None:
    is_late = order.status == OrderStatus.EXPIRED
    kind = OrderEventKind.PAID_LATE if is_late else OrderEventKind.PAID
    Order.objects.filter(pk=order.pk).update(status=OrderStatus.PAID.value)
    order.status = OrderStatus.PAID.value
    OrderSheet.objects.filter(order=order).update(paid_at=timezone.now())
    order.consignments.update(status=ConsignmentStatus.TO_PACK)
    attempt.status = AttemptStatus.SUCCEEDED
    attempt.save(update_fields=["status"])
    OrderEvent.objects.create(order=order, kind=kind)
    letters.money_received(order)
    for consignment in order.consignments.select_related("cooperative"):
        letters.to_pack(consignment)


def _note_part(order: Any, attempt: PaymentAttempt) -> None:
    """Keep the remainder payable; the first part buys one more day."""
    if attempt.status == AttemptStatus.PENDING:
        deadline = max(order.sheet.pay_by, timezone.now()) + PARTIAL_EXTENSION
        attempt.status, attempt.expires_at = AttemptStatus.PARTIALLY_PAID, deadline
        attempt.save(update_fields=["status", "expires_at"])
        order.sheet.pay_by = deadline
        order.sheet.save(update_fields=["pay_by"])
    OrderEvent.objects.create(order=order, kind=OrderEventKind.PARTLY_PAID)
    letters.part_received(order, attempt)


def _give_back(order: Any, charge: PaymentEvent, amount: int, reason: RefundReason) -> None:
    refund = payments.request_refund(cause=charge, amount=amount, reason=reason)
    OrderEvent.objects.create(order=order, kind=OrderEventKind.REFUND_DUE, note=str(reason.value))
    letters.refund_due(order, refund)
