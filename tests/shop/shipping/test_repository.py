"""What each stall of a basket offers."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from oscar.apps.basket.models import Basket

from shop.partner.strategy import Selector
from shop.shipping.methods import StallDelivery
from shop.shipping.models import CollectionPoint, DeliveryService, StallDispatch, UnservedArea
from shop.shipping.rates import Place, Reach, Tariff
from shop.shipping.repository import Option, Repository, stall_options, stall_spans
from shop.shipping.services import save_service
from tests.factories import make_commune, make_cooperative, make_product

HANOI = Place("01", "00004")
BAC_YEN = Place("14", "03856")
FRIDAY = dt.datetime(2026, 11, 27, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
pytestmark = pytest.mark.django_db


def basket_with(*goods: tuple[Any, int]) -> Basket:
    basket = Basket.objects.create()
    basket.strategy = Selector().strategy()
    for sheet, quantity in goods:
        basket.add_product(sheet.product, quantity)
    return basket


def offers(basket: Basket, destination: Place) -> dict[int, list[Option]]:
    found = stall_options(basket.all_lines(), destination, now=FRIDAY)
    return {pk: list(options.options) for pk, options in found.items()}


def prices(basket: Basket, destination: Place) -> dict[int, list[tuple[str, int]]]:
    return {
        pk: [(each.courier, each.amount) for each in own] for pk, own in offers(basket, destination).items()
    }


def own_service(cooperative: Any, **tariff: Any) -> DeliveryService:
    service = DeliveryService(cooperative=cooperative, courier="own", name="Xe của hợp tác xã")
    values = {"bands": ((50_000, 10_000),), "days": (0, 1)} | tariff
    return save_service(service=service, tariffs={Reach.SAME_PROVINCE: Tariff(**values)})


def test_each_stall_offers_the_markets_services_for_its_whole_weight_cheapest_first() -> None:
    first, second = make_cooperative(), make_cooperative(commune=make_commune("03856", "Xã Bắc Yên"))
    basket = basket_with(
        (make_product(cooperative=first, weight_grams=600), 1),
        (make_product(cooperative=first, weight_grams=700), 2),
        (make_product(cooperative=second, weight_grams=400), 1),
    )
    assert prices(basket, BAC_YEN) == {
        first.pk: [("vnpost", 27_000), ("ems", 45_000)],
        second.pk: [("vnpost", 12_000), ("ems", 30_000)],
    }


def test_an_option_says_when_the_goods_are_there() -> None:
    stall = make_cooperative()
    (post, express) = offers(basket_with((make_product(cooperative=stall), 1)), HANOI)[stall.pk]
    assert post.arrives == (dt.date(2026, 11, 30), dt.date(2026, 12, 3))
    assert express.arrives == (dt.date(2026, 11, 29), dt.date(2026, 11, 30))
    StallDispatch.objects.create(cooperative=stall, weekdays=0b000_0010, handling_days=0)
    (post, _express) = offers(basket_with((make_product(cooperative=stall), 1)), HANOI)[stall.pk]
    assert post.arrives == (dt.date(2026, 12, 3), dt.date(2026, 12, 6))


def test_a_stalls_own_service_stands_beside_the_markets_or_alone() -> None:
    stall = make_cooperative()
    own_service(stall)
    basket = basket_with((make_product(cooperative=stall, weight_grams=400), 1))
    assert prices(basket, BAC_YEN)[stall.pk] == [("own", 10_000), ("vnpost", 18_000), ("ems", 30_000)]
    StallDispatch.objects.create(cooperative=stall, uses_market_services=False)
    assert prices(basket, BAC_YEN)[stall.pk] == [("own", 10_000)]
    assert prices(basket, HANOI)[stall.pk] == []


def test_another_stalls_service_is_not_offered() -> None:
    own_service(make_cooperative())
    stall = make_cooperative()
    basket = basket_with((make_product(cooperative=stall), 1))
    assert "own" not in [courier for courier, _amount in prices(basket, BAC_YEN)[stall.pk]]


def test_a_service_that_is_switched_off_is_not_offered() -> None:
    DeliveryService.objects.filter(courier="vnpost").update(is_active=False)
    stall = make_cooperative()
    assert prices(basket_with((make_product(cooperative=stall, weight_grams=400), 1)), BAC_YEN)[stall.pk] == [
        ("ems", 30_000)
    ]


def test_goods_can_be_fetched_at_a_point_of_the_stall_even_where_it_does_not_send() -> None:
    stall = make_cooperative()
    CollectionPoint.objects.create(
        cooperative=stall,
        name="Chợ phiên Tà Xùa",
        commune=stall.commune,
        address="Bản Tà Xùa",
        hours="6–11 giờ",
    )
    UnservedArea.objects.create(
        cooperative=stall, province_id="14", commune=make_commune("03856", "Xã Bắc Yên")
    )
    basket = basket_with((make_product(cooperative=stall), 1))
    (point,) = offers(basket, BAC_YEN)[stall.pk]
    assert (point.courier, point.amount, point.place) == ("collection", 0, "Bản Tà Xùa, Xã Tà Xùa. 6–11 giờ")
    assert [courier for courier, _amount in prices(basket, Place("14", "03868"))[stall.pk]] == [
        "vnpost",
        "ems",
        "collection",
    ]


def test_a_whole_province_may_be_left_out() -> None:
    stall = make_cooperative()
    make_commune("00004", "Phường Ba Đình", province="01")
    UnservedArea.objects.create(cooperative=stall, province_id="01")
    assert prices(basket_with((make_product(cooperative=stall), 1)), HANOI)[stall.pk] == []


def test_chilled_goods_go_only_with_those_who_keep_them_cold() -> None:
    stall = make_cooperative()
    basket = basket_with((make_product(cooperative=stall, weight_grams=400, needs_cold=True), 1))
    assert prices(basket, HANOI)[stall.pk] == [("ems", 77_000)]


def test_a_stay_has_nothing_to_carry_and_adds_no_weight() -> None:
    stall = make_cooperative()
    stay = make_product(
        cooperative=stall, net_unit="day", net_quantity=1, weight_grams=9000, tax_class="service"
    )
    (only,) = offers(basket_with((stay, 2)), HANOI)[stall.pk]
    assert (only.key, only.amount, only.arrives) == ("-", 0, None)
    tea = make_product(cooperative=stall, weight_grams=500)
    assert prices(basket_with((stay, 2), (tea, 1)), HANOI)[stall.pk][0] == ("vnpost", 25_000)


def test_a_choice_that_is_not_offered_becomes_the_cheapest() -> None:
    stall = make_cooperative()
    options = stall_options(basket_with((make_product(cooperative=stall), 1)).all_lines(), HANOI)[stall.pk]
    dearest = options.options[-1]
    assert options.chosen(dearest.key) == dearest
    assert options.chosen("s999999") == options.chosen("") == options.options[0]


def test_before_an_address_is_known_the_span_is_that_of_the_cheapest() -> None:
    stall = make_cooperative()
    assert stall_spans(basket_with((make_product(cooperative=stall, weight_grams=3000), 1)).all_lines()) == {
        stall.pk: (18_000, 46_000)
    }


def test_the_tables_cost_the_same_queries_with_any_number_of_stalls(django_assert_num_queries: Any) -> None:
    for stalls in (1, 6):
        lines = basket_with(
            *[(make_product(cooperative=make_cooperative()), 1) for _ in range(stalls)]
        ).all_lines()
        for line in lines:
            _ = line.product.sheet.cooperative.commune, line.purchase_info
        with django_assert_num_queries(6):
            stall_options(lines, HANOI)


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
