"""The goods of an earlier order, once more into the basket."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from shop.orders.models import ConsignmentLine
from shop.partner.strategy import OnSale

from .baskets import NotInTheMarket, Product, Refused, put_in


@dataclass(frozen=True)
class Again:
    """Titles of what is in the basket now, and what is not, each with the reason in words."""

    taken: list[str] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)


@transaction.atomic
def put_in_again(basket: Any, order: Any) -> Again:
    """Fill the basket up to what the order had; where fewer are left, with those.

    Locks/Writes: the basket and its lines. Idempotent: what is in the basket already counts.
    """
    again = Again()
    lines = ConsignmentLine.objects.filter(consignment__order=order).select_related("order_line")
    for line in lines.order_by("pk"):
        _put_in(basket, line, again)
    return again


def _put_in(basket: Any, line: ConsignmentLine, again: Again) -> None:
    product_id = line.order_line.product_id
    held = {one.product_id: one.quantity for one in basket.all_lines()}.get(product_id, 0)
    wanted = line.quantity - held
    if wanted <= 0:
        again.taken.append(line.title)
        return
    possible = _possible(basket, product_id, line.quantity) - held
    try:
        # Asked for too many, it says why not.
        put_in(basket=basket, product_id=product_id or 0, quantity=possible if possible > 0 else wanted)
    except NotInTheMarket:
        again.missing.append((line.title, _("Món này không còn bán ở chợ.")))
        return
    except Refused as refusal:
        again.missing.append((line.title, refusal.reason))
        return
    again.taken.append(line.title)
    if possible < wanted:
        reason = _("chỉ lấy được %(taken)d, lần trước %(before)d")
        again.missing.append((line.title, reason % {"taken": possible + held, "before": line.quantity}))


def _possible(basket: Any, product_id: int | None, quantity: int) -> int:
    """The most pieces, up to ``quantity``, that one may have of the product now; 0 if none."""
    product = Product.objects.filter(pk=product_id).prefetch_related("stockrecords").first()
    availability = basket.strategy.fetch_for_product(product).availability if product else None
    if not isinstance(availability, OnSale):
        return 0
    left = quantity if availability.num_available is None else availability.num_available
    most = min(quantity, left, availability.most)
    return most - (most - availability.least) % availability.step if most >= availability.least else 0
