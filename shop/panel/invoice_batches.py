"""Issuing all that waits in one go, and the month's files for the book-keeper."""

from __future__ import annotations

import datetime as dt
import tempfile
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from catalog.clock import today
from shop.invoices.exporting import of_month, write_month
from shop.invoices.models import InvoiceStatus, IssueBatch
from shop.orders.batches import open_batch

from .screens import Screen, refreshing
from .selectors import batches_for, invoices_for

MOST_IN_A_BATCH = 5000
MOST_IN_AN_EXPORT = 20_000
SECONDS_BETWEEN_LOOKS = 3
_IN_MEMORY = 8 * 1024 * 1024


class IssueAll(View):
    """Opens a batch of everything that waits, of one seller or of all."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        waiting = invoices_for(request.user).filter(status=InvoiceStatus.TO_ISSUE, corrects=None)
        if seller := request.POST.get("htx"):
            waiting = waiting.filter(seller__slug=seller)
        chosen = list(waiting.order_by("created_at", "pk")[:MOST_IN_A_BATCH])
        if not chosen:
            messages.warning(request, _("Không có hóa đơn nào đang chờ lập."))
            return redirect("panel:invoices")
        batch = open_batch(chosen=chosen, by=request.user)
        return redirect("panel:batch", pk=batch.pk)


class BatchPage(Screen):
    """How far a batch has come; looks again by itself until it is done."""

    template_name = "panel/batch.html"
    page_title = gettext_lazy("Lập nhiều hóa đơn")
    header_icon = "doc-full"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.batch: IssueBatch = get_object_or_404(batches_for(request.user), pk=kwargs["pk"])

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:invoices"), "label": _("Hóa đơn")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.batch.rows
        figures = rows.aggregate(
            total=Count("pk"),
            done=Count("pk", filter=Q(done_at__isnull=False)),
            refusals=Count("pk", filter=~Q(refusal="")),
            accepted=Count("pk", filter=Q(invoice__status=InvoiceStatus.ACCEPTED)),
        )
        refused = rows.exclude(refusal="").select_related("invoice")[:200]
        return {**super().get_context_data(**kwargs), "batch": self.batch, "refused": refused, **figures}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = self.render_to_response(self.get_context_data(**kwargs))
        if self.batch.finished_at:
            return response
        return refreshing(response, request.path, SECONDS_BETWEEN_LOOKS)


class ExportMonth(View):
    """The month's invoices as a table and their signed files."""

    http_method_names = ("get",)

    def get(self, request: HttpRequest) -> HttpResponseBase:
        month = _month(request.GET.get("thang", ""))
        rows = of_month(invoices_for(request.user), month)
        if seller := request.GET.get("htx"):
            rows = rows.filter(seller__slug=seller)
        file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  closed by the response
        if not write_month(rows[:MOST_IN_AN_EXPORT].iterator(chunk_size=200), file):
            file.close()
            messages.warning(request, _("Tháng này chưa có hóa đơn nào."))
            return redirect("panel:invoices")
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=f"hoa-don-{month:%Y-%m}.zip")


def _month(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        return today().replace(day=1)
