"""From the basket to a paid order in a real browser, with and without JavaScript."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from catalog.models import ProductSheet
from shop.orders.models import Consignment, OrderSheet
from shop.payments.models import PaymentAttempt, PaymentEvent
from tests.factories import make_commune, make_cooperative, make_product

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def goods(live_server: Any) -> list[ProductSheet]:
    """Taro and tea of two stalls in Sơn La, and a commune in Hà Nội to send them to."""
    make_commune("00004", "Phường Ba Đình", province="01")
    return [
        make_product(
            title="Khoai sọ nương",
            price=105_000,
            weight_grams=3100,
            cooperative=make_cooperative(name="HTX Khoai"),
        ),
        make_product(
            title="Chè shan", price=180_000, weight_grams=150, cooperative=make_cooperative(name="HTX Chè")
        ),
    ]


def put_in_basket(page: Page, goods: list[ProductSheet]) -> None:
    for sheet in goods:
        page.goto(f"/san-pham/{sheet.product.slug}_{sheet.product_id}/")
        page.locator("form[action$='/gio-hang/them/'] button:not([type=button])").first.click()
        page.get_by_text(f"Đã bỏ vào giỏ: {sheet.product.title}").wait_for()
    page.goto("/gio-hang/")


def write_buyer(page: Page) -> None:
    page.get_by_label("Họ và tên").fill("Nguyễn Thị Mẫu")
    page.get_by_label("Số điện thoại").fill("0912 345 678")
    page.get_by_label("Số nhà, đường").fill("Số 5 phố Kim Mã")


def assert_fits(page: Page) -> None:
    """No sideways scrolling on the phone."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_basket_of_two_stalls_becomes_a_paid_order(
    phone: Page, goods: list[ProductSheet], bank: Any, complaints: list[str]
) -> None:
    put_in_basket(phone, goods)
    assert_fits(phone)
    expect(phone.locator("[data-basket-count]")).to_have_text("2")
    phone.get_by_role("link", name="Đặt hàng").click()

    write_buyer(phone)
    phone.get_by_label("Tỉnh, thành phố").select_option("Hà Nội")
    phone.get_by_label("Xã, phường").select_option("Ba Đình (phường)")
    expect(phone.locator(".sticky-bar .price")).to_have_text("370.000\xa0₫")
    expect(phone.get_by_text("Bưu điện, giao thường")).to_have_count(2)
    assert_fits(phone)
    phone.get_by_label("Tôi đồng ý").check()
    phone.get_by_role("button", name="Đặt hàng").click()

    phone.wait_for_url(re.compile(r"/thanh-toan/[0-9a-f-]{36}/$"))
    assert_fits(phone)
    expect(phone.locator("dd[data-copy='370000']")).to_be_visible()
    assert phone.locator(".qr-box img").evaluate("image => image.naturalWidth > 0")
    attempt = PaymentAttempt.objects.get()
    expect(phone.get_by_text(attempt.reference, exact=True)).to_be_visible()
    assert sorted(Consignment.objects.values_list("total_amount", flat=True)) == [165_000, 205_000]

    phone.get_by_role("button", name="THỬ NGHIỆM").click()
    expect(phone.get_by_role("heading", name="Đã nhận đủ tiền")).to_be_visible()
    assert PaymentEvent.objects.get().amount == 370_000

    phone.get_by_role("link", name="Xem đơn hàng").click()
    expect(phone.get_by_role("heading", name="HTX Khoai")).to_be_visible()
    expect(phone.get_by_role("heading", name="HTX Chè")).to_be_visible()
    expect(phone.locator("li[data-state=now]").first).to_contain_text("Bà con đang chuẩn bị hàng")
    expect(phone.locator("[data-basket-count]")).to_be_hidden()
    assert_fits(phone)
    assert complaints == []


def test_everything_works_without_script(plain_phone: Page, goods: list[ProductSheet], bank: Any) -> None:
    page = plain_phone
    put_in_basket(page, goods)
    page.get_by_role("button", name="Thêm một: Khoai sọ nương").click()
    expect(page.get_by_label("Số lượng: Khoai sọ nương")).to_have_value("2")
    page.get_by_role("button", name="Bỏ ra Chè shan").click()
    expect(page.get_by_text("HTX Chè")).to_have_count(0)
    page.get_by_role("link", name="Đặt hàng").click()

    write_buyer(page)
    page.get_by_label("Tỉnh, thành phố").select_option("Hà Nội")
    page.get_by_role("button", name="Chọn xã, phường").click()
    expect(page.get_by_label("Họ và tên")).to_have_value("Nguyễn Thị Mẫu")
    page.get_by_label("Xã, phường").select_option("Ba Đình (phường)")
    page.get_by_label("Tôi đồng ý").check()
    page.get_by_role("button", name="Đặt hàng").click()
    expect(page.get_by_text("Tổng tiền vừa đổi từ")).to_be_visible()
    assert not OrderSheet.objects.exists()
    page.get_by_role("button", name="Đặt hàng").click()

    page.wait_for_url(re.compile(r"/thanh-toan/[0-9a-f-]{36}/$"))
    page.get_by_role("button", name="THỬ NGHIỆM").click()
    heading = page.get_by_role("heading", name="Đã nhận đủ tiền")
    for _ in range(20):  # the reader presses the link until the bank has told
        if heading.count():
            break
        page.get_by_role("link", name="Xem lại tình trạng").click()
    expect(heading).to_be_visible()
    assert OrderSheet.objects.get().total_amount == 305_000


def test_a_second_press_of_the_button_makes_no_second_order(phone: Page, goods: list[ProductSheet]) -> None:
    put_in_basket(phone, goods[:1])
    phone.get_by_role("link", name="Đặt hàng").click()
    write_buyer(phone)
    phone.get_by_label("Tỉnh, thành phố").select_option("Hà Nội")
    phone.get_by_label("Xã, phường").select_option("Ba Đình (phường)")
    expect(phone.locator(".sticky-bar .price")).to_have_text("165.000\xa0₫")
    phone.get_by_label("Tôi đồng ý").check()
    phone.get_by_role("button", name="Đặt hàng").dblclick()
    # The second press may cut off the first one's navigation, which waiting for one would take as a failure.
    expect(phone).to_have_url(re.compile(r"/thanh-toan/[0-9a-f-]{36}/$"))
    assert OrderSheet.objects.count() == 1
    assert phone.url.endswith(f"/thanh-toan/{PaymentAttempt.objects.get().public_id}/")
    phone.go_back()
    expect(phone.get_by_text("Giỏ đang trống")).to_be_visible()
    assert OrderSheet.objects.count() == 1


def test_what_is_wrong_is_reached_from_the_summary(phone: Page, goods: list[ProductSheet]) -> None:
    put_in_basket(phone, goods[:1])
    phone.get_by_role("link", name="Đặt hàng").click()
    write_buyer(phone)
    phone.get_by_label("Số điện thoại").fill("12345")
    phone.get_by_role("button", name="Đặt hàng").click()
    expect(phone.locator("#loi")).to_be_focused()
    phone.locator("#loi a", has_text="Số điện thoại").click()
    expect(phone.get_by_label("Số điện thoại")).to_be_in_viewport()
    expect(phone.get_by_label("Số điện thoại")).to_have_value("12345")
    expect(phone.get_by_label("Họ và tên")).to_have_value("Nguyễn Thị Mẫu")
