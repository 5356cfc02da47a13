"""The page on which a buyer adds goods to a parcel: chosen, counted, confirmed, with and without a log-in."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Order

from shop.orders.models import Consignment
from shop.orders.services import cancel_order, pack
from shop.partner.models import StockRecord
from tests.factories import make_product
from tests.shop.orders.test_additions import Parcel
from tests.shop.orders.test_additions import parcel as parcel
from tests.shop.orders.test_additions import standing_parcel as standing_parcel

pytestmark = pytest.mark.django_db


def address(parcel: Parcel, *, step: str = "them/{code}/") -> str:
    order = parcel.placed.order
    return f"/don-hang/{order.number}/{order.sheet.token}/" + step.format(code=parcel.first.code)


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", page.content.decode())


def hidden(page: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page.content.decode())
    assert found, name
    return found[1]


def chosen(parcel: Parcel, quantity: object = 1, **more: Any) -> dict[str, Any]:
    return {f"mon-{parcel.tea.product_id}": quantity, "buoc": "xem"} | more


def confirmed(page: Any, parcel: Parcel, quantity: object = 1, **more: Any) -> dict[str, Any]:
    """The form of a page that has counted, agreed to."""
    seen = {"khoa": hidden(page, "khoa"), "da_thay": hidden(page, "da_thay")}
    agreed = {"cach_tra": "vietqr", "dong_y": "on", "buoc": "dat"}
    return chosen(parcel, quantity) | seen | agreed | more


def test_from_the_order_page_to_the_pay_page_and_back(client: Client, parcel: Parcel) -> None:
    home = text_of(client.get(address(parcel, step="")))
    assert f'href="{address(parcel)}">Thêm món vào kiện này' in home
    page = client.get(address(parcel))
    assert "Đặt thêm" not in text_of(page)
    page = client.post(address(parcel), chosen(parcel))
    body = text_of(page)
    assert (page.status_code, "Trả khi nhận hàng" in body) == (200, False)
    assert "<dt>Phí giao thêm</dt><dd>không mất phí</dd>" in body
    assert (Order.objects.count(), Basket.objects.filter(status="Open").count()) == (1, 0)
    answer = client.post(address(parcel), confirmed(page, parcel))
    added = Consignment.objects.get(ships_with=parcel.first)
    attempt = added.order.payment_attempts.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/thanh-toan/{attempt.public_id}/")
    assert attempt.amount == 40_000
    assert "Trả khi nhận hàng" not in text_of(client.get(answer["Location"]))
    home = text_of(client.get(address(parcel, step="")))
    assert f"Hàng thêm, đơn {added.order.number}</a>" in home
    assert "Thêm món vào kiện này" not in home
    own = client.get(f"/don-hang/{added.order.number}/{added.order.sheet.token}/")
    assert f"Hàng thêm, đi chung một kiện với {parcel.first.code}." in text_of(own)


def test_a_double_click_a_reload_and_a_second_tab_give_one_addition(client: Client, parcel: Parcel) -> None:
    page, other = (client.post(address(parcel), chosen(parcel)) for _tab in range(2))
    first, again = (client.post(address(parcel), confirmed(page, parcel)) for _click in range(2))
    second_tab = client.post(address(parcel), confirmed(other, parcel, 2))
    assert first["Location"] == again["Location"] == second_tab["Location"]
    assert Order.objects.count() == 2
    assert "Lần thêm này đã được ghi rồi" in text_of(client.get(address(parcel, step="")))
    answer = client.post(address(parcel), chosen(parcel))
    assert answer["Location"] == address(parcel, step="")
    assert "Bạn trả hoặc hủy phần đó trước nhé." in text_of(client.get(answer["Location"]))


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        (-1, "Số này không thể nhỏ hơn 0."),
        ("1.5", "Ghi một số chẵn gói, ví dụ 1."),
        ("nhiều", "Ghi một số chẵn gói, ví dụ 1."),
        (10, "Chỉ còn 9"),
        (10**7, "Số này lớn quá."),
    ],
)
def test_numbers_that_cannot_be_are_refused_at_their_line(
    client: Client, parcel: Parcel, quantity: object, words: str
) -> None:
    key = hidden(client.get(address(parcel)), "khoa")
    sent = chosen(parcel, quantity, buoc="dat", khoa=key, da_thay=10**9, cach_tra="vietqr", dong_y="on")
    page = client.post(address(parcel), sent)
    assert (page.status_code, words in text_of(page), Order.objects.count()) == (422, True, 1)


def test_goods_of_another_stall_and_a_key_of_somebody_else_write_nothing(
    client: Client, parcel: Parcel
) -> None:
    foreign = make_product(price=1_000)
    page = client.post(address(parcel), chosen(parcel))
    answer = client.post(address(parcel), confirmed(page, parcel, **{f"mon-{foreign.product_id}": 1}))
    assert (answer.status_code, "Có món không còn bán ở gian này." in text_of(answer)) == (422, True)
    for key in (uuid.uuid4(), "x", parcel.placed.order.sheet.checkout_token):
        answer = client.post(address(parcel), confirmed(page, parcel, khoa=key))
        assert (answer.status_code, "Kiện vừa thay đổi" in text_of(answer)) == (422, True)
    assert Order.objects.count() == 1


def test_the_link_of_another_order_opens_nothing_here(client: Client, parcel: Parcel) -> None:
    other = Parcel()
    other.pay()
    order = other.placed.order
    for path in (
        f"/don-hang/{order.number}/{order.sheet.token}/them/{parcel.first.code}/",
        f"/don-hang/{parcel.placed.order.number}/{order.sheet.token}/them/{parcel.first.code}/",
    ):
        assert client.get(path).status_code == client.post(path, chosen(parcel)).status_code == 404
    assert Order.objects.count() == 2


def test_what_costs_more_than_was_seen_is_asked_again_and_what_is_not_agreed_to_is_not_ordered(
    client: Client, parcel: Parcel
) -> None:
    page = client.post(address(parcel), chosen(parcel))
    StockRecord.objects.filter(product=parcel.tea.product).update(price=41_000)
    answer = client.post(address(parcel), confirmed(page, parcel))
    assert "Tổng tiền là 41.000\xa0₫." in answer.content.decode()
    answer = client.post(address(parcel), confirmed(answer, parcel, dong_y="", cach_tra="cod"))
    body = text_of(answer)
    assert "Bạn đánh dấu đồng ý thì chợ mới nhận được." in body
    assert "Cách trả này không dùng được ở đây." in body
    assert (answer.status_code, Order.objects.count()) == (422, 1)


def test_packed_while_the_page_was_open_nothing_is_ordered_and_the_buyer_is_told(
    client: Client, parcel: Parcel
) -> None:
    page = client.post(address(parcel), chosen(parcel))
    pack(consignment=parcel.first, by=None)
    answer = client.post(address(parcel), confirmed(page, parcel))
    assert answer["Location"] == address(parcel, step="")
    assert "Không thêm vào kiện này được nữa." in text_of(client.get(answer["Location"]))
    assert Order.objects.count() == 1


def test_too_heavy_for_the_way_it_is_sent(client: Client, parcel: Parcel) -> None:
    page = client.post(address(parcel), {f"mon-{parcel.taro.product_id}": 3, "buoc": "xem"})
    assert (page.status_code, "không nhận thêm từng ấy hàng" in text_of(page)) == (422, True)


def test_who_cancels_the_parcel_is_told_what_goes_with_it(client: Client, parcel: Parcel) -> None:
    placed = parcel.add()
    path = address(parcel, step="huy/{code}/")
    assert placed.order.number in text_of(client.get(path))
    cancel_order(order_id=placed.order.pk)
    assert placed.order.number not in text_of(client.get(path))


@pytest.mark.parametrize("goods", [1, 6])
def test_the_page_costs_the_same_queries_with_any_number_of_goods(
    client: Client, parcel: Parcel, goods: int, django_assert_num_queries: Any
) -> None:
    for _more in range(goods):
        make_product(cooperative=parcel.stall)
    client.get(address(parcel))
    with django_assert_num_queries(11):
        client.get(address(parcel))
