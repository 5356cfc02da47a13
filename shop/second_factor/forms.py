from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Mã trong điện thoại"),
        max_length=20,
        help_text=_("6 chữ số, đổi sau mỗi 30 giây. Mất điện thoại thì gõ một mã dự phòng."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Vì sao, đã kiểm tra người này thế nào"),
        max_length=300,
        help_text=_("Ví dụ: mất điện thoại, đã gọi lại số trong hồ sơ và nhìn mặt."),
    )
