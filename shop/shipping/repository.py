"""What each stall offers to send a basket with, and Oscar's door to it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q
from django.utils import timezone
from oscar.apps.shipping import repository

from catalog.models import Commune, Cooperative, NetUnit
from catalog.sold import pack_grams, sold_sheet
from shop.money import to_dong

from . import live, naming, rates
from .couriers import Courier
from .methods import StallDelivery
from .models import CollectionPoint, DeliveryService, StallDispatch, UnservedArea
from .promise import Dispatch, arrives, leaves_on
from .rates import Parcel, Place


@dataclass(frozen=True)
class Option:
    """One way in which a stall's goods can reach the buyer. Unit: whole đồng.

    Shape: ``key`` names it in forms; ``arrives`` are the first and last day at the door, or the day from which
    goods can be fetched twice; None when there is nothing to carry.
    """

    key: str
    courier: str
    name: str
    name_en: str
    amount: int
    arrives: tuple[dt.date, dt.date] | None = None
    place: str = ""

    @property
    def shown_name(self) -> str:
        """In the reader's language, Vietnamese when there is no other."""
        return naming.shown_name(self.name, self.name_en)


NOTHING_TO_CARRY = Option(
    "-", Courier.OWN, naming.NOTHING_TO_CARRY, "You come to the place, nothing is sent", 0
)


@dataclass(frozen=True)
class StallOptions:
    """All options of one stall, the cheapest delivery first, collection last. Empty: it does not send there."""

    options: tuple[Option, ...]

    def chosen(self, key: str) -> Option | None:
        """The option of that key, else the first."""
        return next((each for each in self.options if each.key == key), next(iter(self.options), None))


@dataclass(frozen=True)
class Tables:
    """The prices and days of the stalls of a basket, read in four queries whatever their number."""

    services: list[DeliveryService]
    dispatches: Mapping[int, StallDispatch]

    @classmethod
    def of(cls, stall_pks: list[int]) -> Tables:
        services = DeliveryService.objects.filter(
            Q(cooperative__isnull=True) | Q(cooperative__in=stall_pks), is_active=True
        ).prefetch_related("zones__bands")
        dispatches = StallDispatch.objects.filter(cooperative__in=stall_pks)
        return cls(list(services), {row.cooperative_id: row for row in dispatches})

    def services_of(self, stall_pk: int) -> list[DeliveryService]:
        """The stall's own services, and the market's unless the stall does without."""
        dispatch = self.dispatches.get(stall_pk)
        owners = {stall_pk} if dispatch and not dispatch.uses_market_services else {stall_pk, None}
        return [service for service in self.services if service.cooperative_id in owners]

    def dispatch_of(self, stall_pk: int) -> Dispatch:
        row = self.dispatches.get(stall_pk)
        return row.rules() if row else Dispatch()


@dataclass(frozen=True)
class Places:
    """Where the stalls hand out goods themselves, and where they do not send: two queries."""

    points: Mapping[int, list[CollectionPoint]]
    unserved: frozenset[tuple[int, str, str | None]]

    @classmethod
    def of(cls, stall_pks: list[int]) -> Places:
        points: defaultdict[int, list[CollectionPoint]] = defaultdict(list)
        active = CollectionPoint.objects.filter(cooperative__in=stall_pks, is_active=True)
        for point in active.select_related("commune"):
            points[point.cooperative_id].append(point)
        areas = UnservedArea.objects.filter(cooperative__in=stall_pks)
        return cls(points, frozenset(areas.values_list("cooperative_id", "province_id", "commune_id")))

    def is_served(self, stall_pk: int, place: Place) -> bool:
        named = {(stall_pk, place.province, None), (stall_pk, place.province, place.commune)}
        return not named & self.unserved


def place_of(cooperative: Cooperative) -> Place:
    """Where the stall's parcels start."""
    return Place(province=cooperative.commune.province_id, commune=cooperative.commune_id)


def carried_grams(product: Any, quantity: int) -> int:
    """What ``quantity`` packs weigh in the post; a stay or a guided day weighs nothing."""
    return 0 if sold_sheet(product).net_unit == NetUnit.DAY else pack_grams(product) * quantity


def parcels_of(lines: Iterable[Any]) -> dict[Cooperative, Parcel]:
    """One parcel per cooperative of these basket lines."""
    grouped: dict[Cooperative, list[Any]] = {}
    for line in lines:
        grouped.setdefault(sold_sheet(line.product).cooperative, []).append(line)
    return {stall: _parcel(own) for stall, own in grouped.items()}


def _parcel(lines: list[Any]) -> Parcel:
    return parcel_of((line.product, line.quantity, _amount(line)) for line in lines)


def parcel_of(goods: Iterable[tuple[Any, int, int]]) -> Parcel:
    """The parcel of so many packs of products that cost so much before discounts."""
    packs = list(goods)
    carried = [
        (product, quantity) for product, quantity, _ in packs if sold_sheet(product).net_unit != NetUnit.DAY
    ]
    return Parcel(
        grams=sum(carried_grams(product, quantity) for product, quantity in carried),
        goods_amount=sum(amount for _product, _quantity, amount in packs),
        cubic_cm=sum(sold_sheet(product).cubic_cm * quantity for product, quantity in carried),
        is_chilled=any(sold_sheet(product).needs_cold for product, _quantity in carried),
    )


def _amount(line: Any) -> int:
    """What the line costs before discounts; a line without a price has a problem of its own."""
    price = line.purchase_info.price
    return to_dong(price.incl_tax) * line.quantity if price.exists else 0


def stall_options(
    lines: Iterable[Any],
    destination: Place,
    *,
    ready_days: Mapping[int, dt.date] | None = None,
    now: dt.datetime | None = None,
) -> dict[int, StallOptions]:
    """What each stall of these basket lines offers for that place, keyed by the cooperative's id.

    ``ready_days``: by the same id, the day before which not all of its goods are there. A stall sends once.
    Six queries whatever the number of stalls; one more, and the couriers, where some are asked for their prices.
    """
    parcels = parcels_of(lines)
    pks = [stall.pk for stall in parcels]
    tables, places = Tables.of(pks), Places.of(pks)
    at = timezone.localtime(now)
    charges = _charges(parcels, tables, destination)
    offered = {}
    for stall, parcel in parcels.items():
        if not parcel.grams:
            offered[stall.pk] = StallOptions((NOTHING_TO_CARRY,))
            continue
        is_served = places.is_served(stall.pk, destination)
        ready_on = (ready_days or {}).get(stall.pk)
        sent = _sent(stall, parcel, tables, destination, at, ready_on, charges) if is_served else []
        ready = leaves_on(tables.dispatch_of(stall.pk), at, ready_on=ready_on)
        offered[stall.pk] = StallOptions((*sent, *_fetched(places.points.get(stall.pk, []), ready)))
    return offered


def _sent(
    stall: Cooperative,
    parcel: Parcel,
    tables: Tables,
    destination: Place,
    at: dt.datetime,
    ready_on: dt.date | None,
    charges: Mapping[tuple[int, int], int],
) -> list[Option]:
    found = []
    for service in tables.services_of(stall.pk):
        asked = rates.quote(
            service.table(),
            parcel,
            origin=place_of(stall),
            destination=destination,
            charge=charges.get((stall.pk, service.pk)),
        )
        if asked:
            days = arrives(tables.dispatch_of(stall.pk), at, asked.days, ready_on=ready_on)
            found.append(
                Option(f"s{service.pk}", service.courier, service.name, service.name_en, asked.amount, days)
            )
    return sorted(found, key=lambda option: option.amount)  # equal prices keep the order of the table


def _charges(
    parcels: Mapping[Cooperative, Parcel], tables: Tables, destination: Place
) -> dict[tuple[int, int], int]:
    """What couriers ask today, by stall and service: of the market's own tables, for parcels that these would take."""
    asked = [one for one in tables.services if one.cooperative_id is None and live.adapter_of(one.courier)]
    if not asked:
        return {}
    ends = {destination.commune, *(stall.commune_id for stall in parcels)}
    communes = Commune.objects.select_related("province").in_bulk(list(ends))
    words = {pk: live.Address(commune.province.name, commune.name) for pk, commune in communes.items()}
    questions = {
        (stall.pk, service.pk): live.Question(
            service.courier,
            replace(parcel, grams=rates.charged_grams(parcel, service.cubic_cm_per_kilogram)),
            words[stall.commune_id],
            words[destination.commune],
        )
        for stall, parcel in parcels.items()
        for service in asked
        if parcel.grams
        and destination.commune in words
        and rates.quote(service.table(), parcel, origin=place_of(stall), destination=destination)
    }
    return live.charges(questions)


def _fetched(points: list[CollectionPoint], ready: dt.date) -> list[Option]:
    return [
        Option(
            f"p{point.pk}",
            Courier.COLLECTION,
            f"{naming.COLLECTED}{point.name}",
            f"Collect: {point.name}",
            0,
            (ready, ready),
            f"{point.address}, {point.commune.name}. {point.hours}",
        )
        for point in points
    ]


def added_amount(
    stall: Cooperative, key: str, before: Parcel, after: Parcel, destination: Place
) -> int | None:
    """What it costs more to send ``after`` where ``before`` was to go by the option of that key. Unit: whole đồng.

    None if that option does not take it, or is offered no more.
    """
    kind, number = key[:1], key[1:]
    if not number.isdecimal():
        return None
    if kind == "p":
        points = CollectionPoint.objects.filter(cooperative=stall, pk=number, is_active=True)
        return 0 if points.exists() else None
    services = [one for one in Tables.of([stall.pk]).services_of(stall.pk) if str(one.pk) == number]
    if kind != "s" or not services:
        return None
    return rates.added_charge(
        services[0].table(), before, after, origin=place_of(stall), destination=destination
    )


def stall_spans(lines: Iterable[Any]) -> dict[int, tuple[int, int] | None]:
    """The least and the most that each stall's cheapest delivery may cost, before an address is known.

    Four queries whatever the number of stalls.
    """
    parcels = parcels_of(lines)
    tables = Tables.of([stall.pk for stall in parcels])
    return {
        stall.pk: rates.span([service.table() for service in tables.services_of(stall.pk)], parcel)
        for stall, parcel in parcels.items()
    }


class Repository(repository.Repository):
    """The one method our orders use; without a destination there is none yet."""

    def get_available_shipping_methods(
        self, basket: Any, shipping_addr: Any = None, destination: Place | None = None, **kwargs: object
    ) -> list[StallDelivery]:
        if destination is None:
            return []
        offered = [each.chosen("") for each in stall_options(basket.all_lines(), destination).values()]
        return [] if None in offered else [StallDelivery(sum(each.amount for each in offered if each))]
