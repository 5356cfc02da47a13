"""After hand-over: what may be reported until when, what the answers do to money and stock, to the đồng."""

from __future__ import annotations

import datetime as dt
import doctest
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from catalog.models import ProductSheet
from shop.messages.models import Letter
from shop.orders import recalls, return_rules
from shop.orders.invariants import violations
from shop.orders.models import (
    Consignment,
    GoodsBack,
    GoodsReport,
    LineReduction,
    OrderEvent,
    ReportAnswer,
    ReportPhoto,
)
from shop.orders.requests import IllegalStep, NotOffered, NotReturnable, ReportWaits, TooManyReported
from shop.orders.services import (
    LotUnfit,
    NotInStock,
    Reply,
    answer_report,
    hand_over,
    pack,
    place,
    report_goods,
    take_goods_back,
)
from shop.orders.statuses import Fault, Verdict, Wish
from shop.partner.models import StockRecord
from shop.payments.models import Refund
from shop.payments.refunds import request_agreed
from tests.factories import make_lot, make_product, make_promotion
from tests.support.orders import bring, fill_basket, transfer, wish

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
KEEPS = {"ocop_set": 6, "processing": "primary"}


def handed_over(*goods: tuple[ProductSheet, int], discount: int = 0, days_ago: float = 0) -> Consignment:
    """A consignment that left, delivery 30.000 ₫; a promotion took ``discount`` đồng off its goods."""
    if discount:
        make_promotion(amount=discount)
    asked = wish(fill_basket(*goods))
    placed = place(**asked | {"expected_total": asked["expected_total"] - discount})
    bring(transfer(placed.attempt.amount, placed.order.number))
    parcel = hand_over(
        consignment=pack(consignment=placed.order.consignments.get(), by=None),
        by=None,
        carrier="Tự giao",
        tracking_number="",
    )
    Consignment.objects.update(handed_over_at=timezone.now() - days_ago * DAY)
    return Consignment.objects.get(pk=parcel.pk)


def report(
    parcel: Consignment,
    *counts: int,
    fault: Fault = Fault.SPOILED,
    wished: Wish = Wish.MONEY,
    photos: Sequence[bytes] = (),
    key: uuid.UUID | None = None,
) -> GoodsReport:
    pieces = dict(zip(parcel.lines.values_list("pk", flat=True), counts, strict=True))
    return report_goods(
        consignment=parcel,
        sent_key=key or uuid.uuid4(),
        pieces=pieces,
        fault=fault,
        wish=wished,
        text="Củ bị thối",
        photos=photos,
    )


def answer(found: GoodsReport, verdict: Verdict, *counts: int, **more: Any) -> ReportAnswer:
    lines = found.consignment.lines.values_list("pk", flat=True)
    is_by_market = more.pop("is_by_market", False)
    reply = Reply(verdict, dict(zip(lines, counts, strict=False)), **{"text": "Bà con trả lời"} | more)
    return answer_report(report_pk=found.pk, reply=reply, is_by_market=is_by_market)


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(return_rules).failed == 0


@pytest.mark.parametrize(
    ("goods", "days_ago", "fault", "refused"),
    [
        ({}, 1.9, Fault.SPOILED, None),
        ({}, 2.1, Fault.SPOILED, "too-late"),
        ({}, 1, Fault.CHANGED_MIND, "does-not-keep"),
        (KEEPS, 6.9, Fault.CHANGED_MIND, None),
        (KEEPS, 7.1, Fault.WRONG, "too-late"),
        ({"ocop_set": 23, "processing": "raw"}, 3, Fault.SPOILED, "too-late"),
    ],
)
def test_fresh_goods_are_reported_soon_and_not_returned_for_a_change_of_mind(
    goods: dict[str, Any], days_ago: float, fault: Fault, refused: str | None
) -> None:
    parcel = handed_over((make_product(**goods), 2), days_ago=days_ago)
    if refused is None:
        assert report(parcel, 1, fault=fault).answer_by > timezone.now() + 1.9 * DAY
        return
    with pytest.raises(NotReturnable) as refusal:
        report(parcel, 1, fault=fault)
    assert refusal.value.obstacle.value == refused
    assert not GoodsReport.objects.exists()


def test_the_time_counts_from_the_last_promised_day() -> None:
    parcel = handed_over((make_product(), 1), days_ago=4)
    Consignment.objects.update(promised_to=timezone.localdate() - 2 * DAY)
    assert report(parcel, 1)


def test_goods_that_were_not_handed_over_are_not_reported() -> None:
    placed = place(**wish(fill_basket((make_product(), 1))))
    with pytest.raises(IllegalStep):
        report(placed.order.consignments.get(), 1)


def test_money_goes_back_for_the_pieces_that_were_accepted() -> None:
    parcel = handed_over((make_product(price=100_000, stock=9), 3), discount=20_001)
    found = report(parcel, 2, photos=[b"jpeg"])
    assert (Letter.objects.get(key=f"goods-reported:{found.pk}").recipient) == parcel.cooperative.email
    answer(found, Verdict.MONEY, 1)
    parcel = Consignment.objects.get()
    row = LineReduction.objects.get()
    # A third of 300.000 ₫ less 20.001 ₫, every fraction the buyer's.
    assert (row.kind, row.quantity, row.amount, row.goods_amount) == ("returned", 1, 93_333, 100_000)
    assert (parcel.due_amount, parcel.total_amount) == (216_666, 309_999)
    line = parcel.lines.get()
    assert (line.left_quantity, line.kept_quantity) == (3, 2)
    assert list(Refund.objects.values_list("amount", "reason")) == [(93_333, "returned")]
    assert StockRecord.objects.get().num_in_stock == 6  # nothing comes back by itself
    letter = Letter.objects.get(key=f"report-answered:{found.answers.get().pk}")
    assert "93.333\xa0₫" in letter.body
    assert f"/phieu/{found.pk}/" in letter.body
    assert [event.kind for event in OrderEvent.objects.all()][-3:] == [
        "reported", "report-answered", "refund-due",
    ]  # fmt: skip
    assert violations() == []


def test_all_pieces_of_all_lines_can_be_paid_back_in_steps() -> None:
    first, second = make_product(price=99_999), None
    second = make_product(price=33_333, cooperative=first.cooperative)
    parcel = handed_over((first, 3), (second, 2), discount=1_000)
    for counts in ((1, 1), (2, 1)):
        answer(report(parcel, *counts), Verdict.MONEY, *counts)
    parcel = Consignment.objects.get()
    assert parcel.due_amount == parcel.shipping_amount == 30_000
    assert sum(Refund.objects.values_list("amount", flat=True)) == parcel.total_amount - 30_000
    with pytest.raises(TooManyReported):
        report(parcel, 1, 0)
    assert violations() == []


def test_no_more_goes_back_than_the_charge_has_left() -> None:
    parcel = handed_over((make_product(price=100_000), 1))
    request_agreed(attempt=parcel.order.payment_attempts.get(), amount=90_000, by=None, note="")
    answer(report(parcel, 1), Verdict.MONEY, 1)
    assert Refund.objects.get(reason="returned").amount == 40_000
    assert violations() == []


def test_a_replacement_leaves_the_stock_and_its_lot_is_known_to_a_recall() -> None:
    goods = make_product(price=100_000, stock=5)
    parcel = handed_over((goods, 2))
    lot = make_lot(goods, quantity=30_000)
    line = parcel.lines.get()
    found = report(parcel, 2, fault=Fault.WRONG, wished=Wish.REPLACEMENT)
    with pytest.raises(LotUnfit):
        answer(found, Verdict.REPLACED, 2, lots={line.pk: make_lot(make_product()).pk})
    assert StockRecord.objects.filter(product=goods.product).get().num_in_stock == 3
    given = answer(
        found, Verdict.REPLACED, 2, lots={line.pk: lot.pk}, carrier="Xe khách", tracking_number="XK1"
    )
    record = StockRecord.objects.get(product=goods.product)
    assert (record.num_in_stock, record.num_allocated) == (1, 0)
    assert given.lines.get().lot_event.quantity == 6_000
    assert (Refund.objects.count(), Consignment.objects.get().due_amount) == (0, 230_000)
    assert "XK1" in Letter.objects.get(key=f"report-answered:{given.pk}").body
    told = recalls.recall_lot(lot=lot, reason="Nhiễm khuẩn", with_made=False, by=None)
    assert told.buyers == 1
    assert Letter.objects.filter(key=f"lot-recalled:{lot.code}:{parcel.code}").exists()
    assert violations() == []


def test_what_others_have_ordered_replaces_nothing() -> None:
    goods = make_product(stock=3)
    parcel = handed_over((goods, 2))
    place(**wish(fill_basket((goods, 1))))
    with pytest.raises(NotInStock):
        answer(report(parcel, 1), Verdict.REPLACED, 1)
    assert not ReportAnswer.objects.exists()
    assert (StockRecord.objects.get().num_in_stock, violations()) == (1, [])


def test_goods_that_come_back_are_stock_only_where_the_stall_says_so() -> None:
    parcel = handed_over((make_product(price=100_000, stock=5, **KEEPS), 3))
    given = answer(report(parcel, 3, fault=Fault.CHANGED_MIND), Verdict.MONEY, 2, goods_come_back=True)
    line = parcel.lines.get().pk
    with pytest.raises(TooManyReported):
        take_goods_back(answer_pk=given.pk, restocked={line: 3})
    assert StockRecord.objects.get().num_in_stock == 2
    take_goods_back(answer_pk=given.pk, restocked={line: 1})
    assert StockRecord.objects.get().num_in_stock == 3
    with pytest.raises(IllegalStep):
        take_goods_back(answer_pk=given.pk, restocked={line: 1})
    assert (GoodsBack.objects.count(), StockRecord.objects.get().num_in_stock) == (1, 3)
    assert violations() == []


def test_goods_that_nobody_asked_back_do_not_come_back() -> None:
    given = answer(report(handed_over((make_product(), 1)), 1), Verdict.MONEY, 1)
    with pytest.raises(IllegalStep):
        take_goods_back(answer_pk=given.pk, restocked={})


def test_a_report_sent_twice_is_one_and_a_second_one_waits_for_the_first() -> None:
    parcel, key = handed_over((make_product(), 3)), uuid.uuid4()
    assert report(parcel, 1, key=key, photos=[b"jpeg"]) == report(parcel, 1, key=key, photos=[b"jpeg"])
    with pytest.raises(ReportWaits):
        report(parcel, 1)
    assert (GoodsReport.objects.count(), ReportPhoto.objects.count()) == (1, 1)
    assert Letter.objects.filter(kind="goods_reported").count() == 1


@pytest.mark.parametrize("counts", [(4,), (0,), (-1,)])
def test_pieces_that_are_not_there_are_not_reported(counts: tuple[int]) -> None:
    parcel = handed_over((make_product(), 3))
    with pytest.raises(TooManyReported):
        report(parcel, *counts)


def test_a_no_needs_a_reason_and_stands_until_the_market_says_otherwise() -> None:
    parcel = handed_over((make_product(price=100_000), 2))
    found = report(parcel, 1)
    with pytest.raises(NotOffered):
        answer(found, Verdict.REFUSED, text="")
    with pytest.raises(IllegalStep):  # the stall has its time
        answer(found, Verdict.MONEY, 1, is_by_market=True)
    answer(found, Verdict.REFUSED, text="Ảnh chụp củ khác")
    with pytest.raises(IllegalStep):
        answer(found, Verdict.MONEY, 1)
    with pytest.raises(TooManyReported):
        report(parcel, 2)  # one of the two was refused
    with pytest.raises(NotOffered):
        answer(found, Verdict.REPLACED, 1, is_by_market=True)
    answer(found, Verdict.MONEY, 1, is_by_market=True)
    with pytest.raises(IllegalStep):
        answer(found, Verdict.REFUSED, is_by_market=True)
    found = GoodsReport.objects.get()
    assert found.answer is not None
    assert (found.answer.verdict, Refund.objects.get().amount) == ("money", 100_000)
    assert Letter.objects.filter(kind="report_decided").count() == 1
    assert violations() == []


@pytest.mark.parametrize("verdict", [Verdict.MONEY, Verdict.REPLACED])
def test_a_yes_in_part_stands_for_a_no_to_the_rest_until_the_market_says_otherwise(verdict: Verdict) -> None:
    parcel = handed_over((make_product(price=100_000), 4))
    found = report(parcel, 3)
    answer(found, verdict, 1)
    assert "nhờ chợ xem lại" in Letter.objects.get(kind="report_answered").body
    with pytest.raises(TooManyReported):
        report(parcel, 4 if verdict == Verdict.REPLACED else 3)  # two were refused
    with pytest.raises(TooManyReported):
        answer(found, Verdict.MONEY, 3, is_by_market=True)  # one was given already
    answer(found, Verdict.MONEY, 1, is_by_market=True)
    with pytest.raises(IllegalStep):
        answer(found, Verdict.MONEY, 1, is_by_market=True)
    given = {Verdict.MONEY: 200_000, Verdict.REPLACED: 100_000}[verdict]
    assert sum(Refund.objects.values_list("amount", flat=True)) == given
    assert violations() == []


def test_a_yes_to_all_that_was_asked_is_not_taken_to_the_market() -> None:
    found = report(handed_over((make_product(price=100_000), 2)), 2)
    answer(found, Verdict.MONEY, 2)
    with pytest.raises(IllegalStep):
        answer(found, Verdict.REFUSED, is_by_market=True, text="Không")


def test_where_the_stall_is_silent_the_market_answers() -> None:
    found = report(handed_over((make_product(price=100_000), 1)), 1)
    with transaction.atomic():
        # What is said about a report is never changed: this one was sent three days ago.
        late = timezone.now() + 3 * DAY
        assert list(GoodsReport.objects.overdue(late)) == [found]
        assert not GoodsReport.objects.overdue(timezone.now()).exists()


def test_only_a_buyer_who_only_told_is_thanked() -> None:
    parcel = handed_over((make_product(), 2))
    with pytest.raises(NotOffered):
        answer(report(parcel, 1), Verdict.NOTED)
    answer(GoodsReport.objects.get(), Verdict.REFUSED, text="Không phải")
    told = report(parcel, 1, wished=Wish.TELL)
    answer(told, Verdict.NOTED)
    assert (Refund.objects.count(), violations()) == (0, [])


@pytest.mark.parametrize("counts", [(2,), (), (0,)])
def test_no_more_is_answered_than_was_reported_and_not_nothing(counts: tuple[int, ...]) -> None:
    found = report(handed_over((make_product(), 3)), 1)
    with pytest.raises(TooManyReported):
        answer(found, Verdict.MONEY, *counts)
    assert not ReportAnswer.objects.exists()


def test_photographs_are_kept_where_nobody_is_served() -> None:
    found = report(handed_over((make_product(), 1)), 1, photos=[b"eins", b"zwei"])
    first, second = found.photos.all()
    assert Path(first.photo.path).parent == Path(settings.PRIVATE_DIR) / "reports"
    assert [Path(one.photo.path).read_bytes() for one in (first, second)] == [b"eins", b"zwei"]


def test_photographs_of_a_report_that_fails_do_not_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    parcel = handed_over((make_product(), 1))
    folder = Path(settings.PRIVATE_DIR) / "reports"
    before = set(folder.glob("*")) if folder.exists() else set()

    def fails(self: ReportPhoto, **_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(ReportPhoto, "save", fails)
    with pytest.raises(OSError, match="disk full"):
        report(parcel, 1, photos=[b"eins"])
    assert set(folder.glob("*")) == before
    assert not GoodsReport.objects.exists()


def test_what_was_said_and_answered_is_never_changed() -> None:
    parcel = handed_over((make_product(**KEEPS), 2))
    given = answer(report(parcel, 1, photos=[b"x"]), Verdict.MONEY, 1, goods_come_back=True)
    back = take_goods_back(answer_pk=given.pk, restocked={parcel.lines.get().pk: 1})
    found = given.report
    for row in (
        found, found.lines.get(), found.photos.get(), given, given.lines.get(), back, back.lines.get(),
        LineReduction.objects.get(),
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            type(row).objects.filter(pk=row.pk)._raw_delete("default")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            row.save()
