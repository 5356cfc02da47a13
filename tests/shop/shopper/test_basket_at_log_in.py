"""What was in the basket before logging in comes along; nothing is doubled."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from oscar.apps.basket.models import Basket

from shop.checkout import baskets
from shop.checkout.baskets import join
from shop.partner.strategy import NotOnSale, OnSale, StallStrategy
from tests.factories import PASSWORD, make_product, make_user
from tests.support.orders import fill_basket, with_strategy

pytestmark = pytest.mark.django_db


def add(client: Client, sheet: Any, quantity: int) -> None:
    answer = client.post("/gio-hang/them/", {"product": sheet.product_id, "quantity": quantity})
    assert answer.status_code == 302


def log_in(client: Client) -> Any:
    return client.post("/tai-khoan/dang-nhap/", {"ten": "an@vidu.vn", "mat_khau": PASSWORD})


def lines_of(user: Any) -> dict[int, int]:
    return dict(Basket.open.get(owner=user).lines.values_list("product_id", "quantity"))


def owned(user: Any, *goods: tuple[Any, int]) -> Any:
    basket = fill_basket(*goods)
    Basket.objects.filter(pk=basket.pk).update(owner=user)
    return basket


def test_what_a_visitor_gathered_joins_the_saved_basket_at_the_log_in_itself(client: Client) -> None:
    user = make_user(email="an@vidu.vn")
    both, saved, fresh = make_product(), make_product(), make_product()
    owned(user, (both, 2), (saved, 1))
    add(client, both, 3)
    add(client, fresh, 4)
    answer = log_in(client)
    assert lines_of(user) == {both.product_id: 3, saved.product_id: 1, fresh.product_id: 4}
    assert answer.cookies["gio"].value == "8"
    assert answer.cookies["oscar_open_basket"].value == ""  # the visitor's basket is no more
    assert Basket.objects.filter(status="Merged").count() == 1


def test_the_larger_quantity_wins_also_when_it_is_the_saved_one(client: Client) -> None:
    user = make_user(email="an@vidu.vn")
    goods = make_product()
    owned(user, (goods, 5))
    add(client, goods, 2)
    log_in(client)
    assert lines_of(user) == {goods.product_id: 5}


def test_logging_in_again_and_again_adds_nothing(client: Client) -> None:
    user = make_user(email="an@vidu.vn")
    goods = make_product()
    for _ in range(3):
        add(client, goods, 2)
        log_in(client)
        client.post("/tai-khoan/dang-xuat/")
    assert lines_of(user) == {goods.product_id: 2}


def test_no_more_is_carried_over_than_is_left(client: Client) -> None:
    user = make_user(email="an@vidu.vn")
    scarce, gone = make_product(stock=5), make_product(stock=3)
    add(client, scarce, 5)
    add(client, gone, 2)
    scarce.product.stockrecords.get().allocate(2)
    gone.product.stockrecords.get().allocate(3)
    log_in(client)
    assert lines_of(user) == {scarce.product_id: 3, gone.product_id: 2}
    assert "Hết hàng" in client.get("/gio-hang/").content.decode()


def test_a_full_basket_takes_no_further_goods(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baskets, "MOST_LINES", 1)
    user = make_user(email="an@vidu.vn")
    saved, fresh = make_product(), make_product()
    owned(user, (saved, 1))
    add(client, fresh, 1)
    log_in(client)
    assert lines_of(user) == {saved.product_id: 1}


def test_after_logging_out_the_header_counts_nothing_and_the_basket_waits(client: Client) -> None:
    user = make_user(email="an@vidu.vn")
    goods = make_product()
    add(client, goods, 2)
    log_in(client)
    answer = client.post("/tai-khoan/dang-xuat/")
    assert answer.cookies["gio"].value == ""
    assert "Giỏ đang trống" in client.get("/gio-hang/").content.decode()
    assert lines_of(user) == {goods.product_id: 2}
    assert log_in(client).cookies["gio"].value == "2"


def test_a_guests_basket_outlives_the_browser_by_thirty_days(client: Client) -> None:
    answer = client.post("/gio-hang/them/", {"product": make_product().product_id, "quantity": 1})
    for name in ("oscar_open_basket", "gio"):
        assert answer.cookies[name]["max-age"] == 30 * 24 * 60 * 60
    kept = answer.cookies["oscar_open_basket"].value
    later = Client()
    later.cookies["oscar_open_basket"] = kept
    assert 'value="1"' in later.get("/gio-hang/").content.decode()


def test_two_baskets_of_one_person_become_one(client: Client) -> None:
    user = make_user(email="an@vidu.vn")
    one, other = make_product(), make_product()
    owned(user, (one, 1))
    owned(user, (one, 2), (other, 1))
    client.force_login(user)
    assert client.get("/gio-hang/").status_code == 200
    assert lines_of(user) == {one.product_id: 2, other.product_id: 1}


@pytest.mark.parametrize("status", ["Merged", "Submitted", "Frozen"])
def test_a_basket_that_is_no_longer_open_gives_nothing(status: str) -> None:
    user = make_user()
    goods = make_product()
    own, other = owned(user), fill_basket((goods, 3))
    Basket.objects.filter(pk=other.pk).update(status=status)
    own.owner = user
    join(basket=own, other=other)  # the caller's copy still says that it is open
    assert not own.lines.exists()
    assert other.lines.count() == 1


def test_the_basket_of_another_person_is_never_joined() -> None:
    goods = make_product()
    own, foreign = owned(make_user()), owned(make_user(), (goods, 3))
    own = with_strategy(Basket.objects.get(pk=own.pk))
    join(basket=own, other=with_strategy(Basket.objects.get(pk=foreign.pk)))
    assert not own.lines.exists()
    assert foreign.lines.count() == 1


def test_the_most_one_may_buy_keeps_to_stock_limit_and_step() -> None:
    assert OnSale(left=None, most=10).most_of(4) == 4
    assert OnSale(left=3, most=10).most_of(4) == 3
    assert OnSale(left=30, most=10).most_of(40) == 10
    assert OnSale(left=9, most=20, least=2, step=3).most_of(9) == 8
    assert OnSale(left=1, most=20, least=2).most_of(9) == 0
    assert OnSale(left=0, most=20).most_of(1) == 0
    assert NotOnSale("gone", "").most_of(5) == 0
    for quantity in range(1, 12):
        sale = OnSale(left=9, most=20, least=2, step=3)
        if most := sale.most_of(quantity):
            assert sale.is_purchase_permitted(most)[0]


@pytest.mark.parametrize("count", [1, 6])
def test_joining_reads_the_same_however_much_there_is(count: int, django_assert_num_queries: Any) -> None:
    user = make_user()
    own, other = owned(user), fill_basket(*((make_product(), 1) for _ in range(count)))
    own = with_strategy(Basket.objects.get(pk=own.pk))
    other.strategy = StallStrategy()
    with django_assert_num_queries(9 + count):  # one write per line that moves
        join(basket=own, other=other)
    assert own.lines.count() == count
