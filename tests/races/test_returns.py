"""Two clerks answer, the buyer's finger slips, goods come back twice, the last pieces are wanted: one outcome.

Each guard comes with its control: when everybody looks before anybody writes, the books break.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from shop.orders import returns
from shop.orders.invariants import violations
from shop.orders.locks import lock_consignment
from shop.orders.models import AnsweredLine, Consignment, GoodsBack, GoodsReport, ReportAnswer
from shop.orders.services import (
    NotInStock,
    OutOfStock,
    Reply,
    answer_report,
    hand_over,
    pack,
    report_goods,
    take_goods_back,
)
from shop.orders.statuses import Fault, Verdict, Wish
from shop.partner.models import StockRecord
from shop.payments.models import Refund
from tests.factories import make_product
from tests.support.orders import bring, place_order, transfer
from tests.support.together import at_once, drop_constraint

pytestmark = pytest.mark.django_db(transaction=True)


def delivered(stock: int = 9) -> Consignment:
    """Two packs at 100.000 ₫, handed over."""
    placed = place_order((make_product(price=100_000, stock=stock), 2))
    bring(transfer(placed.attempt.amount, placed.order.number))
    packed = pack(consignment=placed.order.consignments.get(), by=None)
    return hand_over(consignment=packed, by=None, carrier="", tracking_number="")


def report(parcel: Consignment, key: uuid.UUID | None = None) -> GoodsReport:
    return report_goods(
        consignment=parcel,
        sent_key=key or uuid.uuid4(),
        pieces={parcel.lines.get().pk: 2},
        fault=Fault.SPOILED,
        wish=Wish.MONEY,
        text="Hỏng",
    )


def answer(found: GoodsReport, verdict: Verdict, **more: Any) -> ReportAnswer:
    is_by_market = more.pop("is_by_market", False)
    reply = Reply(verdict, {found.lines.get().line_id: 2}, text="Nhắn", **more)
    return answer_report(report_pk=found.pk, reply=reply, is_by_market=is_by_market)


def kinds(outcomes: list[Any]) -> Counter[str]:
    return Counter(type(outcome).__name__ for outcome in outcomes)


@pytest.fixture
def nobody_looks(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From now on everybody acts on what was there before: no report, no answer, nothing back."""

    def blind() -> None:
        for model in (GoodsReport, GoodsBack):
            monkeypatch.setattr(model.objects, "filter", lambda *_a, **_k: GoodsReport.objects.none())
        monkeypatch.setattr(GoodsReport.objects, "waiting", GoodsReport.objects.none)
        monkeypatch.setattr(GoodsReport, "answer", None)
        monkeypatch.setattr(GoodsReport, "left_of", lambda _self, reported: reported.quantity)

    return blind


def test_a_double_click_is_one_report() -> None:
    parcel, key = delivered(), uuid.uuid4()
    outcomes = at_once([lambda: report(parcel, key)] * 6)
    assert kinds(outcomes) == {"GoodsReport": 6}
    assert (GoodsReport.objects.count(), violations()) == (1, [])


def test_two_forms_at_once_are_one_report() -> None:
    parcel = delivered()
    outcomes = at_once([lambda: report(parcel)] * 4)
    assert kinds(outcomes) == {"GoodsReport": 1, "ReportWaits": 3}
    assert (GoodsReport.objects.count(), violations()) == (1, [])


def test_control_without_a_look_every_form_is_a_report_and_only_the_constraint_stops_a_click(
    nobody_looks: Callable[[], None],
) -> None:
    parcel, key = delivered(), uuid.uuid4()
    nobody_looks()
    outcomes = at_once([lambda: report(parcel, key)] * 2 + [lambda: report(parcel)] * 2)
    assert kinds(outcomes) == {"GoodsReport": 3, "IntegrityError": 1}


def test_two_clerks_answer_once() -> None:
    found = report(delivered())
    verdicts = (Verdict.MONEY, Verdict.REPLACED, Verdict.REFUSED) * 2
    outcomes = at_once([lambda verdict=verdict: answer(found, verdict) for verdict in verdicts])
    assert kinds(outcomes) == {"ReportAnswer": 1, "IllegalStep": 5}
    verdict = ReportAnswer.objects.get().verdict
    back = sum(Refund.objects.values_list("amount", flat=True))
    assert back == (200_000 if verdict == "money" else 0)
    assert StockRecord.objects.get().num_in_stock == (5 if verdict == "replaced" else 7)
    assert violations() == []


def test_control_without_a_look_the_constraint_stops_the_second_answer(
    nobody_looks: Callable[[], None],
) -> None:
    found = report(delivered())
    nobody_looks()
    outcomes = at_once([lambda: answer(found, Verdict.REPLACED)] * 2)
    assert Counter(isinstance(one, IntegrityError) for one in outcomes) == {True: 1, False: 1}


def test_control_without_look_and_constraint_the_buyer_gets_money_and_goods(
    nobody_looks: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = report(delivered())
    drop_constraint(ReportAnswer, "a_report_is_answered_once")
    nobody_looks()
    answer(found, Verdict.REPLACED)
    answer(found, Verdict.MONEY)
    assert sum(Refund.objects.values_list("amount", flat=True)) == 200_000
    assert StockRecord.objects.get().num_in_stock == 5
    assert AnsweredLine.objects.aggregate(total=models.Sum("quantity"))["total"] == 4  # of 2 reported


def test_the_last_pieces_replace_or_are_sold() -> None:
    found = report(delivered(stock=4))
    sheet = found.lines.get().line.order_line.product.sheet
    outcomes = at_once([lambda: answer(found, Verdict.REPLACED), lambda: place_order((sheet, 2))])
    refused = [one for one in outcomes if isinstance(one, Exception)]
    assert len(refused) == 1
    assert isinstance(refused[0], NotInStock | OutOfStock)
    record = StockRecord.objects.get()
    assert (record.num_in_stock - record.num_allocated, violations()) == (0, [])


def test_control_without_the_guard_of_the_stock_what_was_sold_is_sent_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = report(delivered(stock=4))
    place_order((found.lines.get().line.order_line.product.sheet, 2))

    def unconditional(line: Any, quantity: int) -> None:
        StockRecord.objects.filter(pk=line.stockrecord_id).update(
            num_in_stock=models.F("num_in_stock") - quantity
        )

    drop_constraint(StockRecord, "never_oversold")
    monkeypatch.setattr(returns.stock, "take", unconditional)
    answer(found, Verdict.REPLACED)
    assert any("reserved" in one for one in violations())


def test_goods_come_back_once() -> None:
    found = report(delivered())
    given = answer(found, Verdict.MONEY, goods_come_back=True)
    line = found.lines.get().line_id
    outcomes = at_once([lambda: take_goods_back(answer_pk=given.pk, restocked={line: 2})] * 5)
    assert kinds(outcomes) == {"GoodsBack": 1, "IllegalStep": 4}
    assert (StockRecord.objects.get().num_in_stock, violations()) == (9, [])


def test_control_without_a_look_only_the_constraint_keeps_the_stock_right(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = report(delivered())
    given = answer(found, Verdict.MONEY, goods_come_back=True)
    line = found.lines.get().line_id
    monkeypatch.setattr(GoodsBack.objects, "filter", lambda **_k: GoodsBack.objects.none())
    outcomes = at_once([lambda: take_goods_back(answer_pk=given.pk, restocked={line: 2})] * 2)
    assert Counter(isinstance(one, IntegrityError) for one in outcomes) == {True: 1, False: 1}
    assert StockRecord.objects.get().num_in_stock == 9


def test_the_market_and_a_late_stall_answer_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = report(delivered())
    monkeypatch.setattr(GoodsReport, "is_overdue", property(lambda self: self.answer is None))
    outcomes = at_once(
        [
            lambda: answer(found, Verdict.MONEY),
            lambda: answer(found, Verdict.MONEY, is_by_market=True),
        ]
        * 2
    )
    assert kinds(outcomes) == {"ReportAnswer": 1, "IllegalStep": 3}
    assert list(Refund.objects.values_list("amount", flat=True)) == [200_000]
    assert violations() == []


def test_control_looked_at_before_both_pay_back(
    monkeypatch: pytest.MonkeyPatch, nobody_looks: Callable[[], None]
) -> None:
    parcel = delivered()
    found = report(parcel)
    monkeypatch.setattr(GoodsReport, "is_overdue", True)
    with transaction.atomic():
        seen = lock_consignment(parcel)
    nobody_looks()
    monkeypatch.setattr(returns, "lock_consignment", lambda _: seen)
    answer(found, Verdict.MONEY)
    answer(found, Verdict.MONEY, is_by_market=True)
    assert ReportAnswer.objects.count() == 2
    assert any("more is taken off than it has" in one for one in violations())
