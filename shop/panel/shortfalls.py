"""A cooperative says what of a parcel it does not have."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.clock import today
from shop.orders import services
from shop.orders.models import Consignment
from shop.orders.statuses import ConsignmentStatus, ShortfallChoice

from .consignments import ConsignmentPage, too_late

LONGEST_WAIT = dt.timedelta(days=60)


class ShortfallForm(forms.Form):
    """How many pieces of each line are missing, and when there are some again."""

    restock_on = forms.DateField(
        label=gettext_lazy("Ngày có hàng lại"),
        required=False,
        help_text=gettext_lazy("Chỉ ghi khi chắc có hàng. Khách được chọn chờ đến ngày này."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Ngày chưa đúng, ví dụ 15/10/2026.")},
    )

    def __init__(self, *args: Any, consignment: Consignment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [line for line in consignment.lines.all() if line.left_quantity]
        for line in self.lines:
            most = line.left_quantity
            self.fields[f"thieu-{line.pk}"] = forms.IntegerField(
                label=_("%(title)s (%(pack)s): thiếu mấy?") % {"title": line.title, "pack": line.pack},
                help_text=_("Kiện này có %(most)d.") % {"most": most},
                min_value=0,
                max_value=most,
                required=False,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
                error_messages={
                    "invalid": _("Ghi một số, ví dụ 1."),
                    "min_value": _("Số thiếu không thể nhỏ hơn 0."),
                    "max_value": _("Kiện này chỉ có %(most)d.") % {"most": most},
                },
            )
        self.order_fields([f"thieu-{line.pk}" for line in self.lines])

    def clean_restock_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["restock_on"]
        if day and not today() < day <= today() + LONGEST_WAIT:
            raise forms.ValidationError(_("Chọn một ngày sau hôm nay, trong vòng 60 ngày."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.missing:
            raise forms.ValidationError(_("Ghi số thiếu của ít nhất một món."))
        return cleaned

    @property
    def missing(self) -> dict[int, int]:
        """Pieces by line, of lines that miss some."""
        found = {line.pk: self.cleaned_data.get(f"thieu-{line.pk}") or 0 for line in self.lines}
        return {line: quantity for line, quantity in found.items() if quantity}


class ReportShortfall(ConsignmentPage):
    """The form, and what it says put before the buyer."""

    template_name = "panel/shortfall.html"
    asks_for_lots = False
    form: ShortfallForm | None = None

    def get_page_title(self) -> str:
        return _("Kiện %(code)s thiếu hàng") % {"code": self.consignment.code}

    def path_here(self) -> list[dict[str, Any]]:
        here = reverse("panel:consignment", args=[self.consignment.pk])
        return [
            {"url": reverse("panel:consignments"), "label": _("Kiện hàng")},
            {"url": here, "label": self.consignment.code},
            {"url": "", "label": _("Thiếu hàng")},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context.update(form=self.form or ShortfallForm(consignment=self.consignment))
        return context

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.consignment.status != ConsignmentStatus.TO_PACK or self.question:
            return redirect("panel:consignment", pk=self.consignment.pk)
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self.form = ShortfallForm(request.POST, consignment=self.consignment)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        try:
            asked = services.report_shortfall(
                consignment=self.consignment,
                missing=form.missing,
                restock_on=form.cleaned_data["restock_on"],
                by=request.user,
            )
        except services.TooManyMissing:
            messages.error(request, _("Kiện vừa thay đổi. Bạn xem lại số thiếu nhé."))
        except services.BuyerIsAsked:
            messages.error(request, _("Đã hỏi khách rồi, chờ khách chọn nhé."))
        except services.IllegalStep:
            messages.error(request, too_late(self.consignment))
        else:
            messages.success(
                request,
                _("Đã hỏi khách. Khách có 24 giờ để chọn; chưa gói kiện này.")
                if asked
                else _("Không còn gì để giao nên kiện đã hủy. Chợ hoàn tiền cho khách."),
            )
        return redirect("panel:consignment", pk=pk)


class WithdrawShortfall(ConsignmentPage):
    """The question to the buyer, taken back: it was a mistake, or the goods were found."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        last = self.consignment.shortfalls.last()
        try:
            if last is None:
                raise services.IllegalStep(self.consignment.status, ShortfallChoice.WITHDRAWN)
            services.withdraw_shortfall(shortfall_pk=last.pk, by=request.user)
        except services.IllegalStep:
            messages.error(request, _("Câu hỏi này đã có trả lời. Bà con xem lại kiện nhé."))
        else:
            done = _("Đã ghi: kiện %(code)s đủ hàng, bà con gói như thường.")
            messages.success(request, done % {"code": self.consignment.code})
        return redirect("panel:consignment", pk=pk)
