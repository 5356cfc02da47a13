"""Filters every template has: money, dates and weights as people in Vietnam write them."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils import timezone

from shop.money import format_amount

register = template.Library()


@register.filter
def dong(amount: object) -> str:
    """``125000`` → ``125.000 ₫``; empty for None."""
    return "" if amount is None else format_amount(int(amount))  # type: ignore[call-overload]


@register.filter
def day(value: dt.date | None) -> str:
    """``23/11/2026`` in Vietnam's time; empty for None."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value)
    return f"{value:%d/%m/%Y}"


@register.filter
def moment(value: dt.datetime | None) -> str:
    """``14:05 23/11/2026`` in Vietnam's time; empty for None."""
    return "" if value is None else f"{timezone.localtime(value):%H:%M %d/%m/%Y}"


@register.filter
def kilograms(grams: int) -> str:
    """``1500`` → ``1,5 kg``; below one kilogram ``300 g``."""
    if grams < 1000:
        return f"{grams} g"
    whole, rest = divmod(grams, 1000)
    decimals = f"{rest:03d}".rstrip("0")
    return f"{whole},{decimals} kg" if decimals else f"{whole} kg"
