"""Parcels and lots: the lot of a line is kept back, leaves its book at hand-over, and a recall reaches its buyers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from catalog.clock import today
from catalog.lot_book import balance_now, chain_faults
from catalog.lot_making import Ingredient, make_lot_from
from catalog.lots import record_step
from catalog.models import Lot, LotStatus, ProductSheet
from catalog.recalls import recall
from shop.messages.models import Letter
from shop.messages.services import send_due
from shop.orders.models import Consignment, PickedLot
from shop.orders.picking import choices_for
from shop.orders.services import LotUnfit, OutOfStock, change_lots, hand_over, pack, place, recall_lot
from tests.factories import make_cooperative, make_lot, make_product
from tests.support.orders import bring, fill_basket, place_order, transfer, wish

pytestmark = pytest.mark.django_db


def paid(*goods: tuple[ProductSheet, int]) -> Consignment:
    placed = place_order(*goods)
    bring(transfer(placed.attempt.amount, placed.order.number))
    return placed.order.consignments.get()


def packed_from(lot: Lot, packs: int = 2) -> Consignment:
    consignment = paid((lot.sheet, packs))
    return pack(consignment=consignment, by=None, lots={consignment.lines.get().pk: lot.pk})


def leave(consignment: Consignment) -> Consignment:
    return hand_over(consignment=consignment, by=None, carrier="Xe khách", tracking_number="")


@pytest.fixture
def sheet() -> ProductSheet:
    """Packs of 3 kg."""
    return make_product(title="Khoai sọ Tà Xùa", stock=100)


@pytest.fixture
def lot(sheet: ProductSheet) -> Lot:
    return make_lot(sheet, kilograms=30)


# --- Packing


def test_what_must_be_eaten_first_is_offered_first(sheet: ProductSheet, lot: Lot) -> None:
    keeps = make_lot(sheet, best_before=None)
    sooner = make_lot(sheet, best_before=today() + dt.timedelta(days=3))
    make_lot(sheet, days_ago=40, best_before=today() - dt.timedelta(days=1))
    make_lot(sheet, kilograms=5)  # too little for two packs
    make_lot(make_product())
    recall(lot=make_lot(sheet), reason="Có lẫn củ hỏng")
    line = paid((sheet, 2)).lines.get()
    assert [choice.lot for choice in choices_for(line)] == [sooner, lot, keeps]


def test_a_packed_parcel_keeps_its_lot_back_and_hand_over_writes_the_sale(lot: Lot) -> None:
    first = packed_from(lot, 7)  # 21 of 30 kg
    assert (balance_now(lot).sold, PickedLot.objects.get().quantity) == (0, 21_000)
    second = paid((lot.sheet, 4))
    with pytest.raises(LotUnfit):
        pack(consignment=second, by=None, lots={second.lines.get().pk: lot.pk})
    second.refresh_from_db()
    assert (second.status, PickedLot.objects.count()) == ("to-pack", 1)
    leave(first)
    lot.refresh_from_db()
    sale = lot.events.get(kind="sale")
    assert (sale.quantity, PickedLot.objects.get().event, sale.note) == (21_000, sale, "")
    assert (balance_now(lot).left, chain_faults(lot)) == (9_000, [])


def test_a_lot_whose_last_goods_are_sold_is_sold_out(lot: Lot) -> None:
    leave(packed_from(lot, 10))
    lot.refresh_from_db()
    assert lot.status == LotStatus.SOLD_OUT


def test_a_parcel_without_lots_packs_and_leaves_as_before(lot: Lot) -> None:
    consignment = paid((lot.sheet, 2))
    pack(consignment=consignment, by=None)
    leave(consignment)
    assert (PickedLot.objects.count(), lot.events.count()) == (0, 1)


@pytest.mark.parametrize("which", ["other_goods", "recalled", "missing", "unpacked"])
def test_a_lot_that_does_not_fit_is_refused_and_nothing_is_written(
    sheet: ProductSheet, lot: Lot, which: str
) -> None:
    consignment = paid((sheet, 2))
    if which == "other_goods":
        lot = make_lot(make_product())
    elif which == "recalled":
        recall(lot=lot, reason="Có lẫn củ hỏng")
    elif which == "unpacked":
        record_step(lot=lot, kind="pack", at=timezone.now(), quantity=5_000)
    key = 10**6 if which == "missing" else lot.pk
    with pytest.raises(LotUnfit):
        pack(consignment=consignment, by=None, lots={consignment.lines.get().pk: key})
    consignment.refresh_from_db()
    assert (consignment.status, PickedLot.objects.count()) == ("to-pack", 0)


def test_a_lot_recalled_after_packing_stops_the_parcel_until_another_is_chosen(
    sheet: ProductSheet, lot: Lot
) -> None:
    consignment = packed_from(lot)
    recall(lot=lot, reason="Có lẫn củ hỏng")
    with pytest.raises(LotUnfit):
        leave(consignment)
    consignment.refresh_from_db()
    assert (consignment.status, lot.events.filter(kind="sale").count()) == ("packed", 0)
    other = make_lot(sheet)
    change_lots(consignment=consignment, lots={consignment.lines.get().pk: other.pk})
    leave(consignment)
    assert (other.events.get(kind="sale").quantity, PickedLot.objects.get().lot) == (6_000, other)


def test_a_lot_emptied_after_packing_stops_the_parcel_too(lot: Lot) -> None:
    consignment = packed_from(lot)
    record_step(lot=lot, kind="loss", at=timezone.now(), quantity=25_000)
    with pytest.raises(LotUnfit):
        leave(consignment)
    consignment.refresh_from_db()
    assert consignment.status == "packed"


# --- Recall


def test_recall_within_one_request_stops_sale(lot: Lot) -> None:
    basket = fill_basket((lot.sheet, 1))
    path = f"/san-pham/{lot.sheet.product.slug}_{lot.sheet.product_id}/"
    assert "Thêm vào giỏ" in Client().get(path).content.decode()
    recall_lot(lot=lot, reason="Có lẫn củ hỏng", with_made=True, by=None)
    assert "Thêm vào giỏ" not in Client().get(path).content.decode().split("Cùng gian hàng")[0]
    with pytest.raises(OutOfStock):
        place(**wish(basket))
    assert not Consignment.objects.exists()


@pytest.mark.parametrize(
    ("stock", "reserved", "others", "expected"),
    [
        (100, 0, 0, 0),  # no other lot: nothing can be bought
        (100, 4, 0, 4),  # what is paid for stays reserved
        (100, 0, 60, 20),  # another lot of 60 kg holds 20 packs
        (25, 0, 60, 15),  # ten of the 25 packs are of the recalled lot
        (8, 0, 60, 0),
    ],
)
def test_a_recall_leaves_on_sale_what_the_other_lots_hold(
    stock: int, reserved: int, others: int, expected: int
) -> None:
    sheet = make_product(stock=stock)
    lot = make_lot(sheet, kilograms=30)
    record = sheet.product.stockrecords.get()
    record.allocate(reserved)
    if others:
        make_lot(sheet, kilograms=others)
    recall(lot=lot, reason="Có lẫn củ hỏng")
    record.refresh_from_db()
    assert (record.num_in_stock, record.num_allocated or 0) == (expected, reserved)


def test_buyers_and_the_cooperative_are_written_to_once(lot: Lot) -> None:
    consignment = leave(packed_from(lot))
    packed_from(lot)  # still at the stall: its buyer has nothing of the lot
    send_due()
    mail.outbox.clear()
    for _again in range(2):
        done = recall_lot(lot=lot, reason="Nắp đóng không kín", with_made=False, by=None)
    assert (done.lots, done.buyers) == ([], 0)
    letters = {letter.key: letter for letter in Letter.objects.filter(key__contains="recalled")}
    assert set(letters) == {f"lot-recalled:{lot.code}:{consignment.code}", f"own-lot-recalled:{lot.code}"}
    letter = letters[f"lot-recalled:{lot.code}:{consignment.code}"]
    assert letter.recipient == "khach@demo.example"
    for text in (lot.grouped_code, "Nắp đóng không kín", lot.sheet.cooperative.phone, f"/t/{lot.code}"):
        assert text in letter.subject + letter.body
    own = letters[f"own-lot-recalled:{lot.code}"]
    assert own.recipient == lot.sheet.cooperative.email
    assert "Nguyễn Thị Mẫu" not in own.body
    assert mail.outbox == []  # written in the transaction, sent afterwards
    assert send_due() == 2


def test_a_recall_without_a_reason_writes_no_letter(lot: Lot) -> None:
    leave(packed_from(lot))
    with pytest.raises(ValidationError):
        recall_lot(lot=lot, reason=" ", with_made=True, by=None)
    assert not Letter.objects.filter(key__contains="recalled").exists()


def made_at(sheet: ProductSheet, source: Lot) -> Lot:
    fields: dict[str, Any] = {"plot": "Xưởng", "member_initials": "L.M.", "made_at": timezone.now()}
    return make_lot_from(
        ingredients=[Ingredient(3_000, source)], sheet=sheet, quantity=3_000, unit="g", **fields
    )


def test_a_cooperative_recalls_its_own_and_the_others_are_warned(lot: Lot) -> None:
    record_step(lot=lot, kind="dispatch", at=timezone.now(), quantity=10_000)
    own = made_at(make_product(cooperative=lot.sheet.cooperative), lot)
    foreign = made_at(make_product(cooperative=make_cooperative(email="htx.khac@demo.example")), lot)
    recall_lot(lot=lot, reason="Có lẫn củ hỏng", with_made=True, by=None, within=lot.sheet.cooperative)
    own.refresh_from_db()
    foreign.refresh_from_db()
    assert (own.status, foreign.status) == (LotStatus.RECALLED, LotStatus.ON_SALE)
    warning = Letter.objects.get(key=f"ingredient-recalled:{foreign.code}:{lot.code}")
    assert warning.recipient == "htx.khac@demo.example"
    assert foreign.grouped_code in warning.body
    recall_lot(lot=foreign, reason="Nguyên liệu hỏng", with_made=True, by=None)
    foreign.refresh_from_db()
    assert foreign.status == LotStatus.RECALLED
