"""The panel's door: default deny."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url

from .doors import OPEN, may_open, narrow
from .roles import roles_of

PANEL_PATH = "/quan-tri/"


class PanelDoorMiddleware:
    """Lets a person into the panel's views of their role only; everything else answers 404.

    Visitors are sent to the log-in page; people without any role get a page that says so (403), because
    sending them to the log-in page again would be a loop.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not request.path_info.startswith(PANEL_PATH) or request.resolver_match is None:
            return None
        name = request.resolver_match.view_name
        if name in OPEN:
            return None
        if not request.user.is_authenticated:
            return _log_in_first(request)
        if not request.user.is_superuser and not roles_of(request.user):
            return render(request, "panel/no_entry.html", status=403)
        if not may_open(request.user, name):
            return render(request, "wagtailadmin/404.html", status=404)
        narrow(request.user, name)
        return None


def _log_in_first(request: HttpRequest) -> HttpResponse:
    if request.headers.get("x-requested-with") == "XMLHttpRequest":
        return HttpResponse(status=403)
    return redirect_to_login(request.get_full_path(), resolve_url("wagtailadmin_login"))
