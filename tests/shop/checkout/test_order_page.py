"""The order page: per stall where the parcel is, who to call, what it cost."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from shop.checkout.parcels import steps_of
from shop.orders.models import Consignment
from shop.orders.services import expire, hand_over, pack
from shop.payments.models import PaymentAttempt
from tests.factories import make_cooperative, make_product, make_user
from tests.support.orders import bring, place_order, transfer

pytestmark = pytest.mark.django_db


def order_url(placed: Any) -> str:
    return f"/don-hang/{placed.order.number}/{placed.order.sheet.token}/"


def page_of(placed: Any) -> str:
    return Client().get(order_url(placed)).content.decode()


def pay(placed: Any) -> None:
    bring(transfer(placed.attempt.amount, placed.order.number))


def states(consignment: Consignment) -> list[tuple[str, str]]:
    consignment.refresh_from_db()
    sheet = type(consignment.order.sheet).objects.select_related("order").get(order=consignment.order)
    return [(step.text, step.state) for step in steps_of(sheet, consignment)]


def test_each_stall_has_its_own_lines_sum_and_number_to_call() -> None:
    first = make_cooperative(name="HTX Một", phone="0900 000 001")
    second = make_cooperative(name="HTX Hai", phone="0900 000 002")
    placed = place_order(
        (make_product(cooperative=first, title="Khoai sọ", price=105_000), 2),
        (make_product(cooperative=second, title="Chè shan", price=180_000), 1),
    )
    page = page_of(placed)
    one, two = page.index("HTX Một"), page.index("HTX Hai")
    for text in ("2 × Khoai sọ", "210.000\xa0₫", "30.000\xa0₫", "240.000\xa0₫", "tel:0900000001"):
        assert text in page[one:two]
    for text in ("1 × Chè shan", "210.000\xa0₫", "tel:0900000002", "450.000\xa0₫"):
        assert text in page[two:]
    assert "Nguyễn Thị Mẫu, 0912 345 678" in page
    assert "Bản Chung Chinh, Xã Tà Xùa, Tỉnh Sơn La" in page


def test_an_unpaid_order_leads_to_its_pay_page() -> None:
    placed = place_order((make_product(), 1))
    assert f"/thanh-toan/{PaymentAttempt.objects.get().public_id}/" in page_of(placed)
    pay(placed)
    assert "/thanh-toan/" not in page_of(placed)


def test_the_line_of_states_follows_the_parcel() -> None:
    placed = place_order((make_product(), 1))
    parcel = placed.order.consignments.get()
    packer = make_user()
    assert states(parcel) == [
        ("Bạn đã đặt hàng", "done"),
        ("Chờ bạn trả tiền", "now"),
        ("Bà con đang chuẩn bị hàng", "next"),
        ("Chờ giao cho đơn vị vận chuyển", "next"),
    ]
    pay(placed)
    assert [state for _text, state in states(parcel)] == ["done", "done", "now", "next"]
    pack(consignment=parcel, by=packer)
    assert [state for _text, state in states(parcel)] == ["done", "done", "done", "now"]
    hand_over(consignment=parcel, by=packer, carrier="Bưu điện mẫu", tracking_number="VN123")
    assert states(parcel) == [
        ("Bạn đã đặt hàng", "done"),
        ("Đã nhận đủ tiền", "done"),
        ("Bà con đã đóng gói", "done"),
        ("Đã giao cho đơn vị vận chuyển", "done"),
    ]
    page = page_of(placed)
    assert "Bưu điện mẫu" in page
    assert "VN123" in page


def test_an_expired_order_says_why_nothing_comes() -> None:
    placed = place_order((make_product(), 1))
    expire(placed.order.sheet.pay_by + (placed.order.sheet.pay_by - placed.order.date_placed))
    assert states(placed.order.consignments.get()) == [
        ("Bạn đã đặt hàng", "done"),
        ("Đơn hết hạn trả tiền, hàng không được giữ nữa", "now"),
    ]


def test_without_the_right_token_there_is_no_order(client: Client) -> None:
    placed = place_order((make_product(), 1))
    other = place_order((make_product(), 1))
    number, token = placed.order.number, placed.order.sheet.token
    for path in (
        f"/don-hang/{number}/{other.order.sheet.token}/",
        f"/don-hang/{number}/{token[:-1]}/",
        f"/don-hang/{number}/-/",
        f"/don-hang/HT22222222/{token}/",
        "/don-hang/HT22222222/-/",
        f"/don-hang/%00/{token}/",
    ):
        assert client.get(path).status_code == 404


def test_the_order_page_is_nobody_elses_business(client: Client) -> None:
    answer = client.get(order_url(place_order((make_product(), 1))))
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "same-origin"
    assert '<meta name="robots" content="noindex, nofollow">' in answer.content.decode()


def test_delivery_is_named_in_the_readers_language(client: Client) -> None:
    placed = place_order((make_product(title_en="Hill taro"), 1))
    assert client.get(f"/en{order_url(placed)}").status_code == 200


@pytest.mark.parametrize("stalls", [1, 6])
def test_the_order_page_costs_the_same_queries_with_any_number_of_stalls(
    client: Client, stalls: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    placed = place_order(*[(make_product(cooperative=make_cooperative()), 1) for _ in range(stalls)])
    with django_assert_num_queries(13):
        client.get(order_url(placed))
