"""From Oscar's product to what we keep about it, whether it is a product of one size or one pack of several."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from catalog.models import Pack, ProductSheet
from catalog.models.category_sheet import in_reading_language


def pack_of(product: Any) -> Pack | None:
    """The pack that a child product stands for."""
    if not product.is_child:
        return None
    try:
        pack: Pack = product.pack
    except ObjectDoesNotExist:
        return None
    return pack


def sheet_of(product: Any) -> ProductSheet | None:
    """The sheet that tells about the product or pack; None for products that are none of ours."""
    if product.is_child:
        pack = pack_of(product)
        return pack.sheet if pack else None
    try:
        sheet: ProductSheet = product.sheet
    except ObjectDoesNotExist:
        return None
    return sheet


def sold_sheet(product: Any) -> ProductSheet:
    """The sheet of a product that is in a basket. Raises: LookupError."""
    sheet = sheet_of(product)
    if sheet is None:
        raise LookupError(f"product {product.pk} has no sheet")
    return sheet


def pack_text(product: Any) -> str:
    """``túi 3 kg`` as printed on orders and invoices: in Vietnamese."""
    pack = pack_of(product)
    return pack.name if pack else sold_sheet(product).pack


def shown_pack(product: Any) -> str:
    """The same in the reader's language."""
    pack = pack_of(product)
    if pack:
        return pack.shown_name
    sheet = sold_sheet(product)
    return in_reading_language(sheet.pack, sheet.pack_en)


def pack_grams(product: Any) -> int:
    """What one pack weighs in the post."""
    pack = pack_of(product)
    return pack.weight_grams if pack else sold_sheet(product).weight_grams
