"""Delivery quotes per stall, and Oscar's door to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from oscar.apps.shipping import repository

from catalog.models import Cooperative, NetUnit, ProductSheet

from .methods import StallDelivery
from .rates import Place, Quote, quote


def place_of(cooperative: Cooperative) -> Place:
    """Where the stall's parcels start."""
    return Place(province=cooperative.commune.province_id, commune=cooperative.commune_id)


def carried_grams(sheet: ProductSheet, quantity: int) -> int:
    """What ``quantity`` packs weigh in the post; a stay or a guided day weighs nothing."""
    return 0 if sheet.net_unit == NetUnit.DAY else sheet.weight_grams * quantity


def stall_quotes(lines: Iterable[Any], destination: Place) -> dict[int, Quote]:
    """One quote per cooperative of these basket lines, keyed by the cooperative's id."""
    grams: defaultdict[int, int] = defaultdict(int)
    stalls: dict[int, Cooperative] = {}
    for line in lines:
        sheet = line.product.sheet
        grams[sheet.cooperative_id] += carried_grams(sheet, line.quantity)
        stalls[sheet.cooperative_id] = sheet.cooperative
    return {
        pk: quote(weight_grams=grams[pk], origin=place_of(stall), destination=destination)
        for pk, stall in stalls.items()
    }


class Repository(repository.Repository):
    """The one method our orders use; without a destination there is none yet."""

    def get_available_shipping_methods(
        self, basket: Any, shipping_addr: Any = None, destination: Place | None = None, **kwargs: object
    ) -> list[StallDelivery]:
        if destination is None:
            return []
        quotes = stall_quotes(basket.all_lines(), destination)
        return [StallDelivery(sum(quote.amount for quote in quotes.values()))]
