"""Money off as buyers meet it: in the basket, on the checkout, and asked again when somebody was faster."""

from typing import Any

import pytest
from django.test import Client
from oscar.apps.order.models import Order

from catalog.models import Commune
from shop.orders.models import OrderSheet
from shop.promotions.services import stop
from tests.factories import make_commune, make_product, make_promotion
from tests.shop.checkout.test_checkout import CHECKOUT, add, filled

pytestmark = pytest.mark.django_db
BASKET, CODE = "/gio-hang/", "/gio-hang/ma/"


@pytest.fixture(autouse=True)
def hanoi() -> Commune:
    return make_commune("00004", "Phường Ba Đình", province="01")


def total_of(client: Client) -> int:
    """What the checkout shows for Hanoi."""
    response = client.post(CHECKOUT, filled(0, step="quote"))
    total: int = response.context["stalls"].total_amount
    return total


def test_a_code_is_put_in_shown_with_its_name_and_taken_out_without_script(client: Client) -> None:
    add(client, make_product(price=100_000), 2)
    make_promotion(code="MUAMOI", name="Mừng mùa mới", percent=15)
    assert client.post(CODE, {"ma": "mua-moi"}).status_code == 302
    page = client.get(BASKET).content.decode()
    assert "Mừng mùa mới" in page and "−30.000\xa0₫" in page and "170.000\xa0₫" in page
    assert "−30.000\xa0₫" in client.get(CHECKOUT).content.decode()
    assert client.post(CODE, {"bo": "MUAMOI"}).status_code == 302
    assert "−30.000\xa0₫" not in client.get(BASKET).content.decode()


@pytest.mark.parametrize("text", ["KHONGCO", "💥", "a" * 10_000, "<script>"])
def test_a_wrong_code_is_said_at_the_field_and_kept_for_mending(client: Client, text: str) -> None:
    add(client, make_product())
    response = client.post(CODE, {"ma": text})
    assert response.status_code == 422
    page = response.content.decode()
    assert "Không có mã này, hoặc mã đã hết hạn, hết lượt dùng." in page
    assert "<script>" not in page.split("<main")[1]


def test_who_guesses_codes_is_stopped_for_an_hour(client: Client) -> None:
    add(client, make_product())
    make_promotion(code="MUAMOI")
    for _ in range(30):
        client.post(CODE, {"ma": "DOANMO"})
    response = client.post(CODE, {"ma": "MUAMOI"})
    assert response.status_code == 422
    assert "Bạn thử nhiều mã quá." in response.content.decode()


def test_a_code_that_takes_nothing_off_says_what_it_is_for(client: Client) -> None:
    add(client, make_product(price=100_000))
    make_promotion(code="DONLON", least_amount=300_000)
    client.post(CODE, {"ma": "DONLON"})
    page = client.get(BASKET).content.decode()
    assert "Mã DONLON chưa giảm được gì cho giỏ này. Mã dành cho đơn từ 300.000\xa0₫ tiền hàng." in page


def test_the_order_costs_what_was_shown_and_says_what_was_taken_off(client: Client) -> None:
    add(client, make_product(price=100_000))
    make_promotion(code="MUAMOI", percent=20)
    client.post(CODE, {"ma": "MUAMOI"})
    total = total_of(client)
    response = client.post(CHECKOUT, filled(total))
    assert response.status_code == 302
    sheet = OrderSheet.objects.get()
    assert sheet.total_amount == total
    page = client.get(f"/don-hang/{sheet.order.number}/{sheet.token}/").content.decode()
    assert "−20.000\xa0₫" in page


def test_a_promotion_that_ends_before_the_confirmation_is_asked_about_not_charged(client: Client) -> None:
    add(client, make_product(price=100_000))
    promotion = make_promotion(percent=20)
    total = total_of(client)
    stop(promotion)
    response = client.post(CHECKOUT, filled(total))
    assert response.status_code == 422
    assert "Tổng tiền vừa đổi từ" in response.content.decode()
    assert not Order.objects.exists()
    assert client.post(CHECKOUT, filled(total + 20_000)).status_code == 302


def test_a_number_that_had_its_use_is_told_so_and_asked_whether_to_go_on(client: Client) -> None:
    make_promotion(code="MOTLAN", percent=20, is_once_per_buyer=True)
    goods: Any = make_product(price=100_000)
    for answer in (302, 422):
        add(client, goods)
        client.post(CODE, {"ma": "MOTLAN"})
        total = total_of(client)
        response = client.post(CHECKOUT, filled(total))
        assert response.status_code == answer
    page = response.content.decode()
    assert "Mã MOTLAN mỗi người dùng một lần, số điện thoại này đã dùng rồi. Tổng tiền vừa đổi" in page
    assert Order.objects.count() == 1
    assert client.post(CHECKOUT, filled(total + 20_000)).status_code == 302
    assert Order.objects.count() == 2
