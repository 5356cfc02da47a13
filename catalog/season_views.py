"""The season calendar at ``/mua-vu/``: which goods there are in which month, as a chart and month by month.

Months run from this one on, so that a season across the new year is one bar and what comes next is near.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dates import MONTHS, MONTHS_3
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog import structured
from catalog.harvests import coming_harvests
from catalog.models import CategorySheet, ProductSheet
from catalog.models.product_sheet import ALL_MONTHS
from catalog.selectors import has_stock, public_sheets, season_bit, today

MOST_ROWS = 240  # a chart of more can't be read; the filters of the list lead further
LABEL_WIDTH, MONTH_WIDTH, ROW_HEIGHT, BAR_HEIGHT = 400, 60, 44, 18  # units of the drawing
LABEL_LENGTH = 44
BASELINE = 27


def month_name(month: int, *, is_short: bool = False) -> str:
    """``Tháng 9``, ``T9``; in other languages as people there write it."""
    if get_language() in (None, settings.LANGUAGE_CODE):
        return f"T{month}" if is_short else f"Tháng {month}"
    return str((MONTHS_3 if is_short else MONTHS)[month]).capitalize()


@dataclass(frozen=True)
class Bar:
    """A run of months in the drawing."""

    x: int
    width: int


@dataclass(frozen=True)
class Row:
    """One product of the chart."""

    sheet: ProductSheet
    label: str
    bars: list[Bar]
    y: int

    @property
    def baseline(self) -> int:
        return self.y + BASELINE

    @property
    def bar_y(self) -> int:
        return self.y + (ROW_HEIGHT - BAR_HEIGHT) // 2


@dataclass(frozen=True)
class Heading:
    """A group of goods in the chart."""

    name: str
    y: int

    @property
    def baseline(self) -> int:
        return self.y + BASELINE


@dataclass(frozen=True)
class Month:
    """One month of the year from now, with the goods that have their season in it."""

    number: int
    x: int
    sheets: list[ProductSheet]

    @property
    def name(self) -> str:
        return month_name(self.number)

    @property
    def short_name(self) -> str:
        return month_name(self.number, is_short=True)

    @property
    def middle(self) -> int:
        return self.x + MONTH_WIDTH // 2


@dataclass(frozen=True)
class Chart:
    """Everything that the drawing and the lists are made of."""

    months: list[Month]
    parts: list[Heading | Row]
    height: int
    width: int = LABEL_WIDTH + 12 * MONTH_WIDTH

    @property
    def rows(self) -> list[Row]:
        return [part for part in self.parts if isinstance(part, Row)]


@require_safe
def seasons(request: HttpRequest) -> HttpResponse:
    """The calendar of all goods that have a season, from this month on."""
    path = reverse("catalogue:seasons")
    front = "/" if get_language() in (None, settings.LANGUAGE_CODE) else f"/{get_language()}/"
    steps = [
        (settings.MARKET_NAME, front),
        (_("Sản phẩm"), reverse("catalogue:index")),
        (_("Lịch mùa vụ"), path),
    ]
    on = today()
    in_season = F("season_months").bitand(season_bit(on))
    seasonal = (
        public_sheets()
        .exclude(season_months=ALL_MONTHS)
        .annotate(in_month=in_season, is_there=has_stock())
        .select_related("product", "cooperative", "commune")
        .prefetch_related("product__categories")
        .order_by("-in_month", "-product_id")
    )
    harvests: list[Any] = list(coming_harvests())
    context = {
        "harvests": harvests,
        "awaited": {harvest.page_id for harvest in harvests},
        "chart": draw(list(seasonal[:MOST_ROWS]), _groups(), first_month=on.month),
        "all_year_count": public_sheets().filter(season_months=ALL_MONTHS).count(),
        "steps": steps,
        "canonical": structured.absolute(path),
        "structured": structured.graph(structured.breadcrumb(steps)),
    }
    return render(request, "catalog/season.html", context)


def _groups() -> dict[int, str]:
    """Category id → its name in the reader's language, in the order of the menu."""
    return {sheet.category_id: sheet.name for sheet in CategorySheet.objects.select_related("category")}


def draw(sheets: list[ProductSheet], groups: dict[int, str], *, first_month: int) -> Chart:
    """The chart of ``sheets``, grouped by category; inside a group what comes first stands first."""
    order = [(first_month - 1 + step) % 12 + 1 for step in range(12)]
    by_group: dict[int, list[ProductSheet]] = defaultdict(list)
    for sheet in sheets:
        by_group[_group_of(sheet, groups)].append(sheet)
    parts: list[Heading | Row] = []
    y = ROW_HEIGHT  # the names of the months
    sorted_sheets: list[ProductSheet] = []
    for group in [*groups, 0]:
        if group not in by_group:
            continue
        if group:
            parts.append(Heading(groups[group], y))
            y += ROW_HEIGHT
        for sheet in sorted(by_group[group], key=lambda each: _first_in(each, order)):
            parts.append(Row(sheet, _short(sheet.title), bars_of(sheet.months, order), y))
            sorted_sheets.append(sheet)
            y += ROW_HEIGHT
    months = [
        Month(
            month, LABEL_WIDTH + place * MONTH_WIDTH, [each for each in sorted_sheets if month in each.months]
        )
        for place, month in enumerate(order)
    ]
    return Chart(months, parts, height=y)


def bars_of(months: tuple[int, ...], order: list[int]) -> list[Bar]:
    """The runs of ``months`` along the months of the drawing."""
    runs: list[list[int]] = []
    for place, month in enumerate(order):
        if month not in months:
            continue
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return [Bar(LABEL_WIDTH + run[0] * MONTH_WIDTH + 3, len(run) * MONTH_WIDTH - 6) for run in runs]


def _group_of(sheet: ProductSheet, groups: dict[int, str]) -> int:
    product: Any = sheet.product
    return next((category.pk for category in product.categories.all() if category.pk in groups), 0)


def _first_in(sheet: ProductSheet, order: list[int]) -> tuple[int, int, str]:
    """Sorts by the first month there is any, then by the last of that run, then by name."""
    places = [place for place, month in enumerate(order) if month in sheet.months] or [12]
    end = places[0]
    while end + 1 in places:
        end += 1
    return places[0], end, sheet.title


def _short(title: str) -> str:
    return title if len(title) <= LABEL_LENGTH else title[: LABEL_LENGTH - 1].rstrip() + "…"
