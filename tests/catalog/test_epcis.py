"""A lot's book as EPCIS 2.0: every kind of line, corrections as declared errors, nothing about people."""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from jsonschema import Draft202012Validator

from catalog.lot_making import Ingredient, make_lot_from
from catalog.lots import correct_step, record_step, sell
from catalog.models import Lot
from catalog.numbers import set_gtin
from catalog.recalls import recall
from tests.factories import make_lot, make_product
from tests.support.standing import Standing

pytestmark = pytest.mark.django_db
RULES = Draft202012Validator(
    json.loads((Path(__file__).parents[1] / "golden" / "epcis.schema.json").read_text())
)


def walk() -> Lot:
    lot = make_lot(make_product(title="Khoai sọ tươi"), kilograms=100, code="7Q2MK0T9XAH")
    at = timezone.now() - dt.timedelta(days=3)
    record_step(lot=lot, kind="process", at=at, quantity=95_500, note="Giàng A Súa chọn củ")
    record_step(lot=lot, kind="pack", at=at, quantity=60_000)
    record_step(lot=lot, kind="dispatch", at=at, quantity=20_000, note="Xe của anh Mẫu")
    record_step(lot=lot, kind="loss", at=at, quantity=1_000)
    sell(lot=lot, quantity=3_000, at=at)
    correct_step(lot=lot, number=4, quantity=18_000, note="Cân lại")
    return lot


@pytest.fixture(scope="module")
def standing_taro(standing: Standing) -> Callable[[], Lot]:
    return standing.keep(walk)


@pytest.fixture
def taro(standing_taro: Callable[[], Lot]) -> Lot:
    return standing_taro()


def make_crisps(taro: Lot) -> Lot:
    return make_lot_from(
        ingredients=[Ingredient(30_000, taro), Ingredient(1_000, name="Dầu")],
        sheet=make_product(title="Khoai sọ sấy", cooperative=taro.sheet.cooperative),
        quantity=9_000,
        unit="g",
        made_at=timezone.now() - dt.timedelta(days=2),
        plot="Xưởng",
        member_initials="L.M.",
    )


@pytest.fixture(scope="module")
def standing_crisps(standing: Standing, standing_taro: Callable[[], Lot]) -> Callable[[], Lot]:
    return standing.keep(lambda: make_crisps(standing_taro()))


@pytest.fixture
def crisps(standing_crisps: Callable[[], Lot]) -> Lot:
    return standing_crisps()


def export(lot: Lot) -> dict[str, Any]:
    response = Client().get(f"/t/{lot.code}/epcis.json")
    assert (response.status_code, response["Content-Type"]) == (200, "application/ld+json")
    return json.loads(response.content)


def events(document: dict[str, Any]) -> list[dict[str, Any]]:
    return document["epcisBody"]["eventList"]


def told(event: dict[str, Any]) -> tuple[str, str, str | None]:
    return event["type"], event["bizStep"], event.get("action")


def test_each_kind_of_line_becomes_its_event(taro: Lot, crisps: Lot) -> None:
    recall(lot=taro, reason="Có lẫn củ hỏng")
    document = export(taro)
    assert [told(event) for event in events(document)] == [
        ("ObjectEvent", "creating_class_instance", "ADD"),
        ("TransformationEvent", "creating_class_instance", None),
        ("AggregationEvent", "packing", "ADD"),
        ("ObjectEvent", "shipping", "OBSERVE"),
        ("ObjectEvent", "shipping", "OBSERVE"),  # as it should have been
        ("ObjectEvent", "decommissioning", "DELETE"),
        ("TransactionEvent", "retail_selling", "ADD"),
        ("TransformationEvent", "creating_class_instance", None),
        ("ObjectEvent", "holding", "OBSERVE"),
    ]
    assert list(RULES.iter_errors(document)) == []
    (made,) = events(export(crisps))
    assert list(RULES.iter_errors(export(crisps))) == []
    assert made["inputQuantityList"] == [
        {"epcClass": f"{settings.BASE_URL}/t/{taro.code}", "quantity": 30, "uom": "KGM"}
    ]
    assert made["outputQuantityList"][0]["quantity"] == 9
    used = events(document)[7]
    assert used["transformationID"] == made["transformationID"]
    assert used["inputQuantityList"] == made["inputQuantityList"]


def test_amounts_are_kilograms_and_times_are_of_vietnam(taro: Lot) -> None:
    harvest, process = events(export(taro))[:2]
    assert process["inputQuantityList"][0]["quantity"] == 100
    assert process["outputQuantityList"][0]["quantity"] == 95.5
    assert harvest["eventTimeZoneOffset"] == "+07:00"
    assert harvest["eventTime"].endswith("+07:00")
    assert dt.datetime.fromisoformat(harvest["eventTime"]).date() == taro.harvested_on
    assert harvest["ilmd"]["cbvmda:lotNumber"] == taro.code


def test_a_correction_declares_the_error_and_says_what_is_right(taro: Lot) -> None:
    wrong, right = [event for event in events(export(taro)) if event["bizStep"] == "shipping"]
    assert wrong["quantityList"][0]["quantity"] == 20
    assert wrong["errorDeclaration"]["reason"] == "incorrect_data"
    assert wrong["errorDeclaration"]["correctiveEventIDs"] == [right["eventID"]]
    assert "errorDeclaration" not in right
    assert (right["quantityList"][0]["quantity"], right["eventTime"]) == (18, wrong["eventTime"])
    ids = [event["eventID"] for event in events(export(taro))]
    assert len(ids) == len(set(ids))


def test_a_corrected_ingredient_corrects_the_making(taro: Lot, crisps: Lot) -> None:
    correct_step(lot=crisps, number=1, quantity=25_000, note="Cân lại")
    document = export(crisps)
    wrong, right = events(document)
    assert wrong["inputQuantityList"][0]["quantity"] == 30
    assert right["inputQuantityList"][0]["quantity"] == 25
    assert list(RULES.iter_errors(document)) == []


def test_a_product_with_a_number_is_named_by_it(taro: Lot) -> None:
    set_gtin(sheet=taro.sheet, number="9520123456788")
    harvest = events(export(taro))[0]
    assert harvest["quantityList"][0]["epcClass"] == "https://id.gs1.org/01/09520123456788/10/7Q2MK0T9XAH"


def test_pieces_have_no_unit() -> None:
    lot = make_lot(make_product(), quantity=12, unit="piece")
    assert events(export(lot))[0]["quantityList"][0] == {
        "epcClass": f"{settings.BASE_URL}/t/{lot.code}",
        "quantity": 12,
    }


def test_nothing_about_people_leaves_the_house(taro: Lot, crisps: Lot) -> None:
    text = json.dumps([export(taro), export(crisps)], ensure_ascii=False)
    for secret in ("Giàng", "anh Mẫu", taro.member_initials, crisps.member_initials, taro.plot):
        assert secret not in text


def test_the_same_book_gives_the_same_document(taro: Lot) -> None:
    assert export(taro) == export(taro)


@pytest.mark.parametrize("code", ["7Q2MK0T9XA7", "00000000000"])
def test_there_is_no_export_of_a_lot_that_is_not(code: str) -> None:
    assert Client().get(f"/t/{code}/epcis.json").status_code == 404


def broken(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for change in (
        lambda event: event.pop("eventTime"),
        lambda event: event.pop("quantityList"),
        lambda event: event.update(action="MOVE"),
        lambda event: event.update(buyer="Nguyễn Thị Mẫu"),
        lambda event: event["quantityList"][0].update(quantity="100 kg"),
        lambda event: event["quantityList"][0].update(uom="kilogram"),
        lambda event: event.update(eventTimeZoneOffset="+7"),
    ):
        worse = copy.deepcopy(document)
        change(events(worse)[0])
        yield worse


def test_our_rules_notice_what_the_standard_forbids(taro: Lot) -> None:
    document = export(taro)
    assert [bool(list(RULES.iter_errors(worse))) for worse in broken(document)] == [True] * 7
