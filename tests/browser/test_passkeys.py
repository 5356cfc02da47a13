"""A key of Chromium's virtual device is added in the panel and then logs in without a password.

On PostgreSQL the pages are the same, so it is not asked again.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shop.passkeys.models import Passkey
from tests.factories import PASSWORD
from tests.support.market import Market

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(bool(os.environ.get("TEST_DATABASE_URL")), reason="the pages are the same"),
]


def test_a_key_is_added_and_logs_in_by_itself(
    phone: Page, live_server: Any, market: Market, settings: Any, complaints: list[str]
) -> None:
    settings.BASE_URL = live_server.url
    settings.SECOND_FACTOR_REQUIRED = True
    operator = market.people["operator"]
    assert operator is not None
    device = phone.context.new_cdp_session(phone)
    device.send("WebAuthn.enable")
    virtual = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": virtual})

    phone.goto("/quan-tri/login/")
    phone.fill("input[name=username]", str(operator.email))
    phone.fill("input[name=password]", PASSWORD)
    phone.locator("form:has(input[name=password]) button[type=submit]").click()
    phone.get_by_role("link", name="Hoặc dùng khóa truy cập").click()
    phone.get_by_label("Tên khóa").fill("Điện thoại của tôi")
    phone.get_by_label("Mật khẩu của bạn").fill("sai")
    phone.get_by_role("button", name="Thêm khóa").click()
    expect(phone.get_by_role("alert")).to_have_text("Mật khẩu chưa đúng.")
    phone.get_by_label("Mật khẩu của bạn").fill(PASSWORD)
    phone.get_by_role("button", name="Thêm khóa").click()
    expect(phone.get_by_text("Đã thêm khóa.")).to_be_visible()
    key = Passkey.objects.get()
    assert (key.user, key.name) == (operator, "Điện thoại của tôi")

    phone.get_by_role("button", name="Thoát").click()
    expect(phone.locator("input[name=username]")).to_be_visible()
    phone.goto("/quan-tri/login/?next=/quan-tri/khieu-nai/")
    phone.get_by_role("button", name="Vào bằng khóa truy cập").click()
    phone.wait_for_url(f"{live_server.url}/quan-tri/khieu-nai/")
    key.refresh_from_db()
    assert key.last_used_at is not None
    assert complaints == []
