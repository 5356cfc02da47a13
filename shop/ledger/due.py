"""Which orders' money is to be looked at, and what keeps a stall's money back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from .models import Hold, OrderToSettle


def look_soon(order_ids: Iterable[int], at: dt.datetime | None = None) -> None:
    """These orders are looked at by the next round. Writes: OrderToSettle, in the caller's transaction."""
    at = at or timezone.now()
    OrderToSettle.objects.bulk_create(
        (OrderToSettle(order_id=pk, look_at=at) for pk in sorted(set(order_ids))),
        update_conflicts=True,
        unique_fields=["order"],
        update_fields=["look_at"],
    )


def hold(consignment_id: int, reason: str) -> None:
    """The money of the consignment stays where it is until ``lift``. Idempotent: by reason. Writes: Hold."""
    Hold.objects.get_or_create(consignment_id=consignment_id, reason=reason)


def lift(consignment_id: int, reason: str) -> None:
    """That reason is over. Idempotent. Writes: Hold."""
    Hold.objects.filter(consignment_id=consignment_id, reason=reason, lifted_at=None).update(
        lifted_at=timezone.now()
    )


def is_held(consignment_id: int) -> bool:
    """Whether anything keeps the consignment's money back."""
    return Hold.objects.filter(consignment_id=consignment_id, lifted_at=None).exists()
