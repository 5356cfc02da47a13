"""Tags of the page frame: where the same page stands in the other languages."""

from __future__ import annotations

from typing import Any, TypedDict

from django import template
from django.conf import settings
from django.utils.translation import get_language
from wagtail.models import Page

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

    A Wagtail page that has no live translation links to the front page of that language instead,
    with ``exists`` False, so that no ``hreflang`` points to a missing page.
    """
    current = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    request = context.get("request")
    page = context.get("page")
    paths = _paths_of_page(page) if isinstance(page, Page) else None
    links: list[LanguageLink] = []
    for code, name in settings.LANGUAGES:
        path = path_in(request.path if request else "/", code) if paths is None else paths.get(code)
        links.append(
            LanguageLink(
                code=code,
                name=name,
                path=path or path_in("/", code),
                is_current=code == current,
                exists=path is not None,
            )
        )
    return links


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


def _paths_of_page(page: Page) -> dict[str, str]:
    """Language code → path of the page and its live translations, in one query."""
    paths: dict[str, str] = {}
    for other in page.get_translations(inclusive=True).live().select_related("locale"):
        if parts := other.get_url_parts():
            paths[other.locale.language_code] = parts[2]
    return paths
