"""Putting goods into a basket, changing quantities, taking goods out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from oscar.core.loading import get_model

from catalog.models import ProductSheet
from catalog.sold import sheet_of, sold_sheet

from .stalls import load_lines

MOST_LINES = 60
"""Different goods one basket may hold; more is a machine, not a family."""

Basket = get_model("basket", "Basket")
Product = get_model("catalogue", "Product")
Line = get_model("basket", "Line")


class NotInTheMarket(Exception):
    """No such product, or one that was never approved."""


class BasketClosed(Exception):
    """The basket has been ordered or joined with another in the meantime; nothing was written."""


class Refused(Exception):
    """The product cannot be put in the basket as asked; the text says why, for the buyer."""

    def __init__(self, sheet: ProductSheet, reason: str) -> None:
        super().__init__(reason)
        self.sheet = sheet
        self.reason = reason


def _sold_products() -> Any:
    """Products with all that decides whether they can be bought."""
    related = ("product_class", "parent__product_class", "sheet__cooperative", "pack__sheet__cooperative")
    return Product.objects.select_related(*related).prefetch_related("stockrecords")


@transaction.atomic
def fill(*, basket: Any, goods: Iterable[tuple[int, int]], is_adult: bool) -> dict[int, str]:
    """Put goods (product id, quantity) into an empty basket; by product id why some can't be had.

    Locks/Writes: the basket's lines, in a number of queries that does not grow with them.
    """
    wanted = dict(goods)
    products = {product.pk: product for product in _sold_products().filter(pk__in=wanted)}
    refused: dict[int, str] = {}
    lines = []
    for product_id, quantity in wanted.items():
        product = products.get(product_id)
        sheet = sheet_of(product) if product else None
        if product is None or sheet is None:
            refused[product_id] = _("Món này không còn bán ở chợ.")
            continue
        info = basket.strategy.fetch_for_product(product)
        permitted, reason = info.availability.is_purchase_permitted(quantity)
        if sheet.is_age_restricted and not is_adult:
            refused[product_id] = _adults_only()
        elif not permitted:
            refused[product_id] = str(reason)
        else:
            lines.append(
                Line(
                    basket=basket,
                    product=product,
                    stockrecord=info.stockrecord,
                    line_reference=f"{product.pk}_{info.stockrecord.pk}",
                    quantity=quantity,
                    price_currency=info.price.currency,
                    price_excl_tax=info.price.excl_tax,
                    price_incl_tax=info.price.incl_tax,
                    tax_code=info.price.tax_code,
                )
            )
    Line.objects.bulk_create(lines)
    return refused


def _adults_only() -> str:
    return _("Món này chỉ bán cho người từ 18 tuổi. Bạn đánh dấu “Tôi đã đủ 18 tuổi” rồi thêm lại nhé.")


@transaction.atomic
def put_in(*, basket: Any, product_id: int, quantity: int, is_adult: bool = False) -> ProductSheet:
    """Add ``quantity`` packs to what the basket holds of the product.

    Locks/Writes: the basket and its line; nothing on refusal.
    Raises: NotInTheMarket; Refused with the reason in words, also for goods for adults without the word of one;
    BasketClosed, as whoever orders it holds its lock.
    """
    rows = Basket.objects.select_for_update().filter(pk=basket.pk)
    if basket.pk and not rows.filter(status=Basket.OPEN).exists():
        raise BasketClosed
    product = _sold_products().filter(pk=product_id).first()
    sheet = sheet_of(product) if product else None
    if sheet is None:
        raise NotInTheMarket(product_id)
    if sheet.is_age_restricted and not is_adult:
        raise Refused(sheet, _adults_only())
    held = {line.product_id: line.quantity for line in basket.all_lines()}
    already = held.get(product.pk, 0)
    permitted, reason = basket.strategy.fetch_for_product(product).availability.is_purchase_permitted(
        already + quantity
    )
    if not permitted:
        if already:
            reason = _("%(reason)s (trong giỏ đã có %(already)d)") % {"reason": reason, "already": already}
        raise Refused(sheet, reason)
    if not already and len(held) >= MOST_LINES:
        raise Refused(sheet, _("Giỏ đã có %(most)d món, bạn đặt đơn này trước nhé") % {"most": MOST_LINES})
    basket.add_product(product, quantity)
    load_lines(basket)
    return sheet


@transaction.atomic
def set_quantities(*, basket: Any, quantities: Mapping[int, int]) -> dict[int, str]:
    """Give lines (by id) their new quantities: all of them, or none and the reason per line.

    Lines of other baskets and lines that are gone are passed over.
    """
    lines = [line for line in basket.all_lines() if quantities.get(line.pk, line.quantity) != line.quantity]
    refusals = {}
    for line in lines:
        permitted, reason = line.purchase_info.availability.is_purchase_permitted(quantities[line.pk])
        # Fewer than before is always welcome, even when it is still more than what is left.
        if not permitted and quantities[line.pk] > line.quantity:
            refusals[line.pk] = str(reason)
    if refusals:
        return refusals
    for line in lines:
        line.quantity = quantities[line.pk]
        line.save(update_fields=["quantity", "date_updated"])
    basket.reset_offer_applications()
    load_lines(basket)
    return {}


def one_step(*, basket: Any, line_id: int, quantity: int, direction: int) -> int:
    """``quantity`` one step of that line's product up (1) or down (-1), never below the least one may buy."""
    line = next((line for line in basket.all_lines() if line.pk == line_id), None)
    if line is None:
        return quantity
    sheet = sold_sheet(line.product)
    return max(sheet.min_quantity, quantity + direction * sheet.quantity_step)


def take_out(*, basket: Any, line_id: int) -> str:
    """Remove a line; its title, or an empty text if the basket has no such line. Idempotent."""
    line = next((line for line in basket.all_lines() if line.pk == line_id), None)
    if line is None:
        return ""
    title: str = line.product.get_title()
    line.delete()
    basket.reset_offer_applications()
    load_lines(basket)
    return title


@transaction.atomic
def join(*, basket: Any, other: Any) -> None:
    """Move the goods of ``other``, gathered before logging in or in another tab, into a person's ``basket``.

    Goods in both keep the larger of the two quantities, never the sum: who logs in twice has not decided twice. No
    quantity is more than can be had now; what cannot be had at all stays as it is, and the basket says why.
    Locks: both baskets by id. Idempotent: what is no open basket any more is left alone.
    """
    rows = Basket.objects.select_for_update().filter(pk__in=(basket.pk, other.pk)).order_by("pk")
    locked = {row.pk: row for row in rows}
    is_free = other.pk in locked and locked[other.pk].owner_id in (None, basket.owner_id)
    if not is_free or any(row.status != Basket.OPEN for row in locked.values()):
        return
    load_lines(basket)
    load_lines(other)
    held = {line.product_id: line for line in basket.all_lines()}
    for line in other.all_lines():
        own = held.get(line.product_id)
        if own is None and len(held) >= MOST_LINES:
            continue
        larger = max(line.quantity, own.quantity if own else 0)
        availability = other.strategy.fetch_for_line(line).availability
        kept = own or line
        kept.basket, kept.quantity = basket, availability.most_of(larger) or larger
        kept.save(update_fields=["basket", "quantity", "date_updated"])
        held[line.product_id] = kept
    other.status, other.date_merged = Basket.MERGED, timezone.now()
    other.save(update_fields=["status", "date_merged"])
    load_lines(basket)
