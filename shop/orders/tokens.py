"""An order by its number and token, as they stand in its link: the key of a buyer without a log-in."""

from __future__ import annotations

from django.utils.crypto import constant_time_compare

from .models import OrderSheet


def find_order(number: str, token: str) -> OrderSheet | None:
    """The sheet of that order if the token is its own."""
    sheet = OrderSheet.objects.select_related("order", "helper").filter(order__number=number).first()
    # Compared even when there is no such order, so that time tells nothing.
    is_key = constant_time_compare(sheet.token if sheet else "-", token)
    return sheet if is_key else None
