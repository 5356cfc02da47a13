"""What delivery from one stall costs, by distance in three steps and by weight.

Whole đồng, VAT inside. The table is the market's own agreement with its stalls (October 2026); change it here.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass

KILOGRAM = 1000
BANDS = (500, 1000, 2000, 3000, 5000, 10_000, 20_000)  # grams, each up to and including

SAME_COMMUNE = "same_commune"
SAME_PROVINCE = "same_province"
OTHER_PROVINCE = "other_province"
NOTHING_TO_CARRY = "nothing_to_carry"


@dataclass(frozen=True)
class Place:
    """A commune and its province, by their official codes."""

    province: str
    commune: str


@dataclass(frozen=True)
class Quote:
    """What one stall's delivery costs. ``name_key`` is one of the zone constants. Unit: whole đồng."""

    name_key: str
    amount: int


@dataclass(frozen=True)
class Tariff:
    """Amounts per band of ``BANDS`` and for each further kilogram begun."""

    bands: tuple[int, ...]
    further_kilogram: int


TARIFFS = {
    SAME_COMMUNE: Tariff((12_000, 12_000, 15_000, 18_000, 22_000, 30_000, 45_000), 2_000),
    SAME_PROVINCE: Tariff((18_000, 22_000, 27_000, 32_000, 40_000, 60_000, 95_000), 4_000),
    OTHER_PROVINCE: Tariff((25_000, 30_000, 38_000, 46_000, 60_000, 95_000, 165_000), 7_000),
}


def zone(origin: Place, destination: Place) -> str:
    """How far the parcel goes.

    >>> zone(Place("14", "03868"), Place("14", "03856"))
    'same_province'
    """
    if origin.province != destination.province:
        return OTHER_PROVINCE
    return SAME_COMMUNE if origin.commune == destination.commune else SAME_PROVINCE


def quote(*, weight_grams: int, origin: Place, destination: Place) -> Quote:
    """The charge for one stall's goods. No weight (a stay, a guided day) means nothing to carry, free.

    Raises: ValueError if the weight is negative.

    >>> quote(weight_grams=3100, origin=Place("14", "03868"), destination=Place("01", "00004"))
    Quote(name_key='other_province', amount=60000)
    >>> quote(weight_grams=20_001, origin=Place("14", "03868"), destination=Place("14", "03868")).amount
    47000
    """
    if weight_grams < 0:
        raise ValueError("a parcel cannot weigh less than nothing")
    if weight_grams == 0:
        return Quote(NOTHING_TO_CARRY, 0)
    name_key = zone(origin, destination)
    tariff = TARIFFS[name_key]
    if weight_grams <= BANDS[-1]:
        return Quote(name_key, tariff.bands[bisect.bisect_left(BANDS, weight_grams)])
    further = -(-(weight_grams - BANDS[-1]) // KILOGRAM)
    return Quote(name_key, tariff.bands[-1] + further * tariff.further_kilogram)


def span(weight_grams: int) -> tuple[int, int]:
    """The cheapest and the dearest charge for that weight, for baskets that know no address yet.

    >>> span(3100), span(0)
    ((22000, 60000), (0, 0))
    """
    here, same, far = Place("a", "a"), Place("a", "a"), Place("b", "b")
    return (
        quote(weight_grams=weight_grams, origin=here, destination=same).amount,
        quote(weight_grams=weight_grams, origin=here, destination=far).amount,
    )
