"""Where to, said by name: in the basket for the delivery fee, in the checkout by a name that is no more."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from shop.orders.models import OrderSheet
from tests.factories import make_cooperative, make_product
from tests.shop.checkout.test_checkout import CHECKOUT, add, filled

pytestmark = pytest.mark.django_db
BASKET = "/gio-hang/"


def test_the_basket_shows_the_fee_for_a_place_named_without_marks_and_keeps_it(client: Client) -> None:
    add(client, make_product())
    assert "tùy nơi nhận" in client.get(BASKET).content.decode()
    assert client.get(BASKET, {"noi": "hang dong"}).status_code == 302
    page = client.get(BASKET).content.decode()
    assert "Giao về Xã Tà Xùa, Tỉnh Sơn La." in page
    assert "tùy nơi nhận" not in page
    assert client.get(CHECKOUT).context["stalls"].shipping_amount is not None


def test_of_several_places_with_that_name_the_buyer_chooses(client: Client) -> None:
    add(client, make_product())
    page = client.get(BASKET, {"noi": "ba đình"}).content.decode()
    assert '<a href="?xa=16171">Xã Ba Đình, Tỉnh Thanh Hóa</a>' in page
    assert '<a href="?xa=00004">Phường Ba Đình, Thành phố Hà Nội</a>' in page
    assert client.get(BASKET, {"xa": "16171"}).status_code == 302
    assert "Giao về Xã Ba Đình" in client.get(BASKET).content.decode()


@pytest.mark.parametrize("name", ["không có", "b", "💥💥", "x" * 10_000, "%", "<script>"])
def test_a_place_nobody_knows_is_said_at_the_field(client: Client, name: str) -> None:
    add(client, make_product())
    page = client.get(BASKET, {"noi": name}).content.decode()
    assert "Chưa tìm thấy nơi này." in page
    assert "<script>" not in page.split("<main")[1]


@pytest.mark.parametrize("code", ["99999", "x'y", "", "²"])
def test_a_code_that_is_none_changes_nothing(client: Client, code: str) -> None:
    add(client, make_product())
    client.get(BASKET, {"xa": "00004"})
    client.get(BASKET, {"xa": code})
    assert "Phường Ba Đình" in client.get(BASKET).content.decode()


def test_the_checkout_finds_a_commune_by_its_old_name_and_keeps_what_was_filled_in(client: Client) -> None:
    add(client, make_product())
    asked = filled(0, province="", commune="", street="Số 5", step="find", noi="háng đồng")
    response = client.post(CHECKOUT, asked)
    assert response.status_code == 200
    form = response.context["form"]
    assert [form[name].value() for name in ("name", "province", "commune", "street")] == [
        "Nguyễn Thị Mẫu", "14", "03868", "Số 5",
    ]  # fmt: skip
    total = response.context["stalls"].total_amount
    assert client.post(CHECKOUT, filled(total, province="14", commune="03868")).status_code == 302
    assert OrderSheet.objects.get().commune_code == "03868"


def test_of_several_the_checkout_lets_pick_one_by_a_button(client: Client) -> None:
    add(client, make_product())
    page = client.post(
        CHECKOUT, filled(0, province="", commune="", step="find", noi="ba dinh")
    ).content.decode()
    assert 'name="pick" value="16171"' in page
    form = client.post(CHECKOUT, filled(0, province="", commune="", pick="16171")).context["form"]
    assert (form["province"].value(), form["commune"].value()) == ("38", "16171")
    nothing = client.post(CHECKOUT, filled(0, province="", commune="", step="find", noi="không có"))
    assert "Chưa tìm thấy nơi này." in nothing.content.decode()
    assert not OrderSheet.objects.exists()


@pytest.mark.parametrize("goods", [1, 6])
def test_the_fee_in_the_basket_costs_the_same_queries_for_any_goods(
    client: Client, goods: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    stall = make_cooperative()
    for _ in range(goods):
        add(client, make_product(cooperative=stall))
    client.get(BASKET, {"xa": "00004"})
    client.get(BASKET)
    with django_assert_num_queries(15):
        client.get(BASKET)
