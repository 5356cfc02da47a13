"""Tags of the page frame: where the same page stands in the other languages."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypedDict

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language
from wagtail.models import Page, Site

register = template.Library()


class LanguageLink(TypedDict):
    code: str
    name: str
    path: str
    is_current: bool
    exists: bool


@register.simple_tag(takes_context=True)
def language_links(context: dict[str, Any]) -> list[LanguageLink]:
    """One link per language to the same page.

    A Wagtail page that has no live translation links to the front page of that language instead, and where that
    language has no front page to itself, read there in the first language's words. ``exists`` is then False, so that
    no ``hreflang`` points to a page that is not in its language.
    """
    current = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    request = context.get("request")
    page = context.get("page")
    here = request.path if request else "/"
    exists: Collection[str] = dict(settings.LANGUAGES)
    paths = {code: path_in(here, code) for code in exists}
    if isinstance(page, Page):
        paths, exists = _paths_of_page(page, request)
    return [
        LanguageLink(
            code=code, name=name, path=paths[code], is_current=code == current, exists=code in exists
        )
        for code, name in settings.LANGUAGES
    ]


def path_in(path: str, code: str) -> str:
    """``path`` under the prefix of language ``code``; the default language has none.

    >>> path_in("/en/san-pham/", "vi"), path_in("/san-pham/", "en"), path_in("/en/", "en")
    ('/san-pham/', '/en/san-pham/', '/en/')
    """
    for other, _name in settings.LANGUAGES:
        if other != settings.LANGUAGE_CODE and (path == f"/{other}" or path.startswith(f"/{other}/")):
            path = path[len(other) + 1 :] or "/"
            break
    return path if code == settings.LANGUAGE_CODE else f"/{code}{path}"


def _paths_of_page(page: Page, request: HttpRequest | None) -> tuple[dict[str, str], set[str]]:
    """Language code → where its link leads, and the codes of the live translations; in one query."""
    site = Site.find_for_request(request)
    front = site.root_page.translation_key if site else page.translation_key
    found: dict[Any, dict[str, str]] = {front: {}, page.translation_key: {}}
    wanted = Page.objects.live().filter(translation_key__in=list(found), depth__gt=1)
    for other in wanted.select_related("locale"):
        if parts := other.get_url_parts():
            found[other.translation_key][other.locale.language_code] = parts[2]
    paths, fronts = found[page.translation_key], found[front]
    first = paths.get(settings.LANGUAGE_CODE, "/")
    untold = {
        code: path_in("/" if code in fronts else first, code)
        for code, _name in settings.LANGUAGES
        if code not in paths
    }
    return paths | untold, set(paths)
