"""A stall has not everything it sold: what the buyer chooses, what silence means, and every đồng of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from oscar.apps.order.models import Order

from catalog.harvests import plan_harvest, record_arrival
from catalog.models import ProductSheet
from shop.invoices.models import Invoice
from shop.messages.models import Letter
from shop.orders import invoicing
from shop.orders.invariants import violations
from shop.orders.models import (
    Consignment,
    ConsignmentLine,
    ConsignmentRefund,
    LineReduction,
    MissingLine,
    OrderEvent,
    OrderSheet,
    Shortfall,
    ShortfallAnswer,
)
from shop.orders.requests import BuyerIsAsked, IllegalStep, NotOffered, TooManyMissing, WeightUnfit
from shop.orders.services import (
    answer_overdue,
    answer_shortfall,
    cancel_consignment,
    cancel_order,
    hand_over,
    pack,
    place,
    report_shortfall,
    withdraw_shortfall,
)
from shop.orders.statuses import ShortfallChoice
from shop.orders.sweep import sweep
from shop.partner.models import StockRecord
from shop.payments.models import Refund
from shop.payments.services import usable_amount
from shop.promotions.models import PromotionUse
from tests.factories import make_cooperative, make_lot, make_product, make_promotion, make_user
from tests.support.orders import bring, fill_basket, place_order, transfer, wish

pytestmark = pytest.mark.django_db
SOON = dt.timedelta(days=3)


def paid(*goods: tuple[ProductSheet, int], discount: int = 0, **changes: Any) -> Consignment:
    """A paid parcel; a promotion takes ``discount`` đồng off its goods."""
    if discount:
        make_promotion(amount=discount)
    asked = wish(fill_basket(*goods))
    placed = place(**asked | {"expected_total": asked["expected_total"] - discount} | changes)
    parcel: Consignment = placed.order.consignments.get()
    bring(transfer(OrderSheet.objects.get(order=placed.order).total_amount, placed.order.number))
    parcel.refresh_from_db()
    return parcel


def two_goods() -> tuple[Consignment, ConsignmentLine, ConsignmentLine]:
    """4 × 100.000 ₫, 2 × 50.000 ₫ and 30.000 ₫ for delivery."""
    stall = make_cooperative()
    parcel = paid(
        (make_product(cooperative=stall, price=100_000, title="Khoai sọ"), 4),
        (make_product(cooperative=stall, price=50_000, title="Măng khô"), 2),
    )
    taro, shoots = parcel.lines.order_by("pk")
    return parcel, taro, shoots


def back() -> list[tuple[int, str]]:
    return list(Refund.objects.order_by("pk").values_list("amount", "reason"))


def fresh(parcel: Consignment) -> Consignment:
    return Consignment.objects.get(pk=parcel.pk)


def stock() -> list[tuple[int, int | None]]:
    return list(StockRecord.objects.order_by("pk").values_list("num_in_stock", "num_allocated"))


def ask(parcel: Consignment, missing: dict[int, int], restock_on: dt.date | None = None) -> Shortfall:
    shortfall = report_shortfall(consignment=parcel, missing=missing, restock_on=restock_on)
    assert shortfall is not None
    return shortfall


def test_the_buyer_is_asked_and_nothing_moves_before_the_answer() -> None:
    parcel, taro, _ = two_goods()
    user = make_user(cooperative=parcel.cooperative)
    shortfall = report_shortfall(consignment=parcel, missing={taro.pk: 1}, by=user)
    assert shortfall is not None
    assert (back(), stock(), fresh(parcel).status) == ([], [(10, 4), (10, 2)], "to-pack")
    for step in (
        lambda: pack(consignment=parcel, by=None),
        lambda: report_shortfall(consignment=parcel, missing={taro.pk: 2}),
    ):
        with pytest.raises(BuyerIsAsked):
            step()
    letter = Letter.objects.get(key=f"shortfall-asked:{shortfall.pk}")
    assert f"/thieu-hang/{shortfall.pk}/" in letter.body
    assert "1 × Khoai sọ" in letter.body
    assert "- Giao phần còn lại, hoàn tiền phần thiếu" in letter.body
    assert "- Hủy cả kiện, hoàn hết tiền kiện" in letter.body
    assert "Chờ thêm" not in letter.body
    assert OrderEvent.objects.get(kind="shortfall-asked").actor == user
    assert violations() == []


def test_the_rest_is_delivered_and_what_is_missing_is_paid_back() -> None:
    parcel, taro, shoots = two_goods()
    shortfall = ask(parcel, {taro.pk: 1, shoots.pk: 2})
    answer = answer_shortfall(shortfall_pk=shortfall.pk, choice=ShortfallChoice.SHIP_REST)
    assert (answer.choice, answer.is_silence) == ("ship-rest", False)
    assert back() == [(200_000, "short")]
    assert (fresh(parcel).total_amount, fresh(parcel).due_amount) == (530_000, 330_000)
    assert stock() == [(9, 3), (8, 0)]  # what is not there is not sold again
    rows = LineReduction.objects.values_list("line", "kind", "quantity", "amount")
    assert list(rows) == [(taro.pk, "short", 1, 100_000), (shoots.pk, "short", 2, 100_000)]
    assert violations() == []
    to_stall = Letter.objects.get(key=f"shortfall-answered:{shortfall.pk}")
    assert "Khách đã chọn: Giao phần còn lại, hoàn tiền phần thiếu" in to_stall.body
    to_buyer = Letter.objects.get(key__startswith=f"parcel-reduced:{parcel.code}")
    assert "Thiếu 1 × Khoai sọ: −100.000\xa0₫" in to_buyer.body
    assert "200.000\xa0₫" in to_buyer.body

    sent = hand_over(consignment=pack(consignment=parcel, by=None), by=None, carrier="Xe", tracking_number="")
    assert stock() == [(6, 0), (8, 0)]
    assert Invoice.objects.get().total_amount == 330_000
    sale = invoicing.sale_of(sent)
    assert [(line.name, line.quantity, line.gross_amount) for line in sale.lines] == [
        ("Khoai sọ (túi lưới 3 kg)", 3, 300_000), ("Phí giao hàng", 1, 30_000),
    ]  # fmt: skip
    on_its_way = Letter.objects.get(key=f"handed-over:{parcel.code}").body
    assert "3 × Khoai sọ" in on_its_way
    assert "Măng khô" not in on_its_way
    assert violations() == []


def test_the_buyer_gives_the_whole_parcel_up() -> None:
    parcel, taro, _ = two_goods()
    shortfall = ask(parcel, {taro.pk: 3})
    answer_shortfall(shortfall_pk=shortfall.pk, choice=ShortfallChoice.CANCEL)
    assert (fresh(parcel).status, back()) == ("cancelled", [(530_000, "parcel-cancelled")])
    assert (stock(), Order.objects.get().status) == ([(7, 0), (10, 0)], "cancelled")
    assert "không có đủ hàng" in Letter.objects.get(key=f"parcel-cancelled:{parcel.code}").body
    assert violations() == []


def test_waiting_is_chosen_only_where_a_day_is_offered_and_then_all_is_packed() -> None:
    parcel, taro, _ = two_goods()
    shortfall = ask(parcel, {taro.pk: 1})
    with pytest.raises(NotOffered):
        answer_shortfall(shortfall_pk=shortfall.pk, choice=ShortfallChoice.WAIT)
    answer_shortfall(shortfall_pk=shortfall.pk, choice=ShortfallChoice.SHIP_REST)
    later = ask(parcel, {taro.pk: 1}, timezone.localdate() + SOON)
    answer_shortfall(shortfall_pk=later.pk, choice=ShortfallChoice.WAIT)
    assert (back(), stock()[0]) == ([(100_000, "short")], (9, 3))
    assert pack(consignment=parcel, by=None).due_amount == 430_000
    assert violations() == []


def test_silence_delivers_the_rest_after_24_hours_and_not_before() -> None:
    parcel, taro, _ = two_goods()
    shortfall = ask(parcel, {taro.pk: 1}, timezone.localdate() + SOON)
    assert shortfall.answer_by - shortfall.created_at >= dt.timedelta(hours=23, minutes=59)
    assert answer_overdue(shortfall.answer_by - dt.timedelta(seconds=1)) == 0
    assert sweep(shortfall.answer_by)["shortfalls"] == 1
    assert answer_overdue(shortfall.answer_by) == 0
    answer = ShortfallAnswer.objects.get()
    assert (answer.choice, answer.is_silence) == ("ship-rest", True)
    assert back() == [(100_000, "short")]
    assert "không trả lời trong hạn" in Letter.objects.get(key=f"shortfall-answered:{shortfall.pk}").body
    assert violations() == []


def test_the_first_answer_stays() -> None:
    parcel, taro, _ = two_goods()
    shortfall = ask(parcel, {taro.pk: 1})
    for choice in (ShortfallChoice.SHIP_REST, ShortfallChoice.CANCEL, None):
        assert answer_shortfall(shortfall_pk=shortfall.pk, choice=choice).choice == "ship-rest"
    assert (back(), fresh(parcel).status, violations()) == ([(100_000, "short")], "to-pack", [])


def test_a_stall_that_finds_the_goods_takes_its_question_back() -> None:
    parcel, taro, _ = two_goods()
    shortfall = ask(parcel, {taro.pk: 1})
    for _ in range(2):
        assert withdraw_shortfall(shortfall_pk=shortfall.pk).choice == "withdrawn"
    assert "Bạn không cần chọn nữa" in Letter.objects.get(key=f"shortfall-withdrawn:{shortfall.pk}").body
    assert answer_shortfall(shortfall_pk=shortfall.pk, choice=ShortfallChoice.CANCEL).choice == "withdrawn"
    assert answer_overdue(shortfall.answer_by) == 0
    assert pack(consignment=parcel, by=None).due_amount == 530_000
    assert (back(), stock(), violations()) == ([], [(10, 4), (10, 2)], [])


def test_an_answered_question_is_not_taken_back_nor_is_that_a_buyers_choice() -> None:
    parcel, taro, _ = two_goods()
    shortfall = ask(parcel, {taro.pk: 1})
    with pytest.raises(NotOffered):
        answer_shortfall(shortfall_pk=shortfall.pk, choice=ShortfallChoice.WITHDRAWN)
    answer_shortfall(shortfall_pk=shortfall.pk, choice=ShortfallChoice.SHIP_REST)
    with pytest.raises(IllegalStep):
        withdraw_shortfall(shortfall_pk=shortfall.pk)
    assert (back(), ShortfallAnswer.objects.get().choice) == ([(100_000, "short")], "ship-rest")


def test_nothing_left_and_no_day_cancels_at_once_with_the_delivery_fee() -> None:
    parcel, taro, shoots = two_goods()
    assert report_shortfall(consignment=parcel, missing={taro.pk: 4, shoots.pk: 2}) is None
    assert (fresh(parcel).status, back()) == ("cancelled", [(530_000, "parcel-cancelled")])
    assert (stock(), Shortfall.objects.count()) == ([(6, 0), (8, 0)], 0)
    assert OrderEvent.objects.filter(kind="stall-cancelled").count() == 1
    assert violations() == []


def test_nothing_left_but_a_day_asks_and_silence_cancels() -> None:
    parcel, taro, shoots = two_goods()
    shortfall = ask(parcel, {taro.pk: 4, shoots.pk: 2}, timezone.localdate() + SOON)
    body = Letter.objects.get(key=f"shortfall-asked:{shortfall.pk}").body
    assert "Giao phần còn lại" not in body
    assert "chợ sẽ làm theo cách: Hủy cả kiện, hoàn hết tiền kiện" in body
    with pytest.raises(NotOffered):
        answer_shortfall(shortfall_pk=shortfall.pk, choice=ShortfallChoice.SHIP_REST)
    answer_overdue(shortfall.answer_by)
    assert (fresh(parcel).status, back()) == ("cancelled", [(530_000, "parcel-cancelled")])
    assert violations() == []


def test_the_rest_of_a_reduced_parcel_is_cancelled_for_what_was_still_paid() -> None:
    parcel, taro, _ = two_goods()
    answer_shortfall(shortfall_pk=ask(parcel, {taro.pk: 1}).pk, choice=ShortfallChoice.SHIP_REST)
    cancel_consignment(consignment=parcel)
    assert back() == [(100_000, "short"), (430_000, "parcel-cancelled")]
    assert "  3 × Khoai sọ" in Letter.objects.get(key=f"parcel-off:{parcel.code}").body
    assert (usable_amount(parcel.order), stock()[0], violations()) == (0, (9, 0), [])


@pytest.mark.parametrize("quantity", [None, 0, 5, -1])
def test_what_cannot_be_missing_is_refused_and_writes_nothing(quantity: int | None) -> None:
    parcel, taro, _ = two_goods()
    with pytest.raises(TooManyMissing):
        report_shortfall(consignment=parcel, missing={} if quantity is None else {taro.pk: quantity})
    assert (Shortfall.objects.count(), MissingLine.objects.count(), back()) == (0, 0, [])


def test_a_packed_parcel_misses_nothing() -> None:
    parcel, taro, _ = two_goods()
    pack(consignment=parcel, by=None)
    with pytest.raises(IllegalStep):
        report_shortfall(consignment=parcel, missing={taro.pk: 1})
    assert Shortfall.objects.count() == 0


def test_a_discount_goes_with_its_pieces_to_the_buyers_favour() -> None:
    parcel = paid((make_product(price=100_000), 3), discount=10_000)  # 290.000 ₫ for three
    line = parcel.lines.get()
    answer_shortfall(shortfall_pk=ask(parcel, {line.pk: 1}).pk, choice=ShortfallChoice.SHIP_REST)
    assert back() == [(96_667, "short")]  # a third of 290.000, rounded up
    assert fresh(parcel).due_amount == 320_000 - 96_667
    sent = hand_over(consignment=pack(consignment=parcel, by=None), by=None, carrier="", tracking_number="")
    sale = invoicing.sale_of(sent)
    assert (sale.lines[0].gross_amount, sale.discount_amount) == (200_000, 6_667)
    assert sale.total_amount == Invoice.objects.get().total_amount == 320_000 - 96_667
    assert violations() == []


def test_a_price_for_many_stays_when_fewer_come() -> None:
    sheet = make_product(price=100_000, stock=20)
    sheet.product.price_tiers.create(min_quantity=10, unit_amount=95_000)
    parcel = paid((sheet, 10))
    line = parcel.lines.get()
    assert line.unit_amount == 95_000
    answer_shortfall(shortfall_pk=ask(parcel, {line.pk: 2}).pk, choice=ShortfallChoice.SHIP_REST)
    assert (back(), violations()) == ([(190_000, "short")], [])


def test_a_lighter_line_costs_its_weight_and_the_invoice_says_so() -> None:
    sheet = make_product(price=100_000, title="Khoai sọ")  # 3 kg a bag
    lot = make_lot(sheet)
    parcel = paid((sheet, 2))
    line = parcel.lines.get()
    packed = pack(consignment=parcel, by=None, lots={line.pk: lot.pk}, weights={line.pk: 5_701})
    assert back() == [(9_967, "lighter")]  # 200.000 × 299 ⁄ 6.000 = 9.966,7
    assert fresh(packed).due_amount == 230_000 - 9_967
    assert line.picked.quantity == 5_701
    letter = Letter.objects.get(key__startswith=f"parcel-reduced:{parcel.code}")
    assert "Khoai sọ cân nhẹ hơn 299 g: −9.967\xa0₫" in letter.body
    sent = hand_over(consignment=packed, by=None, carrier="", tracking_number="")
    sale = invoicing.sale_of(sent)
    assert (sale.lines[0].name, sale.lines[0].quantity, sale.lines[0].gross_amount) == (
        "Khoai sọ (túi lưới 3 kg), cân thực thiếu 299 g", 2, 190_033,
    )  # fmt: skip
    assert sale.draft_on(timezone.localdate()).total == 220_033
    assert violations() == []


@pytest.mark.parametrize("grams", [0, -5, 6_001])
def test_a_weight_above_the_one_sold_or_of_nothing_is_refused(grams: int) -> None:
    parcel = paid((make_product(), 2))
    with pytest.raises(WeightUnfit) as refusal:
        pack(consignment=parcel, by=None, weights={parcel.lines.get().pk: grams})
    assert refusal.value.sold == 6_000
    assert (fresh(parcel).status, LineReduction.objects.count()) == ("to-pack", 0)


def test_the_full_weight_changes_nothing_and_goods_by_the_piece_have_none() -> None:
    parcel = paid((make_product(), 2))
    assert pack(consignment=parcel, by=None, weights={parcel.lines.get().pk: 6_000}).status == "packed"
    assert (LineReduction.objects.count(), back()) == (0, [])
    cloth = paid((make_product(net_quantity=1, net_unit="piece", pack="1 chiếc"), 1))
    with pytest.raises(WeightUnfit):
        pack(consignment=cloth, by=None, weights={cloth.lines.get().pk: 1})


def test_missing_pieces_and_a_lighter_rest_add_up() -> None:
    parcel = paid((make_product(price=99_999), 3), discount=1_000)
    line = parcel.lines.get()
    answer_shortfall(shortfall_pk=ask(parcel, {line.pk: 1}).pk, choice=ShortfallChoice.SHIP_REST)
    with pytest.raises(WeightUnfit):
        pack(consignment=parcel, by=None, weights={line.pk: 6_001})
    packed = pack(consignment=parcel, by=None, weights={line.pk: 5_000})
    assert fresh(packed).due_amount + sum(amount for amount, _ in back()) == parcel.total_amount
    sent = hand_over(consignment=packed, by=None, carrier="", tracking_number="")
    assert Invoice.objects.get().total_amount == fresh(sent).due_amount
    assert violations() == []


@pytest.mark.parametrize("model", [LineReduction, ConsignmentRefund, Shortfall, MissingLine, ShortfallAnswer])
def test_what_was_said_and_given_back_is_never_rewritten(model: Any) -> None:
    parcel, taro, _ = two_goods()
    answer_shortfall(shortfall_pk=ask(parcel, {taro.pk: 1}).pk, choice=ShortfallChoice.SHIP_REST)
    row = model.objects.get()
    for change in (row.save, lambda: model.objects.filter(pk=row.pk)._raw_delete(row._state.db)):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_a_preorder_that_falls_short_gives_its_reservation_back_only() -> None:
    sheet = make_product(stock=0)
    harvest = plan_harvest(
        product=sheet.product, expected_quantity=5, expected_on=timezone.localdate() + SOON
    )
    parcel = paid((sheet, 3), promises={sheet.product_id: harvest.expected_on})
    line = parcel.lines.get()
    answer_shortfall(shortfall_pk=ask(parcel, {line.pk: 1}).pk, choice=ShortfallChoice.SHIP_REST)
    assert (stock(), StockRecord.objects.get().num_expected) == ([(0, 2)], 5)
    record_arrival(harvest=harvest, quantity=2, arrived_before=0)
    answer_shortfall(shortfall_pk=ask(parcel, {line.pk: 1}).pk, choice=ShortfallChoice.SHIP_REST)
    assert (stock(), violations()) == ([(2, 1)], [])


def test_letters_are_in_the_buyers_language_and_the_stalls() -> None:
    parcel = paid((make_product(price=100_000, title="Khoai sọ"), 3), language="en")
    shortfall = ask(parcel, {parcel.lines.get().pk: 1}, timezone.localdate() + SOON)
    question = Letter.objects.get(key=f"shortfall-asked:{shortfall.pk}")
    assert "is short of goods, please choose" in question.subject
    assert "- Send the rest, refund what is missing\n  - Wait until everything is there" in question.body
    assert "/en/don-hang/" in question.body
    answer_shortfall(shortfall_pk=shortfall.pk, choice=ShortfallChoice.SHIP_REST)
    reduced = Letter.objects.get(key__startswith=f"parcel-reduced:{parcel.code}")
    assert "1 × Khoai sọ missing: −100.000\xa0₫" in reduced.body
    assert "Khách đã chọn" in Letter.objects.get(key=f"shortfall-answered:{shortfall.pk}").body
    cancel_consignment(consignment=parcel)
    unpaid = place_order((make_product(), 1), language="en")
    cancel_order(order_id=unpaid.order.pk)
    for letter in Letter.objects.all():
        assert "\n\n\n" not in letter.body, letter.key
        assert "{" not in letter.body, letter.key
    assert f"Order {unpaid.order.number} is cancelled" == Letter.objects.latest("pk").subject


def test_a_cancelled_order_gives_its_promotion_back_and_the_buyer_only_what_was_paid() -> None:
    parcel = paid((make_product(price=100_000), 3), discount=10_000)
    assert not PromotionUse.objects.get().released_at
    cancel_consignment(consignment=parcel)
    assert back() == [(320_000, "parcel-cancelled")]
    assert PromotionUse.objects.get().released_at
    assert violations() == []
