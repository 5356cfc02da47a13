"""Filters every template has: money as people in Vietnam write it, dates and weights as readers do."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language

from catalog.reading import thousandths
from shop.money import format_amount

register = template.Library()


@register.filter
def dong(amount: object) -> str:
    """``125000`` → ``125.000 ₫``; empty for None."""
    return "" if amount is None else format_amount(int(amount))  # type: ignore[call-overload]


@register.filter
def day(value: dt.date | None) -> str:
    """``23/11/2026``, in Japanese ``2026年11月23日``, in Vietnam's time; empty for None."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value)
    if get_language() == "ja":
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value:%d/%m/%Y}"


@register.filter
def whole(code: str) -> str:
    """``H167D-06P0A-S`` as text that no line breaks at its hyphens."""
    return format_html('<span class="whole">{}</span>', code)


@register.filter
def day_of_month(value: dt.date) -> str:
    """``23/11``, in Japanese ``11月23日``."""
    return f"{value.month}月{value.day}日" if get_language() == "ja" else f"{value:%d/%m}"


@register.filter
def moment(value: dt.datetime | None) -> str:
    """``14:05 23/11/2026``, in Japanese ``2026年11月23日 14:05``, in Vietnam's time; empty for None."""
    if value is None:
        return ""
    time = f"{timezone.localtime(value):%H:%M}"
    return f"{day(value)} {time}" if get_language() == "ja" else f"{time} {day(value)}"


@register.filter
def kilograms(grams: int) -> str:
    """``1500`` → ``1,5 kg``, in other languages ``1.5 kg``; below one kilogram ``300 g``."""
    return f"{grams} g" if grams < 1000 else f"{thousandths(grams)} kg"
