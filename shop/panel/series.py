"""The register of invoice series: what each seller may issue under, a new row, and the end of one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from catalog.clock import today
from catalog.models import Cooperative
from shop.accounts.doors import may_open
from shop.invoices.models import SalesChannel
from shop.invoices.registering import NotRegistrable, register_series, stop_series

from .screens import Screen, page_of, query_without_page
from .selectors import registrations_for

PER_PAGE = 100
_REASONS = {
    "two-capitals": gettext_lazy("Ghi đúng hai chữ in hoa không dấu, ví dụ AA."),
    "used-before": gettext_lazy("Hai chữ này người bán đã dùng cho mẫu số này. Chọn hai chữ khác."),
    "in-use": gettext_lazy("Kênh này đang có ký hiệu. Ngừng ký hiệu cũ trước."),
    "five-characters": gettext_lazy("Mã gồm 5 chữ hoặc số, trên thông báo chấp nhận của cơ quan thuế."),
    "only-at-till": gettext_lazy("Chỉ hóa đơn máy tính tiền có mã này. Để trống."),
    "till-is-coded": gettext_lazy("Hóa đơn máy tính tiền luôn có mã."),
    "in-future": gettext_lazy("Ngày này chưa tới."),
}


class SeriesForm(forms.Form):
    seller = forms.ModelChoiceField(label=gettext_lazy("Hợp tác xã"), queryset=Cooperative.objects.none())
    form = forms.TypedChoiceField(
        label=gettext_lazy("Mẫu số"),
        coerce=int,
        choices=[
            (1, gettext_lazy("1 – Hóa đơn giá trị gia tăng")),
            (2, gettext_lazy("2 – Hóa đơn bán hàng")),
        ],
    )
    channel = forms.ChoiceField(label=gettext_lazy("Kênh bán"), choices=SalesChannel.choices)
    letters = forms.CharField(
        label=gettext_lazy("Hai chữ cuối của ký hiệu"),
        max_length=2,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    is_coded = forms.TypedChoiceField(
        label=gettext_lazy("Mã của cơ quan thuế"),
        coerce=lambda value: value == "yes",
        choices=[("yes", gettext_lazy("Có mã")), ("no", gettext_lazy("Không mã"))],
    )
    till_code = forms.CharField(
        label=gettext_lazy("Mã máy tính tiền"),
        max_length=5,
        required=False,
        help_text=gettext_lazy("Chỉ ghi khi bán tại quầy: 5 ký tự cơ quan thuế cấp."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    accepted_on = forms.DateField(
        label=gettext_lazy("Cơ quan thuế chấp nhận ngày"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seller"].queryset = Cooperative.objects.order_by("name")  # type: ignore[attr-defined]

    def clean_letters(self) -> str:
        return str(self.cleaned_data["letters"]).upper()

    def clean_till_code(self) -> str:
        return str(self.cleaned_data["till_code"]).upper()


class SeriesRegister(Screen):
    """Every registration, those in use first, and the form for another."""

    template_name = "panel/series.html"
    page_title = gettext_lazy("Ký hiệu hóa đơn")
    header_icon = "list-ol"
    form: SeriesForm | None = None

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:invoices"), "label": _("Hóa đơn")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = registrations_for(self.request.user).select_related("seller")
        page = page_of(
            rows.order_by("seller__name", "form", "channel", "-accepted_on"), self.request, PER_PAGE
        )
        on = today()
        return {
            **super().get_context_data(**kwargs),
            "page": page,
            "page_link": query_without_page(self.request),
            "rows": [(row, f"{row.form}{row.symbol_of(on.year)}") for row in page],
            "today": on,
            "form": self.form or SeriesForm(initial={"accepted_on": on}),
            "can_register": may_open(self.request.user, "panel:stop_series"),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form = SeriesForm(request.POST)
        if form.is_valid():
            try:
                register_series(by=request.user, **form.cleaned_data)
            except NotRegistrable as reason:
                form.add_error(reason.field, str(_REASONS[reason.code]))
            else:
                messages.success(request, _("Đã ghi ký hiệu."))
                return redirect("panel:series")
        return self.render_to_response(self.get_context_data(**kwargs), status=422)


class StopSeries(View):
    """Ends the use of a series from today on."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        registration = get_object_or_404(registrations_for(request.user), pk=pk)
        stop_series(registration=registration, by=request.user)
        messages.success(request, _("Ký hiệu này không dùng nữa. Hóa đơn đã lập vẫn giữ nguyên."))
        return redirect("panel:series")
