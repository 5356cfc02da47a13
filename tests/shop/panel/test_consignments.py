"""A cooperative packs and hands over its own consignments and never meets another's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from shop.invoices.models import Invoice
from shop.orders.models import Consignment, OrderEvent
from shop.orders.services import expire, pack
from tests.factories import make_product
from tests.support.market import SECRETS_OF_B, Market
from tests.support.orders import place_order

AsRole = Callable[[str], Client]


def state(consignment: Consignment) -> str:
    return Consignment.objects.values_list("status", flat=True).get(pk=consignment.pk)


def address(consignment: Consignment, step: str = "") -> str:
    return f"/quan-tri/kien-hang/{consignment.pk}/{step}"


def test_the_list_holds_own_paid_consignments_only(market: Market, as_role: AsRole) -> None:
    place_order((make_product(cooperative=market.a), 1))  # not paid yet
    page = as_role("cooperative").get("/quan-tri/kien-hang/").content.decode()
    assert market.own.code in page
    assert market.shared.code not in page
    assert market.foreign.code not in page
    assert page.count('class="panel-row"') == 2  # its part of the shared order, and the order of its own


def test_an_order_that_expired_unpaid_never_shows(market: Market, as_role: AsRole, settings: object) -> None:
    from datetime import timedelta

    from django.utils import timezone

    placed = place_order((make_product(cooperative=market.a), 1))
    expire(timezone.now() + timedelta(days=2))
    consignment = placed.order.consignments.get()
    assert state(consignment) == "cancelled"
    client = as_role("cooperative")
    assert client.get(address(consignment)).status_code == 404
    assert consignment.code not in client.get("/quan-tri/kien-hang/").content.decode()


def test_the_list_narrows_to_one_state(market: Market, as_role: AsRole) -> None:
    pack(consignment=market.own, by=None)
    client = as_role("cooperative")
    packed = client.get("/quan-tri/kien-hang/?tinh-trang=packed").content.decode()
    waiting = client.get("/quan-tri/kien-hang/?tinh-trang=to-pack").content.decode()
    assert market.own.code in packed
    assert market.own.code not in waiting
    assert client.get("/quan-tri/kien-hang/?tinh-trang=bay-ba&trang=-7").status_code == 200


def test_one_consignment_shows_whom_to_send_what_and_nothing_of_the_other_stall(
    market: Market, as_role: AsRole
) -> None:
    page = as_role("cooperative").get(address(market.own)).content.decode()
    for text in ("Khoai sọ của A", "Nguyễn Thị Mẫu", "0912345678", "Bản Chung Chinh", "130.000\xa0₫"):
        assert text in page, text
    assert not [secret for secret in SECRETS_OF_B if secret in page]
    assert market.shared.code not in page


@pytest.mark.parametrize("step", ["", "dong-goi/", "giao-di/"])
def test_foreign_consignments_do_not_exist(step: str, market: Market, as_role: AsRole) -> None:
    client = as_role("cooperative")
    for foreign in (market.foreign, market.shared):
        method = client.post if step else client.get
        response = method(address(foreign, step), {"carrier": "Xe khách"})
        assert response.status_code == 404
        assert state(foreign) == "to-pack"
    assert not OrderEvent.objects.filter(kind="packed").exists()


def test_packing_and_handing_over_takes_three_taps(market: Market, as_role: AsRole) -> None:
    client = as_role("cooperative")
    response = client.post(address(market.own, "dong-goi/"), follow=True)
    assert state(market.own) == "packed"
    assert f"Đã ghi: kiện {market.own.code} đóng gói xong." in response.content.decode()
    response = client.post(
        address(market.own, "giao-di/"), {"carrier": "Bưu điện", "tracking_number": "EE123VN"}, follow=True
    )
    assert state(market.own) == "handed-over"
    page = response.content.decode()
    assert f"kiện {market.own.code} đã giao cho Bưu điện" in page
    assert "EE123VN" in page
    assert Invoice.objects.filter(source_reference=market.own.code, status="to-issue").count() == 1
    packed, handed = market.own.events.filter(kind__in=("packed", "handed-over")).order_by("pk")
    assert packed.actor == handed.actor == market.people["cooperative"]


def test_packing_twice_says_where_the_consignment_is(market: Market, as_role: AsRole) -> None:
    client = as_role("cooperative")
    client.post(address(market.own, "dong-goi/"))
    page = client.post(address(market.own, "dong-goi/"), follow=True).content.decode()
    assert f"Không ghi được: kiện {market.own.code} đang ở bước “Đã đóng gói”." in page
    assert market.own.events.filter(kind="packed").count() == 1


def test_handing_over_before_packing_changes_nothing(market: Market, as_role: AsRole) -> None:
    client = as_role("cooperative")
    page = client.post(address(market.own, "giao-di/"), {"carrier": "Xe khách"}, follow=True).content.decode()
    assert "đang ở bước “Cần đóng gói”" in page
    assert state(market.own) == "to-pack"


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"carrier": ""}, "Ô này bắt buộc"),
        ({"carrier": "x" * 81}, "tối đa 80"),
        ({"carrier": "Xe", "tracking_number": "1" * 61}, "tối đa 60"),
    ],
)
def test_a_wrong_hand_over_form_comes_back_with_its_reason(
    form: dict[str, str], message: str, market: Market, as_role: AsRole
) -> None:
    pack(consignment=market.own, by=None)
    response = as_role("cooperative").post(address(market.own, "giao-di/"), form)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert state(market.own) == "packed"


def test_the_operator_looks_on_but_does_not_pack(market: Market, as_role: AsRole) -> None:
    client = as_role("operator")
    page = client.get(address(market.foreign)).content.decode()
    assert "Sùng Thị Bí Mật" in page
    assert "Đã đóng gói" not in page.split("Diễn biến")[0].split("Hàng trong kiện")[1]
    assert client.post(address(market.foreign, "dong-goi/")).status_code == 404
    assert state(market.foreign) == "to-pack"


@pytest.mark.parametrize("step", ["dong-goi/", "giao-di/"])
def test_a_post_without_its_token_is_refused(step: str, market: Market) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(market.people["cooperative"], backend="shop.accounts.backends.EmailOrPhoneBackend")
    assert client.post(address(market.own, step), {"carrier": "Xe khách"}).status_code == 403
    assert state(market.own) == "to-pack"


def test_the_list_asks_the_database_the_same_for_one_as_for_many(
    market: Market, as_role: AsRole, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = as_role("cooperative")
    client.get("/quan-tri/kien-hang/")
    with django_assert_max_num_queries(16):
        client.get("/quan-tri/kien-hang/")
    from tests.support.orders import bring, transfer

    for _ in range(4):
        placed = place_order((make_product(cooperative=market.a), 1), (make_product(cooperative=market.a), 1))
        bring(transfer(placed.attempt.amount, placed.order.number))
    with django_assert_max_num_queries(16):
        assert client.get("/quan-tri/kien-hang/").content.decode().count('class="panel-row"') == 6
