"""Writes of what a product comes in: several packs, and lower prices for many of one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from oscar.core.loading import get_model

from catalog import shelves
from catalog.models import Harvest, Pack, PriceTier, ProductSheet
from catalog.services import StockBelowReserved
from catalog.tiers import check_tiers

MOST_PACKS = 12
MOST_TIERS = 6


@transaction.atomic
def save_pack(  # noqa: PLR0913  what a pack is made of
    *,
    sheet: ProductSheet,
    sku: str,
    name: str,
    net_quantity: int,
    weight_grams: int,
    price_amount: int,
    stock: int,
    name_en: str = "",
    is_offered: bool = True,
) -> Pack:
    """The product's pack with that SKU, made or brought up to date.

    The first call turns the product into one with packs: its own size becomes the first of them and keeps its
    SKU, stock, harvests and prices, and baskets that hold it keep holding it.
    Unit: whole đồng with VAT; ``stock`` packs at the stall, reserved ones included.
    Locks/Writes: StockRecord, Product, Pack, baskets. Raises: ValidationError; StockBelowReserved.
    Idempotent by (cooperative, sku).
    """
    if price_amount <= 0:
        raise ValidationError({"price_amount": _("Giá phải lớn hơn 0.")})
    records: Any = get_model("partner", "StockRecord").objects.select_for_update()
    partner_id = sheet.cooperative.partner_id
    list(records.filter(product_id=sheet.product_id))  # nobody buys while the product is taken apart
    record = records.filter(partner_id=partner_id, partner_sku=sku).select_related("product").first()
    if record is not None and sheet.product_id not in (record.product_id, record.product.parent_id):
        raise ValidationError({"sku": _("Mã này đang dùng cho món khác của hợp tác xã.")})
    if not sheet.packs.exists():
        _take_apart(sheet)
    pack = Pack.objects.filter(sheet=sheet, product__stockrecords__partner_sku=sku).first()
    if pack is None:
        if sheet.packs.count() >= MOST_PACKS:
            raise ValidationError(
                {"sku": _("Một món có nhiều nhất %(most)d quy cách.") % {"most": MOST_PACKS}}
            )
        pack = Pack(sheet=sheet, product=_child_of(sheet))
        record = records.model(product=pack.product, partner_id=partner_id, partner_sku=sku)
    else:
        record = records.get(product_id=pack.product_id)
    if stock + record.num_expected < (record.num_allocated or 0):
        raise StockBelowReserved(f"{record.num_allocated} packs of {sku} are reserved")
    pack.name, pack.name_en = _nfc(name), _nfc(name_en)
    pack.net_quantity, pack.weight_grams, pack.is_offered = net_quantity, weight_grams, is_offered
    pack.full_clean(exclude=["product", "sheet"])
    pack.save()
    if sku == sheet.code:  # the size told on the sheet is its first pack
        ProductSheet.objects.filter(pk=sheet.pk).update(
            pack=pack.name, pack_en=pack.name_en, net_quantity=net_quantity, weight_grams=weight_grams
        )
    check_tiers(product_id=pack.product_id, price_amount=price_amount)
    record.price, record.num_in_stock = price_amount, stock
    record.full_clean(exclude=["product", "partner"])
    record.save()
    shelves.refresh([sheet.product_id])
    return Pack.objects.get(pk=pack.pk)


def _take_apart(sheet: ProductSheet) -> None:
    """Make the product a parent; what it was becomes its first pack."""
    record: Any = sheet.product.stockrecords.get()
    parent = get_model("catalogue", "Product")
    parent.objects.filter(pk=sheet.product_id).update(structure=parent.PARENT)
    sheet.product.structure = parent.PARENT
    child = _child_of(sheet)
    Pack.objects.create(
        sheet=sheet,
        product=child,
        name=sheet.pack,
        name_en=sheet.pack_en,
        net_quantity=sheet.net_quantity,
        weight_grams=sheet.weight_grams,
    )
    record.product = child
    record.save(update_fields=["product"])
    Harvest.objects.filter(product=sheet.product_id).update(product=child)
    PriceTier.objects.filter(product=sheet.product_id).update(product=child)
    get_model("basket", "Line").objects.filter(stockrecord=record).update(
        product=child, line_reference=f"{child.pk}_{record.pk}"
    )


def _child_of(sheet: ProductSheet) -> Any:
    product = get_model("catalogue", "Product")
    child = product(structure=product.CHILD, parent_id=sheet.product_id, is_public=True)
    child.save()
    return child


@transaction.atomic
def set_tiers(*, product_id: int, tiers: Iterable[tuple[int, int]]) -> list[PriceTier]:
    """The product's (or pack's) prices for many: exactly these (from quantity, đồng each), lowest quantity first.

    Locks/Writes: StockRecord, PriceTier. Idempotent.
    Raises: ValidationError unless quantities rise from 2 and prices fall from below the price of one.
    """
    record: Any = get_model("partner", "StockRecord").objects.select_for_update().get(product_id=product_id)
    wanted = sorted(tiers)
    if len(wanted) > MOST_TIERS:
        raise ValidationError(_("Một món có nhiều nhất %(most)d mức giá mua nhiều.") % {"most": MOST_TIERS})
    steps = [(1, int(record.price or 0)), *wanted]
    for (fewer, dearer), (more, cheaper) in pairwise(steps):
        if more <= fewer:
            raise ValidationError(_("Số lượng của mỗi mức phải lớn hơn mức trước, bắt đầu từ 2."))
        if not 0 < cheaper < dearer:
            raise ValidationError(_("Mua nhiều thì giá mỗi gói phải thấp hơn mức trước."))
    PriceTier.objects.filter(product_id=product_id).delete()
    return PriceTier.objects.bulk_create(
        PriceTier(product_id=product_id, min_quantity=quantity, unit_amount=amount)
        for quantity, amount in wanted
    )


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()
