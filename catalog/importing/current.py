"""What the table would say of a cooperative's goods today: the left side of every comparison."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F
from oscar.core.loading import get_model

from catalog.models import Cooperative, Harvest, HarvestState, PriceTier, ProductSheet

from .archives import tidy_name
from .columns import BY_FIELD, PICTURES

# Fields of the table that are columns of the sheet's own row, by the same name.
OWN_FIELDS = {each.name: each for each in ProductSheet._meta.concrete_fields}
SHEET_FIELDS = tuple(name for name in BY_FIELD if name in OWN_FIELDS)
_PLAIN = tuple(name for name in SHEET_FIELDS if name not in ("commune", *PICTURES))
_RECORD = (
    "partner_sku", "product_id", "product__parent_id", "price", "num_in_stock", "num_allocated", "num_expected",
    "product__pack__name", "product__pack__name_en", "product__pack__net_quantity",
    "product__pack__weight_grams", "product__pack__is_offered",
)  # fmt: skip


def current_values(cooperative: Cooperative, skus: Iterable[str] | None = None) -> dict[str, dict[str, Any]]:
    """One entry per row of the table, by code, each product followed by its packs; in five queries.

    Beside the columns: ``reserved``, ``expected`` and ``state``; ``is_offered`` is None for goods in one size.
    The size told on the sheet is the first pack, and its row is that of the product.
    """
    records: Any = get_model("partner", "StockRecord").objects.filter(partner_id=cooperative.partner_id)
    if skus is not None:
        records = records.filter(partner_sku__in=list(skus))
    rows = list(records.values_list(*_RECORD))
    sheets = _sheets(
        cooperative, {parent or own for _sku, own, parent, *_rest in rows} if skus is not None else None
    )
    tiers, harvests = _tiers(records), _harvests(records)
    found = []
    for sku, own_id, parent_id, price, stock, reserved, expected, name, name_en, *size in rows:
        sheet = sheets.get(parent_id or own_id)
        if sheet is None:
            continue
        quantity, weight, is_offered = size
        is_main = parent_id is None or sku == sheet["code"]
        values = {
            "parent_sku": "" if is_main else sheet["code"],
            "price_amount": int(price or 0),
            "stock": stock or 0,
            "reserved": reserved or 0,
            "expected": expected,
            "is_offered": is_offered,
            "tiers": tiers.get(own_id, []),
            **harvests.get(own_id, _NO_HARVEST),
        }
        if is_main:
            values = {name: value for name, value in sheet.items() if name != "code"} | values
        else:
            values |= {
                "pack": name,
                "pack_en": name_en,
                "net_quantity": quantity,
                "net_unit": sheet["net_unit"],
                "weight_grams": weight,
            }
        found.append(((parent_id or own_id, not is_main, quantity or 0, own_id), sku, values))
    found.sort(key=lambda each: each[0])
    return {sku: values for _order, sku, values in found}


def _sheets(cooperative: Cooperative, product_ids: set[int] | None) -> dict[int, dict[str, Any]]:
    """What stands on the sheets, by product."""
    wanted = ProductSheet.objects.filter(cooperative=cooperative)
    joins: Any = get_model("catalogue", "ProductCategory").objects.filter(
        product__sheet__cooperative=cooperative
    )
    if product_ids is not None:
        wanted, joins = wanted.filter(product__in=product_ids), joins.filter(product__in=product_ids)
    rows = wanted.values_list(
        "product_id", "code", "product__title", "state", "commune_id",
        *(f"{name}__file" for name in PICTURES), *_PLAIN,
    )  # fmt: skip
    sheets: dict[int, dict[str, Any]] = {}
    for product_id, code, title, state, commune, *values in rows:
        sheet = {"code": code, "title": title, "category": "", "state": state, "commune": commune}
        sheet |= dict(zip((*PICTURES, *_PLAIN), values, strict=True))
        sheet |= {name: tidy_name(sheet[name] or "") for name in PICTURES}
        sheets[product_id] = sheet
    for product_id, slug in joins.values_list("product_id", "category__slug").order_by("-category_id"):
        if product_id in sheets:
            sheets[product_id]["category"] = slug
    return sheets


def _tiers(records: Any) -> dict[int, list[list[int]]]:
    """Prices for many of those stock records' products, lowest quantity first."""
    tiers: dict[int, list[list[int]]] = {}
    rows = PriceTier.objects.filter(product__in=records.values("product")).order_by("min_quantity")
    for product_id, quantity, amount in rows.values_list("product_id", "min_quantity", "unit_amount"):
        tiers.setdefault(product_id, []).append([quantity, amount])
    return tiers


_NO_HARVEST: dict[str, list[Any]] = {"harvest_quantity": [], "harvest_on": [], "harvest_confidence": []}


def _harvests(records: Any) -> dict[int, dict[str, list[Any]]]:
    """What the open harvests of those stock records' products are still to bring, soonest first."""
    harvests: dict[int, dict[str, list[Any]]] = {}
    rows = Harvest.objects.filter(product__in=records.values("product"), state=HarvestState.EXPECTED)
    for harvest in rows.filter(arrived_quantity__lt=F("expected_quantity")).order_by("expected_on", "pk"):
        columns = harvests.setdefault(harvest.product_id, {name: [] for name in _NO_HARVEST})
        columns["harvest_quantity"].append(harvest.outstanding)
        columns["harvest_on"].append(harvest.expected_on.isoformat())
        columns["harvest_confidence"].append(harvest.confidence)
    return harvests
