"""Reports of the market with plots, and the same numbers as tables and files; a manager sees the own stall's sales."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from catalog.clock import today
from shop.reports import sums, tables
from shop.reports.periods import MOST_DAYS, Period, named

from .day_forms import DaysForm
from .report_kinds import KINDS, Kind
from .screens import Screen, Tab
from .selectors import sales_scope_for

PERIOD_KEY = "ky"
MOST_SHOWN = 200
"""Rows of the table on the page; files have them all."""
FILES = {
    "csv": ("text/csv; charset=utf-8", tables.as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", tables.as_xlsx),
}


class PeriodForm(DaysForm):
    """Any days."""

    most_days = MOST_DAYS
    refusal = gettext_lazy("Ngày cuối phải từ ngày đầu trở đi, nhiều nhất ba năm.")


PERIODS = {
    "7": gettext_lazy("7 ngày"),
    "30": gettext_lazy("30 ngày"),
    "90": gettext_lazy("90 ngày"),
    "nam": gettext_lazy("Năm nay"),
}


def chosen(request: HttpRequest) -> tuple[Period, str, PeriodForm | None]:
    """The period that the address names, by its name or its days, with their form; else the last 30 days."""
    if "tu" in request.GET or "den" in request.GET:
        form = PeriodForm(request.GET)
        if form.is_valid():
            return Period(form.cleaned_data["tu"], form.cleaned_data["den"]), "", form
        return _last_30(), "30", form
    name = request.GET.get(PERIOD_KEY, "30")
    period = named(name, today())
    return (period, name, None) if period else (_last_30(), "30", None)


def _last_30() -> Period:
    return Period(today() - dt.timedelta(days=29), today())


def kind_for(request: HttpRequest, name: str) -> tuple[Kind, sums.Stalls]:
    """The report and whose sales it may hold. Raises: Http404 for what is not this person's to see."""
    sees_all, stalls = sales_scope_for(request.user)
    kind = KINDS.get(name)
    if kind is None or not (sees_all or kind.is_for_stalls):
        raise Http404
    return kind, None if sees_all else stalls


@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """On to the first of them."""
    return redirect("panel:report", plot="ngay")


class ReportPage(Screen):
    """A period, its plot, and the table with the same numbers."""

    template_name = "panel/report.html"
    header_icon = "history"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.kind, self.stalls = kind_for(request, kwargs["plot"])

    def get_page_title(self) -> str:
        return _("Báo cáo bán hàng") if self.stalls is None else _("Bán hàng của gian tôi")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        period, name, form = chosen(request)
        context = self.get_context_data(period=period, name=name, form=form, **kwargs)
        return self.render_to_response(context, status=422 if form and form.errors else 200)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        period, name, form = kwargs.pop("period"), kwargs.pop("name"), kwargs.pop("form")
        made = self.kind.make(period, self.stalls)
        query = f"{PERIOD_KEY}={name}" if name else f"tu={period.first}&den={period.last}"
        here = reverse("panel:report", args=(kwargs["plot"],))
        return (
            super().get_context_data(**kwargs)
            | {
                "made": made,
                "plots": [
                    SafeString(drawn) for drawn in made.drawn
                ],  # every text in it was escaped by ``plots``
                "rows": made.table.rows[:MOST_SHOWN],
                "left_out": max(len(made.table.rows) - MOST_SHOWN, 0),
                "money": made.table.money,
                "kind_name": self.kind.name,
                "period": period,
                "form": form or PeriodForm(initial={"tu": period.first, "den": period.last}),
                "is_free": not name,
                "files": [
                    (label, f"{reverse('panel:report_file', args=(kwargs['plot'], key))}?{query}")
                    for key, label in (("xlsx", _("Tải bảng (Excel)")), ("csv", _("Tải CSV")))
                ],
                "tabs": [
                    Tab(
                        str(kind.name),
                        f"{reverse('panel:report', args=(key,))}?{query}",
                        key == kwargs["plot"],
                    )
                    for key, kind in KINDS.items()
                    if self.stalls is None or kind.is_for_stalls
                ],
                "periods": [
                    Tab(str(label), f"{here}?{PERIOD_KEY}={key}", key == name)
                    for key, label in PERIODS.items()
                ],
            }
        )


@require_GET
def report_file(request: HttpRequest, plot: str, table: str) -> HttpResponse:
    """All rows of a report for a spreadsheet."""
    kind, stalls = kind_for(request, plot)
    if table not in FILES:
        raise Http404
    period, _name, form = chosen(request)
    if form is not None and form.errors:
        return HttpResponse(status=400)
    content_type, write = FILES[table]
    response = HttpResponse(write(kind.make(period, stalls).table), content_type=content_type)
    name = f"bao-cao-{plot}-{period.first:%Y%m%d}-{period.last:%Y%m%d}.{table}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
