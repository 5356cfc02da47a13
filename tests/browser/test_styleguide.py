"""Every component in every state, at three widths, light and dark: photographed, never wider than the screen, no fault.

The pictures lie in ``.cache/test/styleguide/`` for whoever wants to look.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import open_page
from tests.support.axe import violations
from tests.support.databases import CACHE

FOLDER = CACHE / "styleguide"
SECTIONS = {
    "type",
    "buttons",
    "notices",
    "form",
    "form-in-error",
    "chips",
    "price",
    "cards",
    "paging",
    "empty",
    "timeline",
    "table",
}

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(
    chromium: Browser, live_server: Any, complaints: list[str], demo_market: None, settings: Any
) -> Iterator[Page]:
    settings.DEBUG = True
    page = open_page(chromium, live_server, complaints, reduced_motion="reduce")
    yield page
    page.context.close()


def test_every_component_is_whole_at_every_width_in_light_and_dark(page: Page, complaints: list[str]) -> None:
    found: list[str] = []
    for width in (360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.goto("/styleguide/", wait_until="networkidle")
            assert (
                set(page.locator("section[id]").evaluate_all("all => all.map((one) => one.id)")) == SECTIONS
            )
            assert page.locator("#cards .product-card").count() == 5
            assert page.locator("#cards img").evaluate_all("all => all.every((one) => one.naturalWidth > 0)")
            FOLDER.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=FOLDER / f"{width}-{scheme}.png", full_page=True)
            if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
                found.append(f"{width} {scheme}: {wide} pixels wide")
            for fault in violations(page):
                places = "; ".join(node["html"][:120] for node in fault["nodes"][:3])
                found.append(f"{width} {scheme}: {fault['id']}: {places}")
    assert not found, "\n".join(found)
    assert complaints == []
