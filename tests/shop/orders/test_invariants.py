"""Every rule of the books notices when it is broken behind the services' back."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from oscar.apps.order.models import Line, Order

from shop.invoices.models import Invoice
from shop.orders.invariants import violations
from shop.orders.models import (
    AnsweredLine,
    Consignment,
    ConsignmentLine,
    ConsignmentRefund,
    GoodsBack,
    GoodsReport,
    LineReduction,
    OrderSheet,
    ReportAnswer,
    ReportedLine,
    RestockedLine,
    Shortfall,
)
from shop.orders.requests import Placed
from shop.orders.services import hand_over, pack, report_goods
from shop.orders.statuses import Fault, Wish
from shop.partner.models import StockRecord
from shop.payments.models import InboundEvent, PaymentAttempt, PaymentEvent, Refund
from shop.promotions.models import PromotionUse
from tests.factories import make_cooperative, make_product, make_promotion
from tests.support.orders import bring, place_order, transfer
from tests.support.standing import Standing

pytestmark = pytest.mark.django_db


def place_two_orders() -> Placed:
    """A paid order with a surplus, and an unpaid one beside it."""
    sheet = make_product(price=100_000, stock=9)
    placed = place_order((sheet, 2))
    bring(transfer(240_000, placed.order.number))
    place_order((sheet, 1))
    return placed


@pytest.fixture(scope="module")
def standing_placed(standing: Standing) -> Callable[[], Placed]:
    return standing.keep(place_two_orders)


@pytest.fixture
def placed(standing_placed: Callable[[], Placed]) -> Placed:
    return standing_placed()


def test_books_kept_by_the_services_have_nothing_to_report(placed: Placed, capsys: Any) -> None:
    assert violations() == []
    call_command("check_invariants")
    assert capsys.readouterr().out == "Everything holds.\n"


def break_line(placed: Placed) -> None:
    ConsignmentLine.objects.update(quantity=7)


def reduce(placed: Placed, amount: int) -> None:
    line = ConsignmentLine.objects.get(consignment__order=placed.order)
    LineReduction.objects.create(line=line, kind="lighter", grams=1, goods_amount=amount, amount=amount)


def packed(placed: Placed) -> Consignment:
    return pack(consignment=placed.order.consignments.get(), by=None)


def bill(placed: Placed) -> None:
    hand_over(consignment=packed(placed), by=None, carrier="", tracking_number="")
    Invoice.objects.update(total_amount=1)


def reported(placed: Placed) -> ReportedLine:
    """One of the two packs was reported after hand-over."""
    sent = hand_over(consignment=packed(placed), by=None, carrier="", tracking_number="")
    report = report_goods(
        consignment=sent,
        sent_key=uuid.uuid4(),
        pieces={sent.lines.get().pk: 1},
        fault=Fault.WRONG,
        wish=Wish.MONEY,
        text="Nhầm hàng",
    )
    return report.lines.get()


def answered(placed: Placed, verdict: str, quantity: int) -> AnsweredLine:
    row = reported(placed)
    answer = ReportAnswer.objects.create(report=row.report, verdict=verdict)
    return AnsweredLine.objects.create(answer=answer, line=row.line, quantity=quantity)


def restock(placed: Placed) -> None:
    row = answered(placed, "replaced", 1)
    back = GoodsBack.objects.create(answer=row.answer)
    RestockedLine.objects.create(back=back, line=row.line, quantity=2)


def mix_up(placed: Placed) -> None:
    report = reported(placed).report
    foreign = ConsignmentLine.objects.exclude(consignment=report.consignment).get()
    ReportedLine.objects.create(report=report, line=foreign, quantity=1)


BREAKS = {
    "reserved stock that no line holds": lambda placed: StockRecord.objects.update(num_allocated=8),
    "a line that holds what is not reserved": lambda placed: Line.objects.filter(order=placed.order).update(
        num_allocated=5
    ),
    "a sheet that disagrees with Oscar": lambda placed: Order.objects.filter(pk=placed.order.pk).update(
        total_incl_tax=1
    ),
    "a consignment that is not the order's sum": lambda placed: Consignment.objects.filter(
        order=placed.order
    ).update(shipping_amount=0, total_amount=200_000),
    "lines that are not the consignment's sum": lambda placed: ConsignmentLine.objects.filter(
        consignment__order=placed.order
    ).update(goods_amount=1),
    "a line whose price times quantity is another sum": break_line,
    "a paid order without its money": lambda placed: Refund.objects.update(amount=10_001),
    "a refund above what came in": lambda placed: Refund.objects.update(amount=240_001),
    "an unpaid order marked as paid": lambda placed: Order.objects.update(status="paid"),
    "a paid order whose goods still wait for money": lambda placed: Consignment.objects.update(
        status="awaiting-payment"
    ),
    "an attempt that succeeded for nothing": lambda placed: PaymentAttempt.objects.update(status="succeeded"),
    "a matched delivery of another amount": lambda placed: InboundEvent.objects.update(amount=1),
    "booked money of an unmatched delivery": lambda placed: InboundEvent.objects.update(outcome="unmatched"),
    "an attempt that asks for another order": lambda placed: PaymentAttempt.objects.update(
        reference="HT2345678X"
    ),
    "goods of one stall in the parcel of another": lambda placed: Consignment.objects.update(
        cooperative=make_cooperative()
    ),
    "a paid order whose only parcel is cancelled": lambda placed: placed.order.consignments.update(
        status="cancelled"
    ),
    "stock that no parcel waits for": lambda placed: placed.order.consignments.update(status="handed-over"),
    "less delivered than is given back": lambda placed: reduce(placed, 10_000),
    "more taken off than there is": lambda placed: reduce(placed, 300_000),
    "a refund of a parcel that misses nothing": lambda placed: ConsignmentRefund.objects.create(
        consignment=placed.order.consignments.get(), refund=Refund.objects.get()
    ),
    "more given back of a charge than it was": lambda placed: Refund.objects.create(
        attempt=placed.attempt, charge=PaymentEvent.objects.get(), amount=231_000, reason="agreed"
    ),
    "an invoice of another sum": bill,
    "a question about a parcel that is gone": lambda placed: Shortfall.objects.create(
        consignment=packed(placed), answer_by=timezone.now()
    ),
    "a report of goods that never left": lambda placed: GoodsReport.objects.create(
        consignment=packed(placed), sent_key=uuid.uuid4(), answer_by=timezone.now()
    ),
    "a report about goods of another parcel": mix_up,
    "more answered than was reported": lambda placed: answered(placed, "replaced", 2),
    "more come back than was answered": restock,
    "an answer whose money is nowhere": lambda placed: answered(placed, "money", 1),
    "money off that nobody answered": lambda placed: LineReduction.objects.create(
        line=reported(placed).line, kind="returned", quantity=1, goods_amount=0, amount=0
    ),
    "a discount that no promotion gave": lambda placed: placed.order.consignments.update(
        discount_amount=1_000, total_amount=229_000
    ),
    "a use that nobody counted": lambda placed: PromotionUse.objects.create(
        promotion=make_promotion(), order=placed.order, buyer_phone="0912345678", amount=1
    ),
    "an order without a sheet": lambda placed: Order.objects.create(
        number="1", total_incl_tax=0, total_excl_tax=0, currency="VND"
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_rule_is_named(placed: Placed, name: str) -> None:
    BREAKS[name](placed)
    assert violations()
    with pytest.raises(CommandError):
        call_command("check_invariants")


SENTENCES = {
    "a paid order whose only parcel is cancelled": "is paid although nothing of it comes",
    "stock that no parcel waits for": "2 held of 0 that are still to leave",
    "less delivered than is given back": "0 of 10000 đồng go back",
    "more taken off than there is": "more is taken off than it has",
    "a refund of a parcel that misses nothing": "10000 of 0 đồng go back",
    "more given back of a charge than it was": "241000 of 240000 đồng go back",
    "an invoice of another sum": "230000 đồng are due, its invoice says 1",
    "a report of goods that never left": "its consignment was never handed over",
    "a report about goods of another parcel": "is about another consignment",
    "more answered than was reported": "2 of 1 reported",
    "more come back than was answered": "2 restocked",
    "an answer whose money is nowhere": "what it takes off is not what was answered",
    "money off that nobody answered": "nobody answered that this is paid back",
    "a discount that no promotion gave": "1000 off, its promotions gave 0",
    "a use that nobody counted": "0 uses counted, 1 stand",
    "a question about a parcel that is gone": "waits for an answer, but not to be packed",
}


@pytest.mark.parametrize("name", SENTENCES)
def test_the_sentence_says_which_rule(placed: Placed, name: str) -> None:
    BREAKS[name](placed)
    assert [sentence for sentence in violations() if SENTENCES[name] in sentence]


def test_the_check_takes_the_same_few_queries_for_any_number_of_orders(
    placed: Placed, django_assert_num_queries: Any
) -> None:
    place_order((make_product(), 1), (make_product(), 1))
    with django_assert_num_queries(48):
        violations()
    assert OrderSheet.objects.count() == 3
