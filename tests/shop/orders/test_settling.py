"""The books follow orders, parcels and money, to the đồng, and end the same however often and late they look."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from catalog.models import Cooperative, LegalForm
from shop.accounts.models import User
from shop.ledger import journal, levies
from shop.ledger.models import JournalEntry, LevyKind, OrderToSettle
from shop.orders import settling
from shop.orders.invariants import violations
from shop.orders.models import Consignment
from shop.orders.remittances import arrive, book
from shop.orders.requests import StallQuote
from shop.orders.services import (
    Reply,
    agree_refund,
    answer_report,
    attach,
    cancel_consignment,
    hand_over,
    pack,
    place,
    receive,
    report_goods,
    take_back,
)
from shop.orders.settling import settle
from shop.orders.statuses import Fault, Verdict, Wish
from shop.orders.terminals import enter as swipe
from shop.payments import refunds
from shop.payments import services as payments
from shop.payments.models import Refund
from shop.payments.provider import EventKind, ProviderEvent
from shop.payments.refunds import Payee
from shop.payments.remittances import Collected, enter
from tests.factories import make_cooperative, make_product, make_promotion
from tests.support.orders import bring, fill_basket, place_order, transfer, wish

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
KEEPS = {"ocop_set": 6, "processing": "primary"}


@pytest.fixture(autouse=True)
def books_hold() -> Iterator[None]:
    yield
    assert settle() >= 0
    assert violations() == []
    assert sum(journal.trial_balance().values()) == 0


def books() -> dict[str, int]:
    """What accounts hold after all that waits was posted; a stall's without its number, empty ones left out."""
    settle()
    return {
        code.rsplit(":", 1)[0] if code[-1].isdigit() else code: held
        for code, held in journal.trial_balance().items()
        if held
    }


def bought(*goods: Any, discount: int = 0) -> Any:
    """A paid order of 100.000 ₫ and delivery of 30.000 ₫."""
    goods = goods or ((make_product(price=100_000, **KEEPS), 1),)
    asked = wish(fill_basket(*goods))
    placed = place(**asked | {"expected_total": asked["expected_total"] - discount})
    bring(transfer(placed.attempt.amount, placed.order.number))
    placed.order.refresh_from_db()
    return placed.order


def sent(order: Any, *, days_ago: float = 0) -> Consignment:
    parcel = order.consignments.get()
    pack(consignment=parcel, by=None)
    parcel = hand_over(consignment=parcel, by=None, carrier="GHN", tracking_number="1")
    Consignment.objects.filter(pk=parcel.pk).update(handed_over_at=timezone.now() - days_ago * DAY)
    return parcel


def paid_back(refund: Refund) -> None:
    """The refund, through its steps."""
    one, two = (User.objects.get_or_create(email=f"{who}@demo.example")[0] for who in "ab")
    refunds.prepare(refund.pk, by=one, payee=Payee("970436", "1", "A"))
    refunds.approve(refund.pk, by=two)
    refunds.mark_sent(refund.pk, by=one, bank_reference="FT")
    refunds.mark_done(refund.pk, by=one)


def test_a_paid_parcel_waits_until_it_was_handed_over_and_can_not_be_reported_any_more() -> None:
    order = bought()
    assert books() == {"bank": 130_000, "pending": -130_000}
    assert not OrderToSettle.objects.exists()  # until it leaves, no day frees it
    sent(order, days_ago=6.9)
    assert books() == {"bank": 130_000, "pending": -130_000}
    (mark,) = OrderToSettle.objects.all()
    assert dt.timedelta() < mark.look_at - timezone.now() < DAY / 5
    settle(mark.look_at)
    assert books() == {"bank": 130_000, "available": -130_000}
    assert not OrderToSettle.objects.exists()


def test_commission_is_taken_of_goods_at_the_rate_of_the_day_of_the_order_a_stalls_own_before_all_others() -> (
    None
):
    order = bought()
    stall = order.consignments.get().cooperative
    one = User.objects.create_user(email="op@demo.example", password=None)
    levies.enter(
        kind=LevyKind.COMMISSION, basis_points=300, valid_from=timezone.localdate(), note="x", by=one
    )
    levies.enter(
        kind=LevyKind.COMMISSION,
        basis_points=550,
        valid_from=timezone.localdate(),
        note="x",
        by=one,
        cooperative=stall,
    )
    levies.enter(
        kind=LevyKind.COMMISSION, basis_points=900, valid_from=timezone.localdate() + DAY, note="x", by=one
    )
    assert books() == {"bank": 130_000, "pending": -124_500, "commission": -5_500}
    other, in_two_days = make_cooperative("khac"), timezone.localdate() + 2 * DAY
    assert levies.rates_on(timezone.localdate(), other) == levies.Rates(commission=300)
    assert levies.rates_on(in_two_days, other) == levies.Rates(commission=900)
    with pytest.raises(levies.TooEarly):
        levies.enter(
            kind=LevyKind.VAT, basis_points=1, valid_from=timezone.localdate() - DAY, note="", by=one
        )


def test_a_households_taxes_are_withheld() -> None:
    sheet = make_product(price=100_000, **KEEPS)
    Cooperative.objects.filter(pk=sheet.cooperative_id).update(legal_form=LegalForm.HOUSEHOLD)
    bought((sheet, 1))
    assert books() == {"bank": 130_000, "pending": -128_050, "vat": -1_300, "pit": -650}


def test_what_the_market_bears_of_a_discount_is_paid_to_the_stall_and_shrinks_with_the_goods() -> None:
    make_promotion(amount=21_000)  # of the market
    order = bought((make_product(price=100_000, **KEEPS), 3), discount=21_000)
    assert books() == {"bank": 309_000, "promotions": 21_000, "pending": -330_000}
    parcel = sent(order)
    report = report_goods(
        consignment=parcel,
        sent_key=uuid.uuid4(),
        pieces={parcel.lines.get().pk: 1},
        fault=Fault.SPOILED,
        wish=Wish.MONEY,
        text="Hỏng",
    )
    answer_report(report_pk=report.pk, reply=Reply(Verdict.MONEY, pieces={parcel.lines.get().pk: 1}))
    assert books() == {"bank": 309_000, "promotions": 14_000, "pending": -230_000, "buyers": -93_000}
    paid_back(Refund.objects.get())
    assert books() == {"bank": 216_000, "promotions": 14_000, "pending": -230_000}


def test_money_stays_back_while_a_report_waits_and_while_somebody_holds_it() -> None:
    order = bought()
    parcel = sent(order, days_ago=1)
    report = report_goods(
        consignment=parcel,
        sent_key=uuid.uuid4(),
        pieces={parcel.lines.get().pk: 1},
        fault=Fault.SPOILED,
        wish=Wish.MONEY,
        text="Hỏng",
    )
    later = timezone.now() + 30 * DAY
    settle(later)
    assert books() == {"bank": 130_000, "pending": -130_000}
    settling.hold(parcel.pk, "complaint:1")
    answer_report(report_pk=report.pk, reply=Reply(Verdict.REFUSED, text="Không hỏng"))
    settle(later)
    assert books() == {"bank": 130_000, "pending": -130_000}
    settling.lift(parcel.pk, "complaint:1")
    settle(later)
    assert books() == {"bank": 130_000, "available": -130_000}
    settling.hold(parcel.pk, "complaint:2")
    assert books() == {"bank": 130_000, "pending": -130_000}
    assert list(JournalEntry.objects.filter(source_type="parcel").values_list("kind", flat=True)) == [
        "sold", "released", "held",
    ]  # fmt: skip


def test_a_refund_that_staff_agreed_on_is_borne_by_the_market_until_the_parcel_goes_back_anyway() -> None:
    order = bought()
    one = User.objects.create_user(email="op@demo.example", password=None)
    agree_refund(order.payment_attempts.get().pk, amount=20_000, by=one, note="xin lỗi")
    assert books() == {"bank": 130_000, "goodwill": 20_000, "pending": -130_000, "buyers": -20_000}
    cancel_consignment(consignment=order.consignments.get())
    assert books() == {"bank": 130_000, "buyers": -130_000}
    for refund in Refund.objects.all():
        paid_back(refund)
    assert books() == {}


def test_a_card_dispute_holds_what_was_free_and_winning_it_frees_it_again() -> None:
    sheet = make_product(price=100_000, **KEEPS)
    placed = place_order((sheet, 1), payment_method="practice")

    def tell(kind: EventKind, name: str) -> None:
        event = ProviderEvent(external_id=name, kind=kind, amount=130_000, reference=placed.attempt.reference)
        (row,) = payments.keep("practice", [event], b"")
        receive(row.pk)

    tell(EventKind.CHARGE, "c1")
    sent(placed.order, days_ago=9)
    assert books() == {"provider:practice": 130_000, "available": -130_000}
    tell(EventKind.CHARGEBACK, "d1")
    assert books() == {"disputed": 130_000, "pending": -130_000}
    tell(EventKind.REVERSAL, "w1")
    assert books() == {"provider:practice": 130_000, "available": -130_000}


def at_door(courier: str) -> Any:
    sheet = make_product(price=100_000, **KEEPS)
    asked = wish(fill_basket((sheet, 1)), payment_method="cod")
    asked["stall_quotes"] = {sheet.cooperative_id: StallQuote("Giao", 30_000, courier=courier)}
    return place(**asked).order


def test_at_the_door_a_stall_earns_what_came_and_the_couriers_fee_is_the_markets(settings: Any) -> None:
    settings.PAYMENT_METHODS = ["vietqr", "cod"]
    order = at_door("ghn")
    parcel = sent(order, days_ago=30)
    assert books() == {}
    rows = [Collected(parcel.code, 50_000, 5_000)]
    remittance = enter(courier="ghn", number="BK-1", paid_on=timezone.localdate(), lines=rows, by=None)
    book(remittance.pk, by=None)
    assert books() == {"courier:ghn": 50_000, "pending": -50_000}
    row = bring(transfer(45_000, "GHN nop tien"))
    assert books() == {"courier:ghn": 50_000, "pending": -50_000, "bank": 45_000, "unmatched": -45_000}
    one = User.objects.create_user(email="op@demo.example", password=None)
    arrive(row.pk, remittance_pk=remittance.pk, by=one)
    assert books() == {"bank": 45_000, "fees": 5_000, "pending": -50_000}
    bring(transfer(80_000, order.number))
    assert books() == {"bank": 125_000, "fees": 5_000, "available": -130_000}


def test_what_a_stalls_own_terminal_took_is_taken_off_what_it_is_paid(settings: Any) -> None:
    settings.PAYMENT_METHODS = ["vietqr", "cod"]
    one = User.objects.create_user(email="op@demo.example", password=None)
    order = at_door("own")
    levies.enter(
        kind=LevyKind.COMMISSION, basis_points=500, valid_from=timezone.localdate(), note="x", by=one
    )
    parcel = sent(order)
    slip: dict[str, Any] = {"terminal": "T1", "reference": "R1", "paid_at": timezone.now(), "by": one}
    swipe(consignment=parcel, amount=130_000, **slip)
    assert books() == {"pending": 5_000, "commission": -5_000}


def test_goods_refused_at_the_door_leave_the_stall_nothing(settings: Any) -> None:
    settings.PAYMENT_METHODS = ["vietqr", "cod"]
    order = at_door("ghn")
    parcel = sent(order)
    bring(transfer(130_000, order.number))
    assert books() == {"bank": 130_000, "pending": -130_000}
    take_back(consignment=parcel, by=None, is_sellable=True, reason="vắng nhà")
    assert books() == {"bank": 130_000, "buyers": -130_000}


def test_a_transfer_that_is_nobodys_waits_in_the_books_until_it_is_matched_or_sent_back() -> None:
    placed = place_order((make_product(price=100_000), 1))
    row, stray, early = (
        bring(transfer(amount, text))
        for amount, text in ((130_000, "khoai"), (7_000, "nhầm"), (9_000, "nhầm nữa"))
    )
    one = User.objects.create_user(email="op@demo.example", password=None)
    at_once = refunds.return_transfer(early.pk, by=one)  # before the first round sees it
    assert books() == {"bank": 146_000, "unmatched": -146_000}
    paid_back(at_once)
    assert books() == {"bank": 137_000, "unmatched": -137_000}
    attach(row.pk, order_number=placed.order.number, by=one, note="ảnh chụp")
    refund = refunds.return_transfer(stray.pk, by=one)
    assert books() == {"bank": 137_000, "unmatched": -7_000, "pending": -130_000}
    paid_back(refund)
    assert books() == {"bank": 130_000, "pending": -130_000}


def test_looking_again_posts_nothing_and_what_was_never_marked_is_found() -> None:
    order = bought()
    before = books()
    entries = JournalEntry.objects.count()
    settling.settle_order(order.pk)
    assert (books(), JournalEntry.objects.count()) == (before, entries)
    refund = agree_refund(
        order.payment_attempts.get().pk,
        amount=20_000,
        by=User.objects.create_user(email="op@demo.example", password=None),
        note="",
    )
    settle()
    assert not OrderToSettle.objects.exists()
    paid_back(refund)  # locks no order
    assert books() == {"bank": 110_000, "goodwill": 20_000, "pending": -130_000}


def test_what_the_books_do_not_know_is_named() -> None:
    order = bought()
    OrderToSettle.objects.all().delete()
    (found,) = violations()
    assert found == f"consignment {order.number}-1: 130000 đồng were paid for it, the books say 0"
