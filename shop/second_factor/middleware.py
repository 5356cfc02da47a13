"""Between the password and the panel: the second step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from shop.accounts.doors import OPEN
from shop.accounts.middleware import PANEL_PATH
from shop.accounts.roles import STAFF_ROLES, roles_of

DUE, PASSED = "second_factor_due", "second_factor_passed"
"""Keys of the session; each log-in sets the first and takes the second out."""
FREE = OPEN | {
    "second_factor:ask",
    "second_factor:set_up",
    "panel_passkeys:keys",
    "panel_passkeys:options",
    "panel_passkeys:remove",
    "panel_passkeys:step_options",
    "panel_passkeys:step",
    "wagtailadmin_logout",
}
"""Open between the two steps; the pages that change the second step ask for it themselves, once there is one."""


class SecondFactorMiddleware:
    """Sends a person who has not given the code of this log-in to the page that asks for it.

    Those who set it up are asked always; staff have to set it up where ``SECOND_FACTOR`` is ``required``. Nothing is
    read from the database here. Stands behind the panel's door.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not request.path_info.startswith(PANEL_PATH) or request.resolver_match is None:
            return None
        if request.resolver_match.view_name in FREE:
            return None
        if is_missing(request) and request.headers.get("x-requested-with") == "XMLHttpRequest":
            return HttpResponse(status=403)
        return code_first(request)


def code_first(request: HttpRequest) -> HttpResponse | None:
    """The way to the page that asks for the code, if this log-in still needs it."""
    if not is_missing(request):
        return None
    query = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
    return redirect(f"{reverse('second_factor:ask')}?{query}".rstrip("?"))


def is_missing(request: HttpRequest) -> bool:
    """Whether this log-in still needs its code."""
    if not request.user.is_authenticated or request.session.get(PASSED):
        return False
    return bool(request.session.get(DUE)) or is_demanded_of(request.user)


def is_demanded_of(user: Any) -> bool:
    """Whether the person has to set it up."""
    is_staff = user.is_superuser or roles_of(user) & set(STAFF_ROLES)
    return bool(settings.SECOND_FACTOR_REQUIRED and is_staff)
