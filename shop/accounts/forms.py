"""The form on the panel's log-in page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.auth import LoginForm as WagtailLoginForm


class LoginForm(WagtailLoginForm):
    """Wagtail's, with labels that can be translated and fields that a password safe recognises."""

    error_messages = WagtailLoginForm.error_messages | {
        "invalid_login": _("Tên đăng nhập hoặc mật khẩu chưa đúng.")
    }

    password = forms.CharField(
        label=_("Mật khẩu"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        strip=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        username = self.fields["username"]
        username.label = _("Thư điện tử hoặc số điện thoại")
        del username.widget.attrs["placeholder"]
        username.widget.attrs |= {"autocomplete": "username", "autocapitalize": "none"}
