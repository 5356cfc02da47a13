"""The one lock order of the conductor: stock records by id → order → consignments → payment attempts → delivery.

Every service that changes an order starts here, so that none can deadlock with another. On SQLite a transaction
is alone from its start (IMMEDIATE) and the locks cost a query each.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch
from oscar.apps.order.models import Line, Order

from shop.partner.models import StockRecord
from shop.payments.models import PaymentAttempt

from .models import Consignment, ConsignmentLine

_LINES = ConsignmentLine.objects.select_related("order_line__stockrecord").prefetch_related("reductions")


def lock_orders(order_ids: Iterable[int]) -> dict[int, Any]:
    """The orders, fresh, with everything they hold locked until the transaction ends.

    Locks/Writes: stock records of their lines, the orders, their consignments and attempts.
    """
    wanted = sorted(set(order_ids))
    stock = Line.objects.filter(order_id__in=wanted).values("stockrecord_id")
    _take(StockRecord.objects.filter(pk__in=stock))
    orders = Order.objects.filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",))
    found = {order.pk: order for order in orders.select_related("sheet")}
    _take(Consignment.objects.filter(order_id__in=wanted))
    _take(PaymentAttempt.objects.filter(order_id__in=wanted))
    return found


def lock_order(order_id: int) -> Any:
    """One order, see ``lock_orders``."""
    return lock_orders([order_id])[order_id]


def lock_consignment(consignment: Consignment) -> Consignment:
    """The consignment, fresh, with its lines and their reductions, after ``lock_order`` of its order."""
    lock_order(consignment.order_id)
    rows = Consignment.objects.select_related("cooperative", "order__sheet")
    return rows.prefetch_related(Prefetch("lines", _LINES)).get(pk=consignment.pk)


def _take(rows: Any) -> None:
    list(rows.order_by("pk").select_for_update().values_list("pk", flat=True))
