"""A cooperative's consignments: the list, one consignment, packed, handed over."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from shop.accounts.doors import may_open
from shop.accounts.roles import Role, roles_of
from shop.orders import services
from shop.orders.models import Consignment, ConsignmentLine
from shop.orders.statuses import ConsignmentStatus
from shop.shipping.couriers import Courier

from .screens import Screen, Tab, page_of, query_without_page
from .selectors import consignments_for

STATUS_KEY = "tinh-trang"
PER_PAGE = 25
OLDEST_FIRST = (ConsignmentStatus.TO_PACK, ConsignmentStatus.PACKED)
SHOWN = (
    ConsignmentStatus.TO_PACK,
    ConsignmentStatus.PACKED,
    ConsignmentStatus.HANDED_OVER,
    ConsignmentStatus.CANCELLED,
)


class HandOverForm(forms.Form):
    carrier = forms.CharField(
        label=gettext_lazy("Đơn vị vận chuyển"),
        max_length=80,
        help_text=gettext_lazy("Tự giao thì ghi “Tự giao”."),
        widget=forms.TextInput(attrs={"list": "carriers", "autocomplete": "off"}),
    )
    tracking_number = forms.CharField(
        label=gettext_lazy("Mã vận đơn"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Người mua dùng mã này để theo dõi. Không có thì để trống."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ConsignmentList(Screen):
    template_name = "panel/consignments.html"
    page_title = gettext_lazy("Kiện hàng")
    header_icon = "list-ul"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        own = consignments_for(self.request.user)
        status = self.request.GET.get(STATUS_KEY, "")
        rows = own.select_related("cooperative", "order__sheet").prefetch_related("lines")
        if status in SHOWN:
            rows = rows.filter(status=status)
        if status in OLDEST_FIRST:
            rows = rows.order_by("created_at", "pk")
        page = page_of(rows, self.request, PER_PAGE)
        context.update(
            page=page,
            page_link=query_without_page(self.request),
            tabs=_tabs(own, status),
            shows_cooperative=Role.OPERATOR in roles_of(self.request.user),
        )
        return context


def _tabs(own: QuerySet[Consignment], status: str) -> list[Tab]:
    counts = dict(own.order_by().values_list("status").annotate(Count("pk")))
    here = reverse("panel:consignments")
    tabs = [Tab(_("Tất cả"), here, status not in SHOWN, sum(counts.values()))]
    for shown in SHOWN:
        tabs.append(
            Tab(str(shown.label), f"{here}?{STATUS_KEY}={shown}", status == shown, counts.get(shown, 0))
        )
    return tabs


class ConsignmentPage(Screen):
    template_name = "panel/consignment.html"
    header_icon = "list-ul"
    hand_over_form: HandOverForm | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        rows = consignments_for(request.user).select_related("cooperative", "order__sheet")
        rows = rows.prefetch_related(Prefetch("lines", ConsignmentLine.objects.order_by("pk")), "events")
        self.consignment = get_object_or_404(rows, pk=kwargs["pk"])

    def get_page_title(self) -> str:
        return _("Kiện %(code)s") % {"code": self.consignment.code}

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:consignments"), "label": _("Kiện hàng")},
            {"url": "", "label": self.consignment.code},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        status, user = self.consignment.status, self.request.user
        context.update(
            consignment=self.consignment,
            sheet=self.consignment.order.sheet,
            # A cancelled consignment is sent nowhere: the buyer's name and address stop being needed.
            shows_buyer=status != ConsignmentStatus.CANCELLED,
            can_pack=status == ConsignmentStatus.TO_PACK and may_open(user, "panel:pack"),
            can_hand_over=status == ConsignmentStatus.PACKED and may_open(user, "panel:hand_over"),
            hand_over_form=self.hand_over_form
            or HandOverForm(initial={"carrier": _carrier(self.consignment)}),
        )
        return context


class Pack(View):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        consignment = get_object_or_404(consignments_for(request.user), pk=pk)
        try:
            services.pack(consignment=consignment, by=request.user)
        except services.IllegalStep:
            messages.error(request, _too_late(consignment))
        else:
            messages.success(request, _("Đã ghi: kiện %(code)s đóng gói xong.") % {"code": consignment.code})
        return redirect("panel:consignment", pk=pk)


class HandOver(ConsignmentPage):
    """Takes the hand-over form of the consignment's page; shows the page again when the form has errors."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self.hand_over_form = HandOverForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        try:
            services.hand_over(consignment=self.consignment, by=request.user, **form.cleaned_data)
        except services.IllegalStep:
            messages.error(request, _too_late(self.consignment))
        except services.NotHarvestedYet as error:
            messages.error(
                request,
                _("Chưa giao được: “%(title)s” là hàng đặt trước, chưa ghi hàng về.") % {"title": error},
            )
        else:
            messages.success(
                request,
                _("Đã ghi: kiện %(code)s đã giao cho %(carrier)s.")
                % {"code": self.consignment.code, "carrier": form.cleaned_data["carrier"]},
            )
        return redirect("panel:consignment", pk=pk)


def _carrier(consignment: Consignment) -> str:
    """Who the buyer chose to bring it, in the words of the form."""
    if consignment.courier == Courier.OWN:
        return _("Tự giao")
    return str(Courier(consignment.courier).label) if consignment.courier else ""


def _too_late(consignment: Consignment) -> str:
    consignment.refresh_from_db(fields=["status"])
    return _("Không ghi được: kiện %(code)s đang ở bước “%(status)s”.") % {
        "code": consignment.code,
        "status": consignment.get_status_display(),
    }
