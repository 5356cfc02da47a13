"""No refund leaves without two people, none leaves twice, and never more than came in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from shop.orders.invariants import violations
from shop.orders.requests import IllegalStep
from shop.orders.services import agree_refund, ask
from shop.payments import refunds
from shop.payments.models import InboundEvent, PaymentEvent, Refund, RefundStep
from shop.payments.provider import Refused
from shop.payments.services import paid_amount, start, usable_amount
from tests.factories import make_product, make_user
from tests.support.gateways import Counterpart, counterpart
from tests.support.orders import bring, place_order, transfer
from tests.support.standing import Standing

pytestmark = pytest.mark.django_db
PAYEE = refunds.Payee("970436", "0011223344", "NGUYEN THI MAU")


@pytest.fixture
def people() -> tuple[Any, Any]:
    return make_user(first_name="Một"), make_user(first_name="Hai")


def overpay() -> Refund:
    """20.000 ₫ that came on top of an order of 130.000 ₫."""
    placed = place_order((make_product(price=100_000), 1))
    bring(transfer(150_000, placed.order.number))
    return Refund.objects.get()


@pytest.fixture(scope="module")
def standing_surplus(standing: Standing) -> Callable[[], Refund]:
    return standing.keep(overpay)


@pytest.fixture
def surplus(standing_surplus: Callable[[], Refund]) -> Refund:
    return standing_surplus()


@pytest.fixture
def momo(settings: Any) -> Iterator[Counterpart]:
    with counterpart("momo", settings) as found:
        yield found


def approved(refund: Refund, people: tuple[Any, Any], payee: refunds.Payee | None = PAYEE) -> Refund:
    refunds.prepare(refund.pk, by=people[0], payee=payee)
    return refunds.approve(refund.pk, by=people[1])


def paid_by_momo(momo: Counterpart) -> Any:
    attempt = place_order((make_product(price=100_000), 1), payment_method="momo").attempt
    step: Any = start(attempt.pk)
    momo.gateway.pay(step.url)
    assert ask(attempt.pk, timezone.now() + dt.timedelta(minutes=5))
    return attempt


def steps(refund: Refund) -> list[str]:
    return list(RefundStep.objects.filter(refund=refund).values_list("state", flat=True))


def test_a_transfer_goes_through_every_step(surplus: Refund, people: tuple[Any, Any]) -> None:
    approved(surplus, people)
    refunds.mark_sent(surplus.pk, by=people[0], bank_reference="FT99")
    refunds.mark_done(surplus.pk, by=people[1], note="sao kê")
    surplus.refresh_from_db()
    assert (surplus.state, steps(surplus)) == ("done", ["requested", "prepared", "approved", "sent", "done"])
    order = surplus.order
    assert (paid_amount(order), usable_amount(order), violations()) == (130_000, 130_000, [])
    event = PaymentEvent.objects.get(kind="refund")
    assert (event.amount, event.external_reference) == (20_000, f"refund:{surplus.pk}")


def test_the_bank_closes_a_refund_by_its_own_message(surplus: Refund, people: tuple[Any, Any]) -> None:
    refund = approved(surplus, people)
    assert refund.code and refund.code.startswith("HR")
    row = bring(transfer(20_000, f"MBVCB.77.{refund.code.lower()}.chuyen di", transferType="out"))
    surplus.refresh_from_db()
    assert (row.outcome, surplus.state, violations()) == ("noted", "done", [])
    assert PaymentEvent.objects.get(kind="refund").inbound == row


@pytest.mark.parametrize("amount", [19_999, 20_001])
def test_another_amount_closes_nothing(surplus: Refund, people: tuple[Any, Any], amount: int) -> None:
    refund = approved(surplus, people)
    row = bring(transfer(amount, str(refund.code), transferType="out"))
    surplus.refresh_from_db()
    assert (row.outcome, row.reason, surplus.state) == ("ignored", "outgoing", "approved")


def test_nobody_approves_what_they_prepared(surplus: Refund, people: tuple[Any, Any]) -> None:
    refunds.prepare(surplus.pk, by=people[0], payee=PAYEE)
    with pytest.raises(refunds.SamePerson):
        refunds.approve(surplus.pk, by=people[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.filter(pk=surplus.pk).update(approved_by=people[0], state="approved")
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.filter(pk=surplus.pk).update(state="sent")
    surplus.refresh_from_db()
    assert (surplus.state, surplus.approved_by) == ("prepared", None)


def test_steps_cannot_be_skipped_or_repeated(surplus: Refund, people: tuple[Any, Any]) -> None:
    for skip in (
        lambda: refunds.approve(surplus.pk, by=people[1]),
        lambda: refunds.mark_sent(surplus.pk, by=people[0], bank_reference=""),
        lambda: refunds.mark_done(surplus.pk, by=people[0]),
        lambda: refunds.mark_failed(surplus.pk, by=people[0], note=""),
    ):
        with pytest.raises(refunds.IllegalRefundStep):
            skip()
    approved(surplus, people)
    refunds.mark_sent(surplus.pk, by=people[0], bank_reference="FT")
    refunds.mark_done(surplus.pk, by=people[0])
    with pytest.raises(refunds.IllegalRefundStep):
        refunds.mark_done(surplus.pk, by=people[0])
    assert PaymentEvent.objects.filter(kind="refund").count() == 1


def test_what_was_sent_back_is_prepared_anew_and_loses_its_approval(
    surplus: Refund, people: tuple[Any, Any]
) -> None:
    refunds.prepare(surplus.pk, by=people[0], payee=PAYEE)
    refunds.send_back(surplus.pk, by=people[1], note="sai tên")
    refunds.prepare(surplus.pk, by=people[1], payee=PAYEE)
    refunds.approve(surplus.pk, by=people[0])
    refunds.mark_sent(surplus.pk, by=people[0], bank_reference="")
    refunds.mark_failed(surplus.pk, by=people[0], note="tài khoản đóng")
    surplus.refresh_from_db()
    assert (surplus.state, surplus.failure, violations()) == ("failed", "tài khoản đóng", [])
    refund = refunds.prepare(surplus.pk, by=people[0], payee=PAYEE)
    assert (refund.approved_by, refund.failure) == (None, "")


def test_a_transfer_is_not_given_back_through_a_provider(surplus: Refund, people: tuple[Any, Any]) -> None:
    with pytest.raises(Refused):
        refunds.prepare(surplus.pk, by=people[0], payee=None)
    assert steps(surplus) == ["requested"]


def test_steps_are_append_only(surplus: Refund) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RefundStep.objects.update(note="anders")
    with pytest.raises(IntegrityError), transaction.atomic():
        RefundStep.objects.all().delete()


def test_money_of_nobody_goes_back_whole_and_once(people: tuple[Any, Any]) -> None:
    row = bring(transfer(77_000, "gửi nhầm"))
    refund = refunds.return_transfer(row.pk, by=people[0])
    with pytest.raises(refunds.IllegalRefundStep):
        refunds.return_transfer(row.pk, by=people[1])
    row.refresh_from_db()
    assert (row.outcome, row.settled_by, refund.amount, refund.reason) == (
        "returned", people[0], 77_000, "unmatched",
    )  # fmt: skip
    approved(refund, people)
    refunds.mark_sent(refund.pk, by=people[0], bank_reference="")
    refunds.mark_done(refund.pk, by=people[0])
    assert (violations(), PaymentEvent.objects.count()) == ([], 0)


def test_parts_of_a_paid_order_go_back_by_agreement_but_never_more_than_came(people: tuple[Any, Any]) -> None:
    placed = place_order((make_product(price=100_000), 1))
    with pytest.raises(IllegalStep):
        agree_refund(placed.attempt.pk, amount=1_000, by=people[0], note="hỏng")
    bring(transfer(130_000, placed.order.number))
    agree_refund(placed.attempt.pk, amount=100_000, by=people[0], note="hỏng")
    with pytest.raises(refunds.TooMuch) as too_much:
        agree_refund(placed.attempt.pk, amount=30_001, by=people[0], note="hỏng")
    assert too_much.value.most == 30_000
    agree_refund(placed.attempt.pk, amount=30_000, by=people[0], note="hỏng hết")
    assert (Refund.objects.count(), usable_amount(placed.order), violations()) == (2, 0, [])
    placed.order.refresh_from_db()
    assert placed.order.status == "paid"


def test_a_lost_answer_is_asked_about_and_the_money_goes_back_once(
    momo: Counterpart, people: tuple[Any, Any]
) -> None:
    attempt = paid_by_momo(momo)
    refund = approved(agree_refund(attempt.pk, amount=50_000, by=people[0], note="hỏng"), people, None)
    momo.gateway.trouble = ["lost"]
    assert refunds.send(refund.pk)
    refund.refresh_from_db()
    assert (refund.state, paid_amount(attempt.order)) == ("sent", 130_000)
    assert not refunds.send(refund.pk)  # not before its time
    assert refunds.send_due(timezone.now() + dt.timedelta(minutes=6)) == 1
    refund.refresh_from_db()
    assert (refund.state, paid_amount(attempt.order), violations()) == ("done", 80_000, [])
    assert sum(order["returned"] for order in momo.gateway.orders.values()) == 50_000


def test_a_refund_that_never_arrived_is_sent_with_the_same_key(
    momo: Counterpart, people: tuple[Any, Any]
) -> None:
    attempt = paid_by_momo(momo)
    refund = approved(agree_refund(attempt.pk, amount=50_000, by=people[0], note="hỏng"), people, None)
    momo.gateway.trouble = ["down"]
    refunds.send(refund.pk)
    refunds.send_due(timezone.now() + dt.timedelta(minutes=6))
    refund.refresh_from_db()
    assert refund.state == "done"
    asked = [fields["orderId"] for _m, path, fields, _h in momo.gateway.asked if path.endswith("refund")]
    assert asked == [f"{refund.code}1", f"{refund.code}1"]


def test_what_the_provider_refuses_fails_with_its_words(momo: Counterpart, people: tuple[Any, Any]) -> None:
    attempt = paid_by_momo(momo)
    refund = approved(agree_refund(attempt.pk, amount=50_000, by=people[0], note="hỏng"), people, None)
    for order in momo.gateway.orders.values():
        order["returned"] = 100_000  # somebody gave it back in MoMo's own portal
    refunds.send(refund.pk)
    refund.refresh_from_db()
    assert (refund.state, refund.failure) == ("failed", "1080 Hoàn tiền bị từ chối.")
    assert violations() == []
    refunds.prepare(refund.pk, by=people[0], payee=PAYEE)  # then by transfer


def test_a_delivery_of_two_refunds_closes_none(people: tuple[Any, Any]) -> None:
    codes = []
    for _ in range(2):
        row = bring(transfer(5_000, "nhầm"))
        codes.append(str(approved(refunds.return_transfer(row.pk, by=people[0]), people).code))
    bring(transfer(5_000, " ".join(codes), transferType="out"))
    assert set(Refund.objects.values_list("state", flat=True)) == {"approved"}
    assert InboundEvent.objects.get(kind="outgoing").outcome == "ignored"
