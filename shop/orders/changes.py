"""Cancelling: a whole order that nobody has paid, or one stall's parcel before it is packed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from oscar.apps.order.models import Line, Order

from shop.payments.models import OPEN_ATTEMPTS, AttemptStatus, PaymentAttempt, RefundReason
from shop.promotions import services as promotions

from . import door, letters, stock
from .locks import lock_order, lock_parcel
from .models import Consignment, OrderEvent, Shortfall, ShortfallAnswer
from .paying import may_expire
from .receiving import give_back_all
from .reductions import note, pay_back
from .requests import IllegalStep
from .statuses import ConsignmentStatus, OrderEventKind, OrderStatus, ShortfallChoice

NOT_AGREED = (OrderStatus.PENDING_PAYMENT, OrderStatus.EXPIRED)
"""Of an addition: money may still come, but it is not packed before."""


def cancel_order(*, order_id: int, by: Any = None, reason: str = "") -> Any:
    """The unpaid order, cancelled: its stock is free, and money that came in part goes back.

    Providers are asked to take no more money first; what still arrives goes to the refund queue.
    Locks/Writes: see ``locks``; order, consignments, attempts, refunds, an order event, letters; calls the network
    before. Raises: IllegalStep if it is paid or has expired. Idempotent.
    """
    order = Order.objects.select_related("sheet").get(pk=order_id)
    if order.status == OrderStatus.PENDING_PAYMENT:
        may_expire(order, timezone.now())  # whoever does not answer now is asked about again by the sweep
    return _cancel_unpaid(order_id, by, reason)


@transaction.atomic
def _cancel_unpaid(order_id: int, by: Any, reason: str) -> Any:
    order = lock_order(order_id)
    if order.status == OrderStatus.CANCELLED:
        return order
    if order.status != OrderStatus.PENDING_PAYMENT:
        raise IllegalStep(order.status, OrderStatus.CANCELLED)
    stock.give_back(order.lines.all())
    close(order)
    order.consignments.update(status=ConsignmentStatus.CANCELLED)
    OrderEvent.objects.create(order=order, kind=OrderEventKind.CANCELLED, actor=by, note=reason[:255])
    letters.order_cancelled(order)
    give_back_all(order, RefundReason.CANCELLED)
    return order


@transaction.atomic
def cancel_consignment(*, consignment: Consignment, by: Any = None, reason: str = "") -> Consignment:
    """The agreed consignment, cancelled by its buyer before it was packed; all that was paid for it goes back.

    What was added to it is cancelled with it: there would be no parcel to go in. Locks/Writes: see ``locks``; stock,
    consignments, orders, refunds, order events, letters. What the stall has called missing stays out of stock.
    Raises: IllegalStep unless it waits to be packed. Idempotent.
    """
    first, *others = parcel = lock_parcel(consignment)
    fresh = own(parcel, consignment)
    if fresh.status == ConsignmentStatus.CANCELLED:
        return fresh
    if fresh.status != ConsignmentStatus.TO_PACK:
        raise IllegalStep(fresh.status, ConsignmentStatus.CANCELLED)
    if fresh is first:
        for companion in others:
            if companion.status == ConsignmentStatus.TO_PACK:
                _cancel(companion, by, reason)
    _cancel(fresh, by, reason)
    return fresh


def own(parcel: Sequence[Consignment], consignment: Consignment) -> Consignment:
    """The consignment as it is among those of its parcel."""
    return next(one for one in parcel if one.pk == consignment.pk)


def _cancel(fresh: Consignment, by: Any, reason: str) -> None:
    asked = Shortfall.objects.waiting().filter(consignment=fresh).first()
    if asked is not None:
        ShortfallAnswer.objects.create(shortfall=asked, choice=ShortfallChoice.CANCEL)
    lost = {missing.line_id: missing.quantity for missing in asked.missing.all()} if asked else {}
    call_off(fresh, OrderEventKind.CANCELLED, lost=lost, by=by, reason=reason)


def call_off(
    consignment: Consignment,
    kind: OrderEventKind,
    *,
    lost: Mapping[int, int],
    by: Any = None,
    reason: str = "",
) -> None:
    """Nothing of the consignment is delivered: ``lost`` pieces (by line) leave the stock, the rest is free again.

    Callers hold the locks of its parcel and checked its status. The order is cancelled with its last consignment.
    What was added and paid goes on by itself: only ``cancel_consignment`` takes it along.
    """
    due = consignment.due_amount
    for line in consignment.lines.all():
        if line.pk in lost:
            stock.write_off(line.order_line, lost[line.pk])
    stock.give_back(Line.objects.filter(consignment_line__consignment=consignment))
    consignment.status = ConsignmentStatus.CANCELLED
    consignment.save(update_fields=["status"])
    note(consignment, kind, by=by, text=reason)
    back = pay_back(consignment, due, RefundReason.PARCEL_CANCELLED, by=by)
    if door.is_closed(consignment.order):
        close(consignment.order)
    letters.parcel_cancelled(consignment, back, is_by_stall=kind == OrderEventKind.STALL_CANCELLED)
    let_go(consignment, by=by)


def let_go(consignment: Consignment, by: Any = None) -> None:
    """What was added to its parcel and is not paid goes nowhere any more; money that comes for it goes back.

    Callers hold the locks of its parcel. Writes: stock, orders, consignments, attempts, refunds, events, letters.
    """
    unpaid = consignment.companions.filter(order__status__in=[status.value for status in NOT_AGREED])
    for companion in unpaid.select_related("cooperative", "order__sheet").order_by("pk"):
        order = companion.order
        is_awaited = order.status == OrderStatus.PENDING_PAYMENT
        stock.give_back(order.lines.all())
        close(order)
        order.consignments.update(status=ConsignmentStatus.CANCELLED)
        note(companion, OrderEventKind.MISSED, by=by)
        give_back_all(order, RefundReason.CANCELLED)
        if is_awaited:
            letters.addition_missed(companion)


def close(order: Any) -> None:
    """Nothing of the order comes any more. Callers hold its locks."""
    Order.objects.filter(pk=order.pk).update(status=OrderStatus.CANCELLED.value)
    attempts = PaymentAttempt.objects.filter(order=order, status__in=OPEN_ATTEMPTS)
    attempts.update(status=AttemptStatus.CANCELLED)
    order.status = OrderStatus.CANCELLED.value
    promotions.give_back(order)
