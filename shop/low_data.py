"""Low-data mode: pages without pictures and without script, for a weak line or a small data plan.

The reader's own choice (a cookie, the switch is in the footer) comes first, then the browser's ``Save-Data``.
Safari and Firefox never send that header, hence the switch. A QR code to pay with is no picture: it stays.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shop.checkout.origin import is_from_our_pages

COOKIE = "it-du-lieu"
YEAR = 365 * 24 * 60 * 60


def wants_little(request: HttpRequest) -> bool:
    chosen = request.COOKIES.get(COOKIE)
    return chosen == "1" if chosen in ("0", "1") else request.headers.get("Save-Data", "").lower() == "on"


class LowDataMiddleware:
    """Says so to the templates (``request.is_low_data``), and to caches by which header a page differs.

    Who has chosen gets pages that no shared cache keeps; a cache in front has to pass requests with the cookie through
    (docs/operations.md). Nobody else's pages differ by cookie, so that they are still kept whole.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.is_low_data = wants_little(request)  # type: ignore[attr-defined]
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["Save-Data"])
            if COOKIE in request.COOKIES and "Cache-Control" not in response:
                patch_cache_control(response, private=True, no_cache=True)
        return response


@csrf_exempt  # the footer is the same for everybody and carries no token: the origin is looked at instead
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Keeps the choice for a year and goes back to the page."""
    if not is_from_our_pages(request):
        return HttpResponseForbidden(
            _("Trang khác gửi thay bạn nên chợ không nhận."), content_type="text/plain"
        )
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = redirect(back if is_ours else "/")
    response["Cache-Control"] = "private, no-store"
    chosen = "1" if request.POST.get("bat") == "1" else "0"
    response.set_cookie(COOKIE, chosen, max_age=YEAR, samesite="Lax", secure=settings.SECURE, httponly=True)
    return response
