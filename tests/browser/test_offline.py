"""The market on the phone: kept goods, a basket, and orders that wait for a line, each sent once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from oscar.core.loading import get_model
from playwright.sync_api import Browser, Page, expect

from catalog.models import Commune
from tests.browser.conftest import open_page
from tests.support.extent import times
from tests.support.line import CuttableLine, Line
from tests.support.loopback import serving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CUTS = times("OFFLINE_CUTS", 4, 50)
APP = "/ngoai-tuyen/"


@pytest.fixture
def line(live_server: Any) -> Iterator[CuttableLine]:
    host, port = live_server.url.removeprefix("http://").split(":")
    with serving(CuttableLine((host, int(port)))) as server:
        yield server


@pytest.fixture
def phone_on(
    demo_market: None, chromium: Browser, live_server: Any, line: CuttableLine, complaints: list[str]
) -> Iterator[Page]:
    page = open_page(chromium, line, complaints)
    yield page
    page.context.close()


def orders() -> Any:
    """Those placed here: the demo's own are paid."""
    return get_model("order", "Order").objects.filter(sheet__paid_at=None)


def keep_the_market(page: Page) -> None:
    page.goto(APP)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.get_by_role("button", name="Lưu danh mục vào máy").click()
    expect(page.locator("[data-part=pack-state]")).to_contain_text("Giá lúc")


def put_taro_in(page: Page) -> None:
    page.get_by_label("Tìm trong máy").fill("khoai so")
    card = page.locator("[data-part=goods] li").first
    expect(card).to_contain_text("Khoai sọ")
    card.get_by_role("button", name="Thêm vào giỏ trong máy").first.click()
    expect(page.locator("[data-part=basket] li")).to_have_count(1)


def write_order(page: Page, *, limit: str = "") -> None:
    commune = Commune.objects.select_related("province").get(pk="00004")
    page.get_by_label("Họ tên").fill("Nguyễn Thị Mẫu")
    page.get_by_label("Số điện thoại").fill("0912 345 678")
    page.get_by_label("Tỉnh, thành phố").select_option(commune.province_id)
    page.get_by_label("Xã, phường").select_option(commune.pk)
    page.get_by_label("Số nhà").fill("Số 5 phố Mẫu")
    if limit:
        page.get_by_label("Bạn trả nhiều nhất").fill(limit)
    page.get_by_label("Tôi đồng ý").check()
    page.get_by_role("button", name="Cất đơn").click()


def send_again(page: Page, *, received: int) -> None:
    """Press the button whenever it is there, until so many orders are received. The browser may be faster."""
    page.wait_for_function(
        """count => {
          document.querySelector("[data-state=saved] [data-kind=primary]")?.click();
          return document.querySelectorAll("[data-state=received]").length === count;
        }""",
        arg=received,
        polling=500,
    )


def test_an_order_written_without_a_line_is_sent_once_when_the_line_is_back(
    phone_on: Page, line: CuttableLine, complaints: list[str]
) -> None:
    page = phone_on
    keep_the_market(page)
    line.switch(Line.DEAD)
    page.reload()
    put_taro_in(page)
    page.reload()
    expect(page.locator("[data-part=basket] li")).to_have_count(1)
    write_order(page, limit="900000")
    order = page.locator("[data-order]")
    expect(order).to_have_attribute("data-state", "saved")
    assert not orders().exists()
    line.switch(Line.GOOD)
    send_again(page, received=1)
    placed = orders().get()
    expect(order).to_contain_text(placed.number)
    kept = page.evaluate(
        "import(document.querySelector('[data-market]').dataset.queue).then(q => q.orders())"
    )
    assert "0912" not in str(kept), "the address leaves the phone with the order"
    order.get_by_role("link", name=re.compile("Trả tiền")).click()
    expect(page).to_have_url(re.compile("/thanh-toan/"))
    assert complaints == []


def test_a_window_shows_what_another_one_has_sent(phone_on: Page, line: CuttableLine) -> None:
    page = phone_on
    keep_the_market(page)
    put_taro_in(page)
    line.switch(Line.DEAD)
    write_order(page, limit="900000")
    order = page.locator("[data-order]")
    expect(order).to_contain_text("chưa tới")
    line.switch(Line.GOOD)
    page.context.new_page().goto(page.url)
    expect(order).to_have_attribute("data-state", "received")
    assert orders().count() == 1


def test_an_answer_lost_on_the_way_never_makes_two_orders(phone_on: Page, line: CuttableLine) -> None:
    page = phone_on
    keep_the_market(page)
    for turn in range(1, CUTS + 1):
        cache.clear()  # the market takes so many orders an hour from one network
        put_taro_in(page)
        line.switch(Line.NO_ANSWER)
        write_order(page, limit="9000000")
        order = page.locator("[data-order]").first
        expect(order).to_contain_text("chưa tới")
        page.reload() if turn % 2 else None
        line.switch(Line.GOOD)
        send_again(page, received=turn)
        assert orders().count() == turn
    assert line.lost >= CUTS


def test_more_than_the_buyer_agreed_to_is_asked_and_never_charged(phone_on: Page) -> None:
    page = phone_on
    keep_the_market(page)
    put_taro_in(page)
    goods = page.locator("[data-part=goods-amount]").inner_text()
    write_order(page, limit="".join(filter(str.isdigit, goods)))
    order = page.locator("[data-order]")
    expect(order).to_have_attribute("data-state", "ask")
    assert not orders().exists()
    order.get_by_role("button", name=re.compile("Đồng ý, gửi với")).click()
    expect(order).to_have_attribute("data-state", "received")
    assert orders().count() == 1


def test_pages_seen_before_open_without_a_line_and_private_ones_are_not_kept(
    phone_on: Page, line: CuttableLine
) -> None:
    page = phone_on
    keep_the_market(page)
    page.goto("/san-pham/")
    page.goto("/gio-hang/")
    kept = page.evaluate(
        "caches.open('trang').then(c => c.keys()).then(all => all.map(r => new URL(r.url).pathname))"
    )
    assert kept == ["/san-pham/"]
    page.evaluate(
        "caches.open('trang').then(c => c.put('/gio-hang/', new Response('Somebody else was here')))"
    )
    line.switch(Line.DEAD)
    page.goto("/san-pham/")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Chợ trong máy")
    page.goto("/gio-hang/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Chợ trong máy")
