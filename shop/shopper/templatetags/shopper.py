"""What the account's templates need beside money and dates."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _

from shop.orders.statuses import ConsignmentStatus, OrderStatus

register = template.Library()


@register.filter
def order_state(order: Any) -> str:
    """Oscar's order keeps its status as a bare text; this is its label."""
    return str(OrderStatus(order.status).label)


@register.filter
def parcel_state(consignment: Any) -> str:
    """Where a parcel is, for its buyer: that it is still to be packed is the stall's way to say it."""
    if consignment.status == ConsignmentStatus.TO_PACK:
        return _("Bà con đang chuẩn bị hàng")
    return str(consignment.get_status_display())
