"""What the market keeps of sales: commission and withheld taxes, each from a day on."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.clock import today
from catalog.models import Cooperative, LegalForm
from shop.checkout.forms import PlainField
from shop.ledger import levies
from shop.ledger.models import LevyKind

from .screens import Screen
from .selectors import levies_for


class LevyForm(forms.Form):
    """A rate from a day to come, or today."""

    kind = forms.ChoiceField(label=gettext_lazy("Khoản"), choices=LevyKind)
    percent = forms.DecimalField(
        label=gettext_lazy("Mức (%)"),
        min_value=Decimal(0),
        max_value=Decimal(100),
        decimal_places=2,
        help_text=gettext_lazy("Ví dụ 5 hoặc 0,5. Phí của chợ đã gồm thuế GTGT của phí."),
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    valid_from = forms.DateField(
        label=gettext_lazy("Áp dụng cho đơn đặt từ ngày"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    cooperative = forms.ModelChoiceField(
        label=gettext_lazy("Riêng gian hàng"),
        queryset=Cooperative.objects.order_by("name"),
        required=False,
        empty_label=gettext_lazy("Mọi gian hàng"),
    )
    legal_form = forms.ChoiceField(
        label=gettext_lazy("Riêng loại hình"),
        choices=[("", gettext_lazy("Mọi loại hình")), *LegalForm.choices],
        required=False,
    )
    note = PlainField(label=gettext_lazy("Căn cứ, vì sao"), max_length=255)

    def clean_valid_from(self) -> dt.date:
        day: dt.date = self.cleaned_data["valid_from"]
        if day < today():
            raise forms.ValidationError(_("Chỉ ghi được từ hôm nay trở đi: đơn cũ giữ mức của ngày đặt."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("cooperative") and cleaned.get("legal_form"):
            self.add_error("legal_form", _("Chọn một gian hàng hoặc một loại hình, không chọn cả hai."))
        return cleaned


class Levies(Screen):
    """The rates, the newest day first, and another one."""

    template_name = "panel/levies.html"
    page_title = gettext_lazy("Phí và thuế của gian hàng")
    header_icon = "list-ol"
    form: LevyForm | None = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = levies_for(self.request.user).select_related("cooperative", "entered_by")
        return super().get_context_data(**kwargs) | {
            "form": self.form or LevyForm(initial={"valid_from": today()}),
            "rows": [(row, Decimal(row.basis_points) / 100, row.valid_from > today()) for row in rows[:200]],
        }

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form = LevyForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        given = form.cleaned_data
        levies.enter(
            kind=LevyKind(given["kind"]),
            basis_points=int(given["percent"] * 100),
            valid_from=given["valid_from"],
            note=given["note"],
            cooperative=given["cooperative"],
            legal_form=given["legal_form"],
            by=request.user,
        )
        messages.success(request, _("Đã ghi mức mới. Đơn đã đặt giữ mức cũ."))
        return redirect("panel:levies")
