"""Filters and tags of the panel's templates."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template

from catalog.models import Lot
from catalog.trace_views import Step, amount_text
from shop.invoices.pdf import format_number
from shop.panel.lot_forms import CorrectionForm
from shop.panel.menu import menu_of, search_url
from shop.panel.money import source_name
from shop.shipping.couriers import Courier

register = template.Library()


@register.filter
def decimal(value: Decimal | None) -> str:
    """A quantity or unit price as the printed invoice shows it; empty for None."""
    return format_number(value)


register.filter(source_name)


@register.filter
def thousands(number: int) -> str:
    """``1250000`` → ``1.250.000``."""
    return f"{number:,}".replace(",", ".")


@register.filter
def courier_name(code: str) -> str:
    """Who carries, as people call them."""
    return str(Courier(code).label) if code in Courier.values else code


@register.simple_tag
def amount(quantity: int | None, unit: str) -> str:
    """``240 kg``, ``1,5 lít``."""
    return amount_text(quantity, unit)


@register.simple_tag
def correction_for(step: Step, lot: Lot) -> CorrectionForm:
    """The form that puts this line of the lot's book right."""
    line = step.event
    unit = line.counterpart.unit if line.counterpart else lot.unit
    prefix = f"sua-{line.number}"
    return CorrectionForm(initial={"number": line.number}, unit=unit, auto_id=f"{prefix}-%s")


@register.inclusion_tag("panel/_menu.html", takes_context=True)
def panel_menu(context: Any) -> dict[str, Any]:
    """The menu of the light frame."""
    request = context["request"]
    return {
        "request": request,
        "market_name": context["market_name"],
        "entries": menu_of(request),
        "search_url": search_url(request),
    }
