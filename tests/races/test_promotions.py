"""One use left and many buyers: had once, with the control that shows Oscar's own way of counting."""

from collections import Counter
from typing import Any

import pytest
from oscar.apps.offer.models import ConditionalOffer

from shop.orders.invariants import violations
from shop.orders.models import OrderSheet
from shop.orders.services import place
from shop.promotions import services
from shop.promotions.models import Promotion
from tests.factories import make_product, make_promotion
from tests.support.orders import DELIVERY, fill_basket, wish
from tests.support.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
BUYERS, PRICE = 8, 100_000


def buyers(code: str = "") -> list[Any]:
    sheet = make_product(price=PRICE, stock=BUYERS)
    baskets = [fill_basket((sheet, 1)) for _ in range(BUYERS)]
    for basket in baskets:
        if code:
            services.add_code(basket=basket, text=code)
    wishes = [wish(basket, expected_total=PRICE // 2 + DELIVERY) for basket in baskets]
    return [lambda request=request: place(**request) for request in wishes]


def kinds(outcomes: list[Any]) -> Counter[str]:
    return Counter(type(outcome).__name__ for outcome in outcomes)


@pytest.mark.parametrize("code", ["", "MOTLAN"])
def test_the_last_use_of_a_promotion_is_had_once(code: str) -> None:
    promotion = make_promotion(percent=50, most_uses=1, code=code)
    found = kinds(at_once(buyers(code)))
    assert found["Placed"] == 1
    assert found["UsedUp"] + found["PriceChanged"] == BUYERS - 1
    offer = ConditionalOffer.objects.get(pk=promotion.offer_id)
    assert (offer.num_applications, int(offer.total_discount)) == (1, PRICE // 2)
    assert OrderSheet.objects.count() == 1
    assert violations() == []


def test_control_counting_by_reading_and_saving_gives_it_to_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody looks before anybody has bought, as in Oscar's own ``record_usage``."""
    promotion = make_promotion(percent=50, most_uses=1)
    seen = list(Promotion.objects.select_related("offer", "voucher"))
    monkeypatch.setattr(services, "_running_for", lambda basket, goods: seen)

    def count(offer_id: int, amount: int, offers: Any) -> int:
        offer = next(each.offer for each in seen if each.offer_id == offer_id)
        offer.num_applications = 1
        offer.save()
        return 1

    monkeypatch.setattr(services, "_count", count)
    assert kinds(at_once(buyers())) == {"Placed": BUYERS}
    assert ConditionalOffer.objects.get(pk=promotion.offer_id).num_applications == 1
    assert violations() != []


def test_a_stale_look_gives_it_no_oftener_than_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    make_promotion(percent=50, most_uses=3)
    seen = list(Promotion.objects.select_related("offer", "voucher"))
    monkeypatch.setattr(services, "_running_for", lambda basket, goods: seen)
    assert kinds(at_once(buyers())) == {"Placed": 3, "UsedUp": BUYERS - 3}
    assert violations() == []
