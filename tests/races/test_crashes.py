"""A process that dies between claim, answer and record: the next round finds the same money once.

Each point is reached in a child process that kills itself there; that it died at the point is the control.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from oscar.apps.order.models import Order

from shop.orders.invariants import violations
from shop.orders.services import agree_refund, ask
from shop.orders.sweep import sweep
from shop.payments import refunds
from shop.payments.models import PaymentAttempt, PaymentEvent
from shop.payments.services import paid_amount, start, take_delivery
from tests.factories import make_product, make_user
from tests.races import test_door as door
from tests.races import test_ledger as ledger
from tests.races import test_messages as messages
from tests.races import test_placing_crashes as placing
from tests.support import crash_rounds
from tests.support.children import run_until_crash
from tests.support.gateways import Counterpart, counterpart
from tests.support.orders import place_order, signed, transfer

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
SOON = dt.timedelta(minutes=10)
CALLS = {
    "start-claimed": "from shop.payments.services import start; start({pk})",
    "start-answered": "from shop.payments.services import start; start({pk})",
    "ask-claimed": "from shop.orders.services import ask; ask({pk}, later)",
    "ask-answered": "from shop.orders.services import ask; ask({pk}, later)",
    "delivery-locked": "from shop.orders.services import receive; receive({pk})",
    "delivery-applied": "from shop.orders.services import receive; receive({pk})",
    "refund-claimed": "from shop.payments.refunds import send; send({pk}, later)",
    "refund-answered": "from shop.payments.refunds import send; send({pk}, later)",
}


@pytest.fixture
def momo(settings: Any) -> Iterator[Counterpart]:
    with counterpart("momo", settings) as found:
        yield found


def die_at(point: str, pk: int, gateway_url: str) -> None:
    """Run the call of ``point`` in a child until it kills itself there."""
    script = (
        "import datetime as dt;"
        "from django.conf import settings; from django.utils import timezone;"
        f"settings.MOMO_URL={gateway_url!r}; settings.MOMO_PARTNER_CODE='MOMOTEST';"
        "settings.MOMO_ACCESS_KEY='access'; settings.MOMO_SECRET_KEY='momo-secret';"
        "later = timezone.now() + dt.timedelta(minutes=5);" + CALLS[point].format(pk=pk)
    )
    run_until_crash(script, at=point)


def test_every_point_in_the_code_has_its_test() -> None:
    named = {
        name
        for path in (ROOT / "shop").rglob("*.py")
        for name in re.findall(r'crash_point\("(.+)"\)', path.read_text())
    }
    assert named == {
        *CALLS,
        *placing.POINTS,
        *messages.POINTS,
        *crash_rounds.POINTS,
        *door.POINTS,
        *ledger.POINTS,
    }


def test_nothing_dies_unless_armed(momo: Counterpart) -> None:
    assert "CRASH_AT" not in os.environ
    attempt = place_order((make_product(price=100_000), 1), payment_method="momo").attempt
    assert start(attempt.pk) is not None


@pytest.mark.parametrize("point", ["start-claimed", "start-answered"])
def test_a_death_while_starting_opens_one_payment(momo: Counterpart, point: str) -> None:
    attempt = place_order((make_product(price=100_000), 1), payment_method="momo").attempt
    die_at(point, attempt.pk, momo.gateway.url)
    attempt.refresh_from_db()
    assert (attempt.started_at, attempt.status) == (None, "pending")
    PaymentAttempt.objects.update(claimed_at=timezone.now() - SOON)
    step: Any = start(attempt.pk)
    momo.gateway.pay(step.url)
    sweep(timezone.now() + SOON)
    assert (Order.objects.get().status, len(momo.gateway.orders), violations()) == ("paid", 1, [])


def test_who_paid_although_we_died_while_starting_has_paid(momo: Counterpart) -> None:
    attempt = place_order((make_product(price=100_000), 1), payment_method="momo").attempt
    die_at("start-answered", attempt.pk, momo.gateway.url)
    (order,) = momo.gateway.orders.values()
    momo.gateway.pay(f"{momo.gateway.url}/pay/{order['orderId']}")  # the app had it already
    sweep(timezone.now() + SOON)
    assert (Order.objects.get().status, paid_amount(attempt.order), violations()) == ("paid", 130_000, [])


@pytest.mark.parametrize("point", ["ask-claimed", "ask-answered"])
def test_a_death_while_asking_is_healed_by_asking_again(momo: Counterpart, point: str) -> None:
    attempt = place_order((make_product(price=100_000), 1), payment_method="momo").attempt
    step: Any = start(attempt.pk)
    momo.gateway.pay(step.url)
    die_at(point, attempt.pk, momo.gateway.url)
    assert Order.objects.get().status == "pending-payment"
    sweep(timezone.now() + dt.timedelta(minutes=30))
    assert (Order.objects.get().status, PaymentEvent.objects.count(), violations()) == ("paid", 1, [])


@pytest.mark.parametrize("point", ["delivery-locked", "delivery-applied"])
def test_a_death_while_booking_leaves_the_delivery_for_the_sweep(momo: Counterpart, point: str) -> None:
    placed = place_order((make_product(price=100_000), 1))
    body = transfer(130_000, placed.order.number)
    (row,) = take_delivery("sepay", signed(body), body)
    die_at(point, row.pk, momo.gateway.url)
    assert (Order.objects.get().status, PaymentEvent.objects.count()) == ("pending-payment", 0)
    sweep(timezone.now())
    assert (Order.objects.get().status, PaymentEvent.objects.count(), violations()) == ("paid", 1, [])


@pytest.mark.parametrize("point", ["refund-claimed", "refund-answered"])
def test_a_death_while_refunding_gives_the_money_back_once(momo: Counterpart, point: str) -> None:
    attempt = place_order((make_product(price=100_000), 1), payment_method="momo").attempt
    step: Any = start(attempt.pk)
    momo.gateway.pay(step.url)
    ask(attempt.pk, timezone.now() + SOON)
    one, two = make_user(), make_user()
    refund = agree_refund(attempt.pk, amount=50_000, by=one, note="hỏng")
    refunds.prepare(refund.pk, by=one, payee=None)
    refunds.approve(refund.pk, by=two)
    die_at(point, refund.pk, momo.gateway.url)
    refund.refresh_from_db()
    assert (refund.state, paid_amount(attempt.order)) == ("sent", 130_000)
    sweep(timezone.now() + dt.timedelta(minutes=30))
    refund.refresh_from_db()
    assert (refund.state, paid_amount(attempt.order), violations()) == ("done", 80_000, [])
    assert sum(order["returned"] for order in momo.gateway.orders.values()) == 50_000
