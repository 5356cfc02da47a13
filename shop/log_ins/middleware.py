"""Sees sessions being used, and leaves a mark on devices that people log in on."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

from .services import DEVICE_COOKIE, KEPT, notice


class LogInMiddleware:
    """Stands behind the log-in. A page that did not look into the session stays a public page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.session.accessed and SESSION_KEY in request.session:
            notice(request)
        if token := getattr(request, "new_device", ""):
            response.set_cookie(
                DEVICE_COOKIE,
                token,
                max_age=KEPT,
                httponly=True,
                secure=bool(settings.SESSION_COOKIE_SECURE),
                samesite="Lax",
            )
        return response
