"""What is told by the reader's language: numbers, and pages that nobody has written in it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from wagtail.models import Locale, Page


def pages_language() -> str:
    """The reader's language if pages are written in it, else the first one."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    if language == settings.LANGUAGE_CODE:
        return language
    return str(Locale.get_active().language_code)


def page_path(page: Page, request: HttpRequest | None = None) -> str:
    """Where a reader goes on from here to ``page``: under the reader's own prefix, whatever it is written in.

    Empty for a page that has no address.
    """
    path: str = page.get_url(request) or ""
    written = translation.get_language_from_path(path) or settings.LANGUAGE_CODE
    if not path.startswith("/") or written == translation.get_language():
        return path
    with translation.override(written):
        below = path.removeprefix(reverse("wagtail_serve", args=[""]))
    return reverse("wagtail_serve", args=[below])


def thousandths(count: int) -> str:
    """``1500`` → ``1,5``, ``2000`` → ``2``; in other languages than Vietnamese ``1.5``."""
    whole, rest = divmod(count, 1000)
    if not rest:
        return str(whole)
    point = "," if translation.get_language() in (None, settings.LANGUAGE_CODE) else "."
    return f"{whole}{point}{rest:03d}".rstrip("0")
