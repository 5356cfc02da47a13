"""Nothing that axe-core finds is wrong with any type of page, 320 pixels wide.

Source: WCAG 2.2 A and AA, and axe's own best practices.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from shop.accounts.models import User
from tests.browser.conftest import open_page
from tests.support.axe import in_both_schemes
from tests.support.pages import OWN, SHOPPER, fill_market

ZOOMED = {"width": 320, "height": 740}  # a window of 1280 pixels at 400 %, WCAG 1.4.10
UNTOLD = """() => [...document.querySelectorAll(".error-summary a")]
    .filter((link) => !document.getElementById(link.hash.slice(1)))
    .concat([...document.querySelectorAll("main :is(input, select, textarea)[aria-invalid=true]")].filter((field) =>
        !((field.closest("fieldset[aria-describedby]") ?? field).getAttribute("aria-describedby") ?? "").split(" ")
            .some((id) => document.getElementById(id)?.matches(".field__error"))))
    .map((one) => one.outerHTML.slice(0, 120))"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]

Look = Callable[[str], None]


@pytest.fixture
def found() -> list[str]:
    return []


@pytest.fixture
def page(chromium: Browser, live_server: Any, complaints: list[str], demo_market: None) -> Any:
    # Colours that fade from light to dark would be judged on their way.
    page = open_page(chromium, live_server, complaints, reduced_motion="reduce", viewport=ZOOMED)
    yield page
    page.context.close()


@pytest.fixture
def look(page: Page, found: list[str]) -> Look:
    """Judges the page as it stands."""

    def judged(name: str) -> None:
        for scheme, fault in in_both_schemes(page):
            places = "; ".join(node["html"][:120] for node in fault["nodes"][:3])
            found.append(f"{name} ({scheme}): {fault['id']}: {places}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > ZOOMED["width"]:
            found.append(f"{name}: {wide} pixels wide")

    return judged


def test_no_page_of_a_guest_has_a_fault(page: Page, look: Look, found: list[str]) -> None:
    pages = fill_market()
    for name, path in pages.items():
        page.goto(path)
        look(name)
    page.goto(pages["product"])
    page.get_by_role("button", name="Thêm vào giỏ").first.click()
    expect(page.locator(".add-form [role=status]")).to_be_visible()
    look("product in the basket")
    search = page.get_by_role("combobox")
    search.fill("khoai")
    expect(page.get_by_role("option").first).to_be_visible()
    look("suggestions")
    page.goto("/gio-hang/")
    look("basket")
    page.goto("/thanh-toan/")
    look("checkout")
    for name, path, button in (
        ("checkout in error", "/thanh-toan/", "Đặt hàng"),
        ("review in error", pages["write a review"], "Gửi nhận xét"),
        ("report in error", pages["report goods"], "Gửi cho gian hàng"),
        ("complaint in error", "/khieu-nai/", "Gửi"),
        ("log in in error", "/tai-khoan/dang-nhap/", "Đăng nhập"),
    ):
        page.goto(path)
        page.locator("main").get_by_role("button", name=button).last.click()
        expect(page.locator(".error-summary[role=alert]")).to_be_focused()
        assert page.evaluate(UNTOLD) == [], (
            name
        )  # every line leads to a field, every field tells what is wrong
        look(name)
    page.goto("/")
    page.get_by_role("button", name="Tiết kiệm dữ liệu: ẩn ảnh").click()
    expect(page.get_by_role("button", name="Hiện ảnh trở lại")).to_be_visible()
    for name in (
        "home",
        "catalogue",
        "product",
        "stories",
        "story",
        "recipe",
        "questions",
        "trace",
        "reviews of a product",
    ):
        page.goto(pages[name])
        look(f"{name} in low-data mode")
        assert page.locator("img").count() == 0, name
    assert not found, "\n".join(found)


def test_no_page_of_an_account_has_a_fault(page: Page, look: Look, found: list[str]) -> None:
    fill_market()
    client = Client()
    client.force_login(User.objects.get(email=SHOPPER), backend="shop.accounts.backends.EmailOrPhoneBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.goto("/")
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": page.url}])
    for name, path in OWN.items():
        page.goto(path)
        assert page.url.endswith(path)
        look(name)
    assert not found, "\n".join(found)


def test_a_fault_would_be_found(page: Page, look: Look, found: list[str]) -> None:
    page.goto("/nhan-xet/")
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    look("broken on purpose")
    assert any("label" in fault for fault in found)
