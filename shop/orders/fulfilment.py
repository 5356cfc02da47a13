"""What follows on an order: its deadline passes, or its consignments are packed and handed over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from oscar.apps.order.models import Line, Order

from shop.payments.models import OPEN_ATTEMPTS, AttemptStatus, PaymentAttempt, RefundReason
from shop.promotions import services as promotions

from . import door, invoicing, letters, picking, reductions, stock
from .changes import close, let_go, own
from .locks import lock_consignment, lock_order, lock_parcel
from .models import Consignment, LineReduction, OrderEvent, Shortfall
from .paying import may_expire
from .receiving import give_back_all
from .reductions import note
from .requests import BuyerIsAsked, IllegalStep, ParcelGrew
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
    letters.order_expired(order)
    give_back_all(order, RefundReason.INCOMPLETE)
    return True


def pack(
    *,
    consignment: Consignment,
    by: Any,
    lots: Mapping[int, int] | None = None,
    weights: Mapping[int, int] | None = None,
    seen: Collection[int] | None = None,
) -> Consignment:
    """The consignment, packed with all that was added to its parcel and paid; what is not paid is let go.

    ``lots`` says from which lot (value) a line (key) was taken, where that is known; ``weights`` (in grams, by line)
    are those found lower than sold: the difference goes back to the buyer; ``seen`` are the ids of the consignments
    that whoever packed knew of, None for all.
    Locks/Writes: see ``locks``; consignments, lots; reductions, refunds, letters; calls the network before, where an
    addition is being paid. Raises: IllegalStep unless it waits to be packed; ParcelGrew if more than ``seen`` is to go;
    BuyerIsAsked while the buyer has a question to answer; LotUnfit; WeightUnfit.
    """
    now = timezone.now()
    added = Consignment.objects.filter(ships_with=consignment.ships_with_id or consignment.pk)
    for one in added.filter(status=ConsignmentStatus.AWAITING_PAYMENT).select_related("order__sheet"):
        may_expire(one.order, now)  # who paid in the last second has paid
    return _pack(consignment, by, lots or {}, weights or {}, seen)


@transaction.atomic
def _pack(
    consignment: Consignment,
    by: Any,
    lots: Mapping[int, int],
    weights: Mapping[int, int],
    seen: Collection[int] | None,
) -> Consignment:
    going = _step(consignment, ConsignmentStatus.PACKED)
    if seen is not None and (added := [one for one in going if one.pk not in seen]):
        raise ParcelGrew(added)
    if Shortfall.objects.waiting().filter(consignment__in=going).exists():
        raise BuyerIsAsked(ConsignmentStatus.TO_PACK, ConsignmentStatus.PACKED)
    for one in going:
        lighter = reductions.weigh(one, weights)
        picking.pick(one, lots)
        one.packed_at = timezone.now()
        one.save(update_fields=["status", "packed_at"])
        note(one, OrderEventKind.PACKED, by=by)
        if lighter:
            _give_difference(one, lighter, by)
    let_go(going[0], by=by)
    return own(going, consignment)


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
    """The consignment, given to its carrier with all that was packed with it; each has an invoice that waits.

    Its goods leave stock and lots. Locks/Writes: see ``locks``; consignments, lots; invoices and the buyer's letters.
    Raises: IllegalStep unless it is packed; LotUnfit when a lot was recalled or emptied since it was packed;
    NotHarvestedYet while goods of a pre-order are not there.
    """
    going = _step(consignment, ConsignmentStatus.HANDED_OVER)
    stock.consume(Line.objects.filter(consignment_line__consignment__in=going))
    picking.lock_lots_of(going)
    now = timezone.now()
    for one in going:
        one.carrier, one.tracking_number, one.handed_over_at = carrier, tracking_number, now
        one.save(update_fields=["status", "carrier", "tracking_number", "handed_over_at"])
        picking.write_sales(one, at=now, by=by)
        invoicing.open_invoice(one)
        note(one, OrderEventKind.HANDED_OVER, by=by, text=f"{carrier} {tracking_number}".strip())
        letters.handed_over(one, door.owed_for(one))
    return own(going, consignment)


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


def _step(consignment: Consignment, step: ConsignmentStatus) -> list[Consignment]:
    """All of its parcel that is where it is, locked and fresh, with their next status set but not saved."""
    parcel = lock_parcel(consignment)
    status = own(parcel, consignment).status
    if step not in CONSIGNMENT_STEPS[status]:
        raise IllegalStep(status, step)
    going = [one for one in parcel if one.status == status]
    for one in going:
        one.status = step
    return going
