"""A courier that is asked for its price: shown, kept, and never a reason to be without one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from oscar.apps.basket.models import Basket

from shop.partner.strategy import Selector
from shop.shipping.ghtk import Ghtk
from shop.shipping.live import Address, CourierRefuses, CourierUnavailable, Shipment
from shop.shipping.models import DeliveryService, DeliveryZone
from shop.shipping.rates import Parcel, Place
from shop.shipping.repository import stall_options
from tests.factories import make_cooperative, make_product
from tests.fakes.gateway import running
from tests.fakes.ghtk import GhtkGateway

HANOI, QUANG_NGAI = Place("01", "00004"), Place("51", "20326")
HERE, THERE = (
    Address("Sơn La", "Xã Tà Xùa", "Bản Chung Trinh"),
    Address("Hà Nội", "Phường Ba Đình", "1 phố Mẫu"),
)


@pytest.fixture
def ghtk(settings: Any) -> Iterator[GhtkGateway]:
    settings.GHTK_TOKEN, settings.GHTK_PARTNER = "token", "S1"
    cache.clear()
    with running(GhtkGateway("token", "S1")) as gateway:
        assert isinstance(gateway, GhtkGateway)
        settings.GHTK_URL = gateway.url
        yield gateway
    cache.clear()


def shipment(**changes: Any) -> Shipment:
    ends = {
        "origin": Address("Sơn La", "Xã Tà Xùa", "Bản Chung Trinh", "HTX (mẫu)", "0912345678"),
        "destination": Address("Hà Nội", "Phường Ba Đình", "1 phố Mẫu", "Người mua (mẫu)", "0987654321"),
    }
    values: dict[str, Any] = {
        "code": "HT2345678X-1",
        "grams": 1500,
        "goods_amount": 130_000,
        "collect_amount": 0,
    }
    return Shipment(**ends | values | {"goods": (("Khoai sọ", 2),)} | changes)


class TestGhtk:
    def test_it_prices_grams_between_two_places(self, ghtk: GhtkGateway) -> None:
        assert Ghtk().charge(Parcel(1500, 130_000), origin=HERE, destination=THERE) == 31_500
        (_method, _path, fields, _headers) = ghtk.asked[0]
        assert (fields["pick_ward"], fields["ward"], fields["value"]) == (
            "Xã Tà Xùa",
            "Phường Ba Đình",
            "130000",
        )

    def test_where_it_does_not_go_it_refuses(self, ghtk: GhtkGateway) -> None:
        with pytest.raises(CourierRefuses, match="does not go there"):
            Ghtk().charge(Parcel(1500), origin=HERE, destination=Address("Quảng Ngãi", "Xã Trà Bồng"))

    def test_one_code_is_one_parcel_even_when_the_answer_was_lost(self, ghtk: GhtkGateway) -> None:
        ghtk.trouble = ["lost"]
        with pytest.raises(CourierUnavailable):
            Ghtk().register(shipment())
        number = Ghtk().register(shipment())
        assert (number, Ghtk().register(shipment())) == (ghtk.orders["HT2345678X-1"]["label"], number)
        assert len(ghtk.orders) == 1

    def test_what_is_owed_is_collected_at_the_door(self, ghtk: GhtkGateway) -> None:
        Ghtk().register(shipment(collect_amount=130_000))
        assert ghtk.orders["HT2345678X-1"]["pick_money"] == 130_000

    def test_what_it_lacks_it_says(self, ghtk: GhtkGateway) -> None:
        with pytest.raises(CourierRefuses, match="pick_tel"):
            Ghtk().register(shipment(origin=HERE))

    def test_its_label_is_a_pdf_or_nothing(self, ghtk: GhtkGateway) -> None:
        number = Ghtk().register(shipment())
        assert Ghtk().label(number).startswith(b"%PDF-")
        with pytest.raises(CourierUnavailable, match="no PDF"):
            Ghtk().label("S1.A1.0")

    def test_a_courier_that_is_away_or_speaks_nonsense_is_unavailable(self, ghtk: GhtkGateway) -> None:
        ghtk.trouble = ["down"]
        with pytest.raises(CourierUnavailable, match="503"):
            Ghtk().charge(Parcel(1), origin=HERE, destination=THERE)
        ghtk.per_kilogram = -1_000_000
        with pytest.raises(CourierUnavailable, match="no fee"):
            Ghtk().charge(Parcel(1500), origin=HERE, destination=THERE)


@pytest.mark.django_db
class TestTheCheckout:
    @pytest.fixture(autouse=True)
    def opened(self) -> None:
        DeliveryService.objects.filter(courier="ghtk").update(is_active=True)

    def asked(self, destination: Place = HANOI, quantity: int = 1, **goods: Any) -> int | None:
        basket = Basket.objects.create()
        basket.strategy = Selector().strategy()
        stall = make_cooperative()
        basket.add_product(make_product(cooperative=stall, weight_grams=1000, **goods).product, quantity)
        options = stall_options(basket.all_lines(), destination)[stall.pk].options
        return next((each.amount for each in options if each.courier == "ghtk"), None)

    def test_its_price_of_today_counts_for_the_same_parcel_and_is_kept(self, ghtk: GhtkGateway) -> None:
        assert self.asked() == 21_000
        ghtk.per_kilogram = 99_000
        assert self.asked(quantity=1) == 21_000
        assert self.asked(quantity=2) == 198_000

    @pytest.mark.parametrize("trouble", ["down", "lost"])
    def test_while_it_is_silent_the_table_counts_and_it_is_left_alone(
        self, ghtk: GhtkGateway, trouble: str, settings: Any
    ) -> None:
        ghtk.trouble = [trouble]
        by_silence = self.asked()
        assert self.asked(quantity=2) is not None
        assert len(ghtk.asked) == 1
        settings.GHTK_TOKEN = ""
        assert self.asked() == by_silence != 21_000

    def test_where_it_refuses_the_table_counts(self, ghtk: GhtkGateway) -> None:
        assert self.asked(QUANG_NGAI) not in (None, 21_000)

    def test_what_the_market_sends_free_stays_free(self, ghtk: GhtkGateway) -> None:
        DeliveryZone.objects.filter(service__courier="ghtk").update(free_from=100_000)
        assert self.asked(price=100_000) == 0
        assert self.asked(price=99_000) == 21_000

    def test_the_prices_of_a_stalls_own_table_are_its_own(self, ghtk: GhtkGateway) -> None:
        stall = make_cooperative()
        DeliveryService.objects.filter(courier="ghtk").update(cooperative=stall)
        basket = Basket.objects.create()
        basket.strategy = Selector().strategy()
        basket.add_product(make_product(cooperative=stall, weight_grams=1000).product, 1)
        stall_options(basket.all_lines(), HANOI)
        assert ghtk.asked == []
