"""Attempts to pay, deliveries of providers, and what they add up to. Knows orders only as something to be paid."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils import timezone

from .codes import find_codes
from .models import (
    AttemptStatus,
    EventKind,
    InboundEvent,
    InboundOutcome,
    InboundReason,
    PaymentAttempt,
    PaymentEvent,
    Refund,
    RefundReason,
    RefundState,
    RefusedDelivery,
)
from .provider import BadSignature, Instructions, PaymentRequest, ProviderEvent
from .providers import PROVIDERS


@dataclasses.dataclass(frozen=True)
class Share:
    """What one delivery pays of one attempt."""

    attempt: PaymentAttempt
    amount: int


def open_attempt(*, order: Any, provider: str, amount: int, expires_at: dt.datetime) -> PaymentAttempt:
    """A new try to pay ``amount`` for ``order``; the payer's reference is the order's number.

    Raises: KeyError for a provider that this market does not offer.
    """
    step = PROVIDERS[provider].start(PaymentRequest(reference=order.number, amount=amount))
    return PaymentAttempt.objects.create(
        order=order,
        provider=provider,
        reference=order.number,
        amount=amount,
        expires_at=expires_at,
        next_step=dataclasses.asdict(step),
    )


def take_delivery(provider_code: str, headers: Mapping[str, str], body: bytes) -> list[InboundEvent]:
    """The rows of a genuine delivery, kept before anything is made of them; a repeat returns the first rows.

    Idempotent: by the provider's own id. Raises: BadSignature, after counting the refusal and keeping nothing else.
    """
    provider = PROVIDERS[provider_code]
    try:
        provider.verify(headers, body)
    except BadSignature:
        _count_refusal(provider_code)
        raise
    return [_keep(provider_code, event, body) for event in provider.read(body)]


def paid_amount(order: Any) -> int:
    """Money of ``order`` that the market holds: Σ charges − Σ refunds, from events only."""
    sums = PaymentEvent.objects.filter(attempt__order=order).aggregate(
        charges=Sum("amount", filter=Q(kind=EventKind.CHARGE), default=0),
        refunds=Sum("amount", filter=Q(kind=EventKind.REFUND), default=0),
    )
    return int(sums["charges"] - sums["refunds"])


def usable_amount(order: Any) -> int:
    """What of ``paid_amount`` counts towards the order: without the money already set aside to go back."""
    set_aside = Refund.objects.filter(attempt__order=order, state=RefundState.REQUESTED).aggregate(
        total=Sum("amount", default=0)
    )
    return paid_amount(order) - int(set_aside["total"])


def open_amount(attempt: PaymentAttempt) -> int:
    """What is still to be paid on ``attempt``; 0 once it succeeded."""
    if attempt.status == AttemptStatus.SUCCEEDED:
        return 0
    return max(attempt.amount - usable_amount(attempt.order), 0)


def next_step(attempt: PaymentAttempt) -> Instructions | None:
    """What the buyer does now: after a partial payment the QR code asks for the rest. None when all is paid."""
    amount = open_amount(attempt)
    if not amount:
        return None
    return PROVIDERS[attempt.provider].start(PaymentRequest(reference=attempt.reference, amount=amount))


def named_attempts(inbound: InboundEvent) -> list[PaymentAttempt]:
    """The latest attempt of every order whose code stands in the delivery. Never found by amount alone."""
    events = PROVIDERS[inbound.provider].read(bytes(inbound.body))
    texts = [text for event in events if event.external_id == inbound.external_id for text in event.texts]
    codes = dict.fromkeys(code for text in texts for code in find_codes(text))
    attempts = PaymentAttempt.objects.filter(provider=inbound.provider, reference__in=codes).order_by("pk")
    return list({attempt.reference: attempt for attempt in attempts.select_related("order")}.values())


def match(inbound: InboundEvent, attempts: Sequence[PaymentAttempt]) -> list[Share]:
    """How the delivery is shared over the ``attempts`` it names; empty if that is not certain.

    One order takes all of it. Several orders share it only when their open amounts add up to it exactly.
    """
    if len(attempts) == 1:
        return [Share(attempts[0], inbound.amount)]
    shares = [Share(attempt, open_amount(attempt)) for attempt in attempts]
    if sum(share.amount for share in shares) != inbound.amount or not all(share.amount for share in shares):
        return []
    return shares


def book_charge(*, share: Share, inbound: InboundEvent, is_only: bool) -> PaymentEvent:
    """The append-only event of money that came in. ``is_only``: the delivery pays nothing else."""
    reference = inbound.external_id if is_only else f"{inbound.external_id}:{share.attempt.reference}"
    return PaymentEvent.objects.create(
        attempt=share.attempt,
        provider=inbound.provider,
        kind=EventKind.CHARGE,
        amount=share.amount,
        external_reference=reference,
        occurred_at=inbound.occurred_at,
        inbound=inbound,
    )


def request_refund(*, cause: PaymentEvent, amount: int, reason: RefundReason) -> Refund:
    """A place in the refund queue for money of ``cause``."""
    return Refund.objects.create(attempt=cause.attempt, amount=amount, reason=reason, cause=cause)


def settle(inbound: InboundEvent, outcome: InboundOutcome, reason: InboundReason | str = "") -> None:
    """Write what became of a delivery."""
    inbound.outcome, inbound.reason = outcome, reason
    inbound.save(update_fields=["outcome", "reason"])


@transaction.atomic
def _keep(provider_code: str, event: ProviderEvent, body: bytes) -> InboundEvent:
    outcome, reason = InboundOutcome.RECEIVED, event.ignored
    if event.ignored:
        outcome = InboundOutcome.IGNORED
    elif event.unreadable:
        outcome, reason = InboundOutcome.UNMATCHED, InboundReason.UNREADABLE
    row, _ = InboundEvent.objects.get_or_create(
        provider=provider_code,
        external_id=event.external_id,
        defaults={
            "body": body,
            "amount": event.amount,
            "memo": event.memo,
            "occurred_at": event.occurred_at or timezone.now(),
            "outcome": outcome,
            "reason": reason,
        },
    )
    return row


@transaction.atomic
def _count_refusal(provider_code: str) -> None:
    row, _ = RefusedDelivery.objects.get_or_create(provider=provider_code, day=timezone.localdate())
    RefusedDelivery.objects.filter(pk=row.pk).update(count=F("count") + 1)
