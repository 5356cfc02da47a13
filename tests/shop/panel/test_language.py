"""No screen that a role may open speaks English: Wagtail ships a fifth of its strings in Vietnamese."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import wagtail
from babel.messages.pofile import read_po
from django.test import Client

from cms.parts import Kind, new_part
from cms.services import publish_home, publish_story
from shop.stories.services import Written, save_draft, submit
from tests.support.market import Market

AsRole = Callable[[str], Client]
_WORDS = new_part(Kind.TEXT)
READABLE = ("aria-label", "title", "placeholder", "alt", "value")
SAME_IN_BOTH = {"Wagtail", "UTC", "ID", "Email", "API"}
BEYOND_REACH = {
    "Actions",  # Wagtail's header template has the word in it, not a translation
    "None",  # Python's, in an attribute that nobody sees
}


@functools.cache
def english() -> frozenset[str]:
    """Every sentence of Wagtail's catalogue that has no gap to fill."""
    found: set[str] = set()
    for path in Path(wagtail.__file__).parent.rglob("locale/en/LC_MESSAGES/django.po"):
        with path.open("rb") as file:
            for message in read_po(file):
                texts = (message.id,) if isinstance(message.id, str) else message.id
                found.update(text for text in texts if text and "%" not in text and "{" not in text)
    return frozenset(found - SAME_IN_BOTH - BEYOND_REACH)


class Readable(HTMLParser):
    """Collects what a person (or a screen reader) meets on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self.inside.append(tag)
        if tag != "option":
            self.texts.update(value.strip() for name, value in attrs if name in READABLE and value)

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if self.inside:  # the sidebar is made from JSON
            self.texts.update(re.findall(r'"(?:label|footer_text)": "([^"]+)"', data))
        else:
            self.texts.add(" ".join(data.split()))


def english_on(response: Any) -> set[str]:
    page = Readable()
    page.feed(response.content.decode())
    return page.texts & english()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["login/", "password_reset/", "password_reset/done/", "password_reset/complete/"]
)
def test_the_door_speaks_vietnamese(path: str, client: Client) -> None:
    response = client.get(f"/quan-tri/{path}")
    assert response.status_code == 200
    assert english_on(response) == set()


@pytest.mark.parametrize(
    ("role", "paths"),
    [
        ("cooperative", ["", "kien-hang/", "kien-hang/{own}/", "san-pham/", "account/"]),
        ("invoice_staff", ["", "hoa-don/", "hoa-don/{invoice}/", "tien-ve/", "account/"]),
        ("editor", ["", "pages/", "pages/{shelf}/", "pages/{story}/edit/", "pages/{story}/history/"]),
        ("editor", ["pages/add/cms/storypage/{shelf}/", "pages/{story}/delete/", "images/", "images/add/"]),
        ("editor", ["tu-cung-nghia/", "tu-cung-nghia/them/", "tu-cung-nghia/1/", "tu-cung-nghia/1/xoa/"]),
        ("operator", ["", "hoan-tien/", "kien-hang/", "reports/site-history/"]),
    ],
)
def test_the_screens_of_a_role_speak_vietnamese(
    role: str, paths: list[str], market: Market, as_role: AsRole
) -> None:
    publish_home(language="vi", title="Chợ", lead="Chợ phiên", stories_title="Chuyện")
    story = publish_story(slug="chuyen-a", language="vi", title="Chuyện A", intro="…", body_markdown="Chữ.")
    names = {
        "own": market.own.pk,
        "invoice": market.invoice_a.pk,
        "story": story.pk,
        "shelf": story.get_parent().pk,
    }
    client = as_role(role)
    found = {}
    for path in paths:
        response = client.get("/quan-tri/" + path.format(**names))
        assert response.status_code == 200, path
        if texts := english_on(response):
            found[path] = texts
    assert found == {}, sorted(found.items())


def test_what_waits_for_an_editor_speaks_vietnamese(market: Market, as_role: AsRole) -> None:
    publish_home(language="vi", title="Chợ", lead="Chợ phiên", stories_title="Chuyện")
    written = Written(
        title="Chuyện A", intro="…", picture_id=None, parts=(replace(_WORDS, values={"text": "Chữ"}),)
    )
    person = market.people["cooperative"]
    story = save_draft(story=None, cooperative=market.a, written=written, seen="", by=person)
    submit(story=story, by=person)
    found = {}
    for role, paths in (
        ("cooperative", ["", "chuyen/", "chuyen/moi/", "chuyen/{story}/"]),
        ("editor", ["", "chuyen/", "chuyen/{story}/", "pages/{story}/edit/"]),
    ):
        client = as_role(role)
        for path in paths:
            if texts := english_on(client.get("/quan-tri/" + path.format(story=story.pk))):
                found[role, path] = texts
    assert found == {}, sorted(found.items())
