"""Filters of the panel's templates."""

from __future__ import annotations

from decimal import Decimal

from django import template

from shop.invoices.pdf import format_number

register = template.Library()


@register.filter
def decimal(value: Decimal | None) -> str:
    """A quantity or unit price as the printed invoice shows it; empty for None."""
    return format_number(value)
