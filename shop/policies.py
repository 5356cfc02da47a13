"""Security headers that depend on the path: the panel's own content policy."""

from __future__ import annotations

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse

PANEL_POLICY = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF, "data:"],
    "connect-src": [SELF],
    "form-action": [SELF],
    "base-uri": [SELF],
    "frame-ancestors": [SELF],
}
"""Wagtail 8.0's own templates carry inline scripts and styles. Never the policy of a shop page."""


class PolicyMiddleware:
    """Gives ``/quan-tri/`` the policy Wagtail's templates need; every other page keeps the strict one.

    A page that Wagtail asks for itself, to show a draft in a frame of the panel, may stand in that frame.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/quan-tri/"):
            response._csp_replace = PANEL_POLICY  # type: ignore[attr-defined]
        elif getattr(request, "is_dummy", False):  # set by Wagtail; no request from outside has it
            response._csp_replace = {"frame-ancestors": [SELF]}  # type: ignore[attr-defined]
            response["X-Frame-Options"] = "SAMEORIGIN"
        return response
