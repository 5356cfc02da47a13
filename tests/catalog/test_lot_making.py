"""Lots made from lots: both books name the other, no more comes out than went in, nobody writes in a foreign book."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from catalog.lot_book import LotRecalled, balance_now, chain_faults
from catalog.lot_making import Ingredient, make_lot_from
from catalog.lots import correct_step, record_step
from catalog.models import Lot, LotEvent, LotStatus, ProductSheet
from catalog.recalls import made_from, recall
from tests.catalog.test_lots import unlock
from tests.factories import make_cooperative, make_lot, make_product
from tests.support.standing import Standing

pytestmark = pytest.mark.django_db


def open_taro() -> Lot:
    return make_lot(make_product(title="Khoai sọ tươi"), kilograms=100)


@pytest.fixture(scope="module")
def standing_taro(standing: Standing) -> Callable[[], Lot]:
    return standing.keep(open_taro)


@pytest.fixture
def taro(standing_taro: Callable[[], Lot]) -> Lot:
    return standing_taro()


def make_crisps(taro: Lot) -> ProductSheet:
    return make_product(title="Khoai sọ sấy", cooperative=taro.sheet.cooperative)


@pytest.fixture(scope="module")
def standing_crisps(standing: Standing, standing_taro: Callable[[], Lot]) -> Callable[[], ProductSheet]:
    return standing.keep(lambda: make_crisps(standing_taro()))


@pytest.fixture
def crisps(standing_crisps: Callable[[], ProductSheet]) -> ProductSheet:
    return standing_crisps()


def make(sheet: ProductSheet, *ingredients: Ingredient, kilograms: int = 10, **fields: Any) -> Lot:
    defaults: dict[str, Any] = {
        "quantity": kilograms * 1000,
        "unit": "g",
        "made_at": timezone.now() - dt.timedelta(days=2),
        "plot": "Xưởng Bắc Yên",
        "member_initials": "L.T.M.",
    }
    return make_lot_from(ingredients=ingredients, sheet=sheet, **(defaults | fields))


def lines(lot: Lot) -> list[tuple[str, int | None, int | None]]:
    return [(e.kind, e.quantity, e.counterpart_id) for e in lot.events.order_by("number")]


def sound(*lots: Lot) -> bool:
    return all(chain_faults(Lot.objects.get(pk=lot.pk)) == [] for lot in lots)


def test_both_books_tell_what_went_from_one_lot_into_the_other(taro: Lot, crisps: ProductSheet) -> None:
    made = make(crisps, Ingredient(40_000, taro), Ingredient(2_000, name="Dầu"), kilograms=12)
    assert lines(made) == [("source", 40_000, taro.pk), ("source", 2_000, None), ("made", 12_000, None)]
    assert lines(taro) == [("harvest", 100_000, None), ("used", 40_000, made.pk)]
    assert (made.is_made, made.status, made.quantity) == (True, LotStatus.ON_SALE, 12_000)
    assert balance_now(taro).left == 60_000
    assert sound(taro, made)


@pytest.mark.parametrize("kilograms", [43, 1000])
def test_no_more_comes_out_than_went_in(taro: Lot, crisps: ProductSheet, kilograms: int) -> None:
    with pytest.raises(ValidationError, match="Ra khỏi lô"):
        make(crisps, Ingredient(40_000, taro), Ingredient(2_000, name="Dầu"), kilograms=kilograms)
    assert Lot.objects.count() == 1
    assert lines(taro) == [("harvest", 100_000, None)]
    assert make(crisps, Ingredient(40_000, taro), Ingredient(2_000, name="Dầu"), kilograms=42).pk


def test_a_lot_gives_no_more_than_it_has_left(taro: Lot, crisps: ProductSheet) -> None:
    record_step(lot=taro, kind="dispatch", at=timezone.now(), quantity=70_000)
    with pytest.raises(ValidationError):
        make(crisps, Ingredient(30_001, taro))
    make(crisps, Ingredient(30_000, taro))
    taro.refresh_from_db()
    assert taro.status == LotStatus.SOLD_OUT
    assert Lot.objects.count() == 2


def test_ingredients_in_other_units_are_noted_without_comparing(taro: Lot, crisps: ProductSheet) -> None:
    wine = make(crisps, Ingredient(10_000, taro), quantity=20_000, unit="ml")
    assert (balance_now(wine).sourced, wine.quantity) == (None, 20_000)
    assert sound(wine, taro)


@pytest.mark.parametrize("wrong", ["none", "twice", "nothing", "early", "recalled"])
def test_ingredients_that_cannot_be_are_refused_whole(taro: Lot, crisps: ProductSheet, wrong: str) -> None:
    good = Ingredient(10_000, taro)
    cases: dict[str, tuple[Ingredient, ...]] = {
        "none": (Ingredient(5_000, name="Muối"),),
        "twice": (good, good),
        "nothing": (Ingredient(0, taro),),
    }
    fields: dict[str, Any] = {"made_at": timezone.now() - dt.timedelta(days=30)} if wrong == "early" else {}
    if wrong == "recalled":
        recall(lot=taro, reason="Có lẫn củ hỏng")
    with pytest.raises((ValidationError, LotRecalled)):
        make(crisps, *cases.get(wrong, (good,)), **fields)
    assert Lot.objects.count() == 1
    assert taro.events.exclude(kind="recall").count() == 1


def test_a_foreign_lot_gives_what_it_dispatched_and_its_book_is_not_touched(taro: Lot) -> None:
    elsewhere = make_product(title="Khoai sọ sấy", cooperative=make_cooperative())
    with pytest.raises(ValidationError, match="chưa xuất đi"):
        make(elsewhere, Ingredient(10_000, taro))
    record_step(lot=taro, kind="dispatch", at=timezone.now() - dt.timedelta(days=3), quantity=50_000)
    before = lines(taro)
    make(elsewhere, Ingredient(30_000, taro))
    with pytest.raises(ValidationError, match="chưa xuất đi"):
        make(elsewhere, Ingredient(20_001, taro))
    second = make(elsewhere, Ingredient(20_000, taro))
    assert lines(taro) == before
    assert sound(taro, second)
    with pytest.raises(ValidationError, match="chưa xuất đi"):
        correct_step(lot=taro, number=2, quantity=49_999, note="Cân lại")
    assert lines(taro) == before


def test_a_corrected_ingredient_is_corrected_in_both_books(taro: Lot, crisps: ProductSheet) -> None:
    made = make(crisps, Ingredient(40_000, taro), kilograms=12)
    correct_step(lot=made, number=1, quantity=35_000, note="Cân lại")
    assert (balance_now(taro).used, balance_now(made).sourced) == (35_000, 35_000)
    with pytest.raises(ValidationError):
        correct_step(lot=made, number=1, quantity=11_999, note="Ít hơn làm ra")
    with pytest.raises(ValidationError):
        correct_step(lot=Lot.objects.get(pk=taro.pk), number=2, quantity=1, note="Sửa bên kia")
    assert (balance_now(taro).used, balance_now(made).sourced) == (35_000, 35_000)
    assert sound(taro, made)


def test_what_is_made_from_a_lot_is_found_at_any_remove(taro: Lot, crisps: ProductSheet) -> None:
    first = make(crisps, Ingredient(40_000, taro), kilograms=30)
    second = make(crisps, Ingredient(20_000, first), kilograms=15)
    assert made_from(taro) == [first.pk, second.pk]
    assert made_from(taro, within=make_cooperative()) == []
    recalled = recall(lot=taro, reason="Có lẫn củ hỏng", with_made=True)
    assert {lot.pk for lot in recalled} == {taro.pk, first.pk, second.pk}
    assert sound(taro, first, second)


@pytest.mark.parametrize(
    ("field", "value"), [("counterpart", None), ("counterpart", "other"), ("note", "Khác")]
)
def test_a_changed_ingredient_is_noticed(taro: Lot, crisps: ProductSheet, field: str, value: Any) -> None:
    made = make(crisps, Ingredient(40_000, taro), kilograms=12)
    unlock()
    LotEvent.objects.filter(lot=made, number=1).update(
        **{field: make_lot(taro.sheet) if value == "other" else value}
    )
    assert not sound(made)


def test_a_made_lot_passed_off_as_a_harvest_is_noticed(taro: Lot, crisps: ProductSheet) -> None:
    made = make(crisps, Ingredient(40_000, taro), kilograms=12)
    unlock()
    Lot.objects.filter(pk=made.pk).update(is_made=False)
    assert not sound(made)


@pytest.mark.parametrize("order", [(2, 3), (1, 3), (1, 2)])
def test_two_lines_that_changed_places_are_noticed(
    taro: Lot, crisps: ProductSheet, order: tuple[int, int]
) -> None:
    made = make(crisps, Ingredient(40_000, taro), Ingredient(2_000, name="Dầu"), kilograms=12)
    unlock()
    first, second = (made.events.get(number=number).pk for number in order)
    LotEvent.objects.filter(pk=first).update(number=99)
    LotEvent.objects.filter(pk=second).update(number=order[0])
    LotEvent.objects.filter(pk=first).update(number=order[1])
    assert not sound(made)


def test_the_database_refuses_to_point_a_line_at_another_lot(taro: Lot, crisps: ProductSheet) -> None:
    made = make(crisps, Ingredient(40_000, taro), kilograms=12)
    with pytest.raises(IntegrityError), transaction.atomic():
        made.events.filter(number=1).update(counterpart=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Lot.objects.filter(pk=made.pk).update(is_made=False)
    assert sound(made)
