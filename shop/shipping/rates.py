"""What delivery of one stall's goods costs and how long it takes, from tables of zones and weight bands.

Whole đồng, VAT inside. Pure: the tables come from :mod:`shop.shipping.models`.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

KILOGRAM = 1000


class Reach(StrEnum):
    """How far a parcel goes, seen from the stall; from near to far."""

    SAME_COMMUNE = "same_commune"
    SAME_PROVINCE = "same_province"
    SAME_REGION = "same_region"
    NATION = "nation"


NEAR_TO_FAR = tuple(Reach)

# The six regions of the 34 provinces. Source: Resolution 306/NQ-CP (2025), by code of Decision 19/2025/QĐ-TTg.
_REGIONS = {
    "northern_mountains": ("04", "08", "11", "12", "14", "15", "19", "20", "25"),
    "red_river_delta": ("01", "22", "24", "31", "33", "37"),
    "north_central": ("38", "40", "42", "44", "46"),
    "south_central": ("48", "51", "52", "56", "66", "68"),
    "southeast": ("75", "79", "80"),
    "mekong_delta": ("82", "86", "91", "92", "96"),
}
REGION_OF = {province: region for region, provinces in _REGIONS.items() for province in provinces}


@dataclass(frozen=True)
class Place:
    """A commune and its province, by their official codes."""

    province: str
    commune: str


@dataclass(frozen=True)
class Parcel:
    """What one stall sends to one buyer. Unit: grams, cubic centimetres (0: not known), đồng."""

    grams: int
    goods_amount: int = 0
    cubic_cm: int = 0
    is_chilled: bool = False

    def __post_init__(self) -> None:
        if min(self.grams, self.goods_amount, self.cubic_cm) < 0:
            raise ValueError("a parcel cannot weigh, measure or cost less than nothing")


@dataclass(frozen=True)
class Tariff:
    """The prices of one service for one reach.

    Unit: đồng; ``days`` from dispatch to door, first and last. Shape: ``bands`` are (grams up to and including,
    amount), both rising. ``further_kilogram`` None: heavier parcels are not taken. ``free_from``: goods of that
    amount travel free. ``cold_surcharge`` None: chilled goods are not taken.
    Raises: ValueError for a table that would charge less for more.
    """

    bands: tuple[tuple[int, int], ...]
    further_kilogram: int | None = None
    free_from: int | None = None
    cold_surcharge: int | None = None
    days: tuple[int, int] = (1, 1)

    def __post_init__(self) -> None:
        grams = [up_to for up_to, _ in self.bands]
        amounts = [amount for _, amount in self.bands]
        if not grams or grams[0] <= 0 or sorted(set(grams)) != grams:
            raise ValueError("bands end at rising weights above zero")
        if amounts[0] < 0 or sorted(amounts) != amounts:
            raise ValueError("a heavier parcel never costs less")
        if min(self.further_kilogram or 0, self.free_from or 0, self.cold_surcharge or 0) < 0:
            raise ValueError("no amount is below zero")
        if not 0 <= self.days[0] <= self.days[1]:
            raise ValueError("the last day does not come before the first")

    def charge(self, grams: int) -> int | None:
        """For that weight; None if it is too heavy for this service."""
        heaviest = self.bands[-1][0]
        if grams <= heaviest:
            return self.bands[bisect.bisect_left(self.bands, (grams, -1))][1]
        if self.further_kilogram is None:
            return None
        return self.bands[-1][1] + -(-(grams - heaviest) // KILOGRAM) * self.further_kilogram


@dataclass(frozen=True)
class Service:
    """One way of sending parcels. ``cubic_cm_per_kilogram`` 0: volume is not charged."""

    tariffs: Mapping[Reach, Tariff]
    cubic_cm_per_kilogram: int = 0


@dataclass(frozen=True)
class Quote:
    """What one service asks for one parcel. Unit: đồng, days."""

    reach: Reach
    amount: int
    days: tuple[int, int]


def reach_of(origin: Place, destination: Place) -> Reach:
    """How far it is; a province without a region is far from all others.

    >>> reach_of(Place("14", "03868"), Place("14", "03856")).value
    'same_province'
    >>> reach_of(Place("14", "03868"), Place("11", "03241")), reach_of(Place("14", "03868"), Place("01", "00004"))
    (<Reach.SAME_REGION: 'same_region'>, <Reach.NATION: 'nation'>)
    """
    if origin.province == destination.province:
        return Reach.SAME_COMMUNE if origin.commune == destination.commune else Reach.SAME_PROVINCE
    region = REGION_OF.get(origin.province)
    return Reach.SAME_REGION if region and region == REGION_OF.get(destination.province) else Reach.NATION


def charged_grams(parcel: Parcel, cubic_cm_per_kilogram: int) -> int:
    """The weight that carriers charge: that of the scales or of the box, whichever is more.

    >>> charged_grams(Parcel(grams=900, cubic_cm=9000), 6000), charged_grams(Parcel(grams=900, cubic_cm=9000), 0)
    (1500, 900)
    """
    if not cubic_cm_per_kilogram:
        return parcel.grams
    return max(parcel.grams, -(-parcel.cubic_cm * KILOGRAM // cubic_cm_per_kilogram))


def quote(
    service: Service, parcel: Parcel, *, origin: Place, destination: Place, charge: int | None = None
) -> Quote | None:
    """What ``service`` asks; None if it does not go there or does not take such goods.

    The nearest zone of the service that holds the destination counts. ``charge``: what the courier itself asks today,
    in place of the weight band.

    >>> near = Tariff(((1000, 12_000), (5000, 22_000)), further_kilogram=2000, free_from=500_000)
    >>> service = Service({Reach.SAME_PROVINCE: near})
    >>> here, there = Place("14", "03868"), Place("14", "03856")
    >>> [quote(service, Parcel(grams), origin=here, destination=there).amount for grams in (1000, 1001, 5001)]
    [12000, 22000, 24000]
    >>> quote(service, Parcel(5001, goods_amount=500_000), origin=here, destination=there).amount
    0
    >>> quote(service, Parcel(1), origin=here, destination=Place("01", "00004")) is None
    True
    """
    reach = reach_of(origin, destination)
    wider = NEAR_TO_FAR[NEAR_TO_FAR.index(reach) :]
    tariff = next((service.tariffs[each] for each in wider if each in service.tariffs), None)
    if tariff is None or (parcel.is_chilled and tariff.cold_surcharge is None):
        return None
    amount = tariff.charge(charged_grams(parcel, service.cubic_cm_per_kilogram))
    if amount is None:
        return None
    if charge is not None:
        amount = charge
    if tariff.free_from is not None and parcel.goods_amount >= tariff.free_from:
        amount = 0
    if parcel.is_chilled:
        amount += tariff.cold_surcharge or 0
    return Quote(reach, amount, tariff.days)


def added_charge(
    service: Service, before: Parcel, after: Parcel, *, origin: Place, destination: Place
) -> int | None:
    """What ``service`` asks more for a parcel that has grown; never less than nothing. None if it does not take it.

    >>> near = Tariff(((1000, 12_000), (5000, 22_000)), free_from=500_000)
    >>> service, here = Service({Reach.SAME_COMMUNE: near}), Place("14", "03868")
    >>> [
    ...     added_charge(service, Parcel(900, 100_000), Parcel(*grown), origin=here, destination=here)
    ...     for grown in ((1000, 150_000), (1001, 150_000), (4000, 600_000), (5001, 150_000))
    ... ]
    [0, 10000, 0, None]
    """
    now = quote(service, after, origin=origin, destination=destination)
    was = quote(service, before, origin=origin, destination=destination)
    return max(now.amount - was.amount, 0) if now and was else None


def span(services: list[Service], parcel: Parcel) -> tuple[int, int] | None:
    """The cheapest and the dearest that the cheapest service may ask, for baskets without an address yet.

    None if nobody takes the parcel anywhere.
    """
    here = Place("14", "a")
    places = (here, Place("14", "b"), Place("11", "b"), Place("79", "b"))
    cheapest = []
    for place in places:
        asked = [quote(service, parcel, origin=here, destination=place) for service in services]
        if amounts := [each.amount for each in asked if each]:
            cheapest.append(min(amounts))
    return (min(cheapest), max(cheapest)) if cheapest else None
