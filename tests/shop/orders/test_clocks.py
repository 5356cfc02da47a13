"""Web and worker whose clocks differ by hours, and a clock that jumps back: what ends, ends once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from shop.orders.invariants import violations
from shop.orders.paying import poll
from shop.orders.services import expire
from shop.partner.models import StockRecord
from tests.factories import make_product
from tests.support.orders import bring, place_order, transfer

pytestmark = pytest.mark.django_db
HOURS = dt.timedelta(hours=2)


def reserved() -> int:
    return sum(StockRecord.objects.values_list("num_allocated", flat=True))


@pytest.fixture
def attempt() -> Any:
    return place_order((make_product(price=100_000, stock=5), 2)).attempt


def test_a_worker_two_hours_behind_ends_nothing_and_one_ahead_ends_it_once(attempt: Any) -> None:
    pay_by = attempt.order.sheet.pay_by
    assert (expire(pay_by - HOURS), reserved()) == (0, 2)
    assert (expire(pay_by + HOURS), reserved()) == (1, 0)
    for now in (
        pay_by + dt.timedelta(minutes=110),
        pay_by - HOURS,
        pay_by + HOURS,
    ):  # jumps back, and on again
        assert (expire(now), reserved()) == (0, 0)
    assert violations() == []


def test_money_after_an_end_that_came_too_early_still_counts_once(attempt: Any) -> None:
    """A clock two hours ahead gave the order up while its buyer was paying."""
    order = attempt.order
    assert expire(order.sheet.pay_by + HOURS) == 1
    body = transfer(attempt.amount, order.number)
    for _time in range(2):
        bring(body)
    order.refresh_from_db()
    assert (order.status, reserved()) == ("paid", 2)
    assert expire(order.sheet.pay_by + 2 * HOURS) == 0
    assert violations() == []


def test_nobody_is_asked_twice_because_a_clock_jumped_back(settings: Any) -> None:
    settings.PAYMENT_METHODS = ["vietqr", "practice"]
    attempt = place_order((make_product(price=100_000), 1), payment_method="practice").attempt
    now = attempt.created_at
    type(attempt).objects.filter(pk=attempt.pk).update(started_at=now, claimed_at=now, ask_at=now + HOURS)
    assert poll(now + dt.timedelta(minutes=110)) == 0
    settings.SANDBOX_URL = "http://127.0.0.1:9"  # nobody listens: asked, and told to try later
    assert poll(now + HOURS) == 0
    asked = type(attempt).objects.get(pk=attempt.pk)
    assert asked.asked_at == now + HOURS
    poll(now + dt.timedelta(minutes=110))
    assert type(attempt).objects.get(pk=attempt.pk).asked_at == asked.asked_at
