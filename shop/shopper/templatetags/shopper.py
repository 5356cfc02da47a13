"""What the account's templates need beside money and dates."""

from __future__ import annotations

from typing import Any

from django import template

from shop.orders.statuses import OrderStatus

register = template.Library()


@register.filter
def order_state(order: Any) -> str:
    """Oscar's order keeps its status as a bare text; this is its label."""
    return str(OrderStatus(order.status).label)
