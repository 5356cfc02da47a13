"""The one lock order of the conductor: stock records by id → order → consignments → payment attempts → delivery.

Every service that changes an order starts here, so that none can deadlock with another. On SQLite a transaction
is alone from its start (IMMEDIATE) and the locks cost a query each.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, Q
from oscar.apps.order.models import Line, Order

from shop.ledger import due
from shop.partner.models import StockRecord
from shop.payments.models import PaymentAttempt

from .models import Consignment, ConsignmentLine

_LINES = ConsignmentLine.objects.select_related("order_line__stockrecord").prefetch_related("reductions")


def lock_orders(order_ids: Iterable[int], *, stock: Iterable[int] = ()) -> dict[int, Any]:
    """The orders, fresh, with everything they hold locked until the transaction ends.

    ``stock``: ids of stock records that will be needed besides, for goods that no line holds yet.
    Locks/Writes: stock records of their lines, the orders, their consignments and attempts; that the books are to
    look at these orders.
    """
    wanted = sorted(set(order_ids))
    held = Line.objects.filter(order_id__in=wanted).values("stockrecord_id")
    _take(StockRecord.objects.filter(Q(pk__in=held) | Q(pk__in=list(stock))))
    orders = Order.objects.filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",))
    found = {order.pk: order for order in orders.select_related("sheet")}
    _take(Consignment.objects.filter(order_id__in=wanted))
    _take(PaymentAttempt.objects.filter(order_id__in=wanted))
    due.look_soon(found)
    return found


def lock_order(order_id: int) -> Any:
    """One order, see ``lock_orders``."""
    return lock_orders([order_id])[order_id]


def lock_consignment(consignment: Consignment) -> Consignment:
    """The consignment, fresh, with its lines and their reductions, after ``lock_order`` of its order."""
    lock_order(consignment.order_id)
    return _loaded().get(pk=consignment.pk)


def lock_parcel(consignment: Consignment) -> list[Consignment]:
    """The consignments of one parcel, fresh as by ``lock_consignment``: first the one with which the others ship.

    Those that are cancelled or not paid are among them. Locks/Writes: see ``lock_orders``, of all their orders, taken
    anew when a consignment came to the parcel before they were had. Callers have a transaction open.
    """
    first = consignment.ships_with_id or consignment.pk
    parcel = Consignment.objects.filter(Q(pk=first) | Q(ships_with=first))
    while True:
        orders = set(parcel.values_list("order_id", flat=True))
        with suppress(_Grown), transaction.atomic():
            lock_orders(orders)
            rows = list(_loaded().filter(pk__in=parcel.values("pk")).order_by("pk"))
            if not {row.order_id for row in rows} <= orders:
                raise _Grown
            return rows


class _Grown(Exception):
    """Takes back the locks: the next ones have to be taken in the one order again."""


def _loaded() -> Any:
    rows = Consignment.objects.select_related("cooperative", "order__sheet")
    return rows.prefetch_related(Prefetch("lines", _LINES))


def _take(rows: Any) -> None:
    list(rows.order_by("pk").select_for_update().values_list("pk", flat=True))
