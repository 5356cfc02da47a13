"""Writes what rows say of single sizes: the packs they are, whether they are offered, prices for many, harvests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from oscar.core.loading import get_model

from catalog import shelves
from catalog.batch import BelowReserved
from catalog.harvests import expect
from catalog.models import Cooperative, Pack, PriceTier, ProductSheet
from catalog.packs import PackDraft, PacksRefused, save_packs
from catalog.services import StockBelowReserved
from catalog.tiers import TiersRefused, save_tiers

from .columns import HARVEST


class SizeRow(NamedTuple):
    """What is to be written of one size. ``now``: what stands there, None for a new one."""

    sku: str
    fields: Mapping[str, Any]
    now: Mapping[str, Any] | None


def clear_tiers(cooperative: Cooperative, skus: Sequence[str]) -> None:
    """Take the prices for many away that are about to be written anew: they must not hold a new price back."""
    if skus:
        PriceTier.objects.filter(
            product__stockrecords__partner=cooperative.partner_id, product__stockrecords__partner_sku__in=skus
        ).delete()


def write_packs(cooperative: Cooperative, rows: Sequence[tuple[SizeRow, str]]) -> dict[str, ValidationError]:
    """The packs, made or changed, each with the code of its product; by SKU what was wrong.

    Locks/Writes: as ``save_packs``, nothing when one is wrong.
    """
    sheets = {
        sheet.code: sheet
        for sheet in ProductSheet.objects.filter(
            cooperative=cooperative, code__in={main for _row, main in rows}
        ).select_related("product")
    }
    for sheet in sheets.values():
        sheet.cooperative = cooperative
    orphans = [row.sku for row, main in rows if main not in sheets]
    if orphans:
        return {sku: ValidationError({"parent_sku": _("Không có món mang mã này.")}) for sku in orphans}
    drafts = []
    for row, main in rows:
        after = {"pack_en": "", **(row.now or {}), **row.fields}
        drafts.append(
            PackDraft(
                sheet=sheets[main],
                sku=row.sku,
                name=after["pack"],
                name_en=after["pack_en"],
                net_quantity=after["net_quantity"],
                weight_grams=after["weight_grams"],
                price_amount=after["price_amount"],
                stock=after["stock"],
                is_offered=after.get("is_offered", True),
            )
        )
    try:
        save_packs(drafts)
    except PacksRefused as refused:
        now = {row.sku: row.now for row, _main in rows}
        return {sku: _as_told(error, now[sku]) for sku, error in refused.errors.items()}
    return {}


def write_sizes(cooperative: Cooperative, rows: Sequence[SizeRow]) -> dict[str, ValidationError]:
    """What stands beside price and stock of those sizes; by SKU what was wrong.

    Locks/Writes: StockRecord by id, PriceTier, Harvest, Pack, shelf.
    """
    rows = [row for row in rows if row.fields.keys() & {"tiers", "is_offered", *HARVEST}]
    records: Any = get_model("partner", "StockRecord").objects.filter(
        partner_id=cooperative.partner_id, partner_sku__in=[row.sku for row in rows]
    )
    products = {record.partner_sku: record.product for record in records.select_related("product")}
    errors = _write_tiers(rows, products)
    for row in rows:
        if row.fields.keys() & set(HARVEST):
            try:
                expect(product=products[row.sku], coming=_coming(row))
            except (ValidationError, StockBelowReserved) as error:
                errors[row.sku] = _as_told(error, row.now)
    for is_offered in (True, False):
        asked = [products[row.sku] for row in rows if row.fields.get("is_offered") is is_offered]
        Pack.objects.filter(product__in=asked).update(is_offered=is_offered)
    seen = [
        row for row in rows if row.fields.keys() & {"is_offered", *HARVEST}
    ]  # prices for many stand on no shelf
    shelves.refresh({products[row.sku].parent_id or products[row.sku].pk for row in seen})
    return errors


def _write_tiers(rows: Sequence[SizeRow], products: Mapping[str, Any]) -> dict[str, ValidationError]:
    wanted = {products[row.sku].pk: row for row in rows if "tiers" in row.fields}
    try:
        save_tiers({pk: [(many, price) for many, price in row.fields["tiers"]] for pk, row in wanted.items()})
    except TiersRefused as refused:
        return {
            wanted[pk].sku: ValidationError({"tiers": error.messages}) for pk, error in refused.errors.items()
        }
    return {}


def _coming(row: SizeRow) -> list[tuple[int, dt.date, str]]:
    columns = (row.fields.get(name, row.now[name] if row.now else []) for name in HARVEST)
    return [(packs, dt.date.fromisoformat(day), sure) for packs, day, sure in zip(*columns, strict=True)]


def _as_told(error: Exception, now: Mapping[str, Any] | None) -> ValidationError:
    if isinstance(error, ValidationError):
        return error
    return BelowReserved(now["reserved"] if now else 0)
