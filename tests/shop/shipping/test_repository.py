"""Quotes per stall of a basket."""

from typing import Any

import pytest
from oscar.apps.basket.models import Basket

from shop.partner.strategy import Selector
from shop.shipping.methods import StallDelivery
from shop.shipping.rates import Place, Quote
from shop.shipping.repository import Repository, stall_quotes
from tests.factories import make_commune, make_cooperative, make_product

HANOI = Place("01", "00004")
pytestmark = pytest.mark.django_db


def basket_with(*goods: tuple[Any, int]) -> Basket:
    basket = Basket.objects.create()
    basket.strategy = Selector().strategy()
    for sheet, quantity in goods:
        basket.add_product(sheet.product, quantity)
    return basket


def test_each_stall_gets_one_quote_for_its_whole_weight() -> None:
    first, second = make_cooperative(), make_cooperative(commune=make_commune("03856", "Xã Bắc Yên"))
    basket = basket_with(
        (make_product(cooperative=first, weight_grams=600), 1),
        (make_product(cooperative=first, weight_grams=700), 2),
        (make_product(cooperative=second, weight_grams=400), 1),
    )
    assert stall_quotes(basket.all_lines(), Place("14", "03856")) == {
        first.pk: Quote("same_province", 27_000),
        second.pk: Quote("same_commune", 12_000),
    }


def test_a_stay_has_nothing_to_carry_and_adds_no_weight() -> None:
    stall = make_cooperative()
    stay = make_product(
        cooperative=stall, net_unit="day", net_quantity=1, weight_grams=9000, tax_class="service"
    )
    assert stall_quotes(basket_with((stay, 2)).all_lines(), HANOI) == {stall.pk: Quote("nothing_to_carry", 0)}
    tea = make_product(cooperative=stall, weight_grams=500)
    assert stall_quotes(basket_with((stay, 2), (tea, 1)).all_lines(), HANOI) == {
        stall.pk: Quote("other_province", 25_000)
    }


def test_oscars_method_charges_the_sum_over_the_stalls() -> None:
    basket = basket_with((make_product(weight_grams=500), 1), (make_product(weight_grams=900), 1))
    (method,) = Repository().get_shipping_methods(basket, destination=HANOI)
    charge = method.calculate(basket)
    assert (charge.incl_tax, charge.currency) == (55_000, "VND")
    assert isinstance(method, StallDelivery)


def test_the_vat_inside_a_charge_is_whole_dong() -> None:
    charge = StallDelivery(54_000).calculate(basket_with((make_product(), 1)))
    assert (charge.excl_tax, charge.tax, charge.tax_code) == (50_000, 4_000, "8%")


def test_without_a_destination_there_is_no_method_yet() -> None:
    assert Repository().get_shipping_methods(basket_with((make_product(), 1))) == []
