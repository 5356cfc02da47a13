"""The demo goods that come in packs, cost less for many, or are expected from a harvest."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from catalog.clock import today
from catalog.harvests import plan_harvest
from catalog.models import Harvest, HarvestState, ProductSheet
from catalog.packs import PackDraft, save_packs
from catalog.tiers import set_tiers
from shop.demo import files
from shop.partner.models import StockRecord


@transaction.atomic
def load_sizes(sheets: dict[str, ProductSheet]) -> None:
    """Packs, prices for many and harvests of the demo goods.

    Idempotent: stock stays as sales have made it; a product with an open harvest gets no second one.
    """
    partners = {sheet.cooperative.partner_id for sheet in sheets.values()}
    records = {record.partner_sku: record for record in StockRecord.objects.filter(partner__in=partners)}
    save_packs(
        [
            PackDraft(
                sheet=sheets[row["product"]],
                sku=row["sku"],
                name=row["name"],
                name_en=row["name_en"],
                net_quantity=int(row["net_quantity"]),
                weight_grams=int(row["weight_grams"]),
                price_amount=int(row["price"]),
                stock=records[row["sku"]].num_in_stock if row["sku"] in records else int(row["stock"]),
            )
            for row in files.rows("packs")
        ]
    )
    records = {record.partner_sku: record for record in StockRecord.objects.filter(partner__in=partners)}
    tiers: dict[str, list[tuple[int, int]]] = {}
    for row in files.rows("tiers"):
        tiers.setdefault(row["sku"], []).append((int(row["from"]), int(row["price"])))
    for sku, steps in tiers.items():
        set_tiers(product_id=records[sku].product_id, tiers=steps)
    for row in files.rows("harvests"):
        product = records[row["sku"]].product
        if not Harvest.objects.filter(product=product, state=HarvestState.EXPECTED).exists():
            plan_harvest(
                product=product,
                expected_quantity=int(row["quantity"]),
                expected_on=today() + dt.timedelta(days=int(row["in_days"])),
                confidence=row["confidence"],
            )
