"""What pages of the shop say of a stall's invoices."""

from __future__ import annotations

from django import template

from catalog.clock import today
from catalog.models import Cooperative
from shop.invoices.delegation import delegation_on
from shop.invoices.models import Delegation

register = template.Library()


@register.simple_tag
def issuer_of(stall: Cooperative) -> Delegation | None:
    """The contract under which another party issues for the stall today: to be posted (Circular 91/2026 art. 9)."""
    return delegation_on(stall, today())
