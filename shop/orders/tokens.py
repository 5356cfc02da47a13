"""An order by its number and token, as they stand in its link: the key of a buyer without a log-in."""

from __future__ import annotations

from django.utils.crypto import constant_time_compare

from .models import OrderSheet

SHORT_LENGTH = 12
"""Letters of a token in a short link: 72 bits, as good as never guessed."""


def short_token(token: str) -> str:
    """The part of an order's token that its short link carries."""
    return token[:SHORT_LENGTH]


def find_order_by_short(number: str, start: str) -> OrderSheet | None:
    """The sheet of that order if ``start`` is the short part of its token."""
    sheet = OrderSheet.objects.select_related("order").filter(order__number=number).first()
    is_key = constant_time_compare(short_token(sheet.token) if sheet else "-", start)
    return sheet if is_key else None


def find_order(number: str, token: str) -> OrderSheet | None:
    """The sheet of that order if the token is its own."""
    sheet = OrderSheet.objects.select_related("order", "helper").filter(order__number=number).first()
    # Compared even when there is no such order, so that time tells nothing.
    is_key = constant_time_compare(sheet.token if sheet else "-", token)
    return sheet if is_key else None
