"""Ten deliveries for each order, repeated, shuffled, late and forged: every order ends as it should."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from oscar.apps.order.models import Order

from shop.orders.following import receive_waiting
from shop.orders.invariants import violations
from shop.orders.services import expire
from shop.payments.models import InboundEvent, PaymentEvent, Refund, RefusedDelivery
from shop.payments.services import paid_amount
from tests.factories import make_product
from tests.support.extent import times
from tests.support.orders import place_order, signed, transfer

ORDERS = times("STORM_ORDERS", 40, 100)
DELIVERIES, FORGED, TOTAL = 10 * ORDERS, 2 * ORDERS, 130_000
LATER = dt.timedelta(days=30)
PLANS = {
    # what is sent for one order → (status, held, refunds) at its end
    "exact": ([TOTAL], ("paid", TOTAL, [])),
    "parts": ([50_000, 80_000], ("paid", TOTAL, [])),
    "short": ([50_000], ("expired", 50_000, [50_000])),
    "nothing": ([], ("expired", 0, [])),
    "surplus": ([150_000], ("paid", 150_000, [20_000])),
    "double": ([TOTAL, TOTAL], ("paid", 2 * TOTAL, [TOTAL])),
}


@pytest.mark.django_db
def test_ten_times_the_deliveries_leave_every_order_right() -> None:
    chance = random.Random(20_261_127)
    sheet = make_product(price=100_000, stock=ORDERS)
    placed = [place_order((sheet, 1)) for _ in range(ORDERS)]
    plans = [list(PLANS)[position % len(PLANS)] for position in range(ORDERS)]
    late = {position for position, plan in enumerate(plans) if plan == "exact" and position % 4 == 0}
    genuine = {
        position: [transfer(amount, f"ck {placed[position].order.number}") for amount in PLANS[plan][0]]
        for position, plan in enumerate(plans)
    }
    early = [body for position, bodies in genuine.items() if position not in late for body in bodies]
    after = [body for position in sorted(late) for body in genuine[position]]
    repeats = [chance.choice(early) for _ in range(DELIVERIES - len(early) - len(after) - FORGED)]
    forged = [body.replace(b'"id": ', b'"id": 9') for body in (chance.choice(early) for _ in range(FORGED))]
    storm = [(body, True) for body in early + repeats] + [(body, False) for body in forged]
    chance.shuffle(storm)

    answers = [post(body, genuine=is_genuine) for body, is_genuine in storm]
    assert [code == 200 for code in answers] == [is_genuine for _body, is_genuine in storm]
    assert receive_waiting() == (len(early), set())
    expire(timezone.now() + LATER)
    assert [post(body, genuine=True) for body in after] == [200] * len(late)
    assert receive_waiting() == (len(late), set())
    assert len(storm) + len(after) == DELIVERIES

    for position, plan in enumerate(plans):
        order = Order.objects.get(pk=placed[position].order.pk)
        refunds = list(Refund.objects.filter(attempt__order=order).values_list("amount", flat=True))
        assert (order.status, paid_amount(order), refunds) == PLANS[plan][1], (position, plan)
    assert InboundEvent.objects.count() == PaymentEvent.objects.count() == len(early) + len(after)
    assert RefusedDelivery.objects.get().count == FORGED
    assert violations() == []


def post(body: bytes, *, genuine: bool) -> int:
    headers = signed(body) if genuine else signed(body, secret="somebody else's")
    answer: Any = Client().post("/webhooks/sepay/", body, content_type="application/json", headers=headers)
    status: int = answer.status_code
    return status
