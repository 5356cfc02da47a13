"""What happens to stock: reserved stock given back, reserved again, or gone with the parcel; replaced, returned.

Callers hold the locks of ``locks``. Oscar's ``cancel_allocation`` clamps at zero, so the line's own count decides
first; otherwise a second call would take what other orders have reserved.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F, Sum
from oscar.apps.order.exceptions import UnableToPlaceOrder
from oscar.apps.order.models import Line

from catalog import shelves
from shop.partner.models import StockRecord

from .requests import NotHarvestedYet


class NotInStock(Exception):
    """There are not so many pieces that nobody has ordered."""

    def __init__(self, line: Any) -> None:
        super().__init__(line.title)
        self.line = line


def take(line: Any, quantity: int) -> None:
    """Pieces like those of the order line leave the stock in their place. Raises: NotInStock."""
    if line.stockrecord is None or line.product is None:
        raise NotInStock(line)
    try:
        line.stockrecord.allocate(quantity)
    except UnableToPlaceOrder as refusal:
        raise NotInStock(line) from refusal
    line.stockrecord.consume_allocation(quantity)


def put_back(line: Any, quantity: int) -> None:
    """Pieces of the order line that came back are there to be sold again; a deleted stock record takes none."""
    for counted in _counted([line]):
        record = counted.stockrecord
        record.pre_save_signal()
        StockRecord.objects.filter(pk=record.pk).update(num_in_stock=F("num_in_stock") + quantity)
        record.refresh_from_db(fields=["num_in_stock"])
        shelves.restock(record.product)
        record.post_save_signal()


def give_back(order_lines: Iterable[Any]) -> None:
    """Release what the lines still hold. Idempotent."""
    for line in _counted(order_lines):
        if line.num_allocated:
            line.stockrecord.cancel_allocation(line.num_allocated)
            line.num_allocated, line.allocation_cancelled = 0, True
            line.save(update_fields=["num_allocated", "allocation_cancelled"])


def reserve_again(order: Any) -> bool:
    """Whether every line could be reserved once more after its release; all lines or none."""
    lines = order.lines.select_related("stockrecord", "product", "consignment_line")
    if any(line.stockrecord is None or line.product is None for line in lines):
        return False
    try:
        with transaction.atomic():
            for line in _counted(lines):
                line.stockrecord.allocate(line.quantity, from_harvest=line.consignment_line.is_preorder)
                line.num_allocated, line.allocation_cancelled = line.quantity, False
                line.save(update_fields=["num_allocated", "allocation_cancelled"])
    except UnableToPlaceOrder:
        return False
    return True


def write_off(line: Any, quantity: int) -> None:
    """Pieces of the order line that are not there: neither kept for it any more, nor sold to the next buyer.

    Of a pre-order only the reservation goes: what a harvest brings is written where it arrives.
    """
    for counted in _counted([line]):
        there = 0 if counted.consignment_line.is_preorder else counted.stockrecord.num_in_stock
        lost = min(quantity, there)
        if lost:
            counted.consume_allocation(lost)
        if lost < quantity:
            counted.stockrecord.cancel_allocation(quantity - lost)
            counted.num_allocated -= quantity - lost
            counted.save(update_fields=["num_allocated"])


def consume(order_lines: Iterable[Any]) -> None:
    """Take the lines' goods out of stock and out of what is reserved.

    Raises: NotHarvestedYet when a pre-order would take what is not there, or what others bought from stock.
    """
    for line in _counted(order_lines):
        if line.consignment_line.is_preorder:
            _check_arrived(line)
        line.consume_allocation(line.num_allocated)


def _check_arrived(line: Any) -> None:
    sold_from_stock = Line.objects.filter(
        stockrecord=line.stockrecord, consignment_line__is_preorder=False
    ).aggregate(total=Sum("num_allocated"))["total"]
    record = StockRecord.objects.get(pk=line.stockrecord_id)
    if record.num_in_stock - (sold_from_stock or 0) < line.num_allocated:
        raise NotHarvestedYet(line.title)


def _counted(order_lines: Iterable[Any]) -> list[Any]:
    """Lines whose goods are counted, by stock record; a deleted stock record has nothing to give back."""
    lines = [line for line in order_lines if line.stockrecord is not None and line.can_track_allocations]
    return sorted(lines, key=lambda line: line.stockrecord_id)
