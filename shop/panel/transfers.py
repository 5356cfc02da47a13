"""Money that came in: the list, one transfer, given to an order or back to its sender."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from shop.accounts.doors import may_open
from shop.money import format_amount
from shop.orders import services
from shop.orders.remittances import SOURCE
from shop.payments import refunds
from shop.payments.models import InboundOutcome

from .money import booked_from, orders_like, transfers_like
from .remittances import open_lists
from .screens import Screen, Tab, page_of, query_without_page
from .selectors import transfers_for

OUTCOME_KEY = "ket-qua"
SEARCH_KEY = "tim"
PER_PAGE = 50


class TransferList(Screen):
    template_name = "panel/transfers.html"
    page_title = gettext_lazy("Tiền về")
    header_icon = "download"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        rows = transfers_for(self.request.user)
        outcome = self.request.GET.get(OUTCOME_KEY, "")
        counts = dict(rows.order_by().values_list("outcome").annotate(Count("pk")))
        here = reverse("panel:transfers")
        tabs = [Tab(_("Tất cả"), here, outcome not in InboundOutcome.values, sum(counts.values()))]
        for choice in (InboundOutcome.UNMATCHED, InboundOutcome.RECEIVED, InboundOutcome.MATCHED):
            url = f"{here}?{OUTCOME_KEY}={choice}"
            tabs.append(Tab(str(choice.label), url, outcome == choice, counts.get(choice, 0)))
        if outcome in InboundOutcome.values:
            rows = rows.filter(outcome=outcome)
        wanted = self.request.GET.get(SEARCH_KEY, "").strip()
        if wanted:
            rows = transfers_like(rows, wanted)
        context.update(
            page=page_of(rows, self.request, PER_PAGE),
            page_link=query_without_page(self.request),
            tabs=tabs,
            wanted=wanted,
            outcome=outcome,
        )
        return context


class AttachForm(forms.Form):
    """Which order a transfer is for."""

    order_number = forms.CharField(
        label=gettext_lazy("Số đơn hàng"),
        max_length=20,
        help_text=gettext_lazy("Ví dụ HT2345678X. Tìm theo tên hoặc điện thoại người mua ở dưới."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    note = forms.CharField(
        label=gettext_lazy("Vì sao là của đơn này"),
        max_length=255,
        help_text=gettext_lazy("Ví dụ: người mua gửi ảnh chụp lệnh chuyển."),
    )

    def clean_order_number(self) -> str:
        """As buyers say it on the phone: small letters and spaces do not matter."""
        return "".join(self.cleaned_data["order_number"].upper().split())


class TransferPage(Screen):
    """One transfer: what the bank said, orders it may be for, and what is to become of it."""

    template_name = "panel/transfer.html"
    header_icon = "download"
    attach_form: AttachForm | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.transfer = get_object_or_404(transfers_for(request.user), pk=kwargs["pk"])

    def get_page_title(self) -> str:
        return _("Khoản tiền %(amount)s") % {"amount": format_amount(self.transfer.amount)}

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:transfers"), "label": _("Tiền về")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        is_waiting = self.transfer.outcome == InboundOutcome.UNMATCHED and self.transfer.amount > 0
        wanted = self.request.GET.get(SEARCH_KEY, "").strip()
        context.update(
            transfer=self.transfer,
            is_waiting=is_waiting,
            form=self.attach_form or AttachForm(),
            wanted=wanted,
            candidates=orders_like(self.request.user, wanted, self.transfer.amount) if is_waiting else [],
            bookings=booked_from(self.request.user, self.transfer),
            lists=open_lists(self.request.user)
            if is_waiting
            and self.transfer.provider != SOURCE
            and may_open(self.request.user, "panel:remit_transfer")
            else [],
        )
        return context


class Attach(TransferPage):
    """Takes the form of the transfer's page; shows the page again when it has errors."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self.attach_form = AttachForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        try:
            services.attach(pk, by=request.user, **form.cleaned_data)
        except services.NoSuchOrder:
            form.add_error("order_number", _("Không có đơn nào mang số này."))
            return self.render_to_response(self.get_context_data(), status=422)
        except services.IllegalStep:
            messages.error(request, _("Khoản này đã có người xử lý rồi."))
        else:
            messages.success(
                request, _("Đã gắn vào đơn %(number)s.") % {"number": form.cleaned_data["order_number"]}
            )
        return redirect("panel:transfer", pk=pk)


class ReturnTransfer(View):
    """Money that is nobody's goes back: a refund that still needs two people."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        get_object_or_404(transfers_for(request.user), pk=pk)
        try:
            refund = refunds.return_transfer(pk, by=request.user)
        except refunds.IllegalRefundStep:
            messages.error(request, _("Khoản này đã có người xử lý rồi."))
            return redirect("panel:transfer", pk=pk)
        messages.success(request, _("Đã đưa vào danh sách hoàn tiền. Bạn ghi tài khoản người nhận nhé."))
        return redirect("panel:refund", pk=refund.pk)
