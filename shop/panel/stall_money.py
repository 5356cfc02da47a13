"""A stall's money: what waits, what may be paid, what is on its way; every line leads to its parcel; statements."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from catalog.clock import today
from shop.ledger import statements
from shop.ledger.journal import purses
from shop.ledger.models import EntryKind, SourceType
from shop.ledger.statements import Row, entries_of, rows_of, statement_of

from .day_forms import DaysForm
from .screens import Screen
from .selectors import paid_stalls_for

BEFORE_KEY = "truoc"
PER_PAGE = 40
LARGEST = 2**63 - 1
LONGEST = 400
"""Days of one statement."""

_WITHIN = {
    EntryKind.RELEASED: gettext_lazy("Chuyển sang tiền được chi"),
    EntryKind.HELD: gettext_lazy("Tạm giữ: khách đang báo hàng, khiếu nại hoặc thẻ bị đòi lại"),
    EntryKind.ORDERED: gettext_lazy("Nằm trong đợt chi, chờ chuyển"),
    EntryKind.CALLED_OFF: gettext_lazy("Đợt chi bỏ, tiền chờ đợt sau"),
}


class PeriodForm(DaysForm):
    """Which days a statement is about."""

    most_days = LONGEST
    refusal = gettext_lazy("Ngày cuối phải từ ngày đầu trở đi, nhiều nhất 400 ngày.")


def last_month(day: dt.date) -> tuple[dt.date, dt.date]:
    """The first and last day of the month before that of ``day``.

    >>> last_month(dt.date(2026, 3, 15))
    (datetime.date(2026, 2, 1), datetime.date(2026, 2, 28))
    """
    end = day.replace(day=1) - dt.timedelta(days=1)
    return end.replace(day=1), end


class StallsMoney(Screen):
    """What each stall is owed; a manager of one stall goes on to its page."""

    template_name = "panel/stalls_money.html"
    header_icon = "table"

    def get_page_title(self) -> str:
        own = self.request.resolver_match and self.request.resolver_match.view_name == "panel:own_money"
        return _("Tiền của tôi") if own else _("Tiền của gian hàng")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        stalls = list(paid_stalls_for(request.user)[:2])
        if len(stalls) == 1:
            return redirect("panel:stall_money", pk=stalls[0].pk)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        stalls = list(paid_stalls_for(self.request.user))
        held = purses([stall.pk for stall in stalls])
        rows = [(stall, held[stall.pk]) for stall in stalls]
        return super().get_context_data(**kwargs) | {
            "rows": sorted(rows, key=lambda row: (-row[1].available, -row[1].total, row[0].name)),
            "total": sum(purse.total for _stall, purse in rows),
            "available": sum(purse.available for _stall, purse in rows),
        }


class StallMoney(Screen):
    """One stall: four sums, and what happened, the newest first."""

    template_name = "panel/stall_money.html"
    header_icon = "table"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.stall = get_object_or_404(paid_stalls_for(request.user), pk=kwargs["pk"])

    def get_page_title(self) -> str:
        return _("Tiền của %(name)s") % {"name": self.stall.name}

    def path_here(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        entries = entries_of(self.stall)
        if before := _key(self.request.GET.get(BEFORE_KEY, "")):
            entries = entries.filter(pk__lt=before)
        shown = list(entries[: PER_PAGE + 1])
        rows = rows_of(shown[:PER_PAGE])
        here = reverse("panel:stall_money", args=(self.stall.pk,))
        first, last = last_month(today())
        return super().get_context_data(**kwargs) | {
            "stall": self.stall,
            "purse": purses([self.stall.pk])[self.stall.pk],
            "rows": [(row, _within(row), _is_parcel(row)) for row in rows],
            "older": f"{here}?{BEFORE_KEY}={shown[PER_PAGE - 1].pk}" if len(shown) > PER_PAGE else "",
            "newest": here if before else "",
            "form": PeriodForm(initial={"tu": first, "den": last}),
        }


@require_GET
def statement(request: HttpRequest, pk: int, table: str) -> HttpResponse:
    """The statement of a period as a file, ``pdf`` or ``csv``."""
    if table not in ("pdf", "csv"):
        raise Http404
    stall = get_object_or_404(paid_stalls_for(request.user), pk=pk)
    form = PeriodForm(request.GET if "tu" in request.GET else _last_month_as_query())
    if not form.is_valid():
        return HttpResponse(_("Ngày cuối phải từ ngày đầu trở đi, nhiều nhất 400 ngày."), status=400)
    first, last = form.cleaned_data["tu"], form.cleaned_data["den"]
    made = statement_of(stall, first, last)
    body, content_type = (
        (statements.statement_pdf(made), "application/pdf")
        if table == "pdf"
        else (statements.statement_csv(made), "text/csv; charset=utf-8")
    )
    response = HttpResponse(body, content_type=content_type)
    name = f"sao-ke-{slugify(stall.slug)}-{first:%Y%m%d}-{last:%Y%m%d}.{table}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _last_month_as_query() -> dict[str, str]:
    first, last = last_month(today())
    return {"tu": first.isoformat(), "den": last.isoformat()}


def _key(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and int(text) <= LARGEST):
        raise Http404
    return int(text)


def _within(row: Row) -> str:
    """Words for a movement that leaves what the stall is owed as it was."""
    words = _WITHIN.get(EntryKind(row.entry.kind))
    return str(words) if words else ""


def _is_parcel(row: Row) -> bool:
    return row.entry.source_type == SourceType.PARCEL
