"""Messages of many invoices (203, 206) as the desk sees them, and the channel of a draft."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from shop.invoices import packages, services
from shop.invoices.models import (
    PackageRow,
    PackageStatus,
    SalesChannel,
)
from shop.orders.invoicing import may_be_till_sale

from .invoices import as_file
from .screens import Screen, page_of, query_without_page
from .selectors import invoices_for, packages_for

PER_PAGE = 50
MOST_NAMED = 20  # refused invoices that a row of the list names


class PackageList(Screen):
    """Every package, the newest first, with what was refused in it."""

    template_name = "panel/packages.html"
    page_title = gettext_lazy("Gói hóa đơn")
    header_icon = "upload"

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:invoices"), "label": _("Hóa đơn")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = page_of(packages_for(self.request.user).select_related("seller"), self.request, PER_PAGE)
        mine = PackageRow.objects.filter(package__in=[package.pk for package in page])
        counts = dict(mine.order_by().values_list("package").annotate(Count("pk")))
        refused: dict[int, list[Any]] = {}
        for row in (
            mine.filter(is_taken=False)
            .select_related("invoice__series")
            .order_by("pk")[: PER_PAGE * MOST_NAMED]
        ):
            refused.setdefault(row.package_id, []).append(row)
        waiting = packages.waiting().filter(pk__in=invoices_for(self.request.user).values("pk"))
        return {
            **super().get_context_data(**kwargs),
            "page": page,
            "page_link": query_without_page(self.request),
            "rows": [
                (package, counts.get(package.pk, 0), refused.get(package.pk, [])[:MOST_NAMED])
                for package in page
            ],
            "waiting": waiting.count(),
        }


def package_xml(request: HttpRequest, pk: int) -> HttpResponse:
    """The message as it was sent."""
    signed = packages_for(request.user).exclude(status=PackageStatus.TO_SIGN)
    package = get_object_or_404(signed, pk=pk)
    return as_file(packages.message_of(package), f"{package.kind}-{package.message_id}.xml")


class ChangeChannel(View):
    """Puts a draft under the series of the stall's cash register, or back under the market's."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        invoice = get_object_or_404(invoices_for(request.user), pk=pk)
        channel = SalesChannel.WEB if invoice.channel == SalesChannel.TILL else SalesChannel.TILL
        if channel == SalesChannel.TILL and not may_be_till_sale(invoice):
            messages.error(request, _("Hóa đơn này không lập từ máy tính tiền được."))
            return redirect("panel:invoice", pk=pk)
        try:
            services.change_channel(invoice=invoice, channel=channel)
        except ValueError:
            messages.error(request, _("Hóa đơn đã lập thì giữ kênh bán của nó."))
        else:
            messages.success(request, _("Từ bây giờ: %(what)s.") % {"what": channel.label})
        return redirect("panel:invoice", pk=pk)
