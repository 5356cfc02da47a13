"""The light frame of our own screens: Wagtail's menu as HTML, none of its scripts (docs/decisions/0051)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from wagtail.admin.templatetags.wagtailadmin_tags import sidebar_props

from cms.parts import Kind, new_part
from cms.services import publish_home
from shop.stories.services import Written, save_draft, submit
from tests.support.market import Market

AsRole = Callable[[str], Client]
SHOP = Path(__file__).resolve().parents[3] / "shop"
ROLES = ("cooperative", "seller", "packer", "invoice_staff", "editor", "helper", "operator")

# Ours in Wagtail's frame: each needs its scripts, or is that frame.
IN_WAGTAILS_FRAME = {"wagtailadmin/admin_base.html", "wagtailadmin/base.html", "wagtailadmin/home.html"}


class Menu(HTMLParser):
    """The entries of the light frame in their order, where each leads, and which one is marked."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.entries: list[tuple[str, str]] = []
        self.marked: dict[str, str] = {}
        self.where, self.is_label, self.current = "", False, ""
        self.feed(page[page.index("<aside") : page.index("</aside>")])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag in ("a", "form", "summary"):
            self.where = found.get("href") or found.get("action") or ""
            self.current = found.get("aria-current") or ""
        self.is_label = "menuitem-label" in (found.get("class") or "")

    def handle_data(self, data: str) -> None:
        if self.is_label:
            self.entries.append((data, self.where))
            if self.current:
                self.marked[data] = self.current
            self.is_label = False


def wagtails(packed: Any) -> Iterator[tuple[str, str]]:
    """Label and address of each entry in what Wagtail tells its own sidebar."""
    if isinstance(packed, dict):
        if "label" in packed:
            yield packed["label"], packed.get("url") or packed.get("action") or ""
        for value in packed.values():
            yield from wagtails(value)
    elif isinstance(packed, list):
        for value in packed:
            yield from wagtails(value)


@pytest.mark.parametrize("role", ROLES)
def test_the_menu_is_wagtails_own_for_each_role(role: str, market: Market, as_role: AsRole) -> None:
    answer = as_role(role).get("/quan-tri/")
    request = answer.wsgi_request
    request.user = market.people[role]
    script = re.sub(r"</?script[^>]*>", "", sidebar_props({"request": request}))
    wanted = list(wagtails(json.loads(script)))
    assert len(wanted) >= 4
    page = answer.content.decode()
    assert Menu(page).entries == wanted
    searched = re.findall(r'role="search" action="([^"]+)"', page)
    assert [path in script for path in searched] == [True] * ("SearchModule" in script)


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("", {"Việc hôm nay": "page"}),
        ("san-pham/", {"Sản phẩm": "page"}),
        ("san-pham/moi/", {"Sản phẩm": "true"}),
        ("kien-hang/{own}/", {"Kiện hàng": "true"}),
        ("may-dang-nhap/", {}),
    ],
)
def test_the_entry_of_the_page_is_marked(
    path: str, marked: dict[str, str], market: Market, as_role: AsRole
) -> None:
    page = as_role("cooperative").get("/quan-tri/" + path.format(own=market.own.pk)).content.decode()
    assert Menu(page).marked == marked
    assert page.count("sidebar-menu-item--active") == len(marked)


@pytest.mark.parametrize(
    ("role", "paths"),
    [
        ("cooperative", ["", "san-pham/", "san-pham/moi/", "kien-hang/{own}/", "lo-hang/", "chuyen/moi/"]),
        ("invoice_staff", ["", "hoa-don/", "tien-ve/"]),
        ("operator", ["", "khieu-nai/", "nhat-ky/", "san-pham/"]),
        ("editor", ["", "chuyen/"]),
        ("helper", ["", "di-giup/", "khong-co-trang-nay/", "hai-buoc/dat/"]),
        (None, ["login/"]),
    ],
)
def test_a_screen_of_ours_carries_no_script_of_wagtails(
    role: str | None, paths: list[str], market: Market, as_role: AsRole
) -> None:
    client = as_role(role) if role else Client()
    for path in paths:
        page = client.get("/quan-tri/" + path.format(own=market.own.pk)).content.decode()
        assert "wagtailadmin/css/core" in page, path
        assert "<noscript" not in page, path
        scripts = re.findall(r"<script([^>]*)>", page)
        ours = re.compile(r'type="module" src="/static/(panel|passkeys)/|src="[^"]*/wagtailadmin/js/icons\b')
        assert [script for script in scripts if not ours.search(script)] == [], path


def test_a_page_of_wagtails_keeps_its_scripts(market: Market, as_role: AsRole) -> None:
    page = as_role("editor").get("/quan-tri/pages/").content.decode()
    for name in ("core", "vendor", "sidebar", "modal-workflow"):
        assert f"wagtailadmin/js/{name}.js" in page, name
    assert 'id="wagtail-sidebar-props"' in page


def test_the_start_screen_keeps_them_only_while_a_panel_of_wagtails_has_something_to_say(
    market: Market, as_role: AsRole
) -> None:
    publish_home(language="vi", title="Chợ", lead="Chợ phiên", stories_title="Chuyện")
    before = as_role("editor").get("/quan-tri/").content.decode()
    part = replace(new_part(Kind.TEXT), values={"text": "Chữ"})
    written = Written(title="Chuyện chờ đọc", intro="…", picture_id=None, parts=(part,))
    person = market.people["cooperative"]
    story = save_draft(story=None, cooperative=market.a, written=written, seen="", by=person)
    submit(story=story, by=person)
    after = as_role("editor").get("/quan-tri/").content.decode()
    assert [("core.js" in page, "Chuyện chờ đọc" in page) for page in (before, after)] == [
        (False, False),
        (True, True),
    ]
    assert after.count("Việc hôm nay</h1>") == 1
    assert "core.js" not in as_role("cooperative").get("/quan-tri/").content.decode()


def test_a_menu_folded_in_wagtails_frame_is_folded_in_ours(market: Market, as_role: AsRole) -> None:
    client = as_role("cooperative")
    open_page = client.get("/quan-tri/").content.decode()
    client.cookies["wagtail_sidebar_collapsed"] = "1"
    folded = client.get("/quan-tri/").content.decode()
    for page, is_folded in ((open_page, False), (folded, True)):
        assert ("sidebar-collapsed" in page) is is_folded
        assert ("sidebar--slim" in page) is is_folded
        assert f'aria-expanded="{str(not is_folded).lower()}"' in page


def test_only_what_needs_wagtails_scripts_stands_in_wagtails_frame() -> None:
    found = set()
    for path in SHOP.glob("*/templates/**/*.html"):
        first = path.read_text().partition("\n")[0]
        if "{% extends" in first and "wagtailadmin/" in first:
            found.add(path.relative_to(next(up for up in path.parents if up.name == "templates")).as_posix())
    assert found == IN_WAGTAILS_FRAME
