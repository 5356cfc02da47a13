"""The catalogue list: what the address asks for, the goods that answer, and the counts beside each filter.

Inside, ``goods`` are product sheets with ``stars_today`` and ``in_month``, which their type can't tell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from catalog.models import CategorySheet, Commune, Cooperative, Pack, ProductSheet
from catalog.models.product_sheet import ALL_MONTHS
from catalog.search import LONGEST_QUERY, search
from catalog.selectors import cards, public_sheets, season_bit, stars_on, today

PER_PAGE = 24
LAST_PAGE = 50  # deeper pages cost more and nobody reads them; filters and search lead there
ORDERS = {
    "": _("Gợi ý"),
    "moi": _("Mới nhất"),
    "gia-tang": _("Giá thấp đến cao"),
    "gia-giam": _("Giá cao đến thấp"),
    "sao": _("Nhiều sao nhất"),
}
FACETS = ("group", "stars", "stall", "commune", "in_season")
PARAMETERS = {
    "text": "q",
    "group": "nhom",
    "stars": "sao",
    "stall": "htx",
    "commune": "xa",
    "in_season": "mua",
    "order": "sap-xep",
    "page": "trang",
}


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; a value that makes no sense counts as not given."""

    text: str = ""
    group: str = ""
    stars: int = 0
    stall: str = ""
    commune: str = ""
    in_season: bool = False
    order: str = ""
    page: int = 1

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Wanted:
        stars, order, page = query.get("sao", ""), query.get("sap-xep", ""), query.get("trang", "")
        return cls(
            text=" ".join(query.get("q", "").replace("\x00", "")[:LONGEST_QUERY].split()),
            group=query.get("nhom", "")[:255].replace("\x00", ""),
            stars=int(stars) if stars in {"3", "4", "5"} else 0,
            stall=query.get("htx", "")[:50].replace("\x00", ""),
            commune=query.get("xa", "")[:5].replace("\x00", ""),
            in_season=query.get("mua") == "1",
            order=order if order in ORDERS else "",
            page=int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 7 and int(page) else 1,
        )

    def address(self, **changes: Any) -> str:
        """The query of a link with some values changed; it leads to page one unless ``page`` is given."""
        other = replace(self, **({"page": 1} | changes))
        defaults = Wanted()
        pairs = [
            (PARAMETERS[each.name], int(value) if isinstance(value, bool) else value)
            for each in fields(other)
            if (value := getattr(other, each.name)) != getattr(defaults, each.name)
        ]
        return f"?{urlencode(pairs)}" if pairs else "?"

    @property
    def is_filtered(self) -> bool:
        return any(getattr(self, name) for name in FACETS)


@dataclass(frozen=True)
class Choice:
    """One line of a filter: how many goods it would leave, the other filters kept."""

    value: str
    label: str
    count: int
    is_chosen: bool
    address: str


@dataclass(frozen=True)
class Removal:
    """An active filter in words and the address without it."""

    label: str
    address: str


@dataclass
class Shelf:
    """One page of the list with its filters. Nine queries at most, twelve with a search text."""

    wanted: Wanted
    total: int = 0
    sheets: list[ProductSheet] = field(default_factory=list)
    pages: int = 1
    choices: dict[str, list[Choice]] = field(default_factory=dict)

    @cached_property
    def removals(self) -> list[Removal]:
        lines = [
            Removal(choice.label, self.wanted.address(**{name: getattr(Wanted(), name)}))
            for name in FACETS
            for choice in self.choices[name]
            if choice.is_chosen
        ]
        if self.wanted.text:
            lines.insert(0, Removal(f"“{self.wanted.text}”", self.wanted.address(text="")))
        return lines

    @property
    def heading(self) -> str:
        """Name of the chosen group, for the page's title; empty without one."""
        return next((choice.label for choice in self.choices["group"] if choice.is_chosen), "")

    @property
    def page_links(self) -> list[tuple[int, str]]:
        """Numbers around the current page, first and last, with their addresses."""
        here = self.wanted.page
        numbers = sorted({1, self.pages, *range(max(1, here - 1), min(self.pages, here + 1) + 1)})
        return [(number, self.wanted.address(page=number)) for number in numbers]


def fill_shelf(wanted: Wanted) -> Shelf:
    """The page of the list that ``wanted`` asks for.

    Raises: Http404 for a group, stall or commune that does not exist and for a page past the end.
    """
    on = today()
    product_ids = search(wanted.text) if wanted.text else None
    goods = public_sheets()
    if product_ids is not None:
        goods = goods.filter(product_id__in=product_ids)
    goods = goods.annotate(
        stars_today=Coalesce(stars_on(on), 0), in_month=F("season_months").bitand(season_bit(on))
    )

    counts, total = _counts(goods, wanted)
    shelf = Shelf(wanted, total=total, pages=min(LAST_PAGE, max(1, -(-total // PER_PAGE))))
    if wanted.page > shelf.pages:
        raise Http404
    shelf.choices = _choices(counts, wanted)
    shelf.sheets = _page(_narrowed(goods, wanted), wanted, product_ids)
    return shelf


def _season_filter() -> Q:
    """Goods with a season that is on; goods of the whole year are always there and not meant."""
    return Q(in_month__gt=0) & ~Q(season_months=ALL_MONTHS)


def _narrowed(goods: QuerySet[Any], wanted: Wanted) -> QuerySet[Any]:
    if wanted.group:
        goods = goods.filter(product__categories__slug=wanted.group)
    if wanted.stars:
        goods = goods.filter(stars_today=wanted.stars)
    if wanted.stall:
        goods = goods.filter(cooperative__slug=wanted.stall)
    if wanted.commune:
        goods = goods.filter(commune_id=wanted.commune)
    if wanted.in_season:
        goods = goods.filter(_season_filter())
    return goods


def _counts(goods: QuerySet[Any], wanted: Wanted) -> tuple[dict[str, Counter[Any]], int]:
    """Goods per value of each filter, the other filters applied, and goods under all of them; one query.

    The database counts each combination that occurs; the combinations are added up here.
    """
    combinations = (
        goods.annotate(
            group=F("product__categories__slug"),
            stars=F("stars_today"),
            stall=F("cooperative__slug"),
            in_season=Case(
                When(_season_filter(), then=Value(1)), default=Value(0), output_field=IntegerField()
            ),
        )
        .order_by()
        .values_list("group", "stars", "stall", "commune_id", "in_season")
        .annotate(goods=Count("pk"))
    )
    chosen = [getattr(wanted, name) for name in FACETS]
    counts: dict[str, Counter[Any]] = {name: Counter() for name in FACETS}
    total = 0
    for *values, number in combinations:
        misses = [i for i, value in enumerate(chosen) if value and values[i] != value]
        if not misses:
            total += number
        for i, name in enumerate(FACETS):
            if misses in ([], [i]):
                counts[name][values[i]] += number
    return counts, total


def _choices(counts: dict[str, Counter[Any]], wanted: Wanted) -> dict[str, list[Choice]]:
    groups = {sheet.category.slug: sheet.name for sheet in CategorySheet.objects.select_related("category")}
    stalls = dict(Cooperative.objects.filter(is_open=True).order_by("name").values_list("slug", "name"))
    seen = {code for code in counts["commune"] if code} | {wanted.commune} - {""}
    communes = {
        commune.code: commune.short_name
        for commune in Commune.objects.filter(pk__in=seen).order_by("folded_name")
    }
    for value, known in ((wanted.group, groups), (wanted.stall, stalls), (wanted.commune, communes)):
        if value and value not in known:
            raise Http404
    labels: dict[str, Mapping[Any, Any]] = {
        "group": groups,
        "stars": {stars: _("OCOP %(stars)s sao") % {"stars": stars} for stars in (5, 4, 3)},
        "stall": stalls,
        "commune": communes,
        "in_season": {1: _("Đang mùa")},
    }

    def line(name: str, value: Any, label: Any) -> Choice:
        is_chosen = bool(value == getattr(wanted, name))
        new = getattr(Wanted(), name) if is_chosen else (bool(value) if name == "in_season" else value)
        return Choice(str(value), str(label), counts[name][value], is_chosen, wanted.address(**{name: new}))

    return {
        name: [
            choice
            for value, label in labels[name].items()
            if (choice := line(name, value, label)).count or choice.is_chosen
        ]
        for name in FACETS
    }


# Goods of one size have their stock record; goods in packs count by the pack with most, and start at the lowest price.
_PACKS: QuerySet[Any] = Pack.objects.filter(sheet=OuterRef("pk"), is_offered=True)
_LEFT = Coalesce(
    F("product__stockrecords__num_in_stock") - Coalesce(F("product__stockrecords__num_allocated"), 0),
    Subquery(
        _PACKS.annotate(left=F("num_in_stock") - F("num_allocated")).order_by("-left").values("left")[:1]
    ),
)
_PRICE = Coalesce(F("product__stockrecords__price"), Subquery(_PACKS.order_by("price").values("price")[:1]))


# The order called "Gợi ý": column → what it puts first. /xep-hang/ prints this very table.
SUGGESTED = {
    "-is_there": _("món còn hàng, mua được ngay"),
    "-is_seasonal": _("món đang vào mùa trong tháng này"),
    "-stars_today": _("món có nhiều sao OCOP hơn, chỉ tính giấy chứng nhận còn hạn hôm nay"),
    "-product_id": _("món mới lên chợ"),
}


def _suggested(goods: QuerySet[Any]) -> QuerySet[Any]:
    return goods.annotate(
        is_there=Case(When(Q(left__gt=0), then=Value(1)), default=Value(0), output_field=IntegerField()),
        is_seasonal=Case(
            When(_season_filter(), then=Value(1)), default=Value(0), output_field=IntegerField()
        ),
    ).order_by(*SUGGESTED)


_ORDERINGS: dict[str, Callable[[QuerySet[Any]], QuerySet[Any]]] = {
    "": lambda goods: _suggested(goods.annotate(left=_LEFT)),
    "moi": lambda goods: goods.order_by("-product_id"),
    "gia-tang": lambda goods: goods.order_by(_PRICE.asc(), "-product_id"),
    "gia-giam": lambda goods: goods.order_by(_PRICE.desc(), "-product_id"),
    "sao": lambda goods: goods.order_by("-stars_today", "-product_id"),
}


def _page(goods: QuerySet[Any], wanted: Wanted, product_ids: list[int] | None) -> list[ProductSheet]:
    """The sheets of one page: chosen by key in one query, then read in full, so that sorting stays narrow."""
    first = (wanted.page - 1) * PER_PAGE
    if product_ids is not None and not wanted.order:
        left = set(goods.values_list("product_id", flat=True))
        keys = [product_id for product_id in product_ids if product_id in left][first : first + PER_PAGE]
    else:
        ordered = _ORDERINGS[wanted.order](goods)
        keys = list(ordered.values_list("product_id", flat=True)[first : first + PER_PAGE])
    found = {sheet.product_id: sheet for sheet in cards(ProductSheet.objects.filter(product_id__in=keys))}
    return [found[key] for key in keys]
