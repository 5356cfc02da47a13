"""What every charge of an order has left, and from which of them money that is due goes back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db.models import Sum

from . import refunds
from .models import EventKind, PaymentEvent, Refund, RefundReason


def left_of(order: Any) -> list[tuple[PaymentEvent, int]]:
    """The order's charges with what of each is neither given back nor set aside to be.

    Refunds that name no charge, and what a card scheme took, come out of the attempt's charges, the first one first.
    Unit: whole đồng; per attempt the sum is ``refunds.refundable_amount``.
    """
    charges = PaymentEvent.objects.filter(attempt__order=order, kind=EventKind.CHARGE)
    named: Counter[int] = Counter()
    unnamed: Counter[int | None] = Counter()
    for refund in Refund.objects.filter(attempt__order=order):
        if charge := refund.cause_id or refund.charge_id:
            named[charge] += refund.amount
        else:
            unnamed[refund.attempt_id] += refund.amount
    voided = PaymentEvent.objects.filter(attempt__order=order, kind=EventKind.VOID)
    for provider, reference, amount in voided.values_list("provider", "external_reference", "amount"):
        named[charges.get(provider=provider, external_reference=reference).pk] += amount
    moved = PaymentEvent.objects.filter(attempt__order=order).order_by()
    for attempt, kind, amount in moved.values_list("attempt", "kind").annotate(Sum("amount")):
        sign = {EventKind.CHARGEBACK: 1, EventKind.REVERSAL: -1}.get(kind, 0)
        unnamed[attempt] += sign * amount
    found = []
    for event in charges.select_related("attempt").order_by("pk"):
        left = event.amount - named[event.pk]
        gone = min(left, unnamed[event.attempt_id])
        unnamed[event.attempt_id] -= gone
        found.append((event, left - gone))
    return found


def give_back(*, order: Any, amount: int, reason: RefundReason) -> list[Refund]:
    """Refunds that together give ``amount`` back, each from one charge; less where less is there.

    Callers hold the order's locks. Writes: refunds.
    """
    charges = left_of(order)
    taken = taken_from([left for _charge, left in charges], amount)
    return [
        refunds.request_part(charge=charges[position][0], amount=part, reason=reason)
        for position, part in taken
    ]


def taken_from(left: Sequence[int], amount: int) -> list[tuple[int, int]]:
    """Which charges (by position) give how much of ``amount``, where ``left`` is what each has left.

    Shape: as few as can be: the smallest that suffices alone, else the largest first. They sum to ``amount``, or to
    all that is left where that is less.

    >>> taken_from([50, 200, 120], 100)
    [(2, 100)]
    >>> taken_from([50, 30], 70)
    [(0, 50), (1, 20)]
    """
    enough = [position for position, there in enumerate(left) if there >= amount > 0]
    if enough:
        return [(min(enough, key=lambda position: (left[position], position)), amount)]
    taken = []
    for position in sorted(range(len(left)), key=lambda position: (-left[position], position)):
        part = min(left[position], amount)
        if part > 0:
            taken.append((position, part))
            amount -= part
    return taken
