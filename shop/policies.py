"""Security headers that depend on the path: the panel's own content policy."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class PolicyMiddleware:
    """Gives ``/quan-tri/`` the policy Wagtail's templates need; every other page keeps the strict one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/quan-tri/"):
            response._csp_replace = settings.PANEL_CONTENT_SECURITY_POLICY  # type: ignore[attr-defined]
        return response
