from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.checkout.forms import PlainField


class PasswordForm(forms.Form):
    mat_khau = forms.CharField(
        label=_("Mật khẩu của bạn"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        strip=False,
        max_length=256,
    )


class KeyForm(PasswordForm):
    """The name, and the password as proof that nobody else sits here."""

    field_order = ("ten", "mat_khau")
    ten = PlainField(
        label=_("Tên khóa"),
        max_length=60,
        help_text=_("Để bạn nhận ra máy giữ khóa, ví dụ: Điện thoại của tôi."),
    )


class AnswerForm(forms.Form):
    """What the browser brings from the key, and under which name the key is kept."""

    khoa = forms.CharField(max_length=20_000)
    ten = PlainField(max_length=60, required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
