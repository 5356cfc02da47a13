"""Writes what a row says of one size: the pack it is, whether it is offered, prices for many, harvests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from oscar.core.loading import get_model

from catalog import shelves
from catalog.batch import BelowReserved
from catalog.harvests import expect
from catalog.models import Cooperative, Pack, PriceTier, ProductSheet
from catalog.packs import save_pack, set_tiers
from catalog.services import StockBelowReserved

from .columns import HARVEST

_ARGUMENTS = {
    "pack": "name",
    "pack_en": "name_en",
    "net_quantity": "net_quantity",
    "weight_grams": "weight_grams",
    "price_amount": "price_amount",
    "stock": "stock",
}


def clear_tiers(cooperative: Cooperative, skus: Sequence[str]) -> None:
    """Take the prices for many away that are about to be written anew: they must not hold a new price back."""
    if skus:
        PriceTier.objects.filter(
            product__stockrecords__partner=cooperative.partner_id, product__stockrecords__partner_sku__in=skus
        ).delete()


def write_pack(
    cooperative: Cooperative, sku: str, main: str, fields: Mapping[str, Any], now: Mapping[str, Any] | None
) -> None:
    """The pack, made or changed. Locks/Writes: as ``save_pack``. Raises: ValidationError."""
    sheet = ProductSheet.objects.filter(cooperative=cooperative, code=main).first()
    if sheet is None:
        raise ValidationError({"parent_sku": _("Không có món mang mã này.")})
    after = {"pack_en": "", **(now or {}), **fields}
    _refusing(
        save_pack,
        now,
        sheet=sheet,
        sku=sku,
        is_offered=after.get("is_offered", True),
        **{argument: after[name] for name, argument in _ARGUMENTS.items()},
    )


def write_size(
    cooperative: Cooperative, sku: str, fields: Mapping[str, Any], now: Mapping[str, Any] | None
) -> None:
    """What stands beside price and stock. Locks/Writes: StockRecord, PriceTier, Harvest, Pack, shelf.

    Raises: ValidationError.
    """
    if not fields.keys() & {"tiers", "is_offered", *HARVEST}:
        return
    record: Any = (
        get_model("partner", "StockRecord")
        .objects.select_related("product")
        .get(partner_id=cooperative.partner_id, partner_sku=sku)
    )
    if "tiers" in fields:
        try:
            set_tiers(product_id=record.product_id, tiers=[(many, price) for many, price in fields["tiers"]])
        except ValidationError as error:
            raise ValidationError({"tiers": error.messages}) from error
    if fields.keys() & set(HARVEST):
        columns = (fields.get(name, now[name] if now else []) for name in HARVEST)
        coming = [
            (packs, dt.date.fromisoformat(day), sure) for packs, day, sure in zip(*columns, strict=True)
        ]
        _refusing(expect, now, product=record.product, coming=coming)
    if "is_offered" in fields:
        Pack.objects.filter(product=record.product_id).update(is_offered=fields["is_offered"])
    if fields.keys() & {"is_offered", *HARVEST}:  # prices for many stand on no shelf
        shelves.refresh([record.product.parent_id or record.product_id])


def _refusing(write: Any, now: Mapping[str, Any] | None, **arguments: Any) -> None:
    try:
        write(**arguments)
    except StockBelowReserved as error:
        raise BelowReserved(now["reserved"] if now else 0) from error
