"""What the product page says about each size: its price for many, and the day it comes when it is not there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from catalog.clock import today
from catalog.harvests import open_harvests, promised_day
from catalog.models import Harvest, Offer, PriceTier, ProductSheet


@dataclass(frozen=True)
class ShownOffer:
    """One choice of the page. ``harvest`` is the next one that is expected; ``leaves_on`` None: at once."""

    offer: Offer
    tiers: Sequence[PriceTier]
    harvest: Harvest | None
    leaves_on: dt.date | None


def shown_offers(sheet: ProductSheet) -> list[ShownOffer]:
    """The sheet's offers, smallest first, in two queries."""
    offers = sheet.offers
    ids = [offer.product_id for offer in offers]
    harvests = open_harvests(ids)
    tiers: dict[int, list[PriceTier]] = {}
    for tier in PriceTier.objects.filter(product_id__in=ids):
        tiers.setdefault(tier.product_id, []).append(tier)
    return [
        ShownOffer(
            offer,
            tiers.get(offer.product_id, []),
            next(iter(harvests.get(offer.product_id, [])), None),
            _leaves_on(sheet, offer, harvests.get(offer.product_id, [])),
        )
        for offer in offers
    ]


def _leaves_on(sheet: ProductSheet, offer: Offer, harvests: Sequence[Harvest]) -> dt.date | None:
    ready = None
    if offer.is_preorder:
        ready = promised_day(
            harvests, num_in_stock=offer.num_in_stock, num_allocated=offer.num_allocated, quantity=offer.least
        )
    if not sheet.lead_days:
        return ready
    return (ready or today()) + dt.timedelta(days=sheet.lead_days)
