"""Debian's Chromium on a phone and on a desk, and the sandbox bank beside the live server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from shop.sandbox.bank import Bank, BankFront
from shop.sandbox.server import SandboxServer
from tests.support.loopback import following, serving
from tests.test_doors import log_in

CHROMIUM = "/usr/bin/chromium"
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
TYPED = "mật khẩu của một người bán"
PATIENCE_MS = 15_000  # a busy machine answers late; nothing is asserted about time here


class _Chromium:
    """The browser of this process, for as long as tests follow each other that drive it."""

    def __init__(self) -> None:
        self._driver: Playwright | None = None
        self._browser: Browser | None = None

    def running(self) -> Browser:
        if self._browser is None:
            expect.set_options(timeout=PATIENCE_MS)
            self._driver = sync_playwright().start()
            self._browser = self._driver.chromium.launch(
                executable_path=CHROMIUM,
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            )
        return self._browser

    def close(self) -> None:
        if self._browser and self._driver:
            self._browser.close()
            self._driver.stop()
            self._browser = self._driver = None


_chromium = _Chromium()


@pytest.fixture
def chromium() -> Browser:
    return _chromium.running()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Iterator[None]:
    """The driver's event loop stays in the thread; other tests start one of their own."""
    yield
    if nextitem is None or nextitem.get_closest_marker("browser") is None:
        _chromium.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console complains of; a test asserts that it stays empty."""
    return []


def open_page(chromium: Browser, live_server: Any, complaints: list[str], **options: Any) -> Page:
    context = chromium.new_context(base_url=live_server.url, locale="vi-VN", **{"viewport": PHONE, **options})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    return page


def go_as(page: Page, person: Any) -> None:
    """From here on the page is that of somebody who has logged in."""
    page.goto("/robots.txt")
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": log_in(person), "url": page.url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]


def type_log_in(page: Page, person: Any) -> None:
    """The person types address and password on the panel's log-in page, and comes to the start screen."""
    person.set_password(TYPED)
    person.save()
    page.fill("input[name=username]", person.email)
    page.fill("input[name=password]", TYPED)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    page.wait_for_url("**/quan-tri/", wait_until="networkidle")


@pytest.fixture
def phone(chromium: Browser, live_server: Any, complaints: list[str]) -> Iterator[Page]:
    """A page 360 pixels wide."""
    page = open_page(chromium, live_server, complaints)
    yield page
    page.context.close()


@pytest.fixture
def plain_phone(chromium: Browser, live_server: Any, complaints: list[str]) -> Iterator[Page]:
    """A page 360 pixels wide without JavaScript."""
    page = open_page(chromium, live_server, complaints, java_script_enabled=False)
    yield page
    page.context.close()


@pytest.fixture
def bank(live_server: Any, settings: Any) -> Iterator[SandboxServer]:
    """The sandbox bank on loopback; it answers the live server's webhook."""
    front = BankFront(
        Bank(settings.SEPAY_WEBHOOK_SECRET, f"{live_server.url}/webhooks/sepay/"),
        settings.VIETQR_ACCOUNT,
        pauses=(0, 0.2, 0.5),
    )
    with following(), serving(SandboxServer(("127.0.0.1", 0), {"bank": front})) as server:
        settings.SANDBOX_URL = server.url
        yield server
