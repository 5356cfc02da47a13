"""The catalogue as one small file for phones: goods that a list may show, as they are today."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from typing import Any

from django.db.models import F

from catalog.clock import today
from catalog.folding import fold
from catalog.models import Commune, Offer, Processing, ProductSheet, Province
from catalog.selectors import cards, goods_for_all_ages, season_bit

MOST_GOODS = 500


def catalogue() -> dict[str, Any]:
    """The pack: ``version`` changes with any word or price in it, ``day`` is the one on which its stars are valid.

    Shape: goods in season first, then by name; ``MOST_GOODS`` at most. Left out: goods for adults, since nobody could
    be asked for their age, and services. What waits for a harvest can be read, not ordered. Unit: whole đồng with VAT.
    """
    sheets = (
        cards(goods_for_all_ages().exclude(processing=Processing.SERVICE))
        .alias(in_season=F("season_months").bitand(season_bit(today())))
        .order_by("-in_season", "product__title", "product_id")
    )
    goods = [entry for sheet in sheets[:MOST_GOODS] if (entry := _entry(sheet))["sizes"]]
    day = today().isoformat()
    return {"version": _digest([day, goods]), "day": day, "goods": goods}


def _entry(sheet: ProductSheet) -> dict[str, Any]:
    star = sheet.star
    return {
        "title": sheet.product.title,
        "title_en": sheet.title_en,
        "summary": sheet.summary,
        "summary_en": sheet.summary_en,
        "stall": sheet.cooperative.name,
        "commune": sheet.commune.name,
        "stars": star.stars if star else 0,
        "in_season": sheet.is_in_season_now,
        "sizes": [_size(offer) for offer in sheet.offers if offer.price_amount],
    }


def _size(offer: Offer) -> dict[str, Any]:
    unit = offer.unit_price
    return {
        "id": offer.product_id,
        "name": offer.name,
        "name_en": offer.name_en,
        "price": offer.price_amount,
        "per_unit": [unit.amount, unit.unit] if unit else [],
        "least": offer.least,
        "step": offer.step,
        "most": 0 if offer.is_preorder else offer.most_at_once,
    }


def places() -> dict[str, Any]:
    """All provinces with their communes, by name, for the address of an order that is written without a line.

    Shape: ``[[province code, name, [[commune code, name], …]], …]``.
    """
    communes: dict[str, list[list[str]]] = defaultdict(list)
    for commune in Commune.objects.order_by("folded_name", "pk"):
        communes[commune.province_id].append([commune.pk, str(commune)])
    provinces = sorted(Province.objects.all(), key=lambda each: fold(each.name))
    found = [[each.pk, str(each), communes[each.pk]] for each in provinces]
    return {"version": _digest(found), "provinces": found}


def _digest(values: Any) -> str:
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()[:12]
