"""What happens to reserved stock: given back, reserved again, or gone with the parcel.

Callers hold the locks of ``locks``. Oscar's ``cancel_allocation`` clamps at zero, so the line's own count decides
first; otherwise a second call would take what other orders have reserved.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from oscar.apps.order.exceptions import UnableToPlaceOrder


def give_back(order: Any) -> None:
    """Release what the order's lines still hold. Idempotent."""
    for line in _counted(order.lines.all()):
        if line.num_allocated:
            line.stockrecord.cancel_allocation(line.num_allocated)
            line.num_allocated, line.allocation_cancelled = 0, True
            line.save(update_fields=["num_allocated", "allocation_cancelled"])


def reserve_again(order: Any) -> bool:
    """Whether every line could be reserved once more after its release; all lines or none."""
    lines = order.lines.select_related("stockrecord", "product")
    if any(line.stockrecord is None or line.product is None for line in lines):
        return False
    try:
        with transaction.atomic():
            for line in _counted(lines):
                line.stockrecord.allocate(line.quantity)
                line.num_allocated, line.allocation_cancelled = line.quantity, False
                line.save(update_fields=["num_allocated", "allocation_cancelled"])
    except UnableToPlaceOrder:
        return False
    return True


def consume(order_lines: Iterable[Any]) -> None:
    """Take the lines' goods out of stock and out of what is reserved."""
    for line in _counted(order_lines):
        line.consume_allocation(line.num_allocated)


def _counted(order_lines: Iterable[Any]) -> list[Any]:
    """Lines whose goods are counted, by stock record; a deleted stock record has nothing to give back."""
    lines = [line for line in order_lines if line.stockrecord is not None and line.can_track_allocations]
    return sorted(lines, key=lambda line: line.stockrecord_id)
