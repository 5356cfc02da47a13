"""The address book, and the checkout that begins with it."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from catalog.models import Commune
from shop.accounts import addresses
from shop.accounts.addresses import make_default, remove_address, save_address
from shop.accounts.models import SavedAddress
from shop.orders.models import OrderSheet
from tests.factories import make_commune, make_product
from tests.shop.shopper.conftest import Seat

pytestmark = pytest.mark.django_db
BOOK, ADD, CHECKOUT = "/tai-khoan/dia-chi/", "/tai-khoan/dia-chi/them/", "/thanh-toan/"


@pytest.fixture(autouse=True)
def communes() -> tuple[Commune, Commune]:
    return make_commune(), make_commune("00004", "Phường Ba Đình", province="01")


def filled(**changes: str) -> dict[str, str]:
    return {
        "name": "Nguyễn Thị An",
        "phone": "0912 345 678",
        "province": "14",
        "commune": "03868",
        "street": "Bản Chung Chinh",
    } | changes


def saved(user: Any, street: str = "Bản Chung Chinh", **fields: Any) -> SavedAddress:
    commune = fields.pop("commune", None) or Commune.objects.get(pk="03868")
    return save_address(
        user=user, name="Nguyễn Thị An", phone="0912345678", commune=commune, street=street, **fields
    )


def streets(user: Any) -> list[tuple[str, bool]]:
    return list(user.saved_addresses.values_list("street", "is_default"))


def test_an_address_is_added_changed_and_taken_out(seat: Seat) -> None:
    user, client = seat()
    assert client.post(ADD, filled())["Location"] == BOOK
    address = user.saved_addresses.get()
    assert (address.name, address.phone, str(address), address.is_default) == (
        "Nguyễn Thị An",
        "0912345678",
        "Bản Chung Chinh, Xã Tà Xùa, Tỉnh Sơn La",
        True,
    )
    assert "Bản Chung Chinh, Xã Tà Xùa, Tỉnh Sơn La" in client.get(BOOK).content.decode()
    form = client.get(f"{BOOK}{address.pk}/").content.decode()
    assert 'value="Bản Chung Chinh"' in form
    assert re.search(r'<option value="03868" selected>', form)
    changed = filled(province="01", commune="00004", street="Số 5 phố Kim Mã")
    assert client.post(f"{BOOK}{address.pk}/", changed)["Location"] == BOOK
    address.refresh_from_db()
    assert (address.street, address.commune_id, address.is_default) == ("Số 5 phố Kim Mã", "00004", True)
    assert client.post(f"{BOOK}{address.pk}/xoa/")["Location"] == BOOK
    assert not SavedAddress.objects.exists()


def test_exactly_one_is_the_default(seat: Seat) -> None:
    user, client = seat()
    first, second = saved(user, "Một"), saved(user, "Hai")
    assert streets(user) == [("Một", True), ("Hai", False)]
    client.post(f"{BOOK}{second.pk}/mac-dinh/")
    assert streets(user) == [("Hai", True), ("Một", False)]
    third = saved(user, "Ba", is_default=True)
    assert streets(user) == [("Ba", True), ("Hai", False), ("Một", False)]
    make_default(third)
    remove_address(third)
    assert streets(user) == [("Hai", True), ("Một", False)]
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedAddress.objects.filter(pk=first.pk).update(is_default=True)


def test_the_same_address_is_kept_once(seat: Seat) -> None:
    user, _client = seat()
    assert saved(user).pk == saved(user).pk
    assert SavedAddress.objects.count() == 1


def test_a_full_book_says_so(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "MOST_ADDRESSES", 1)
    user, client = seat()
    saved(user)
    answer = client.post(ADD, filled(street="Khác"))
    assert answer.status_code == 422
    assert "Sổ đã có 1 địa chỉ" in answer.content.decode()
    assert SavedAddress.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "Bạn ghi họ tên"),
        ("phone", "12345", "Số điện thoại chưa đúng"),
        ("province", "", "Bạn chọn tỉnh"),
        ("province", "99", "Không có tỉnh"),
        ("commune", "", "Bạn chọn xã, phường nhé"),
        ("commune", "00004", "không thuộc tỉnh"),
        ("street", " ", "Bạn ghi số nhà"),
        ("street", "x" * 201, "200"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(seat: Seat, field: str, value: str, message: str) -> None:
    _user, client = seat()
    answer = client.post(ADD, filled(**{field: value}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count(message) >= 2
    assert f'id="id_{field}_error"' in page
    assert not SavedAddress.objects.exists()


def test_without_script_a_button_brings_the_communes(seat: Seat) -> None:
    _user, client = seat()
    assert '<option value="03868"' not in client.get(ADD).content.decode()
    answer = client.post(ADD, filled(commune="", street="", step="communes"))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert '<option value="03868">Tà Xùa (xã)</option>' in page
    assert "00004" not in page
    assert 'value="Nguyễn Thị An"' in page
    assert not SavedAddress.objects.exists()


@pytest.mark.parametrize("path", ["{}/", "{}/xoa/", "{}/mac-dinh/"])
def test_another_persons_address_is_not_there(seat: Seat, path: str) -> None:
    owner, _own_browser = seat("an@vidu.vn")
    address = saved(owner)
    _user, stranger = seat("binh@vidu.vn")
    where = BOOK + path.format(address.pk)
    assert stranger.post(where, filled(street="Của Bình")).status_code == 404
    assert stranger.get(where).status_code in (404, 405)
    assert stranger.get(f"{BOOK}{10**30}/").status_code == 404
    assert streets(owner) == [("Bản Chung Chinh", True)]
    assert "Bản Chung Chinh" not in stranger.get(BOOK).content.decode()


def test_the_book_asks_the_same_questions_however_long_it_is(
    seat: Seat, django_assert_num_queries: Any
) -> None:
    user, client = seat()
    for number in range(6):
        saved(user, f"Nhà {number}")
    with django_assert_num_queries(3):  # session, person, book
        client.get(BOOK)


# --- At the checkout ------------------------------------------------------------------------------


def add_goods(client: Client) -> None:
    goods = make_product(price=100_000, weight_grams=100)
    assert client.post("/gio-hang/them/", {"product": goods.product_id, "quantity": 1}).status_code == 302


def value_of(page: str, name: str) -> str:
    """What stands in that field, chosen or typed."""
    if found := re.search(rf'<select name="{name}".*?</select>', page, re.S):
        chosen = re.search(r'value="(\w*)" selected', found[0])
        return chosen[1] if chosen else ""
    field = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)[0]  # type: ignore[index]
    typed = re.search(r'value="([^"]*)"', field)
    return typed[1] if typed else ""


FIELDS = ("name", "phone", "email", "province", "commune", "street")


def test_the_checkout_begins_with_the_default_address_and_its_delivery(seat: Seat) -> None:
    user, client = seat("an@vidu.vn")
    saved(user, "Nhà trên nương")
    saved(user, "Số 5 phố Kim Mã", commune=Commune.objects.get(pk="00004"), is_default=True)
    add_goods(client)
    page = client.get(CHECKOUT).content.decode()
    assert [value_of(page, name) for name in FIELDS] == [
        "Nguyễn Thị An", "0912345678", "an@vidu.vn", "01", "00004", "Số 5 phố Kim Mã",
    ]  # fmt: skip
    assert "125.000\xa0₫" in page
    assert 'name="seen_total" value="125000"' in page
    other = re.search(r'href="\?dia-chi=(\d+)">[^<]*Nhà trên nương', page)[1]  # type: ignore[index]
    page = client.get(CHECKOUT, {"dia-chi": other}).content.decode()
    assert [value_of(page, name) for name in FIELDS[3:]] == ["14", "03868", "Nhà trên nương"]


def test_another_persons_address_is_never_filled_in(seat: Seat) -> None:
    owner, _browser = seat("an@vidu.vn")
    address = saved(owner, "Nhà của An")
    _user, client = seat("binh@vidu.vn")
    add_goods(client)
    page = client.get(CHECKOUT, {"dia-chi": address.pk}).content.decode()
    assert "Nhà của An" not in page
    assert value_of(page, "province") == ""


def test_who_has_only_a_name_and_a_number_finds_them_filled_in(seat: Seat) -> None:
    _user, client = seat("an@vidu.vn", first_name="Nguyễn Thị An", phone="0912345678")
    add_goods(client)
    page = client.get(CHECKOUT).content.decode()
    assert [value_of(page, name) for name in FIELDS] == [
        "Nguyễn Thị An", "0912345678", "an@vidu.vn", "", "", "",
    ]  # fmt: skip


def order_form(**changes: str) -> dict[str, str]:
    return (
        filled(province="01", commune="00004", street="Số 5 phố Kim Mã")
        | {
            "email": "",
            "payment_method": "vietqr",
            "terms": "on",
            "checkout_token": str(uuid.uuid4()),
            "seen_total": "125000",
        }
        | changes
    )


def test_the_address_of_an_order_is_saved_only_when_asked(seat: Seat) -> None:
    user, client = seat()
    add_goods(client)
    box = re.search(r'<input[^>]*name="save_address"[^>]*>', client.get(CHECKOUT).content.decode())
    assert box and "checked" not in box[0]
    assert client.post(CHECKOUT, order_form()).status_code == 302
    assert not SavedAddress.objects.exists()
    add_goods(client)
    assert client.post(CHECKOUT, order_form(save_address="on")).status_code == 302
    assert streets(user) == [("Số 5 phố Kim Mã", True)]
    assert OrderSheet.objects.filter(order__user=user).count() == 2


def test_a_full_book_does_not_stop_the_order(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "MOST_ADDRESSES", 0)
    _user, client = seat()
    add_goods(client)
    assert client.post(CHECKOUT, order_form(save_address="on")).status_code == 302
    assert OrderSheet.objects.count() == 1
    assert not SavedAddress.objects.exists()


def test_a_guest_is_not_asked_and_saves_nothing(client: Client) -> None:
    add_goods(client)
    page = client.get(CHECKOUT).content.decode()
    assert 'name="save_address"' not in page
    assert 'href="/tai-khoan/dang-nhap/?next=/thanh-toan/"' in page
    assert client.post(CHECKOUT, order_form(save_address="on")).status_code == 302
    assert not SavedAddress.objects.exists()
