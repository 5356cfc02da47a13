"""The form for a card payment at a stall's terminal, which refuses numbers of cards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.payments.cards import holds_card_number


class CardForm(forms.Form):
    """What stands on the terminal's slip; never the number of a card."""

    amount = forms.RegexField(
        r"^[0-9]{1,12}$",
        label=gettext_lazy("Số tiền đã quẹt (đồng)"),
        error_messages={"invalid": gettext_lazy("Ghi số tiền bằng chữ số, không có dấu chấm.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    terminal = forms.CharField(
        label=gettext_lazy("Mã máy (TID)"),
        max_length=16,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reference = forms.CharField(
        label=gettext_lazy("Mã giao dịch"),
        max_length=24,
        help_text=gettext_lazy("Trên hóa đơn máy in ra (RRN hoặc mã chuẩn chi). Đừng ghi số thẻ."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    paid_at = forms.DateTimeField(
        label=gettext_lazy("Quẹt lúc"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        # A number of a card is neither kept nor shown again on the page that refuses it.
        found = [name for name in self.base_fields if holds_card_number(str((data or {}).get(name, "")))]
        self.refused = found[0] if found else ""
        if data and found:
            data = {name: data[name] for name in data} | dict.fromkeys(found, "")
        super().__init__(data, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.refused:
            self.errors.pop(self.refused, None)
            self.add_error(
                self.refused,
                _("Đây giống số thẻ. Chợ không giữ số thẻ: bạn ghi mã giao dịch trên hóa đơn máy."),
            )
        return cleaned

    def clean_amount(self) -> int:
        amount = int(self.cleaned_data["amount"])
        if not amount:
            raise forms.ValidationError(_("Số tiền phải lớn hơn 0."), code="min_value")
        return amount

    def clean_terminal(self) -> str:
        return "".join(self.cleaned_data["terminal"].upper().split())

    def clean_reference(self) -> str:
        return "".join(self.cleaned_data["reference"].upper().split())

    def clean_paid_at(self) -> dt.datetime:
        at: dt.datetime = self.cleaned_data["paid_at"]
        if at > timezone.now() + dt.timedelta(minutes=5):
            raise forms.ValidationError(_("Giờ này chưa tới."))
        return at
