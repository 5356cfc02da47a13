"""Goods in several packs, and lower prices for many."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from oscar.apps.basket.models import Line
from oscar.apps.catalogue.models import Product
from pytest_django import DjangoAssertNumQueries

from catalog.models import Pack, PriceTier, ProductSheet, StockLevel
from catalog.packs import save_pack
from catalog.selectors import cards
from catalog.services import StockBelowReserved
from catalog.tiers import set_tiers
from shop.partner.models import StockRecord
from tests.factories import make_product
from tests.support.orders import fill_basket

pytestmark = pytest.mark.django_db


def in_packs(sheet: ProductSheet, *sizes: tuple[str, int, int, int]) -> list[Pack]:
    """More sizes of the product: (name, grams, price, stock)."""
    for name, grams, price, stock in sizes:
        save_pack(
            sheet=sheet,
            sku=f"{sheet.code}-{grams}",
            name=name,
            net_quantity=grams,
            weight_grams=grams + 50,
            price_amount=price,
            stock=stock,
        )
    return list(Pack.objects.filter(sheet=sheet))


def fresh(sheet: ProductSheet) -> ProductSheet:
    return cards(ProductSheet.objects.filter(pk=sheet.pk)).get()


def test_the_first_pack_keeps_code_stock_and_price_of_the_product() -> None:
    sheet = make_product(price=105_000, stock=10)
    record = sheet.product.stockrecords.get()
    record.allocate(2)
    packs = in_packs(sheet, ("túi 1 kg", 1000, 38_000, 40))
    assert [(pack.name, pack.sku, pack.price, pack.num_in_stock, pack.num_allocated) for pack in packs] == [
        ("túi 1 kg", f"{sheet.code}-1000", 38_000, 40, 0),
        ("túi lưới 3 kg", sheet.code, 105_000, 10, 2),
    ]
    assert StockRecord.objects.get(partner_sku=sheet.code).pk == record.pk
    assert Product.objects.get(pk=sheet.product_id).structure == "parent"


def test_each_pack_has_its_own_price_per_kilogram() -> None:
    sheet = make_product(price=105_000)
    in_packs(sheet, ("túi 1 kg", 1000, 38_000, 40))
    offers = fresh(sheet).offers
    assert [(offer.price_amount, offer.unit_price.amount) for offer in offers if offer.unit_price] == [
        (38_000, 38_000),
        (105_000, 35_000),
    ]
    shown = fresh(sheet)
    assert (shown.price_amount, shown.is_from_price, shown.stock_level) == (
        38_000,
        True,
        StockLevel.IN_STOCK,
    )


def test_a_second_call_changes_the_pack_and_makes_none() -> None:
    sheet = make_product()
    in_packs(sheet, ("túi 1 kg", 1000, 38_000, 40))
    in_packs(sheet, ("túi giấy 1 kg", 1000, 39_000, 30))
    assert list(Pack.objects.values_list("name", "price")) == [
        ("túi giấy 1 kg", 39_000),
        ("túi lưới 3 kg", 105_000),
    ]


def test_saving_the_sheet_again_keeps_the_packs_and_changes_the_first() -> None:
    sheet = make_product(price=105_000)
    in_packs(sheet, ("túi 1 kg", 1000, 38_000, 40))
    again = make_product(cooperative=sheet.cooperative, sku=sheet.code, price=99_000, pack="túi vải 3 kg")
    assert (again.pk, again.product_id) == (sheet.pk, sheet.product_id)
    assert list(Pack.objects.values_list("name", "price")) == [
        ("túi 1 kg", 38_000),
        ("túi vải 3 kg", 99_000),
    ]


def test_a_code_of_another_product_is_refused() -> None:
    sheet = make_product()
    other = make_product(cooperative=sheet.cooperative)
    with pytest.raises(ValidationError, match="món khác"):
        save_pack(
            sheet=sheet,
            sku=other.code,
            name="túi 1 kg",
            net_quantity=1000,
            weight_grams=1050,
            price_amount=38_000,
            stock=1,
        )
    assert not Pack.objects.exists()


def test_a_pack_keeps_what_is_reserved_of_it() -> None:
    sheet = make_product()
    in_packs(sheet, ("túi 1 kg", 1000, 38_000, 40))
    StockRecord.objects.get(partner_sku=f"{sheet.code}-1000").allocate(5)
    with pytest.raises(StockBelowReserved):
        in_packs(sheet, ("túi 1 kg", 1000, 38_000, 4))
    assert Pack.objects.get(net_quantity=1000).num_in_stock == 40


def test_a_basket_keeps_its_goods_when_the_product_comes_in_packs() -> None:
    sheet = make_product()
    basket = fill_basket((sheet, 2))
    first = in_packs(sheet, ("túi 1 kg", 1000, 38_000, 40))[1]
    line = Line.objects.get(basket=basket)
    assert (line.product_id, line.quantity) == (first.product_id, 2)


def test_tiers_rise_in_number_and_fall_in_price() -> None:
    sheet = make_product(price=105_000)
    set_tiers(product_id=sheet.product_id, tiers=[(50, 90_000), (10, 98_000)])
    assert list(PriceTier.objects.values_list("min_quantity", "unit_amount")) == [(10, 98_000), (50, 90_000)]
    for wrong in ([(1, 90_000)], [(10, 105_000)], [(10, 90_000), (50, 95_000)], [(10, 90_000), (10, 80_000)]):
        with pytest.raises(ValidationError):
            set_tiers(product_id=sheet.product_id, tiers=wrong)
    assert PriceTier.objects.count() == 2


def test_a_price_below_that_for_many_is_refused() -> None:
    sheet = make_product(price=105_000)
    set_tiers(product_id=sheet.product_id, tiers=[(10, 98_000)])
    with pytest.raises(ValidationError, match="giá mua nhiều"):
        make_product(cooperative=sheet.cooperative, sku=sheet.code, price=98_000)
    assert int(StockRecord.objects.get().price) == 105_000


def test_the_page_lets_choose_a_pack_without_script(client: Client) -> None:
    sheet = make_product(price=105_000)
    small, large = in_packs(sheet, ("túi 1 kg", 1000, 38_000, 40))
    set_tiers(product_id=large.product_id, tiers=[(10, 98_000)])
    page = client.get(f"/san-pham/{sheet.product.slug}_{sheet.product_id}/").content.decode()
    assert "từ 38.000\xa0₫" in page
    for pack in (small, large):
        assert f'<input type="radio" name="product" value="{pack.product_id}" required>' in page
    assert "38.000\xa0₫/kg" in page and "35.000\xa0₫/kg" in page
    assert "Từ 10 gói: 98.000\xa0₫ mỗi gói" in page
    client.post("/gio-hang/them/", {"product": large.product_id, "quantity": "10"})
    assert list(Line.objects.values_list("product_id", "quantity")) == [(large.product_id, 10)]
    basket = client.get("/gio-hang/").content.decode()
    assert "<span>túi lưới 3 kg</span> <span>98.000\xa0₫" in basket
    assert "980.000\xa0₫" in basket


def test_a_product_in_packs_is_not_put_in_the_basket_itself(client: Client) -> None:
    sheet = make_product()
    in_packs(sheet, ("túi 1 kg", 1000, 38_000, 40))
    answer = client.post("/gio-hang/them/", {"product": sheet.product_id, "quantity": "1"})
    assert answer.status_code == 422
    assert "Bạn hãy chọn quy cách" in answer.content.decode()
    assert not Line.objects.exists()


@pytest.mark.parametrize("goods", [2, 9])
def test_the_list_costs_the_same_queries_however_many_packs(
    client: Client, goods: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(goods):
        in_packs(make_product(), ("túi 1 kg", 1000, 38_000, 40))
    with django_assert_num_queries(4):
        assert all(sheet.price_amount == 38_000 for sheet in cards())
    page = client.get("/san-pham/?sap-xep=gia-tang").content.decode()
    assert page.count("Chọn quy cách") == goods
