"""The filters of the catalogue list: narrowing, and how many goods each choice would leave.

Goods are shelf entries with the columns of ``Line``; counts keep the other filters. Without a search text the
database counts, and the counts are kept in the cache under the revision they were made from.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db.models import Case, CharField, Count, F, IntegerField, Max, Q, QuerySet, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from catalog.models import ShelfEntry
from catalog.models.product_sheet import ALL_MONTHS
from catalog.selectors import season_bit
from catalog.shelves import stars_today

CACHE_SECONDS = 60  # a deleted product moves no revision: its count may stand that long
# Code in the address → lowest and highest price in đồng, the highest not included.
PRICES: dict[str, tuple[int, int | None]] = {
    "0-50": (1, 50_000),
    "50-100": (50_000, 100_000),
    "100-200": (100_000, 200_000),
    "200-500": (200_000, 500_000),
    "500": (500_000, None),
}
PRICE_LABELS = {
    "0-50": _("Dưới 50.000 ₫"),
    "50-100": _("50.000 – 100.000 ₫"),
    "100-200": _("100.000 – 200.000 ₫"),
    "200-500": _("200.000 – 500.000 ₫"),
    "500": _("Từ 500.000 ₫"),
}
# Filter → the column that holds its values.
COLUMNS = {
    "group": "category_id",
    "stars": "stars_today",
    "stall": "cooperative_id",
    "commune": "commune_id",
    "price": "band",
    "in_season": "is_seasonal",
}
FACETS = tuple(COLUMNS)

Counts = dict[str, Counter[Any]]


class Line(NamedTuple):
    """One product as lists see it. Unit: ``band`` is a place in ``PRICES``, -1 without a price."""

    product_id: int
    category_id: int | None
    cooperative_id: int
    commune_id: str
    price_amount: int
    stars_today: int
    is_seasonal: int
    is_left: int
    band: int


def goods_on(on: dt.date) -> QuerySet[Any]:
    """Public goods with the columns of a ``Line``, as they are that day."""
    in_month = F("season_months").bitand(season_bit(on))
    return (
        ShelfEntry.objects.filter(is_shown=True)
        .annotate(in_month=in_month)
        .annotate(
            stars_today=stars_today(on),
            # Goods of the whole year are always there and no season of theirs is on.
            is_seasonal=_flag(Q(in_month__gt=0) & ~Q(season_months=ALL_MONTHS)),
            is_left=_flag(Q(is_there=True)),
            band=Case(
                *(When(_priced(code), then=Value(place)) for place, code in enumerate(PRICES)),
                default=Value(-1),
                output_field=IntegerField(),
            ),
        )
    )


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


def _priced(code: str) -> Q:
    lowest, highest = PRICES[code]
    return Q(price_amount__gte=lowest) & (Q() if highest is None else Q(price_amount__lt=highest))


def narrowed(goods: QuerySet[Any], chosen: Mapping[str, Any], *, but: str = "") -> QuerySet[Any]:
    """The goods that pass the chosen filters; ``but`` names one that is left out."""
    for name, value in chosen.items():
        if name != but:
            is_price = name == "price"  # by the prices themselves: they have an index
            goods = goods.filter(_priced(list(PRICES)[value]) if is_price else Q(**{COLUMNS[name]: value}))
    return goods


def counts_of(goods: QuerySet[Any], chosen: Mapping[str, Any], on: dt.date) -> tuple[Counts, int]:
    """Goods per value of each filter, the other filters applied, and goods under all of them.

    One query for the revision, and one for the counts unless they are in the cache.
    """
    revision = ShelfEntry.objects.aggregate(newest=Max("revision"))["newest"]
    key = f"facets:{revision}:{on}:" + ":".join(f"{name}={chosen[name]}" for name in sorted(chosen))
    known: tuple[Counts, int] | None = cache.get(key)
    if known is None:
        known = _counted(goods, chosen)
        cache.set(key, known, CACHE_SECONDS)
    return known


def _counted(goods: QuerySet[Any], chosen: Mapping[str, Any]) -> tuple[Counts, int]:
    branches = [
        _tally(narrowed(goods, chosen, but=name), name, F(column)) for name, column in COLUMNS.items()
    ]
    branches.append(_tally(narrowed(goods, chosen), "total", Value(0)))
    counts: Counts = {name: Counter() for name in FACETS}
    total = 0
    for name, value, number in branches[0].union(*branches[1:], all=True):
        if name == "total":
            total = number
        elif value is not None:
            counts[name][value if name == "commune" else int(value)] = number
    return counts, total


def _tally(goods: QuerySet[Any], name: str, column: Any) -> QuerySet[Any]:
    """Rows (filter, value, number); values of all filters as text, for they share a column."""
    return (
        goods.order_by()
        .annotate(facet=Value(name, CharField()), value=Cast(column, CharField()))
        .values("facet", "value")
        .annotate(number=Count("pk"))
        .values_list("facet", "value", "number")
    )


def counts_in(lines: Iterable[Line], chosen: Mapping[str, Any]) -> tuple[Counts, list[Line]]:
    """The same for rows that are already here, and the lines that pass every filter."""
    counts: Counts = {name: Counter() for name in FACETS}
    left = []
    for line in lines:
        misses = [name for name, value in chosen.items() if getattr(line, COLUMNS[name]) != value]
        if not misses:
            left.append(line)
        for name, column in COLUMNS.items():
            if misses in ([], [name]):
                counts[name][getattr(line, column)] += 1
    return counts, left
