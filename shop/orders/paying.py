"""While an order waits for its money: another way of paying, and asking providers what they know."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from shop.payments import services as payments
from shop.payments.models import OPEN_ATTEMPTS, AttemptStatus, InboundEvent, PaymentAttempt
from shop.payments.provider import EventKind, Refused, TryLater
from shop.payments.providers import PROVIDERS, offered

from . import door
from .locks import lock_order
from .models import OrderEvent
from .receiving import receive
from .requests import MethodNotOffered, NotPayable
from .statuses import OrderEventKind, OrderStatus

logger = logging.getLogger(__name__)

GRACE = dt.timedelta(minutes=15)
"""So long an order's end waits for a provider that does not answer; money after it is late money."""


@transaction.atomic
def change_method(*, order_id: int, provider: str) -> PaymentAttempt:
    """The attempt to pay what is still open in this way; the goods stay reserved until the same deadline.

    Who will pay at the door has agreed: the goods go to the stalls.

    Money on an attempt left behind still counts. Locks/Writes: see ``locks``; attempts, an order event.
    Idempotent: an attempt of the same way that still runs is returned. Raises: NotPayable, MethodNotOffered.
    """
    order = lock_order(order_id)
    if order.status != OrderStatus.PENDING_PAYMENT or order.sheet.pay_by <= timezone.now():
        raise NotPayable
    last = order.payment_attempts.latest("pk")
    if last.provider == provider and last.status in OPEN_ATTEMPTS:
        return last
    amount = payments.open_amount(last)
    if provider not in {way.code for way in offered(door.purchase_of(order, amount))}:
        raise MethodNotOffered
    order.payment_attempts.filter(status=AttemptStatus.PENDING).update(status=AttemptStatus.CANCELLED)
    attempt = payments.open_attempt(
        order=order, provider=provider, amount=amount, expires_at=order.sheet.pay_by
    )
    order.sheet.payment_method = provider
    order.sheet.save(update_fields=["payment_method"])
    OrderEvent.objects.create(
        order=order, kind=OrderEventKind.METHOD_CHANGED, note=f"{last.provider} → {provider}"
    )
    if PROVIDERS[provider].is_at_door:
        door.agree(order, attempt)
        door.settle(order, attempt)
    return attempt


def ask(attempt_pk: int, now: dt.datetime | None = None) -> bool:
    """Whether the attempt's provider was asked and has answered; its news are applied.

    The answer takes the same way as a delivery, so that being told and asking never count twice.
    """
    try:
        state = payments.ask(attempt_pk, now)
    except TryLater as error:
        logger.warning("payment attempt %s: no answer (%s)", attempt_pk, error)
        return False
    except Refused as error:
        logger.warning("payment attempt %s: the provider does not know it (%s)", attempt_pk, error)
        return False
    if state is None:
        return False
    attempt = PaymentAttempt.objects.get(pk=attempt_pk)
    for row in payments.keep(attempt.provider, state.events, b""):
        receive(row.pk)
    if state.is_over:
        _close(attempt)
    return True


def ask_due(rows: Iterable[InboundEvent]) -> int:
    """How many attempts were asked about at once, because deliveries said that something changed there."""
    hints = [name for row in rows if row.kind == EventKind.HINT for name in row.references]
    if not hints:
        return 0
    return sum(ask(pk) for pk in payments.attempts_to_ask(timezone.now(), named=hints))


def poll(now: dt.datetime) -> int:
    """How many attempts were asked about, of those whose time has come."""
    return sum(ask(pk, now) for pk in payments.attempts_to_ask(now))


def may_expire(order: Any, now: dt.datetime) -> bool:
    """Whether an unpaid order may be given up: its providers are asked to take no more money, then what they took.

    No transaction may be open. One that does not answer gets some minutes of grace, and so does money that was told
    and is not booked yet.
    """
    running = PaymentAttempt.objects.filter(
        order=order, status__in=OPEN_ATTEMPTS, claimed_at__isnull=False
    ).select_related("order__sheet")
    answers = [_ask_for_the_end(attempt, now) for attempt in running]
    is_known = all(answers) and not payments.waits_to_be_booked(order.number)
    return is_known or now >= order.sheet.pay_by + GRACE


def _ask_for_the_end(attempt: PaymentAttempt, now: dt.datetime) -> bool:
    try:
        PROVIDERS[attempt.provider].close(payments.request_of(attempt))
    except TryLater as error:
        logger.warning("payment attempt %s: not closed (%s)", attempt.pk, error)
        return False
    except Refused:
        logger.info("payment attempt %s: too late to close", attempt.pk)
    PaymentAttempt.objects.filter(pk=attempt.pk).update(ask_at=now)
    return ask(attempt.pk, now)


@transaction.atomic
def _close(attempt: PaymentAttempt) -> None:
    """No more money comes on this attempt; if none came, the buyer chooses again."""
    lock_order(attempt.order_id)
    rows = PaymentAttempt.objects.filter(pk=attempt.pk)
    rows.filter(status=AttemptStatus.PENDING).update(status=AttemptStatus.FAILED)
    rows.update(ask_at=None)
