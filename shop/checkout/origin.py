"""Whether a form was sent from our own pages: the guard of the add button, which carries no CSRF token."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def is_from_our_pages(request: HttpRequest) -> bool:
    """False when the browser says that another site sent the form.

    Product pages are the same for everyone so that they can be cached whole; a token would make them personal.
    Source: Fetch Metadata (``Sec-Fetch-Site``), else the ``Origin`` header; a client that sends neither is no
    browser of these years and carries nobody's cookies.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if not origin:
        return True
    return origin == f"{request.scheme}://{request.get_host()}" or origin in settings.CSRF_TRUSTED_ORIGINS
