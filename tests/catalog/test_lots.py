"""Lots: what leaves never exceeds what went in, the book can't be rewritten unseen, a recall works at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from oscar.apps.order.exceptions import UnableToPlaceOrder

from catalog.lot_book import LotRecalled, balance_of, chain_faults
from catalog.lot_codes import MistypedCode, read_code
from catalog.lots import correct_step, count_scan, lots_shown, open_lot, record_step
from catalog.models import Lot, LotEvent, LotEventKind, LotStatus, ProductSheet
from catalog.recalls import recall
from catalog.selectors import today
from tests.factories import make_lot, make_product, make_user
from tests.support.standing import Standing

pytestmark = pytest.mark.django_db

AGO = dt.timedelta(days=5)


def step(lot: Lot, kind: str, kilograms: int | None = None, **fields: Any) -> LotEvent:
    at = fields.pop("at", timezone.now() - AGO)
    quantity = None if kilograms is None else kilograms * 1000
    return record_step(lot=lot, kind=kind, at=at, quantity=quantity, **fields)


def make_taro() -> ProductSheet:
    return make_product(title="Khoai sọ Tà Xùa", stock=10)


def walk(sheet: ProductSheet) -> Lot:
    """100 kg dug, 90 kg good, 60 kg packed, 20 kg gone, and one correction."""
    lot = make_lot(sheet, kilograms=100)
    step(lot, "process", 90, note="Chọn củ, bỏ củ giập", place="Xưởng Tà Xùa")
    step(lot, "pack", 60)
    step(lot, "dispatch", 20, note="Xe khách Bắc Yên – Hà Nội")
    correct_step(lot=lot, number=3, quantity=55_000, note="Cân lại: 55 kg")
    return lot


@pytest.fixture(scope="module")
def standing_sheet(standing: Standing) -> Callable[[], ProductSheet]:
    return standing.keep(make_taro)


@pytest.fixture
def sheet(standing_sheet: Callable[[], ProductSheet]) -> ProductSheet:
    return standing_sheet()


@pytest.fixture(scope="module")
def standing_lot(standing: Standing, standing_sheet: Callable[[], ProductSheet]) -> Callable[[], Lot]:
    return standing.keep(lambda: walk(standing_sheet()))


@pytest.fixture
def lot(standing_lot: Callable[[], Lot]) -> Lot:
    return standing_lot()


# --- Opening and steps


def test_a_lot_opens_with_its_harvest_on_the_first_line(sheet: ProductSheet) -> None:
    person = make_user()
    lot = make_lot(sheet, kilograms=240, member_initials=" g.a.s. ", actor=person)
    (line,) = lot.events.all()
    assert (line.number, line.kind, line.quantity, line.actor) == (1, "harvest", 240_000, person)
    assert (lot.status, lot.member_initials, lot.quantity) == ("on_sale", "G.A.S.", 240_000)
    assert read_code(lot.code) == lot.code
    assert chain_faults(lot) == []


def test_the_harvest_day_is_that_of_vietnam(sheet: ProductSheet) -> None:
    lot = make_lot(sheet, harvested_at=dt.datetime(2026, 11, 1, 20, 0, tzinfo=dt.UTC))
    assert lot.harvested_on == dt.date(2026, 11, 2)


def test_opening_a_lot_again_by_its_code_changes_nothing(sheet: ProductSheet) -> None:
    first = make_lot(sheet, code="7q2mk-0t9xa-h")
    again = make_lot(sheet, code="7Q2MK0T9XAH", kilograms=999)
    assert (first.code, again.pk, again.quantity) == ("7Q2MK0T9XAH", first.pk, 100_000)
    assert LotEvent.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"quantity": 0},
        {"unit": "tấn"},
        {"plot": ""},
        {"member_initials": "Giàng A Súa"},
        {"best_before": dt.date(2020, 1, 1)},
        {"harvested_at": timezone.now() + dt.timedelta(hours=1)},
    ],
)
def test_a_lot_that_is_not_well_formed_is_refused_whole(sheet: ProductSheet, fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make_lot(sheet, **fields)
    assert not Lot.objects.exists()
    assert not LotEvent.objects.exists()


def test_a_mistyped_code_opens_no_lot(sheet: ProductSheet) -> None:
    with pytest.raises(MistypedCode):
        make_lot(sheet, code="7Q2MK0T9XA0")
    assert not Lot.objects.exists()


def test_a_lot_is_sold_out_when_nothing_is_left_and_on_sale_again_when_that_was_wrong(lot: Lot) -> None:
    step(lot, "pack", 35)
    step(lot, "dispatch", 70)
    assert lot.status == LotStatus.SOLD_OUT
    correct_step(lot=lot, number=7, quantity=69_000, note="Một túi quay về")
    assert lot.status == LotStatus.ON_SALE
    lot.refresh_from_db()
    assert (lot.status, chain_faults(lot)) == (LotStatus.ON_SALE, [])


def test_the_balance_counts_what_corrections_say(lot: Lot) -> None:
    balance = balance_of(lot.events.all())
    assert (balance.harvested, balance.processed, balance.packed) == (100_000, (90_000,), 55_000)
    assert (balance.dispatched, balance.left) == (20_000, 70_000)


def test_of_two_corrections_of_a_line_the_later_counts(lot: Lot) -> None:
    correct_step(lot=lot, number=3, quantity=58_000, note="Cân lần nữa")
    assert balance_of(lot.events.all()).packed == 58_000


@pytest.mark.parametrize(
    ("kind", "kilograms"), [("process", 91), ("pack", 36), ("dispatch", 36), ("dispatch", 0), ("pack", None)]
)
def test_more_than_went_in_never_comes_out(lot: Lot, kind: str, kilograms: int | None) -> None:
    with pytest.raises(ValidationError):
        step(lot, kind, kilograms)
    lot.refresh_from_db()
    assert (lot.events.count(), lot.events_count, chain_faults(lot)) == (5, 5, [])


@pytest.mark.parametrize(("number", "kilograms"), [(1, 89), (2, 50), (3, 19), (3, 91), (4, 56)])
def test_a_correction_cannot_break_the_balance_either(lot: Lot, number: int, kilograms: int) -> None:
    with pytest.raises(ValidationError):
        correct_step(lot=lot, number=number, quantity=kilograms * 1000, note="Sửa")
    assert lot.events.count() == 5


@pytest.mark.parametrize(("number", "note"), [(5, "Sửa dòng sửa"), (9, "Không có"), (3, "  ")])
def test_a_correction_needs_a_line_with_a_quantity_and_a_reason(lot: Lot, number: int, note: str) -> None:
    with pytest.raises(ValidationError):
        correct_step(lot=lot, number=number, quantity=50_000, note=note)
    assert lot.events.count() == 5


def test_a_step_before_the_harvest_or_in_the_future_is_refused(lot: Lot) -> None:
    for at in (timezone.now() - dt.timedelta(days=30), timezone.now() + dt.timedelta(minutes=5)):
        with pytest.raises(ValidationError):
            step(lot, "dispatch", 1, at=at)
    assert lot.events.count() == 5


@pytest.mark.parametrize("kind", ["harvest", "correction", "recall", "sold"])
def test_only_steps_are_recorded_as_steps(lot: Lot, kind: str) -> None:
    with pytest.raises(ValueError, match="service of its own"):
        step(lot, kind, 1)
    assert lot.events.count() == 5


def line(number: int, kind: str, quantity: int | None, corrects: int | None = None) -> LotEvent:
    return LotEvent(number=number, kind=kind, quantity=quantity, corrects=corrects)


@given(
    harvested=st.integers(1, 50),
    steps=st.lists(
        st.tuples(st.sampled_from(["process", "pack", "dispatch", "correction"]), st.integers(0, 60)),
        max_size=12,
    ),
)
def test_a_sound_balance_never_gives_out_more_than_came_in(
    harvested: int, steps: list[tuple[str, int]]
) -> None:
    """A book that takes a line only while its balance stays sound, as the services do."""
    book = [line(1, "harvest", harvested)]
    for kind, amount in steps:
        corrects = 1 + amount % len(book) if kind == "correction" else None
        after = [*book, line(len(book) + 1, kind, amount, corrects)]
        if balance_of(after).is_sound:
            book = after
    balance = balance_of(book)
    assert 0 <= balance.dispatched <= balance.available <= balance.harvested
    assert balance.left == balance.available - balance.dispatched >= 0


# --- The chain


def unlock() -> None:
    """Take the triggers away: what somebody with the database in their hands could do."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        for table in ("catalog_lot", "catalog_lotevent"):
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {table}_no_update{on}")
            cursor.execute(f"DROP TRIGGER {table}_no_delete{on}")


def faults_now(lot: Lot) -> list[str]:
    return chain_faults(Lot.objects.get(pk=lot.pk))


LATER = timezone.now() + dt.timedelta(seconds=1)


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(
    "change",
    [
        {"number": 9},
        {"kind": "harvest"},
        {"at": LATER},
        {"quantity": 54_999},
        {"note": "Sửa lén"},
        {"place": "Chỗ khác"},
        {"recorded_at": LATER},
        {"previous_hash": "0" * 64},
        {"hash": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_each_single_change_of_a_line_is_noticed(lot: Lot, number: int, change: dict[str, Any]) -> None:
    unlock()
    if change == {"kind": "harvest"}:
        change = {"kind": "process" if number == 1 else "harvest", "corrects": None}
    assert faults_now(lot) == []
    lot.events.filter(number=number).update(**change)
    assert faults_now(lot) != []


def test_a_correction_pointed_at_another_line_is_noticed(lot: Lot) -> None:
    unlock()
    lot.events.filter(number=5).update(corrects=2)
    assert faults_now(lot) != []


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_a_line_taken_out_is_noticed_even_at_the_end(lot: Lot, number: int) -> None:
    unlock()
    lot.events.filter(number=number).delete()
    assert faults_now(lot) != []


def test_a_line_added_past_the_services_is_noticed(lot: Lot) -> None:
    last = lot.events.last()
    assert last is not None
    LotEvent.objects.create(
        lot=lot, number=6, kind="dispatch", at=last.at, quantity=1, previous_hash=last.hash, hash="f" * 64
    )
    assert faults_now(lot) != []


@pytest.mark.parametrize(
    "change",
    [
        {"code": "7Q2MK0T9XAH"},
        {"quantity": 100_001},
        {"unit": "ml"},
        {"harvested_on": dt.date(2025, 9, 1)},
        {"best_before": None},
        {"plot": "Nương khác"},
        {"place_code": "VN-TGOR-0095"},
        {"member_initials": "X.Y."},
        {"standards": "VietGAP"},
        {"opened_at": LATER},
        {"status": "sold_out"},
        {"status": "recalled"},
        {"events_count": 4},
        {"last_hash": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_each_single_change_of_the_lot_itself_is_noticed(lot: Lot, change: dict[str, Any]) -> None:
    unlock()
    Lot.objects.filter(pk=lot.pk).update(**change)
    assert faults_now(lot) != []


def test_a_lot_moved_to_another_product_is_noticed(lot: Lot) -> None:
    unlock()
    Lot.objects.filter(pk=lot.pk).update(sheet=make_product())
    assert faults_now(lot) != []


@pytest.mark.parametrize("attempt", ["line", "line_gone", "lot", "lot_gone"])
def test_the_database_itself_refuses_to_rewrite_the_book(lot: Lot, attempt: str) -> None:
    lines, lots = lot.events.filter(number=2), Lot.objects.filter(pk=lot.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        if attempt == "line":
            lines.update(quantity=1)
        elif attempt == "line_gone":
            lines._raw_delete("default")
        elif attempt == "lot":
            lots.update(plot="Nương khác")
        else:
            lots._raw_delete("default")
    assert faults_now(lot) == []


def test_the_log_in_behind_a_line_may_go(sheet: ProductSheet) -> None:
    person = make_user()
    lot = make_lot(sheet, actor=person)
    person.delete()
    assert lot.events.get().actor is None
    assert faults_now(lot) == []


# --- Recall


def test_a_recall_stops_the_lot_and_tells_why(lot: Lot) -> None:
    recall(lot=lot, reason=" Kiểm nghiệm lại thuốc bảo vệ thực vật ")
    last = lot.events.last()
    assert last is not None
    assert (last.kind, last.note) == (LotEventKind.RECALL, "Kiểm nghiệm lại thuốc bảo vệ thực vật")
    assert (lot.status, faults_now(lot)) == (LotStatus.RECALLED, [])
    with pytest.raises(LotRecalled):
        step(lot, "dispatch", 1)
    assert lot.events.count() == 6


def test_a_recall_that_stops_sale_leaves_only_what_is_reserved(lot: Lot) -> None:
    stock_record = lot.sheet.product.stockrecords.get()
    stock_record.allocate(3)
    recall(lot=lot, reason="Có lẫn củ hỏng")
    stock_record.refresh_from_db()
    assert (stock_record.num_in_stock, stock_record.num_allocated) == (3, 3)
    with pytest.raises(UnableToPlaceOrder):
        stock_record.allocate(1)
    assert ProductSheet.objects.get(pk=lot.sheet_id).is_public


def test_a_second_recall_writes_no_second_line(lot: Lot) -> None:
    for reason in ("Có lẫn củ hỏng", "Lý do khác"):
        recall(lot=lot, reason=reason)
    assert [line.note for line in lot.events.filter(kind="recall")] == ["Có lẫn củ hỏng"]


def test_a_recall_without_a_reason_is_refused(lot: Lot) -> None:
    with pytest.raises(ValidationError):
        recall(lot=lot, reason="  ")
    lot.refresh_from_db()
    assert (lot.status, lot.events.count()) == (LotStatus.ON_SALE, 5)
    assert lot.sheet.product.stockrecords.get().num_in_stock == 10


def test_a_recalled_lot_may_still_be_put_right_and_stays_recalled(lot: Lot) -> None:
    recall(lot=lot, reason="Có lẫn củ hỏng")
    correct_step(lot=lot, number=4, quantity=21_000, note="Thêm một túi đã giao")
    assert (lot.status, faults_now(lot)) == (LotStatus.RECALLED, [])


# --- Reading


def test_a_product_names_its_lots_on_sale_and_recalled_ones_first(lot: Lot) -> None:
    sheet = lot.sheet
    newer = make_lot(sheet, days_ago=2)
    make_lot(make_product())
    gone = make_lot(sheet, kilograms=1)
    step(gone, "dispatch", 1)
    make_lot(sheet, days_ago=30, best_before=today() - dt.timedelta(days=1))
    recall(lot=lot, reason="Có lẫn củ hỏng")
    shown = lots_shown(sheet)
    assert shown == [lot, newer]
    assert [each.recall_reason for each in shown] == ["Có lẫn củ hỏng", None]


def test_scans_are_counted_and_the_first_is_remembered(lot: Lot) -> None:
    count_scan(lot)
    first = Lot.objects.get(pk=lot.pk)
    assert (lot.scan_count, first.scan_count) == (1, 1)
    count_scan(first)
    now = Lot.objects.get(pk=lot.pk)
    assert (first.scan_count, now.scan_count) == (2, 2)
    assert now.first_scanned_at == first.first_scanned_at == lot.first_scanned_at
    assert chain_faults(now) == []


def test_a_lot_can_be_opened_without_a_best_before_date(sheet: ProductSheet) -> None:
    lot = open_lot(
        sheet=sheet,
        quantity=12,
        unit="piece",
        harvested_at=timezone.now(),
        plot="Nhà sàn bản Mẫu",
        member_initials="L.T.M.",
    )
    assert lots_shown(sheet) == [lot]
