"""Prices with VAT inside, and availability in words."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oscar.apps.catalogue.models import Product
from pytest_django import DjangoAssertNumQueries

from catalog.models import ApprovalState, ProductSheet
from shop.partner import strategy
from shop.partner.strategy import NotOnSale, OnSale, Selector
from tests.factories import make_product

pytestmark = pytest.mark.django_db


def info_of(sheet: ProductSheet) -> Any:
    return Selector().strategy().fetch_for_product(Product.objects.get(pk=sheet.product_id))


def test_the_price_is_gross_and_vat_lies_inside() -> None:
    price = info_of(make_product(price=108_000, tax_class="processed")).price
    assert (price.incl_tax, price.excl_tax, price.tax, price.tax_code) == (108_000, 100_000, 8_000, "8%")


def test_own_produce_carries_no_vat() -> None:
    price = info_of(make_product(price=105_000, tax_class="own_produce")).price
    assert (price.incl_tax, price.tax, price.tax_code) == (105_000, 0, "KCT")


def test_the_rate_is_that_of_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = make_product(price=110_000, tax_class="processed")
    monkeypatch.setattr(strategy, "today", lambda: dt.date(2027, 1, 1))
    price = info_of(sheet).price
    assert (price.excl_tax, price.tax_code) == (100_000, "10%")


def test_a_basket_never_holds_part_of_a_dong() -> None:
    price = info_of(make_product(price=99_999, tax_class="processed")).price
    assert price.excl_tax == Decimal(92_592)
    assert price.excl_tax + price.tax == 99_999


def test_what_is_left_is_said_in_words() -> None:
    policy = info_of(make_product(stock=3)).availability
    assert policy.message == "Chỉ còn 3"
    assert policy.is_purchase_permitted(3) == (True, "")
    assert policy.is_purchase_permitted(4) == (False, "Chỉ còn 3")


def test_sold_out_is_said_in_words() -> None:
    policy = info_of(make_product(stock=0)).availability
    assert (policy.message, policy.code) == ("Hết hàng", "outofstock")
    assert policy.is_purchase_permitted(1) == (False, "Hết hàng")


def test_reserved_packs_are_not_left() -> None:
    sheet = make_product(stock=3)
    sheet.product.stockrecords.get().allocate(2)
    assert info_of(sheet).availability.is_purchase_permitted(2) == (False, "Chỉ còn 1")


def test_one_order_holds_at_most_what_the_stall_allows() -> None:
    policy = info_of(make_product(stock=50, max_quantity=5)).availability
    assert policy.is_purchase_permitted(5) == (True, "")
    assert policy.is_purchase_permitted(6) == (False, "Mỗi đơn mua nhiều nhất 5")


def test_a_closed_stall_sells_nothing() -> None:
    sheet = make_product()
    sheet.cooperative.is_open = False
    sheet.cooperative.save()
    assert info_of(sheet).availability.is_purchase_permitted(1) == (False, "Gian hàng đang nghỉ")


@pytest.mark.parametrize("state", [ApprovalState.DRAFT, ApprovalState.SUBMITTED, ApprovalState.WITHDRAWN])
def test_only_approved_goods_are_sold(state: ApprovalState) -> None:
    sheet = make_product(state=state)
    assert info_of(sheet).availability.is_purchase_permitted(1) == (False, "Ngừng bán")


def test_a_hidden_product_is_not_sold() -> None:
    sheet = make_product()
    Product.objects.filter(pk=sheet.product_id).update(is_public=False)
    assert isinstance(info_of(sheet).availability, NotOnSale)


def test_a_product_without_a_sheet_has_neither_price_nor_stock() -> None:
    sheet = make_product()
    product = Product.objects.get(pk=sheet.product_id)
    sheet.delete()
    info = Selector().strategy().fetch_for_product(product)
    assert not info.price.exists
    assert info.availability.is_purchase_permitted(1) == (False, "Ngừng bán")


def test_one_product_is_asked_about_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    product = Product.objects.get(pk=make_product().product_id)
    seller = Selector().strategy()
    first = seller.fetch_for_product(product)
    with django_assert_num_queries(0):
        assert seller.fetch_for_product(product) is first


@given(left=st.integers(-3, 300), most=st.integers(1, 300), quantity=st.integers(1, 10**9))
def test_no_more_is_permitted_than_is_left_or_allowed(left: int, most: int, quantity: int) -> None:
    permitted, reason = OnSale(left=left, most=most).is_purchase_permitted(quantity)
    assert permitted == (quantity <= left and quantity <= most)
    assert bool(reason) != permitted
