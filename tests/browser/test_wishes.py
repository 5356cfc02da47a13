"""What a guest puts aside and has seen stays on the device; logged in, it moves into the account."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shop.wishes.models import Wish
from tests.factories import PASSWORD, make_product, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_guests_list_lives_on_the_device_and_moves_into_the_account(
    phone: Page, live_server: Any, complaints: list[str]
) -> None:
    honey, tea = make_product(title="Mật ong <b>rừng</b>"), make_product(title="Chè shan")
    user = make_user()
    for sheet in (honey, tea):
        phone.goto(f"/san-pham/{sheet.product.slug}_{sheet.product_id}/")
        if sheet is honey:
            expect(phone.get_by_role("heading", name="Bạn vừa xem")).to_be_hidden()
            phone.get_by_role("button", name="Để dành").click()
            phone.wait_for_url("**/de-danh/")
    expect(phone.get_by_role("link", name="Mật ong <b>rừng</b>")).to_be_visible()  # seen a moment ago
    phone.get_by_role("button", name="Để dành").click()
    phone.wait_for_url("**/de-danh/")
    expect(phone.locator("[data-device-wishes] li")).to_have_count(2)
    phone.get_by_role("button", name="Bỏ: Chè shan").click()
    expect(phone.locator("[data-device-wishes] li")).to_have_count(1)
    assert not Wish.objects.exists()

    phone.get_by_role("link", name="Đăng nhập để giữ ở mọi máy").click()
    phone.get_by_label("Thư điện tử hoặc số điện thoại").fill(user.email)
    phone.get_by_label("Mật khẩu").fill(PASSWORD)
    phone.get_by_role("button", name="Đăng nhập").click()
    phone.wait_for_url("**/de-danh/")
    phone.get_by_role("button", name="Chuyển vào tài khoản").click()
    expect(phone.get_by_text("Đã để dành.")).to_be_visible()
    assert [wish.sheet for wish in Wish.objects.filter(user=user)] == [honey]
    expect(phone.locator("[data-device-wishes]")).to_be_hidden()
    assert phone.evaluate("localStorage.getItem('de-danh')") == "[]"
    assert complaints == []


def test_spoiled_storage_breaks_no_page(phone: Page, live_server: Any, complaints: list[str]) -> None:
    sheet = make_product(title="Chè shan")
    phone.goto("/nhan-xet/")
    phone.evaluate(
        "localStorage.setItem('da-xem', '{'); localStorage.setItem('de-danh',"
        " JSON.stringify([{id: '1', title: 'x', path: 'javascript:alert(1)'}, {id: '2', title: 'y', path: '//z'}]))"
    )
    phone.goto(f"/san-pham/{sheet.product.slug}_{sheet.product_id}/")
    expect(phone.get_by_role("button", name="Để dành")).to_be_visible()
    phone.goto("/de-danh/")
    expect(phone.get_by_text("Chưa có món nào.")).to_be_visible()
    expect(phone.locator("[data-device-wishes]")).to_be_hidden()
    assert complaints == []
