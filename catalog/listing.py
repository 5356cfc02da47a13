"""The catalogue list: what the address asks for, the goods that answer, and the counts beside each filter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from catalog.facets import (
    FACETS,
    PRICE_LABELS,
    PRICES,
    Counts,
    Line,
    counts_in,
    counts_of,
    goods_on,
    narrowed,
)
from catalog.models import CategorySheet, Commune, Cooperative, ProductSheet
from catalog.paging import (
    LAST_NUMBERED,
    ORDERS,
    PER_PAGE,
    Key,
    Place,
    Window,
    read_key,
    window_by_relevance,
    window_in,
    window_of,
    write_key,
)
from catalog.search import (
    LONGEST_QUERY,
    MOST_HITS,
    Found,
    Suggestion,
    look_up,
    near,
    search,
    stall_lines,
    story_lines,
)
from catalog.selectors import cards, public_sheets, today

PARAMETERS = {
    "text": "q",
    "group": "nhom",
    "stars": "sao",
    "stall": "htx",
    "commune": "xa",
    "price": "gia",
    "in_season": "mua",
    "order": "sap-xep",
    "page": "trang",
    "after": "sau",
    "before": "truoc",
}
NEAR = 8  # goods that an empty page offers
FIRST_PAGE: dict[str, Any] = {"page": 1, "after": "", "before": ""}


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; a value that makes no sense counts as not given.

    Shape: ``after`` and ``before`` are keys of goods (``catalog.paging``), which rule over the page's number.
    """

    text: str = ""
    group: str = ""
    stars: int = 0
    stall: str = ""
    commune: str = ""
    price: str = ""
    in_season: bool = False
    order: str = ""
    page: int = 1
    after: str = ""
    before: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Wanted:
        stars, order, page, price = (query.get(name, "") for name in ("sao", "sap-xep", "trang", "gia"))
        return cls(
            text=" ".join(query.get("q", "").replace("\x00", "")[:LONGEST_QUERY].split()),
            group=query.get("nhom", "")[:255].replace("\x00", ""),
            stars=int(stars) if stars in {"3", "4", "5"} else 0,
            stall=query.get("htx", "")[:50].replace("\x00", ""),
            commune=query.get("xa", "")[:5].replace("\x00", ""),
            price=price if price in PRICES else "",
            in_season=query.get("mua") == "1",
            order=order if order in ORDERS else "",
            page=int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 7 and int(page) else 1,
            after=write_key(read_key(query.get("sau", ""))),
            before=write_key(read_key(query.get("truoc", ""))),
        )

    def address(self, **changes: Any) -> str:
        """The query of a link with some values changed; it leads to page one unless ``page`` is given."""
        other = replace(self, **(FIRST_PAGE | changes))
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

    @property
    def place(self) -> Place:
        return Place(self.page, read_key(self.after), read_key(self.before))


@dataclass(frozen=True)
class Choice:
    """One line of a filter: how many goods it would leave, the other filters kept."""

    value: str
    label: str
    count: int
    is_chosen: bool
    address: str


@dataclass(frozen=True)
class Link:
    """Words and where they lead: of an active filter, the address without it."""

    label: str
    address: str


@dataclass
class Shelf:
    """One page of the list with its filters. Ten queries at most, seventeen with a search text."""

    wanted: Wanted
    total: int = 0
    sheets: list[ProductSheet] = field(default_factory=list)
    window: Window = field(default_factory=lambda: Window([]))
    choices: dict[str, list[Choice]] = field(default_factory=dict)
    stalls: list[Suggestion] = field(default_factory=list)
    stories: list[Suggestion] = field(default_factory=list)
    near: list[ProductSheet] = field(default_factory=list)
    groups: list[Link] = field(default_factory=list)

    @cached_property
    def removals(self) -> list[Link]:
        lines = [
            Link(choice.label, self.wanted.address(**{name: getattr(Wanted(), name)}))
            for name in FACETS
            for choice in self.choices[name]
            if choice.is_chosen
        ]
        if self.wanted.text:
            lines.insert(0, Link(f"“{self.wanted.text}”", self.wanted.address(text="")))
        return lines

    @property
    def heading(self) -> str:
        """Name of the chosen group, for the page's title; empty without one."""
        return next((choice.label for choice in self.choices["group"] if choice.is_chosen), "")

    @property
    def is_cut(self) -> bool:
        """Whether the text finds more than is counted."""
        return bool(self.wanted.text) and self.total >= MOST_HITS

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))

    @property
    def page(self) -> int:
        """The number of the page that is shown: stepping back may have come to the first."""
        return 1 if self.window.is_first else self.wanted.page

    @property
    def previous_address(self) -> str:
        """The page before this one, by key; empty on the first page."""
        if self.page == 1 or not self.window.keys:
            return ""
        if self.page == 2:
            return self.wanted.address()
        return self.wanted.address(page=self.page - 1, before=write_key(self.window.keys[0]))

    @property
    def next_address(self) -> str:
        """The page behind this one, by key; empty on the last page."""
        if not self.window.has_more:
            return ""
        return self.wanted.address(page=self.page + 1, after=write_key(self.window.keys[-1]))

    @property
    def page_links(self) -> list[tuple[int, str]]:
        """First page, neighbours (by key) and last page (while numbers are understood) with their addresses."""
        here = self.page
        links = {1: self.wanted.address(), here: ""}
        if self.pages <= LAST_NUMBERED:
            links[self.pages] = self.wanted.address(page=self.pages)
        links |= {here - 1: self.previous_address} if self.previous_address else {}
        links |= {here + 1: self.next_address} if self.next_address else {}
        return sorted(links.items())


def fill_shelf(wanted: Wanted) -> Shelf:
    """The page of the list that ``wanted`` asks for.

    Raises: Http404 for a group, stall or commune that does not exist and for a page past the end.
    """
    on = today()
    names = _Names.read()
    chosen = names.chosen(wanted)
    goods = goods_on(on)
    found = _look_up(wanted)
    if wanted.text:
        lines = [Line(*row) for row in goods.filter(pk__in=found.product_ids).values_list(*Line._fields)]
        counts, left = counts_in(lines, chosen)
        total, window = len(left), _found_window(left, wanted, found.product_ids)
    else:
        counts, total = counts_of(goods, chosen, on)
        if wanted.page > LAST_NUMBERED and not (wanted.after or wanted.before):
            raise Http404
        window = window_of(narrowed(goods, chosen), wanted.order, wanted.place)
    if wanted.page > 1 and not window.keys:
        raise Http404
    shelf = Shelf(wanted, total=total, window=window, choices=_choices(counts, wanted, names))
    shelf.sheets = _sheets(window.keys)
    shelf.stalls, shelf.stories = stall_lines(found.stalls), story_lines(found.stories)
    if not shelf.sheets:
        _help(shelf, names)
    return shelf


def _help(shelf: Shelf, names: _Names) -> None:
    """What an empty page offers instead: goods with some of the words, and the groups."""
    if shelf.wanted.text and not shelf.wanted.is_filtered:
        shelf.near = _sheets([(product_id,) for product_id in near(shelf.wanted.text, limit=NEAR)])
    shelf.groups = [Link(label, Wanted(group=slug).address()) for slug, label in names.groups.values()]


def _look_up(wanted: Wanted) -> Found:
    """What the text finds; stalls and stories only stand above the first page of a plain search."""
    if not wanted.text:
        return Found()
    if wanted.page > 1 or wanted.is_filtered:
        return Found(search(wanted.text))
    return look_up(wanted.text)


def _found_window(left: list[Line], wanted: Wanted, product_ids: list[int]) -> Window:
    if wanted.order:
        return window_in(left, wanted.order, wanted.place)
    there = {line.product_id for line in left}
    return window_by_relevance([each for each in product_ids if each in there], wanted.place)


@dataclass(frozen=True)
class _Names:
    """What the filters call their values: key → (value in the address, label), in the order shown."""

    groups: dict[int, tuple[str, str]]
    stalls: dict[int, tuple[str, str]]

    @classmethod
    def read(cls) -> _Names:
        groups = CategorySheet.objects.select_related("category")
        stalls = Cooperative.objects.filter(is_open=True).order_by("name").values_list("pk", "slug", "name")
        return cls(
            {sheet.category_id: (sheet.category.slug, sheet.name) for sheet in groups},
            {pk: (slug, name) for pk, slug, name in stalls},
        )

    def chosen(self, wanted: Wanted) -> dict[str, Any]:
        """Active filter → value of its column. Raises: Http404 for a name that does not exist."""
        chosen: dict[str, Any] = {}
        for name, known in (("group", self.groups), ("stall", self.stalls)):
            if value := getattr(wanted, name):
                keys = [key for key, (slug, _label) in known.items() if slug == value]
                if not keys:
                    raise Http404
                chosen[name] = keys[0]
        if wanted.stars:
            chosen["stars"] = wanted.stars
        if wanted.commune:
            chosen["commune"] = wanted.commune
        if wanted.price:
            chosen["price"] = list(PRICES).index(wanted.price)
        if wanted.in_season:
            chosen["in_season"] = 1
        return chosen


def _choices(counts: Counts, wanted: Wanted, names: _Names) -> dict[str, list[Choice]]:
    seen = set(counts["commune"]) | {wanted.commune} - {""}
    communes = {
        commune.code: (commune.code, commune.short_name)
        for commune in Commune.objects.filter(pk__in=seen).order_by("folded_name")
    }
    if wanted.commune and wanted.commune not in communes:
        raise Http404
    known: dict[str, Mapping[Any, tuple[Any, Any]]] = {
        "group": names.groups,
        "stars": {stars: (stars, _("OCOP %(stars)s sao") % {"stars": stars}) for stars in (5, 4, 3)},
        "stall": names.stalls,
        "commune": communes,
        "price": {place: (code, PRICE_LABELS[code]) for place, code in enumerate(PRICES)},
        "in_season": {1: (True, _("Đang mùa"))},
    }

    def line(name: str, key: Any, value: Any, label: Any) -> Choice:
        is_chosen = bool(value == getattr(wanted, name))
        address = wanted.address(**{name: getattr(Wanted(), name) if is_chosen else value})
        shown = str(int(value)) if isinstance(value, bool) else str(value)
        return Choice(shown, str(label), counts[name][key], is_chosen, address)

    return {
        name: [
            choice
            for key, (value, label) in known[name].items()
            if (choice := line(name, key, value, label)).count or choice.is_chosen
        ]
        for name in FACETS
    }


def _sheets(keys: list[Key]) -> list[ProductSheet]:
    """The goods of one page, read in full; what has just left the shop is left out."""
    wanted = [key[-1] for key in keys]
    found = {sheet.product_id: sheet for sheet in cards(public_sheets().filter(product_id__in=wanted))}
    return [found[product_id] for product_id in wanted if product_id in found]
