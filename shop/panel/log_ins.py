"""Where the person is logged in, and ending it there."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy

from shop.accounts.models import User
from shop.log_ins.forms import ended_by
from shop.log_ins.services import is_here, live_log_ins

from .screens import Screen


class LogIns(Screen):
    """One's own log-ins; nobody sees another's."""

    template_name = "panel/log_ins.html"
    page_title = gettext_lazy("Máy đang đăng nhập")
    header_icon = "desktop"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = live_log_ins(cast("User", self.request.user))
        return super().get_context_data(**kwargs) | {
            "rows": [(row, is_here(self.request, row)) for row in rows]
        }

    def post(self, request: HttpRequest) -> HttpResponse:
        messages.success(request, ended_by(request, cast("User", request.user)))
        return redirect("panel:log_ins")
