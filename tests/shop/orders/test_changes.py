"""Cancelling before anything is packed: one parcel of a paid order, or a whole order that nobody has paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from oscar.apps.order.models import Order

from shop.messages.models import Letter
from shop.orders.invariants import violations
from shop.orders.models import Consignment, ConsignmentRefund, OrderEvent
from shop.orders.requests import IllegalStep, Placed
from shop.orders.services import (
    agree_refund,
    ask,
    attach,
    cancel_consignment,
    cancel_order,
    change_method,
    expire,
    hand_over,
    pack,
    report_shortfall,
)
from shop.partner.models import StockRecord
from shop.payments import refunds
from shop.payments.charges import left_of
from shop.payments.models import AttemptStatus, PaymentEvent, Refund
from shop.payments.refunds import refundable_amount
from shop.payments.services import paid_amount, start, usable_amount
from tests.factories import make_product, make_user
from tests.support.gateways import Counterpart, counterpart
from tests.support.orders import bring, place_order, transfer

pytestmark = pytest.mark.django_db


@pytest.fixture
def momo(settings: Any) -> Iterator[Counterpart]:
    with counterpart("momo", settings) as found:
        yield found


def pay(placed: Placed, amount: int = 0) -> Placed:
    bring(transfer(amount or placed.attempt.amount, placed.order.number))
    return placed


def two_stalls() -> tuple[Placed, Consignment, Consignment]:
    """A paid order of 360.000 ₫: a parcel of 130.000 ₫ and one of 230.000 ₫."""
    placed = pay(place_order((make_product(price=100_000), 1), (make_product(price=100_000), 2)))
    first, second = placed.order.consignments.order_by("code")
    return placed, first, second


def status(placed: Placed) -> tuple[str, list[str]]:
    order = Order.objects.get(pk=placed.order.pk)
    return order.status, list(order.consignments.order_by("code").values_list("status", flat=True))


def back() -> list[tuple[int, str]]:
    return list(Refund.objects.order_by("pk").values_list("amount", "reason"))


def reserved() -> list[int | None]:
    return list(StockRecord.objects.order_by("pk").values_list("num_allocated", flat=True))


def test_one_parcel_is_cancelled_with_its_delivery_and_the_other_stays() -> None:
    placed, first, second = two_stalls()
    cancelled = cancel_consignment(consignment=first, reason="Mua nhầm")
    assert cancelled.status == "cancelled"
    assert status(placed) == ("paid", ["cancelled", "to-pack"])
    assert back() == [(130_000, "parcel-cancelled")]
    assert (paid_amount(placed.order), usable_amount(placed.order)) == (360_000, 230_000)
    assert reserved() == [0, 2]
    assert ConsignmentRefund.objects.get().consignment == first
    kinds = OrderEvent.objects.filter(consignment=first).values_list("kind", "note")
    assert list(kinds) == [("cancelled", "Mua nhầm"), ("refund-due", "parcel-cancelled")]
    assert violations() == []
    assert [pack(consignment=second, by=None).status, violations()] == ["packed", []]


def test_the_buyer_and_that_stall_are_written_to_and_nobody_else() -> None:
    placed, first, second = two_stalls()
    cancel_consignment(consignment=first)
    letters = Letter.objects.filter(key__startswith="parcel-")
    assert {letter.recipient for letter in letters} == {"khach@demo.example", first.cooperative.email}
    to_buyer = letters.get(recipient="khach@demo.example")
    assert to_buyer.subject == f"Đơn hàng {placed.order.number}: kiện của {first.cooperative.name} đã hủy"
    assert "130.000\xa0₫" in to_buyer.body
    to_stall = letters.get(recipient=first.cooperative.email)
    assert to_stall.subject == f"Kiện {first.code} đã hủy, đừng gói nữa"
    assert "Nguyễn Thị Mẫu" not in to_stall.body
    assert second.cooperative.name not in to_stall.body


def test_with_its_last_parcel_the_order_is_cancelled() -> None:
    placed, first, second = two_stalls()
    cancel_consignment(consignment=first)
    cancel_consignment(consignment=second)
    assert status(placed) == ("cancelled", ["cancelled", "cancelled"])
    assert back() == [(130_000, "parcel-cancelled"), (230_000, "parcel-cancelled")]
    assert (usable_amount(placed.order), violations()) == (0, [])
    pay(placed, 50_000)  # and money that comes now goes back whole
    assert back()[-1] == (50_000, "cancelled")
    assert (usable_amount(placed.order), violations()) == (0, [])


def test_cancelling_twice_is_cancelling_once() -> None:
    _placed, first, _ = two_stalls()
    for _ in range(3):
        assert cancel_consignment(consignment=first).status == "cancelled"
    assert back() == [(130_000, "parcel-cancelled")]
    assert OrderEvent.objects.filter(kind="cancelled").count() == 1
    assert violations() == []


@pytest.mark.parametrize("gone", [False, True])
def test_what_is_packed_or_on_its_way_is_not_cancelled(gone: bool) -> None:
    placed, first, _ = two_stalls()
    pack(consignment=first, by=None)
    if gone:
        hand_over(consignment=first, by=None, carrier="", tracking_number="")
    before = OrderEvent.objects.count()
    with pytest.raises(IllegalStep):
        cancel_consignment(consignment=first)
    assert (back(), OrderEvent.objects.count(), status(placed)[0]) == ([], before, "paid")


def test_an_unpaid_order_has_no_parcel_to_cancel_alone() -> None:
    placed = place_order((make_product(), 1))
    with pytest.raises(IllegalStep):
        cancel_consignment(consignment=placed.order.consignments.get())
    assert status(placed) == ("pending-payment", ["awaiting-payment"])


def test_an_unpaid_order_is_cancelled_whole_and_frees_its_stock() -> None:
    placed = place_order((make_product(stock=3), 2))
    for _ in range(2):
        cancel_order(order_id=placed.order.pk, reason="Đổi ý")
    placed.attempt.refresh_from_db()
    assert status(placed) == ("cancelled", ["cancelled"])
    assert (placed.attempt.status, reserved(), back()) == (AttemptStatus.CANCELLED, [0], [])
    assert OrderEvent.objects.filter(kind="cancelled").get().note == "Đổi ý"
    assert Letter.objects.filter(key__startswith="order-cancelled:").count() == 1
    assert not Letter.objects.filter(recipient=placed.order.consignments.get().cooperative.email)
    assert violations() == []


def test_the_part_that_came_in_goes_back_and_so_does_what_comes_later() -> None:
    placed = pay(place_order((make_product(price=100_000), 1)), 50_000)
    cancel_order(order_id=placed.order.pk)
    assert back() == [(50_000, "cancelled")]
    pay(placed, 80_000)
    assert status(placed)[0] == "cancelled"
    assert back() == [(50_000, "cancelled"), (80_000, "cancelled")]
    assert (reserved(), violations()) == ([0], [])


def test_a_paid_or_expired_order_is_not_cancelled_as_unpaid() -> None:
    paid = pay(place_order((make_product(), 1)))
    late = place_order((make_product(), 1))
    expire(timezone.now() + dt.timedelta(days=9))
    for placed, state in ((paid, "paid"), (late, "expired")):
        with pytest.raises(IllegalStep):
            cancel_order(order_id=placed.order.pk)
        assert status(placed)[0] == state


def test_who_paid_online_a_second_before_has_paid(momo: Counterpart) -> None:
    placed = place_order((make_product(price=100_000), 1), payment_method="momo")
    step: Any = start(placed.attempt.pk)
    momo.gateway.pay(step.url)
    with pytest.raises(IllegalStep):
        cancel_order(order_id=placed.order.pk)
    assert (status(placed)[0], back(), violations()) == ("paid", [], [])


def test_a_parcel_paid_online_can_go_back_through_the_provider_in_parts(momo: Counterpart) -> None:
    placed = place_order(
        (make_product(price=100_000), 1), (make_product(price=100_000), 1), payment_method="momo"
    )
    step: Any = start(placed.attempt.pk)
    momo.gateway.pay(step.url)
    assert ask(placed.attempt.pk, timezone.now() + dt.timedelta(minutes=5))
    people = make_user(), make_user()
    for parcel in placed.order.consignments.all():
        cancel_consignment(consignment=parcel)
        refund = Refund.objects.first()
        assert refund is not None and refunds.charge_of(refund) is not None
        refunds.prepare(refund.pk, by=people[0], payee=None)
        refunds.approve(refund.pk, by=people[1])
        refunds.send(refund.pk, timezone.now() + dt.timedelta(minutes=1))
    assert list(Refund.objects.values_list("amount", "state")) == [(130_000, "done")] * 2
    assert (paid_amount(placed.order), status(placed)[0], violations()) == (0, "cancelled", [])


def test_a_refund_is_taken_from_several_charges_where_one_does_not_suffice() -> None:
    placed = place_order((make_product(price=100_000), 2), (make_product(price=100_000), 1))
    for amount in (150_000, 120_000, 90_000):
        pay(placed, amount)
    first, second = placed.order.consignments.order_by("code")
    cancel_consignment(consignment=first)  # 230.000 ₫
    assert [(refund.amount, refund.charge.amount) for refund in Refund.objects.order_by("pk") if refund.charge] == [
        (150_000, 150_000), (80_000, 120_000),
    ]  # fmt: skip
    assert [left for _, left in left_of(placed.order)] == [0, 40_000, 90_000]
    cancel_consignment(consignment=second)
    assert [left for _, left in left_of(placed.order)] == [0, 0, 0]
    assert (usable_amount(placed.order), violations()) == (0, [])


def test_money_that_staff_put_on_an_online_attempt_goes_back_from_itself(momo: Counterpart) -> None:
    placed = place_order((make_product(price=100_000), 1))
    pay(placed, 50_000)
    online = change_method(order_id=placed.order.pk, provider="momo")
    stray = bring(transfer(80_000, "tien hang"))
    attach(stray.pk, order_number=placed.order.number, by=make_user(), note="Khách gửi ảnh")
    assert [charge.attempt_id for charge, _ in left_of(placed.order)] == [placed.attempt.pk, online.pk]
    cancel_consignment(consignment=placed.order.consignments.get())
    assert sorted(back()) == [(50_000, "parcel-cancelled"), (80_000, "parcel-cancelled")]
    assert all(refunds.charge_of(refund) is None for refund in Refund.objects.all())
    assert violations() == []


def test_each_part_goes_back_the_way_its_charge_came(momo: Counterpart) -> None:
    placed = place_order((make_product(price=100_000), 1), payment_method="momo")
    step: Any = start(placed.attempt.pk)
    stray = bring(transfer(50_000, "tien hang"))
    attach(stray.pk, order_number=placed.order.number, by=make_user(), note="Khách gửi ảnh")
    momo.gateway.pay(step.url)
    assert ask(placed.attempt.pk, timezone.now() + dt.timedelta(minutes=5))
    cancel_consignment(consignment=placed.order.consignments.get())
    ways = [
        (refund.amount, refund.reason, refunds.charge_of(refund)) for refund in Refund.objects.order_by("pk")
    ]
    online = PaymentEvent.objects.get(provider="momo")
    assert ways == [
        (50_000, "surplus", online),
        (80_000, "parcel-cancelled", online),
        (50_000, "parcel-cancelled", None),
    ]
    assert violations() == []


def test_what_was_agreed_before_is_not_given_back_again() -> None:
    placed, first, second = two_stalls()
    agree_refund(placed.attempt.pk, amount=300_000, by=make_user(), note="Hàng hỏng")
    cancel_consignment(consignment=first)
    assert back() == [(300_000, "agreed"), (60_000, "parcel-cancelled")]
    cancel_consignment(consignment=second)
    assert (len(back()), refundable_amount(placed.attempt), violations()) == (2, 0, [])
    letter = Letter.objects.get(key=f"parcel-cancelled:{second.code}")
    assert "chuyển lại" not in letter.body


def test_each_charge_has_left_what_its_attempt_may_refund() -> None:
    placed, first, _ = two_stalls()
    pay(placed, 360_000)  # twice: set aside to go back
    agree_refund(placed.attempt.pk, amount=10_000, by=make_user(), note="Bù")
    cancel_consignment(consignment=first)
    assert [left for _, left in left_of(placed.order)] == [220_000, 0]
    assert refundable_amount(placed.attempt) == 220_000


def test_cancelling_answers_the_question_and_keeps_what_is_missing_out_of_stock() -> None:
    sheet = make_product(price=100_000, stock=10)
    placed = pay(place_order((sheet, 4)))
    parcel = placed.order.consignments.get()
    report_shortfall(consignment=parcel, missing={parcel.lines.get().pk: 3})
    cancel_consignment(consignment=parcel)
    record = StockRecord.objects.get()
    assert (record.num_in_stock, record.num_allocated) == (7, 0)
    assert parcel.shortfalls.get().answer.choice == "cancel"
    assert (back(), violations()) == ([(430_000, "parcel-cancelled")], [])
