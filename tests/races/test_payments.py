"""The bank repeats itself, the sweep comes at the worst moment, two people press the same button."""

import datetime as dt
import time
from collections import Counter
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from oscar.apps.order.models import Order

from shop.messages.models import Letter
from shop.orders.following import receive_waiting
from shop.orders.invariants import violations
from shop.orders.models import Consignment
from shop.orders.requests import IllegalStep
from shop.orders.services import expire, hand_over, pack, place, receive
from shop.partner.models import StockRecord
from shop.payments.models import InboundEvent, PaymentEvent, Refund
from shop.payments.services import paid_amount, take_delivery
from tests.factories import make_product
from tests.support.loopback import following
from tests.support.orders import bring, fill_basket, place_order, signed, transfer, wish
from tests.support.together import at_once, drop_constraint

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 10
LATER = dt.timedelta(days=30)


def post(body: bytes) -> tuple[int, Any]:
    """The answer, and everything that waits booked, as by as many followers as there are callers."""
    answer = Client().post("/webhooks/sepay/", body, content_type="application/json", headers=signed(body))
    assert receive_waiting()[1] == set()
    return answer.status_code, answer.json()


def test_the_same_delivery_ten_times_at_once_is_one_event() -> None:
    placed = place_order((make_product(price=100_000), 1))
    body = transfer(130_000, placed.order.number)
    outcomes = at_once([lambda: post(body)] * TIMES)
    assert outcomes == [(200, {"success": True})] * TIMES
    assert (InboundEvent.objects.count(), PaymentEvent.objects.count(), Refund.objects.count()) == (1, 1, 0)
    assert (Order.objects.get().status, paid_amount(placed.order)) == ("paid", 130_000)
    assert Letter.objects.filter(key__startswith="to-pack:").count() == 1
    assert violations() == []


def test_a_follower_books_what_comes_until_it_is_stopped() -> None:
    first, second = (place_order((make_product(price=100_000), 1)) for _ in range(2))
    told = [transfer(130_000, one.order.number) for one in (first, second)]
    with following():
        Client().post("/webhooks/sepay/", told[0], content_type="application/json", headers=signed(told[0]))
        end = time.monotonic() + 20
        while InboundEvent.objects.get().outcome == "received" and time.monotonic() < end:
            time.sleep(0.05)
    Client().post("/webhooks/sepay/", told[1], content_type="application/json", headers=signed(told[1]))
    statuses = [Order.objects.get(pk=one.order.pk).status for one in (first, second)]
    assert statuses == ["paid", "pending-payment"]


def test_control_without_the_unique_keys_the_money_is_booked_ten_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    placed = place_order((make_product(price=100_000), 1))
    body = transfer(130_000, placed.order.number)
    drop_constraint(InboundEvent, "one_row_per_delivery")
    drop_constraint(PaymentEvent, "one_event_per_money_movement")

    monkeypatch.setattr("shop.payments.services._kept", lambda *looked_too_early: {})
    at_once([lambda: post(body)] * TIMES)
    assert paid_amount(placed.order) == 130_000 * TIMES


def test_one_row_received_ten_times_at_once_is_one_event() -> None:
    placed = place_order((make_product(price=100_000), 1))
    body = transfer(130_000, placed.order.number)
    (row,) = take_delivery("sepay", signed(body), body)
    outcomes = at_once([lambda: receive(row.pk).outcome] * TIMES)
    assert outcomes == ["matched"] * TIMES
    assert (PaymentEvent.objects.count(), Refund.objects.count()) == (1, 0)


def test_ten_different_transfers_at_once_pay_once_and_return_the_rest() -> None:
    placed = place_order((make_product(price=100_000), 1))
    bodies = [transfer(26_000, placed.order.number) for _ in range(TIMES)]
    outcomes = at_once([lambda body=body: post(body)[0] for body in bodies])
    assert outcomes == [200] * TIMES
    assert (Order.objects.get().status, paid_amount(placed.order)) == ("paid", 260_000)
    assert sum(Refund.objects.values_list("amount", flat=True)) == 130_000
    assert violations() == []


@pytest.mark.parametrize("stock", [1, 5])
def test_payment_racing_the_deadline_ends_paid_or_returned(stock: int) -> None:
    placed = place_order((make_product(price=100_000, stock=stock), 1))
    body = transfer(130_000, placed.order.number)
    late = timezone.now() + LATER
    outcomes = at_once([lambda: post(body)] * 3 + [lambda: expire(late)] * 3)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert (Order.objects.get().status, StockRecord.objects.get().num_allocated) == ("paid", 1)
    assert violations() == []


def test_late_money_and_a_new_buyer_share_the_last_unit_between_them() -> None:
    sheet = make_product(price=100_000, stock=1)
    placed = place_order((sheet, 1))
    expire(timezone.now() + LATER)
    body, request = transfer(130_000, placed.order.number), wish(fill_basket((sheet, 1)))
    outcomes = at_once([lambda: post(body)[0], lambda: place(**request)])
    assert outcomes[0] == 200
    placed.order.refresh_from_db()
    is_new_order_placed = Order.objects.count() == 2
    assert placed.order.status == ("expired" if is_new_order_placed else "paid")
    assert StockRecord.objects.get().num_allocated == 1
    assert Refund.objects.count() == (1 if is_new_order_placed else 0)
    assert violations() == []


def test_two_people_at_one_parcel_move_it_once() -> None:
    placed = place_order((make_product(stock=9), 2))
    bring(transfer(placed.attempt.amount, placed.order.number))
    consignment = Consignment.objects.get()
    packed = at_once([lambda: pack(consignment=consignment, by=None)] * 5)
    assert Counter(isinstance(outcome, IllegalStep) for outcome in packed) == {True: 4, False: 1}
    given = at_once([lambda: hand_over(consignment=consignment, by=None, carrier="", tracking_number="")] * 5)
    assert Counter(isinstance(outcome, IllegalStep) for outcome in given) == {True: 4, False: 1}
    record = StockRecord.objects.get()
    assert (record.num_in_stock, record.num_allocated) == (7, 0)
