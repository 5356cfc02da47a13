"""The menu of the light frame: Wagtail's own entries for the person, to be written as HTML (docs/decisions/0051)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.forms.utils import flatatt
from django.http import HttpRequest
from django.urls import reverse
from wagtail.admin.menu import admin_menu
from wagtail.admin.search import admin_search_areas
from wagtail.admin.ui.sidebar import LinkMenuItem, SubMenuItem


@dataclass
class Entry:
    """One line: a link, or a heading (without ``url``) over ``entries``."""

    label: str
    icon: str
    url: str = ""
    more: str = ""  # attributes that the entry was registered with, as HTML
    entries: list[Entry] = field(default_factory=list)
    is_active: bool = False
    is_here: bool = False

    def links(self) -> Iterator[Entry]:
        if self.url:
            yield self
        for entry in self.entries:
            yield from entry.links()


def _entry(item: LinkMenuItem | SubMenuItem) -> Entry:
    more = flatatt(item.attrs)
    if isinstance(item, SubMenuItem):
        return Entry(item.label, item.icon_name, more=more, entries=[_entry(one) for one in item.menu_items])
    return Entry(item.label, item.icon_name, item.url, more)


def _mark(entries: list[Entry], path: str) -> None:
    """Marks the entry that leads to the page, or to the list that the page belongs to, and what stands above it."""
    home = reverse("wagtailadmin_home")
    links = [link for entry in entries for link in entry.links()]
    leading = [link for link in links if link.url == path or (link.url != home and path.startswith(link.url))]
    if not leading:
        return
    best = max(leading, key=lambda link: len(link.url))
    best.is_here = best.url == path
    for entry in entries:
        entry.is_active = best in entry.links()
        for below in entry.entries:
            below.is_active = below is best


def menu_of(request: HttpRequest) -> list[Entry]:
    """What Wagtail's sidebar would show: the hooks have taken out the closed doors."""
    entries = [_entry(item) for item in admin_menu.render_component(request)]
    _mark(entries, request.path)
    return entries


def search_url(request: HttpRequest) -> str:
    """Where the field above the menu searches; empty for those who may search nothing."""
    areas: list[Any] = admin_search_areas.search_items_for_request(request)
    return str(areas[0].url) if areas else ""
