"""A helper of a village team orders for a neighbour: in the neighbour's name, with their word, and named for it."""

from typing import Any

import pytest
from django.test import Client

from catalog.models import Commune
from shop.messages.models import Letter
from shop.orders.models import OrderEvent, OrderSheet
from tests.factories import make_commune, make_product, make_user
from tests.shop.checkout.test_checkout import CHECKOUT, add, filled

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def hanoi() -> Commune:
    return make_commune("00004", "Phường Ba Đình", province="01")


def logged_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="shop.accounts.backends.EmailOrPhoneBackend")
    add(client, make_product())
    return client


def total_of(client: Client) -> int:
    total: int = client.post(CHECKOUT, filled(0, step="quote")).context["stalls"].total_amount
    return total


def test_a_helper_orders_in_the_neighbours_name_with_their_word() -> None:
    helper = make_user("helper", first_name="Vàng", last_name="A Mẫu")
    client = logged_in(helper)
    page = client.get(CHECKOUT)
    assert "Tôi đặt giúp bà con" in page.content.decode()
    assert page.context["form"]["name"].value() is None
    asked = filled(
        total_of(client), helps="on", buyer_agreed="on", email="ba@demo.example", save_address="on"
    )
    assert client.post(CHECKOUT, asked).status_code == 302
    sheet = OrderSheet.objects.get()
    assert (sheet.helper, sheet.order.user, sheet.buyer_name) == (helper, None, "Nguyễn Thị Mẫu")
    assert sheet.help_agreed_at is not None
    assert OrderEvent.objects.get(kind="placed").actor == helper
    assert not helper.saved_addresses.exists()
    letter = Letter.objects.get(key=f"order-received:{sheet.order.number}")
    assert letter.recipient == "ba@demo.example"
    assert "Vàng A Mẫu (tổ hỗ trợ) đã đặt giúp đơn này." in letter.body
    order_page = Client().get(f"/don-hang/{sheet.order.number}/{sheet.token}/").content.decode()
    assert "Vàng A Mẫu (tổ hỗ trợ) đặt giúp." in order_page


def test_without_the_neighbours_word_nothing_is_ordered() -> None:
    client = logged_in(make_user("helper"))
    response = client.post(CHECKOUT, filled(total_of(client), helps="on"))
    assert response.status_code == 422
    assert "Bạn hỏi người nhận trước." in response.content.decode()
    assert not OrderSheet.objects.exists()


def test_a_helper_may_also_buy_for_themselves() -> None:
    helper = make_user("helper")
    client = logged_in(helper)
    assert client.post(CHECKOUT, filled(total_of(client))).status_code == 302
    sheet = OrderSheet.objects.get()
    assert (sheet.helper, sheet.help_agreed_at, sheet.order.user) == (None, None, helper)


@pytest.mark.parametrize("role", [None, "editor", "operator"])
def test_nobody_else_is_asked_or_believed(role: str | None) -> None:
    person = make_user(role)
    client = logged_in(person)
    assert "Tôi đặt giúp bà con" not in client.get(CHECKOUT).content.decode()
    assert client.post(CHECKOUT, filled(total_of(client), helps="on", buyer_agreed="on")).status_code == 302
    assert (OrderSheet.objects.get().helper, OrderSheet.objects.get().order.user) == (None, person)
