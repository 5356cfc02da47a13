"""Delivery screens: the market's tables, and a stall's days, own tables, points and areas."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from shop.shipping.models import CollectionPoint, DeliveryBand, DeliveryService, StallDispatch, UnservedArea
from shop.shipping.rates import Reach, Tariff
from tests.support.market import Market

pytestmark = pytest.mark.django_db
AsRole = Callable[[str], Client]
HERE = "/quan-tri/giao-hang/"
ZONES = [reach.value for reach in Reach]


def table(**changes: str) -> dict[str, str]:
    """A service's form with a price table for the own commune only."""
    fields = {"name": "Xe máy nhà", "name_en": "", "cubic_cm_per_kilogram": "0", "is_active": "on"}
    for zone in ZONES:
        fields |= {f"{zone}-bands": "", f"{zone}-days_min": "1", f"{zone}-days_max": "2"}
    return fields | {"same_commune-bands": "5 = 10.000\n20 = 15000 ₫"} | changes


def test_a_stall_writes_its_own_table(as_role: AsRole, market: Market) -> None:
    answer = as_role("cooperative").post(f"{HERE}cach-giao/", table())
    assert (answer.status_code, answer["Location"]) == (302, HERE)
    service = DeliveryService.objects.get(name="Xe máy nhà")
    assert (service.cooperative, service.courier, service.is_active) == (market.a, "own", True)
    assert service.table().tariffs == {
        Reach.SAME_COMMUNE: Tariff(((5000, 10_000), (20_000, 15_000)), days=(1, 2))
    }
    page = as_role("cooperative").get(f"{HERE}cach-giao/{service.pk}/").content.decode()
    assert "5 = 10000\n20 = 15000" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"same_commune-bands": "5 kg"}, "Không đọc được dòng “5 kg”"),
        ({"same_commune-bands": "nặng = 1000"}, "Không đọc được dòng"),
        ({"same_commune-bands": "5 = -1"}, "Không đọc được dòng"),
        ({"same_commune-bands": "0,0001 = 1"}, "Không đọc được dòng"),
        ({"same_commune-bands": "5 = 2000\n10 = 1000"}, "Kiện nặng hơn không thể rẻ hơn"),
        ({"same_commune-bands": "10 = 1000\n5 = 2000"}, "Xếp cân nặng tăng dần"),
        ({"same_commune-bands": "1=1\n" * 31}, "Nhiều nhất 30 dòng"),
        ({"same_commune-bands": ""}, "ít nhất một vùng giao"),
        ({"same_commune-days_max": "0"}, "không thể trước ngày sớm nhất"),
        ({"name": ""}, "panel-field__error"),
        ({"cubic_cm_per_kilogram": "-1"}, "panel-field__error"),
    ],
)
def test_a_table_that_cannot_be_is_refused_at_its_field(
    as_role: AsRole, changes: dict[str, str], words: str
) -> None:
    answer = as_role("cooperative").post(f"{HERE}cach-giao/", table(**changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not DeliveryService.objects.filter(name="Xe máy nhà").exists()
    assert not DeliveryBand.objects.filter(up_to_grams=20_000, amount=15_000).exists()


def test_a_stall_changes_neither_the_markets_tables_nor_anothers(as_role: AsRole, market: Market) -> None:
    post = DeliveryService.objects.get(courier="vnpost")
    for service in (post, market.b.delivery_services.get()):
        before = service.table()
        for answer in (
            as_role("cooperative").get(f"{HERE}cach-giao/{service.pk}/"),
            as_role("cooperative").post(f"{HERE}cach-giao/{service.pk}/", table()),
        ):
            assert answer.status_code == 404
        service.refresh_from_db()
        assert (service.table(), service.name != "Xe máy nhà") == (before, True)
    own = market.a.delivery_services.get()
    as_role("cooperative").post(
        f"{HERE}cach-giao/{own.pk}/", table(cooperative=str(market.b.pk), courier="vnpost")
    )
    own.refresh_from_db()
    assert (own.cooperative, own.courier, own.name) == (market.a, "own", "Xe máy nhà")


def test_the_operator_changes_the_markets_tables_only(as_role: AsRole, market: Market) -> None:
    post = DeliveryService.objects.get(courier="vnpost")
    changed = table(name="Bưu điện", courier="vnpost", position="1")
    assert as_role("operator").post(f"{HERE}cach-giao/{post.pk}/", changed).status_code == 302
    post.refresh_from_db()
    assert (post.name, list(post.table().tariffs)) == ("Bưu điện", [Reach.SAME_COMMUNE])
    assert (
        as_role("operator").get(f"{HERE}cach-giao/{market.a.delivery_services.get().pk}/").status_code == 404
    )
    assert as_role("operator").post(HERE, {}).status_code == 404


def test_a_stall_plans_its_days(as_role: AsRole, market: Market) -> None:
    sent = {"weekdays": ["1", "4"], "cut_off_hour": "11", "handling_days": "2"}
    assert as_role("cooperative").post(HERE, sent).status_code == 302
    dispatch = StallDispatch.objects.get()
    assert (dispatch.cooperative, dispatch.weekdays, dispatch.uses_market_services) == (
        market.a,
        0b001_0010,
        False,
    )
    assert (dispatch.cut_off_hour, dispatch.handling_days) == (11, 2)
    answer = as_role("cooperative").post(HERE, sent | {"weekdays": []})
    assert (answer.status_code, "Chọn ít nhất một ngày" in answer.content.decode()) == (422, True)
    dispatch.refresh_from_db()
    assert dispatch.weekdays == 0b001_0010


def test_a_stall_opens_and_closes_a_collection_point(as_role: AsRole, market: Market) -> None:
    sent = {"name": "Kho", "commune": market.a.commune_id, "address": "Bản Mẫu", "hours": "7–11 giờ"}
    assert as_role("cooperative").post(f"{HERE}diem-lay/", sent | {"is_active": "on"}).status_code == 302
    point = CollectionPoint.objects.get(name="Kho")
    assert (point.cooperative, point.is_active) == (market.a, True)
    as_role("cooperative").post(f"{HERE}diem-lay/{point.pk}/", sent)
    point.refresh_from_db()
    assert not point.is_active
    foreign = market.b.collection_points.get()
    assert as_role("cooperative").post(f"{HERE}diem-lay/{foreign.pk}/", sent).status_code == 404
    answer = as_role("cooperative").post(f"{HERE}diem-lay/", sent | {"commune": "97001"})
    assert answer.status_code == 422


def test_a_stall_names_where_it_does_not_send_once(as_role: AsRole, market: Market) -> None:
    client, sent = as_role("cooperative"), {"province": "14", "commune": market.a.commune_id}
    assert client.post(f"{HERE}noi-khong-giao/", sent).status_code == 302
    area = UnservedArea.objects.get(cooperative=market.a, commune=market.a.commune)
    answer = client.post(f"{HERE}noi-khong-giao/", sent)
    assert (answer.status_code, "đã có trong danh sách" in answer.content.decode()) == (422, True)
    answer = client.post(f"{HERE}noi-khong-giao/", sent | {"province": "97"})
    assert "không thuộc tỉnh đã chọn" in answer.content.decode()
    assert client.post(f"{HERE}noi-khong-giao/{area.pk}/bo/").status_code == 302
    assert not UnservedArea.objects.filter(pk=area.pk).exists()
    foreign = market.b.unserved_areas.get()
    assert client.post(f"{HERE}noi-khong-giao/{foreign.pk}/bo/").status_code == 404
    assert UnservedArea.objects.filter(pk=foreign.pk).exists()
