"""The basket changes in place: no document is loaded, whatever is changed; without JavaScript every change is one."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from catalog.models import ProductSheet
from tests.factories import make_commune, make_cooperative, make_product, make_promotion

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TARO, TEA = "Khoai sọ nương", "Chè shan"


@pytest.fixture
def goods(live_server: Any) -> list[ProductSheet]:
    make_commune("00004", "Phường Ba Đình", province="01")
    make_promotion(name="Quà đầu mùa", code="MUAMOI", percent=10)
    return [
        make_product(title=TARO, price=105_000, stock=10, cooperative=make_cooperative(name="HTX Khoai")),
        make_product(
            title=TEA, price=180_000, weight_grams=150, cooperative=make_cooperative(name="HTX Chè")
        ),
    ]


def documents(page: Page) -> list[str]:
    """The addresses of documents loaded from here on."""
    loaded: list[str] = []

    def note(request: Request) -> None:
        if request.is_navigation_request():
            loaded.append(request.url.partition("/gio-hang/")[2] or request.url)

    page.on("request", note)
    return loaded


def open_basket(page: Page, goods: list[ProductSheet]) -> None:
    for sheet in goods:
        page.goto(f"/san-pham/{sheet.product.slug}_{sheet.product_id}/")
        page.get_by_role("button", name="Thêm vào giỏ").first.click()
        expect(page.get_by_text(f"Đã bỏ vào giỏ: {sheet.product.title}")).to_be_visible()
    page.goto("/gio-hang/")


def test_the_basket_changes_without_loading_the_page_again(
    phone: Page, goods: list[ProductSheet], complaints: list[str]
) -> None:
    open_basket(phone, goods)
    loaded = documents(phone)
    more, total = phone.get_by_role("button", name=f"Thêm một: {TARO}"), phone.locator(".sticky-bar .price")
    more.click()
    more.click()  # perhaps before the first is answered
    expect(phone.get_by_label(f"Số lượng: {TARO}")).to_have_value("3")
    expect(total).to_have_text("495.000\xa0₫")
    expect(more).to_be_focused()
    expect(phone.locator("[data-basket-count]")).to_have_text("4")
    expect(phone.get_by_role("status").last).to_contain_text("495.000\xa0₫")

    quantity = phone.get_by_label(f"Số lượng: {TARO}")
    quantity.fill("50")
    quantity.press("Tab")
    expect(quantity).to_have_attribute("aria-invalid", "true")
    expect(quantity).to_be_focused()
    expect(phone.get_by_role("status").last).to_contain_text("Chỉ còn 10")
    quantity.fill("2")
    quantity.press("Tab")
    expect(total).to_have_text("390.000\xa0₫")

    phone.get_by_label("Giao về xã, phường nào?").fill("ba dinh")
    phone.get_by_role("button", name="Xem phí giao").click()
    phone.get_by_role("link", name="Phường Ba Đình, Thành phố Hà Nội").click()
    expect(phone.get_by_text("Giao về Phường Ba Đình")).to_be_visible()
    code = phone.get_by_label("Bạn có mã giảm giá?")
    code.fill("KHONGCO")
    code.press("Enter")
    expect(phone.locator("#loi-ma")).to_be_visible()
    expect(code).to_be_focused()
    code.fill("muamoi")
    phone.get_by_role("button", name="Dùng mã").click()
    expect(total).to_have_text("351.000\xa0₫")

    phone.get_by_role("button", name=f"Bỏ ra {TEA}").click()
    expect(phone.get_by_text("HTX Chè")).to_have_count(0)
    expect(phone.get_by_role("heading", name="Giỏ hàng")).to_be_focused()
    assert phone.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    phone.get_by_role("button", name=f"Bỏ ra {TARO}").click()
    expect(phone.get_by_text("Giỏ đang trống")).to_be_visible()
    expect(phone.locator("[data-basket-count]")).to_be_hidden()
    assert (loaded, complaints) == ([], [])


def test_control_without_script_every_change_loads_the_page(
    plain_phone: Page, goods: list[ProductSheet]
) -> None:
    open_basket(plain_phone, goods)
    loaded = documents(plain_phone)
    plain_phone.get_by_role("button", name=f"Thêm một: {TARO}").click()
    expect(plain_phone.get_by_label(f"Số lượng: {TARO}")).to_have_value("2")
    assert loaded == ["sua/", plain_phone.url]


@pytest.mark.parametrize("answer", ["", "a page of somebody else", "no answer"])
def test_when_the_answer_is_no_basket_the_form_is_sent_as_it_is(
    phone: Page, goods: list[ProductSheet], answer: str
) -> None:
    open_basket(phone, goods)
    loaded = documents(phone)

    def spoil(route: Route) -> None:
        if route.request.is_navigation_request():
            route.continue_()
        elif answer == "no answer":
            route.abort()
        else:
            route.fulfill(status=502 if not answer else 200, body=answer, content_type="text/html")

    phone.route("**/gio-hang/sua/", spoil)
    phone.get_by_role("button", name=f"Thêm một: {TARO}").click()
    expect(phone.get_by_label(f"Số lượng: {TARO}")).to_have_value("2")
    assert loaded[0] == "sua/"


def test_goods_are_put_in_the_basket_from_their_page_and_refused_there(
    phone: Page, goods: list[ProductSheet]
) -> None:
    taro = goods[0]
    phone.goto(f"/san-pham/{taro.product.slug}_{taro.product_id}/")
    loaded = documents(phone)
    button = phone.get_by_role("button", name="Thêm vào giỏ").first
    button.click()
    expect(phone.get_by_role("status")).to_have_text(f"Đã bỏ vào giỏ: {TARO} Giỏ hàng")
    expect(phone.locator("[data-basket-count]")).to_have_text("1")
    quantity = phone.get_by_label("Số lượng")
    quantity.fill("10")
    button.click()
    expect(phone.get_by_role("status")).to_have_text("Chỉ còn 10 (trong giỏ đã có 1)")
    expect(quantity).to_have_attribute("aria-invalid", "true")
    expect(phone.locator("[data-basket-count]")).to_have_text("1")
    assert loaded == []
    phone.route("**/gio-hang/them/", lambda route: route.abort())  # the answer is lost
    quantity.fill("1")
    button.click()
    phone.wait_for_url("**/gio-hang/")
    expect(phone.get_by_label(f"Số lượng: {TARO}")).to_have_value("1")
