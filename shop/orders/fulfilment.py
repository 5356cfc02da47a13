"""What follows on an order: its deadline passes, or its consignments are packed and handed over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from oscar.apps.order.models import Line, Order

from shop.payments.models import OPEN_ATTEMPTS, AttemptStatus, PaymentAttempt, RefundReason
from shop.promotions import services as promotions

from . import door, invoicing, letters, picking, reductions, stock
from .changes import close
from .locks import lock_consignment, lock_order
from .models import Consignment, LineReduction, OrderEvent, Shortfall
from .paying import may_expire
from .receiving import give_back_all
from .reductions import note
from .requests import BuyerIsAsked, IllegalStep
from .statuses import CONSIGNMENT_STEPS, ConsignmentStatus, OrderEventKind, OrderStatus


def expire(now: dt.datetime | None = None) -> int:
    """How many unpaid orders past their deadline were closed; their stock is free again.

    Providers are asked first: who paid in the last second has paid.
    Locks/Writes: one transaction per order. Money that came in part is put into the refund queue.
    Idempotent: an order that was paid meanwhile, or got more time, stays.
    """
    now = now or timezone.now()
    due = Order.objects.filter(status=OrderStatus.PENDING_PAYMENT.value, sheet__pay_by__lte=now)
    due = due.order_by("sheet__pay_by").select_related("sheet")
    return sum(_expire_one(order.pk, now) for order in due if may_expire(order, now))


@transaction.atomic
def _expire_one(order_id: int, now: dt.datetime) -> bool:
    order = lock_order(order_id)
    if order.status != OrderStatus.PENDING_PAYMENT or order.sheet.pay_by > now:
        return False
    stock.give_back(order.lines.all())
    promotions.give_back(order)
    Order.objects.filter(pk=order.pk).update(status=OrderStatus.EXPIRED.value)
    order.consignments.update(status=ConsignmentStatus.CANCELLED)
    attempts = PaymentAttempt.objects.filter(order=order, status__in=OPEN_ATTEMPTS)
    attempts.update(status=AttemptStatus.EXPIRED)
    OrderEvent.objects.create(order=order, kind=OrderEventKind.EXPIRED)
    give_back_all(order, RefundReason.INCOMPLETE)
    return True


@transaction.atomic
def pack(
    *,
    consignment: Consignment,
    by: Any,
    lots: Mapping[int, int] | None = None,
    weights: Mapping[int, int] | None = None,
) -> Consignment:
    """The consignment, packed; ``lots`` says from which lot (value) a line (key) was taken, where that is known.

    ``weights`` (in grams, by line) are those found lower than sold: the difference goes back to the buyer.
    Locks/Writes: order, consignments, lots; reductions, refunds, letters. Raises: IllegalStep unless it waits to be
    packed; BuyerIsAsked while the buyer has a question to answer; LotUnfit; WeightUnfit.
    """
    consignment = _step(consignment, ConsignmentStatus.PACKED)
    if Shortfall.objects.waiting().filter(consignment=consignment).exists():
        raise BuyerIsAsked(ConsignmentStatus.TO_PACK, ConsignmentStatus.PACKED)
    lighter = reductions.weigh(consignment, weights or {})
    picking.pick(consignment, lots or {})
    consignment.packed_at = timezone.now()
    consignment.save(update_fields=["status", "packed_at"])
    note(consignment, OrderEventKind.PACKED, by=by)
    if lighter:
        _give_difference(consignment, lighter, by)
    return consignment


def _give_difference(consignment: Consignment, lighter: list[LineReduction], by: Any) -> None:
    text = ", ".join(f"−{row.grams} g {row.line.title}" for row in lighter)
    note(consignment, OrderEventKind.REDUCED, by=by, text=text)
    back = reductions.pay_back(consignment, sum(row.amount for row in lighter), RefundReason.LIGHTER, by=by)
    letters.parcel_reduced(consignment, lighter, back)


@transaction.atomic
def change_lots(*, consignment: Consignment, lots: Mapping[int, int]) -> Consignment:
    """The packed consignment, its goods taken from other lots than noted before.

    Locks/Writes: order, consignments, lots. Raises: IllegalStep unless it is packed; LotUnfit.
    """
    consignment = lock_consignment(consignment)
    if consignment.status != ConsignmentStatus.PACKED:
        raise IllegalStep(consignment.status, ConsignmentStatus.PACKED)
    picking.pick(consignment, lots)
    return consignment


@transaction.atomic
def hand_over(*, consignment: Consignment, by: Any, carrier: str, tracking_number: str) -> Consignment:
    """The consignment, given to its carrier: its goods leave stock and lots, and its invoice waits to be issued.

    Locks/Writes: stock records, order, consignments, lots; the invoice and the buyer's letter.
    Raises: IllegalStep unless it is packed; LotUnfit when a lot was recalled or emptied since it was packed;
    NotHarvestedYet while goods of a pre-order are not there.
    """
    consignment = _step(consignment, ConsignmentStatus.HANDED_OVER)
    consignment.carrier, consignment.tracking_number = carrier, tracking_number
    consignment.handed_over_at = timezone.now()
    consignment.save(update_fields=["status", "carrier", "tracking_number", "handed_over_at"])
    stock.consume(Line.objects.filter(consignment_line__consignment=consignment))
    picking.write_sales(consignment, at=consignment.handed_over_at, by=by)
    invoicing.open_invoice(consignment)
    note(consignment, OrderEventKind.HANDED_OVER, by=by, text=f"{carrier} {tracking_number}".strip())
    letters.handed_over(consignment, door.owed_for(consignment))
    return consignment


@transaction.atomic
def take_back(*, consignment: Consignment, by: Any, is_sellable: bool, reason: str) -> Consignment:
    """The parcel that its buyer did not take at the door, back at its stall: nothing is charged for it.

    ``is_sellable`` goods go on sale again, others are lost. What was paid for it already goes back; an invoice that
    has its number needs a return by hand. The order is cancelled with its last parcel.
    Locks/Writes: stock records, order, consignments, lots; the invoice's draft, refunds, order events.
    Raises: IllegalStep unless it was handed over to be paid at the door.
    """
    fresh = lock_consignment(consignment)
    due = fresh.due_amount
    if ConsignmentStatus.RETURNED not in CONSIGNMENT_STEPS[fresh.status] or not door.is_at_door(fresh.order):
        raise IllegalStep(fresh.status, ConsignmentStatus.RETURNED)
    fresh.status = ConsignmentStatus.RETURNED
    fresh.save(update_fields=["status"])
    if is_sellable:
        for line in Line.objects.filter(consignment_line__consignment=fresh).order_by("stockrecord"):
            stock.put_back(line, line.consignment_line.kept_quantity)
    picking.write_returns(fresh, is_sellable=is_sellable, note=fresh.code, by=by)
    invoicing.forget_invoice(fresh)
    note(fresh, OrderEventKind.REFUSED, by=by, text=reason)
    reductions.pay_back(fresh, due, RefundReason.REFUSED, by=by)
    if door.is_closed(fresh.order):
        close(fresh.order)
    return fresh


def _step(consignment: Consignment, step: ConsignmentStatus) -> Consignment:
    """The consignment, locked and fresh, with its next status set but not saved."""
    fresh = lock_consignment(consignment)
    if step not in CONSIGNMENT_STEPS[fresh.status]:
        raise IllegalStep(fresh.status, step)
    fresh.status = step
    return fresh
