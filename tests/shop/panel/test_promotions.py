"""Promotions in the panel: the operator's for everybody, a stall's for its own goods and at its own cost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from oscar.apps.offer.models import ConditionalOffer
from pytest_django import DjangoAssertNumQueries

from shop.promotions.models import Promotion
from tests.factories import make_promotion
from tests.support.market import Market

LIST, ADD = "/quan-tri/khuyen-mai/", "/quan-tri/khuyen-mai/them/"


def filled(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Mừng mùa khoai",
        "percent": "15",
        "starts_on": "2026-11-01",
        "bearer": "market",
    } | changes


def test_the_operator_opens_a_promotion_with_a_code_for_all_stalls(
    market: Market, as_role: Callable[[str], Client]
) -> None:
    response = as_role("operator").post(
        ADD, filled(code="mua moi", most_uses="50", ends_on="2026-12-31", least_amount="200000")
    )
    assert (response.status_code, response["Location"]) == (302, LIST)
    promotion = Promotion.objects.get()
    assert (promotion.code, promotion.percent, promotion.cooperative, promotion.bearer) == (
        "MUAMOI", 15, None, "market",
    )  # fmt: skip
    assert promotion.offer.max_global_applications == 50
    assert (promotion.first_on.isoformat(), promotion.last_on.isoformat()) == ("2026-11-01", "2026-12-31")
    page = as_role("operator").get(LIST).content.decode()
    assert "Giảm 15%, cho đơn từ 200.000\xa0₫. Mọi gian hàng, chợ chịu." in page
    assert "Từ 01/11/2026 đến hết 31/12/2026. Đã dùng 0 trên 50 lượt" in page


def test_a_stall_gives_away_its_own_money_on_its_own_goods_whatever_it_posts(
    market: Market, as_role: Callable[[str], Client]
) -> None:
    client = as_role("cooperative")
    foreign = client.post(ADD, filled(cooperative=market.b.pk))
    assert foreign.status_code == 422
    assert not Promotion.objects.exists()
    assert client.post(ADD, filled(cooperative=market.a.pk, bearer="market")).status_code == 302
    promotion = Promotion.objects.get()
    assert (promotion.cooperative, promotion.bearer) == (market.a, "cooperative")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"percent": ""}, "Điền phần trăm hoặc số tiền được giảm, một trong hai."),
        ({"percent": "91"}, "90"),
        ({"amount": "5000"}, "Điền phần trăm hoặc số tiền được giảm, một trong hai."),
        ({"ends_on": "2026-10-01"}, "Ngày hết phải sau ngày bắt đầu."),
        ({"code": "ab"}, "Mã có 4 đến 20 chữ cái không dấu hoặc chữ số."),
        ({"is_once_per_buyer": "on"}, "Chỉ khuyến mãi có mã mới giới hạn được mỗi người một lần."),
        ({"bearer": "cooperative"}, "Gian hàng chịu thì chọn gian hàng nào."),
        ({"name": "", "starts_on": "hôm nay"}, "Tên"),
        ({"amount": "-5", "percent": ""}, "1"),
        ({"amount": str(10**12), "percent": ""}, "100000000"),
    ],
)
def test_nonsense_is_said_at_its_field_and_nothing_is_written(
    market: Market, as_role: Callable[[str], Client], changes: dict[str, str], words: str
) -> None:
    response = as_role("operator").post(ADD, filled(**changes))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Promotion.objects.exists() and not ConditionalOffer.objects.exists()


def test_a_stall_sees_its_own_and_stops_only_what_it_pays_for(
    market: Market, as_role: Callable[[str], Client]
) -> None:
    own = make_promotion(cooperative=market.a, name="Của A")
    gift = make_promotion(cooperative=market.a, bearer="market", name="Chợ tặng A")
    foreign = make_promotion(cooperative=market.b, name="Của B")
    client = as_role("cooperative")
    page = client.get(LIST).content.decode()
    assert "Của A" in page and "Chợ tặng A" in page and "Của B" not in page
    assert page.count(">Dừng<") == 1
    answers = [client.post(f"{LIST}{each.pk}/dung/").status_code for each in (gift, foreign, own)]
    assert answers == [404, 404, 302]
    states = [Promotion.objects.get(pk=each.pk).offer.status for each in (own, gift, foreign)]
    assert states == ["Suspended", "Open", "Open"]
    assert "Đã dừng" in client.get(LIST).content.decode()


@pytest.mark.parametrize("number", [1, 20])
def test_the_list_costs_the_same_however_long(
    market: Market,
    as_role: Callable[[str], Client],
    number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(number):
        make_promotion(cooperative=market.a)
    client = as_role("operator")
    client.get(LIST)
    with django_assert_num_queries(15):
        client.get(LIST)
