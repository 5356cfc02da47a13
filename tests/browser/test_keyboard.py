"""The whole purchase with nothing but a keyboard: the focus is always seen, and goes down the page as one reads."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from catalog.models import ProductSheet
from shop.orders.models import OrderSheet
from tests.browser.conftest import open_page
from tests.browser.test_purchase import goods as goods

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_STOPS = 40
STOP = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
    const on_top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return {
        what: one.outerHTML.slice(0, 160),
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        still: style.transitionDuration === "0s" && !document.getAnimations().length,
        uncovered: one.contains(on_top) || Boolean(on_top?.contains(one)),
        in_bar: Boolean(one.closest(".sticky-bar")),
        top: box.top + scrollY,
        bottom: box.bottom + scrollY,
    };
}"""


class Keyboard:
    """Presses Tab and judges every place where the focus stops."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.page_read = ""
        self.read_to = 0.0

    def reach(self, target: Locator) -> None:
        if self.page_read != self.page.url:
            self.page_read, self.read_to = self.page.url, 0.0
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            stop = self.page.evaluate(STOP)
            assert stop["outlined"], stop
            assert stop["still"], stop
            assert stop["uncovered"], stop
            if not stop["in_bar"]:  # it floats at the foot of the window
                assert stop["bottom"] > self.read_to, stop
                self.read_to = stop["top"]
            if target.evaluate("one => one === document.activeElement"):
                return
        raise AssertionError(f"not reached in {MOST_STOPS} stops: {target}")

    def press(self, target: Locator, key: str = "Enter") -> None:
        self.reach(target)
        self.page.keyboard.press(key)

    def type(self, label: str, text: str) -> None:
        self.reach(self.page.get_by_label(label))
        self.page.keyboard.type(text)

    def choose(self, label: str, option: str) -> None:
        select = self.page.get_by_label(label)
        expect(select.locator("option", has_text=option)).to_be_attached()
        self.reach(select)
        for _ in range(select.locator("option").count()):
            if select.evaluate("select => select.selectedOptions[0].text") == option:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"not chosen: {option}")


@pytest.fixture
def page(chromium: Browser, live_server: Any, complaints: list[str]) -> Any:
    page = open_page(chromium, live_server, complaints, reduced_motion="reduce")
    yield page
    page.context.close()


def test_a_purchase_needs_no_pointer(page: Page, goods: list[ProductSheet], complaints: list[str]) -> None:
    keyboard = Keyboard(page)
    page.goto(f"/san-pham/{goods[0].product.slug}_{goods[0].product_id}/")
    keyboard.press(page.locator(".add-form button"))
    told = page.locator(".add-form [role=status]")
    expect(told).to_contain_text("Đã bỏ vào giỏ")
    keyboard.press(told.get_by_role("link"))
    expect(page.get_by_role("heading", name="Giỏ hàng")).to_be_visible()
    keyboard.press(page.get_by_role("link", name="Đặt hàng"))
    expect(page.get_by_role("heading", name="Đặt hàng")).to_be_visible()

    keyboard.type("Họ và tên", "Nguyễn Thị Mẫu")
    keyboard.type("Số điện thoại", "0912345678")
    keyboard.choose("Tỉnh, thành phố", "Hà Nội")
    keyboard.choose("Xã, phường", "Ba Đình (phường)")
    keyboard.type("Số nhà, đường", "Số 5 phố Kim Mã")
    expect(page.locator(".sticky-bar .price")).to_have_text("165.000\xa0₫")
    keyboard.press(page.get_by_label("Tôi đồng ý"), "Space")
    keyboard.press(page.get_by_role("button", name="Đặt hàng"))
    expect(page).to_have_url(re.compile(r"/thanh-toan/[0-9a-f-]{36}/$"))
    assert OrderSheet.objects.get().total_amount == 165_000
    keyboard.reach(page.get_by_role("button", name="Chép").first)
    assert complaints == []
