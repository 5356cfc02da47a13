"""The menu of the panel's own screens: by keyboard, without JavaScript, folded on a desk, and beside Wagtail's."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, go_as, open_page, type_log_in
from tests.browser.test_panel_accessibility import judge
from tests.support.market import Market

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(bool(os.environ.get("TEST_DATABASE_URL")), reason="the browser is the same"),
]
LOOK = """() => {
    const style = (one) => {
        const found = getComputedStyle(one);
        return [found.backgroundColor, found.color, found.fontSize, found.fontWeight];
    };
    const shown = (one) => {
        const {x, y} = one.closest("li").querySelector(".icon").getBoundingClientRect();
        return [one.textContent, getComputedStyle(one).fontSize, Math.round(x), Math.round(y)];
    };
    return {
        bar: style(document.querySelector(".sidebar")),
        mark: document.querySelector(".sidebar-custom-branding img").getBoundingClientRect().y,
        entries: [...document.querySelectorAll(".sidebar nav .menuitem-label")].map(shown),
        foot: document.querySelector(".sidebar-footer .avatar").getBoundingClientRect().toJSON(),
    };
}"""


def test_the_menu_opens_by_keyboard_and_gives_the_focus_back(
    phone: Page, market: Market, complaints: list[str]
) -> None:
    go_as(phone, market.people["operator"])
    phone.goto("/quan-tri/khieu-nai/")
    toggle = phone.get_by_role("button", name="Thực đơn", exact=True)
    entry = phone.get_by_role("link", name="Kiện hàng")
    expect(toggle).to_have_attribute("aria-expanded", "false")
    expect(entry).to_be_hidden()

    phone.keyboard.press("Tab")
    expect(phone.get_by_role("link", name="Tới nội dung")).to_be_focused()
    phone.keyboard.press("Enter")
    expect(phone.locator("#main")).to_be_focused()

    toggle.focus()
    phone.keyboard.press("Tab")
    expect(
        phone.get_by_role("link", name="Việc hôm nay")
    ).to_be_focused()  # of the bar: a closed menu is passed by
    toggle.focus()
    phone.keyboard.press("Enter")
    expect(toggle).to_have_attribute("aria-expanded", "true")
    expect(entry).to_be_visible()
    found = judge(phone, "menu open")
    phone.get_by_text("Báo cáo", exact=True).click()
    expect(phone.get_by_role("link", name="Nhật ký thay đổi")).to_be_in_viewport()
    found += judge(phone, "menu open, a part of it unfolded")
    assert not found, "\n".join(found)
    phone.keyboard.press("Escape")
    expect(toggle).to_be_focused()
    expect(toggle).to_have_attribute("aria-expanded", "false")
    expect(entry).to_be_hidden()
    assert not complaints


def test_a_stall_finds_its_way_without_javascript(plain_phone: Page, market: Market) -> None:
    page = plain_phone
    page.goto("/quan-tri/login/")
    type_log_in(page, market.people["cooperative"])
    expect(page.get_by_role("heading", name="Việc hôm nay")).to_be_visible()
    expect(page.locator("noscript")).to_have_count(0)
    entry = page.get_by_role("link", name="Kiện hàng", exact=True)
    expect(entry).to_be_hidden()
    page.get_by_role("link", name="Thực đơn", exact=True).click()
    expect(entry).to_be_visible()
    page.get_by_role("link", name="Đóng thực đơn").click()
    expect(entry).to_be_hidden()
    page.get_by_role("link", name="Thực đơn", exact=True).click()
    entry.click()
    expect(page.get_by_role("heading", name="Kiện hàng")).to_be_attached()
    expect(entry).to_be_hidden()
    page.get_by_role("link", name="Thực đơn", exact=True).click()
    page.locator(".panel-menu__account summary").click()
    page.get_by_role("button", name="Đăng xuất").click()
    page.wait_for_url("**/quan-tri/login/**")
    assert settings.SESSION_COOKIE_NAME not in {cookie["name"] for cookie in page.context.cookies()}


def test_both_menus_are_as_wide_and_fold_together(
    chromium: Browser, live_server: Any, complaints: list[str], market: Market
) -> None:
    page = open_page(chromium, live_server, complaints, viewport=DESK, reduced_motion="reduce")
    go_as(page, market.people["editor"])
    looks = []
    for folded in (False, True):
        for path in ("/quan-tri/chuyen/", "/quan-tri/pages/"):
            page.goto(path)
            bar = page.locator(".sidebar")
            expect(bar).to_have_css("width", "60px" if folded else "200px")
            expect(page.locator(".wrapper")).to_have_css("padding-left", "60px" if folded else "200px")
            looks.append(page.evaluate(LOOK))
        if not folded:
            page.goto("/quan-tri/chuyen/")
            fold = page.locator(".sidebar__collapse-toggle")
            fold.click()
            expect(fold).to_have_attribute("aria-expanded", "false")
    assert looks[0] == looks[1]
    assert looks[2] == looks[3]
    assert len(looks[0]["entries"]) > 4
    assert not complaints
    page.context.close()
