"""A packed parcel gets its courier's number and label from the panel, once, and only by its own stall."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from shop.orders.models import Consignment
from shop.orders.services import pack
from tests.fakes.gateway import running
from tests.fakes.ghtk import GhtkGateway
from tests.support.market import Market

pytestmark = pytest.mark.django_db
AsRole = Callable[[str], Client]


@pytest.fixture
def ghtk(settings: Any) -> Iterator[GhtkGateway]:
    settings.GHTK_TOKEN, settings.GHTK_PARTNER = "token", "S1"
    cache.clear()
    with running(GhtkGateway("token", "S1")) as gateway:
        assert isinstance(gateway, GhtkGateway)
        settings.GHTK_URL = gateway.url
        yield gateway


@pytest.fixture
def packed(market: Market) -> Consignment:
    Consignment.objects.filter(pk=market.own.pk).update(courier="ghtk")
    pack(consignment=market.own, by=None)
    market.own.refresh_from_db()
    return market.own


def page_of(consignment: Consignment) -> str:
    return f"/quan-tri/kien-hang/{consignment.pk}/"


def test_from_packed_to_handed_over_with_the_couriers_number(
    ghtk: GhtkGateway, packed: Consignment, as_role: AsRole
) -> None:
    client, page = as_role("packer"), page_of(packed)
    assert "Lấy mã vận đơn" in client.get(page).content.decode()
    for _press in range(2):
        client.post(f"{page}van-don/")
    ((code, told),) = ghtk.orders.items()
    packed.refresh_from_db()
    assert (code, packed.tracking_number) == (packed.code, told["label"])
    assert (told["name"], told["tel"]) == (packed.order.sheet.buyer_name, packed.order.sheet.buyer_phone)
    text = client.get(page).content.decode()
    assert f'value="{told["label"]}"' in text  # the form of hand-over knows it
    label = client.get(f"{page}nhan/")
    assert (label["Content-Type"], label.content[:5]) == ("application/pdf", b"%PDF-")
    client.post(f"{page}giao-di/", {"carrier": "GHTK", "tracking_number": told["label"]})
    packed.refresh_from_db()
    assert (packed.status, packed.tracking_number) == ("handed-over", told["label"])
    assert client.get(f"{page}nhan/").status_code == 404


def test_a_silent_courier_changes_nothing(ghtk: GhtkGateway, packed: Consignment, as_role: AsRole) -> None:
    client, page = as_role("packer"), page_of(packed)
    ghtk.trouble = ["lost"]
    assert "không sợ ghi hai lần" in client.post(f"{page}van-don/", follow=True).content.decode()
    packed.refresh_from_db()
    assert packed.tracking_number == ""
    client.post(f"{page}van-don/")
    ghtk.trouble = ["down"]
    assert "chưa gửi nhãn" in client.get(f"{page}nhan/", follow=True).content.decode()
    assert len(ghtk.orders) == 1


def test_its_refusal_is_told_in_its_own_words(
    ghtk: GhtkGateway, packed: Consignment, as_role: AsRole
) -> None:
    type(packed.cooperative).objects.update(phone="")
    text = as_role("packer").post(f"{page_of(packed)}van-don/", follow=True).content.decode()
    assert "không nhận kiện này: Thiếu pick_tel" in text


def test_nobody_else_and_no_other_parcel(
    ghtk: GhtkGateway, packed: Consignment, as_role: AsRole, settings: Any
) -> None:
    page = page_of(packed)
    assert as_role("cooperative_b").post(f"{page}van-don/").status_code == 404
    assert as_role("cooperative_b").get(f"{page}nhan/").status_code == 404
    Consignment.objects.filter(pk=packed.pk).update(courier="vnpost")
    client = as_role("packer")
    assert "Lấy mã vận đơn" not in client.get(page).content.decode()
    client.post(f"{page}van-don/")
    settings.GHTK_TOKEN = ""
    Consignment.objects.filter(pk=packed.pk).update(courier="ghtk")
    assert "Lấy mã vận đơn" not in client.get(page).content.decode()
    client.post(f"{page}van-don/")
    assert ghtk.orders == {}
