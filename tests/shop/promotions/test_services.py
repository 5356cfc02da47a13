"""Promotions: opened, put into baskets, counted once, given back."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from oscar.apps.offer.models import ConditionalOffer
from oscar.apps.order.models import OrderDiscount
from oscar.apps.voucher.models import Voucher
from pytest_django import DjangoAssertNumQueries

from shop.orders import changes
from shop.orders.fulfilment import expire
from shop.orders.invariants import violations
from shop.orders.models import Consignment, ConsignmentLine, OrderSheet
from shop.orders.requests import PriceChanged
from shop.orders.services import place
from shop.promotions.models import Bearer, Promotion, PromotionUse
from shop.promotions.services import (
    Terms,
    UnknownCode,
    UsedUp,
    add_code,
    add_promotion,
    apply,
    stop,
    take_code_out,
)
from tests.factories import make_cooperative, make_product, make_promotion
from tests.support.orders import BUYER, DELIVERY, bring, fill_basket, transfer, wish

pytestmark = pytest.mark.django_db
NOW = timezone.now


def order(*goods: Any, code: str = "", off: int = 0, **changes: Any) -> Any:
    """An order of these goods that agrees to ``off`` đồng less."""
    basket = fill_basket(*goods)
    if code:
        add_code(basket=basket, text=code)
    asked = wish(basket, **changes)
    return place(**asked | {"expected_total": asked["expected_total"] - off})


def counters(promotion: Promotion) -> tuple[int, int, int]:
    offer = ConditionalOffer.objects.get(pk=promotion.offer_id)
    return offer.num_applications, offer.num_orders, int(offer.total_discount)


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"percent": 0, "amount": 0}, "percent"),
        ({"percent": 10, "amount": 5_000}, "percent"),
        ({"percent": 91}, "percent"),
        ({"percent": 10, "code": "AB"}, "code"),
        ({"percent": 10, "code": "KHOAI SỌ"}, "code"),
        ({"percent": 10, "ends_at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)}, "ends_on"),
        ({"percent": 10, "is_once_per_buyer": True}, "is_once_per_buyer"),
        ({"percent": 10, "name": ""}, "name"),
    ],
)
def test_terms_that_make_no_sense_are_refused_at_the_field_and_nothing_is_written(
    terms: dict[str, Any], field: str
) -> None:
    given = {"name": "Mừng mùa khoai", "starts_at": NOW()} | terms
    with pytest.raises(ValidationError) as refusal:
        add_promotion(terms=Terms(**given), cooperative=None, bearer=Bearer.MARKET)
    assert list(refusal.value.error_dict) == [field]
    assert not Promotion.objects.exists()


def test_a_code_is_given_out_once_however_it_is_written() -> None:
    make_promotion(code="khoai-2026")
    with pytest.raises(ValidationError) as refusal:
        make_promotion(code="KHOAI 2026")
    assert list(refusal.value.error_dict) == ["code"]
    assert Voucher.objects.get().code == "KHOAI2026"


def test_a_stall_gives_only_on_its_own_goods_and_bears_it_itself() -> None:
    a, b = make_product(price=100_000), make_product(price=50_000)
    promotion = make_promotion(cooperative=a.cooperative, percent=20)
    placed = order((a, 2), (b, 1), off=40_000)
    of_a, of_b = placed.order.consignments.order_by("code")
    assert (of_a.goods_amount, of_a.discount_amount, of_a.market_amount) == (200_000, 40_000, 0)
    assert of_a.total_amount == 160_000 + DELIVERY
    assert (of_b.discount_amount, of_b.total_amount) == (0, 50_000 + DELIVERY)
    assert counters(promotion) == (1, 1, 40_000)
    assert (OrderDiscount.objects.get().amount, PromotionUse.objects.get().amount) == (40_000, 40_000)
    assert violations() == []


def test_the_market_bears_its_own_and_its_discount_is_shared_to_the_dong() -> None:
    a, b = make_product(price=100_000), make_product(price=50_000)
    make_promotion(amount=10_000)
    make_promotion(cooperative=b.cooperative, percent=10)
    placed = order((a, 1), (b, 1), off=15_000)
    shares = [
        (each.discount_amount, each.market_amount) for each in placed.order.consignments.order_by("code")
    ]
    assert shares == [(6_897, 6_897), (8_103, 3_103)]
    assert [line.discount_amount for line in ConsignmentLine.objects.order_by("pk")] == [6_897, 8_103]
    assert violations() == []


def test_a_code_counts_only_for_whoever_put_it_in_and_can_be_taken_out() -> None:
    sheet = make_product(price=100_000)
    make_promotion(code="KHOAI10")
    basket, other = fill_basket((sheet, 1)), fill_basket((sheet, 1))
    add_code(basket=basket, text=" khoai 10 ")
    assert [given.amount for given in apply(basket)] == [10_000]
    assert apply(other) == []
    take_code_out(basket=basket, text="KHOAI10")
    assert apply(basket) == []
    assert basket.total_incl_tax == 100_000


@pytest.mark.parametrize(
    "terms",
    [
        {"starts_at": timezone.now() + dt.timedelta(hours=1)},
        {
            "starts_at": timezone.now() - dt.timedelta(days=9),
            "ends_at": timezone.now() - dt.timedelta(minutes=1),
        },
    ],
)
def test_codes_of_other_days_and_unknown_ones_are_told_apart_by_nobody(terms: dict[str, Any]) -> None:
    make_promotion(code="KHOAI10", **terms)
    for text in ("KHOAI10", "KHONGCO", ""):
        with pytest.raises(UnknownCode):
            add_code(basket=fill_basket((make_product(), 1)), text=text)


def test_a_stopped_promotion_takes_nothing_off_but_orders_keep_theirs() -> None:
    sheet = make_product(price=100_000)
    promotion = make_promotion()
    placed = order((sheet, 1), off=10_000)
    stop(promotion)
    with pytest.raises(PriceChanged) as changed:
        order((sheet, 1), off=10_000)
    assert changed.value.total == 100_000 + DELIVERY
    assert Consignment.objects.get(order=placed.order).discount_amount == 10_000


def test_the_last_use_is_refused_to_the_next_and_nothing_is_left_of_their_try() -> None:
    sheet = make_product(price=100_000)
    promotion = make_promotion(code="MOTLAN", most_uses=1)
    late = fill_basket((sheet, 1))
    add_code(basket=late, text="MOTLAN")
    order((sheet, 1), code="MOTLAN", off=10_000)
    with pytest.raises(PriceChanged):
        place(**wish(late, expected_total=90_000 + DELIVERY))
    assert counters(promotion) == (1, 1, 10_000)
    assert OrderSheet.objects.count() == PromotionUse.objects.count() == 1


def test_once_per_buyer_goes_by_the_telephone_number() -> None:
    sheet = make_product(price=100_000)
    promotion = make_promotion(code="MOINGUOI1", is_once_per_buyer=True)
    order((sheet, 1), code="MOINGUOI1", off=10_000)
    with pytest.raises(UsedUp) as refusal:
        order((sheet, 1), code="MOINGUOI1", off=10_000)
    assert refusal.value.is_buyers
    other = type(BUYER)("Người khác", "0987654321", "")
    order((sheet, 1), code="MOINGUOI1", off=10_000, buyer=other)
    assert counters(promotion) == (2, 2, 20_000)


def test_an_order_that_nobody_pays_gives_its_use_back_and_late_money_takes_it_again() -> None:
    sheet = make_product(price=100_000)
    promotion = make_promotion(code="MOTLAN", most_uses=1, is_once_per_buyer=True)
    placed = order((sheet, 1), code="MOTLAN", off=10_000)
    expire(timezone.now() + dt.timedelta(days=2))
    assert counters(promotion) == (0, 0, 0)
    again = order((sheet, 1), code="MOTLAN", off=10_000)
    assert counters(promotion) == (1, 1, 10_000)
    bring(transfer(90_000 + DELIVERY, placed.order.number))  # late, and there is stock
    assert counters(promotion) == (2, 2, 20_000)
    changes.cancel_order(order_id=again.order.pk)
    changes.cancel_order(order_id=again.order.pk)
    assert counters(promotion) == (1, 1, 10_000)
    assert violations() == []


def test_the_cost_of_looking_does_not_grow_with_lines_or_promotions(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    stall = make_cooperative()
    goods = [(make_product(cooperative=stall), 1) for _ in range(6)]
    for _ in range(5):
        make_promotion()
        make_promotion(cooperative=stall)
    basket = fill_basket(*goods)
    lines = basket.lines.select_related("product__sheet", "product__product_class", "stockrecord")
    basket._lines = lines.prefetch_related("product__price_tiers", "product__stockrecords")
    for line in basket._lines:
        line.purchase_info  # noqa: B018  asked by whoever shows the basket
    with django_assert_num_queries(1):
        apply(basket)
