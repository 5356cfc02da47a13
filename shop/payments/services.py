"""Attempts to pay, deliveries of providers, and what they add up to. Knows orders only as something to be paid."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q, Sum
from django.urls import reverse
from django.utils import timezone, translation

from shop.crash_points import crash_point

from . import provider as interface
from .codes import find_codes
from .models import (
    MONEY_IN,
    MONEY_OUT,
    OPEN_ATTEMPTS,
    AttemptStatus,
    EventKind,
    InboundEvent,
    InboundOutcome,
    InboundReason,
    PaymentAttempt,
    PaymentEvent,
    Refund,
    RefundState,
    RefusedDelivery,
)
from .provider import (
    BadSignature,
    NextStep,
    PaymentRequest,
    PaymentState,
    ProviderEvent,
    Redirect,
    Refused,
    ShowQr,
    TryLater,
)
from .providers import BANK_SOURCES, PROVIDERS, SOURCES

CLAIM = dt.timedelta(seconds=60)
"""How long a start that was claimed is left alone; afterwards its claimant is taken for dead."""

ASK_PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15))
ASK_UNTIL = dt.timedelta(hours=24)
"""So long after its end an attempt is still asked about: money may be on its way."""

_TRY_SIGN = "L"  # no symbol of the codes' alphabet: where the order's number ends stays plain


@dataclasses.dataclass(frozen=True)
class Share:
    """What one delivery pays of one attempt."""

    attempt: PaymentAttempt
    amount: int


def open_attempt(*, order: Any, provider: str, amount: int, expires_at: dt.datetime) -> PaymentAttempt:
    """A new try to pay ``amount`` for ``order``; nobody is asked for anything yet.

    Raises: KeyError for a provider that this market does not offer.
    """
    reference = order.number
    if PROVIDERS[provider].is_online:
        reference += f"{_TRY_SIGN}{PaymentAttempt.objects.filter(order=order).count() + 1}"
    return PaymentAttempt.objects.create(
        order=order, provider=provider, reference=reference, amount=amount, expires_at=expires_at
    )


def request_of(attempt: PaymentAttempt, *, client_ip: str = "127.0.0.1") -> PaymentRequest:
    """The attempt as its provider sees it; equal however often it is made."""
    language = attempt.order.sheet.language
    with translation.override(language):
        page = reverse("checkout:pay", args=(attempt.public_id,))
    return PaymentRequest(
        reference=attempt.reference,
        amount=attempt.amount,
        order_number=attempt.order.number,
        created_at=attempt.created_at,
        expires_at=attempt.expires_at,
        return_url=f"{settings.BASE_URL}{page}?ve=1",
        event_url=f"{settings.BASE_URL}/webhooks/{attempt.provider}/",
        language=language,
        client_ip=client_ip,
        provider_reference=attempt.provider_reference,
    )


def start(attempt_pk: int, *, client_ip: str = "127.0.0.1") -> NextStep | None:
    """Where the buyer goes next; None while somebody else is starting the same attempt.

    Claim, call, record: no transaction is open while the provider is asked. Idempotent: a started attempt
    returns its step. Raises: TryLater (nothing changed, press again); Refused, and the attempt has failed.
    """
    attempt = PaymentAttempt.objects.select_related("order__sheet").get(pk=attempt_pk)
    if attempt.started_at:
        return step_of(attempt)
    now, amount = timezone.now(), open_amount(attempt)
    if not amount:
        return None
    rows = PaymentAttempt.objects.filter(pk=attempt_pk, started_at=None, status=AttemptStatus.PENDING)
    if not rows.filter(Q(claimed_at=None) | Q(claimed_at__lte=now - CLAIM)).update(
        claimed_at=now, ask_at=now + CLAIM, amount=amount
    ):
        return None
    crash_point("start-claimed")
    attempt.amount = amount
    try:
        step = PROVIDERS[attempt.provider].start(request_of(attempt, client_ip=client_ip))
    except TryLater:
        rows.filter(claimed_at=now).update(claimed_at=None)
        raise
    except Refused:
        rows.filter(claimed_at=now).update(status=AttemptStatus.FAILED)
        raise
    crash_point("start-answered")
    PaymentAttempt.objects.filter(pk=attempt_pk).update(
        started_at=now,
        ask_at=now + ASK_PAUSES[0],
        provider_reference=step.provider_reference,
        account=step.account if isinstance(step, ShowQr) else "",
        next_step=dataclasses.asdict(step),
    )
    return step


def step_of(attempt: PaymentAttempt) -> NextStep | None:
    """How an attempt that was started at its provider goes on: there, or with what our page shows."""
    if attempt.next_step.get("payload"):
        return ShowQr(**attempt.next_step)
    return Redirect(**attempt.next_step) if attempt.next_step.get("url") else None


def next_step(attempt: PaymentAttempt) -> NextStep | None:
    """What the buyer does now: after a partial payment the QR code asks for the rest. None when all is paid.

    For an online provider None also before ``start``; nobody is asked here.
    """
    amount = open_amount(attempt)
    if not amount:
        return None
    chosen = PROVIDERS[attempt.provider]
    if chosen.is_online:
        return step_of(attempt)
    return chosen.start(dataclasses.replace(request_of(attempt), amount=amount))


def step_for_part(attempt: PaymentAttempt, *, amount: int, memo: str) -> NextStep:
    """What the payer does for a part of an attempt by transfer, under a memo that begins with its reference."""
    request = dataclasses.replace(request_of(attempt), amount=amount, reference=memo)
    return PROVIDERS[attempt.provider].start(request)


def take_delivery(source_code: str, headers: Mapping[str, str], body: bytes) -> list[InboundEvent]:
    """The rows of a genuine delivery, kept before anything is made of them; a repeat returns the first rows.

    Idempotent: by the provider's own id. Raises: BadSignature, after counting the refusal and keeping nothing else.
    """
    try:
        events = SOURCES[source_code].read_event(headers, body)
    except BadSignature:
        _count_refusal(source_code)
        raise
    return keep(source_code, events, body)


def keep(source_code: str, events: Sequence[ProviderEvent], body: bytes) -> list[InboundEvent]:
    """The events as rows, whether somebody told us or we asked; all or none. Idempotent: by ``external_id``."""
    try:
        return _keep_all(source_code, events, body)
    except IntegrityError:  # a rival has just kept one of them: now it is found
        return _keep_all(source_code, events, body)


def ask(attempt_pk: int, now: dt.datetime | None = None) -> PaymentState | None:
    """What the provider says of an attempt whose time to ask has come; None if it is not, or a rival asks.

    The claim moves the next time to ask. Raises: TryLater, Refused.
    """
    now = now or timezone.now()
    attempt = PaymentAttempt.objects.select_related("order__sheet").get(pk=attempt_pk)
    if not _claim_question(attempt, now):
        return None
    crash_point("ask-claimed")
    state = PROVIDERS[attempt.provider].fetch(request_of(attempt))
    crash_point("ask-answered")
    return state


def ask_soon(attempt: PaymentAttempt, *, after: dt.timedelta) -> bool:
    """Whether the attempt may be asked about at once, for a buyer who waits: so long after the last time."""
    now = timezone.now()
    rows = PaymentAttempt.objects.filter(pk=attempt.pk, started_at__isnull=False, status__in=OPEN_ATTEMPTS)
    return bool(rows.filter(Q(asked_at=None) | Q(asked_at__lte=now - after)).update(ask_at=now))


def attempts_to_ask(now: dt.datetime, *, named: Sequence[str] = ()) -> list[int]:
    """Ids of the attempts whose time to ask has come; with ``named`` only those that a delivery names."""
    due = PaymentAttempt.objects.filter(ask_at__lte=now)
    if named:
        due = due.filter(_names(named)).distinct()
    return list(due.order_by("ask_at").values_list("pk", flat=True)[:500])


def paid_amount(order: Any) -> int:
    """Money of ``order`` that the market holds: Σ in − Σ out, from events only."""
    sums = PaymentEvent.objects.filter(attempt__order=order).aggregate(
        money_in=Sum("amount", filter=Q(kind__in=MONEY_IN), default=0),
        money_out=Sum("amount", filter=Q(kind__in=MONEY_OUT), default=0),
    )
    return int(sums["money_in"] - sums["money_out"])


def usable_amount(order: Any) -> int:
    """What of ``paid_amount`` counts towards the order: without the money already set aside to go back."""
    set_aside = Refund.objects.filter(attempt__order=order).exclude(state=RefundState.DONE)
    return paid_amount(order) - int(set_aside.aggregate(total=Sum("amount", default=0))["total"])


def open_amount(attempt: PaymentAttempt) -> int:
    """What is still to be paid for the attempt's order; 0 once the attempt succeeded.

    At the door that is what the goods that come are worth, which the conductor keeps in the attempt.
    """
    if attempt.status == AttemptStatus.SUCCEEDED:
        return 0
    is_at_door = PROVIDERS[attempt.provider].is_at_door
    asked = attempt.amount if is_at_door else int(attempt.order.total_incl_tax)
    return max(asked - usable_amount(attempt.order), 0)


def named_attempts(inbound: InboundEvent) -> list[PaymentAttempt]:
    """The attempt of everything that the delivery names. Never found by amount alone.

    An order's code finds its latest attempt to be paid by transfer, whatever way the buyer has chosen since.
    """
    names = Q(reference__in=inbound.references)
    if inbound.provider in PROVIDERS and inbound.provider not in BANK_SOURCES:  # knows its own attempts only
        names &= Q(provider=inbound.provider)
    else:
        names |= Q(order__number__in=inbound.references)
    attempts = PaymentAttempt.objects.filter(names).select_related("order").order_by("pk")
    by_transfer_last = sorted(attempts, key=lambda attempt: attempt.reference == attempt.order.number)
    return list({attempt.order_id: attempt for attempt in by_transfer_last}.values())


def waits_to_be_booked(order_number: str) -> bool:
    """Whether a delivery that was kept and is not booked yet names the order."""
    waiting = InboundEvent.objects.filter(outcome=InboundOutcome.RECEIVED)
    return any(order_number in references for references in waiting.values_list("references", flat=True))


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


def is_amount_asked(inbound: InboundEvent, attempts: Sequence[PaymentAttempt]) -> bool:
    """Whether a provider that fixes the amount reports what we asked it for; by hand any amount may be sent."""
    fixed = [attempt for attempt in attempts if not PROVIDERS[attempt.provider].takes_any_amount]
    return all(attempt.amount == inbound.amount for attempt in fixed)


def book(
    *, share: Share, inbound: InboundEvent, is_only: bool = True, kind: EventKind = EventKind.CHARGE
) -> PaymentEvent:
    """The append-only event of money that moved. ``is_only``: the delivery pays nothing else."""
    reference = inbound.external_id if is_only else f"{inbound.external_id}:{share.attempt.reference}"
    return PaymentEvent.objects.create(
        attempt=share.attempt,
        provider=inbound.provider,
        kind=kind,
        amount=share.amount,
        external_reference=reference,
        occurred_at=inbound.occurred_at,
        inbound=inbound,
    )


def settle(
    inbound: InboundEvent,
    outcome: InboundOutcome,
    reason: InboundReason | str = "",
    *,
    by: Any = None,
    note: str = "",
) -> None:
    """Write what became of a delivery, and by whose hand if a person decided it."""
    inbound.outcome, inbound.reason = outcome, reason
    inbound.settled_by, inbound.settled_at, inbound.note = by, timezone.now() if by else None, note
    inbound.save(update_fields=["outcome", "reason", "settled_by", "settled_at", "note"])


def _names(references: Sequence[str]) -> Q:
    return Q(reference__in=references) | Q(events__external_reference__in=references)


def _claim_question(attempt: PaymentAttempt, now: dt.datetime) -> bool:
    gone = now - (attempt.started_at or attempt.created_at)
    pause = next((pause for pause in ASK_PAUSES if pause >= gone / 4), ASK_PAUSES[-1])
    ask_again = now + pause
    is_last = attempt.status not in OPEN_ATTEMPTS and now > attempt.expires_at + ASK_UNTIL
    claimed = PaymentAttempt.objects.filter(pk=attempt.pk, ask_at__lte=now, ask_at=attempt.ask_at)
    return bool(claimed.update(ask_at=None if is_last else ask_again, asked_at=now))


def _keep_all(source_code: str, events: Sequence[ProviderEvent], body: bytes) -> list[InboundEvent]:
    kept = _kept(source_code, [event.external_id for event in events])
    missing = {event.external_id: event for event in events if event.external_id not in kept}
    if missing:
        with transaction.atomic():
            kept |= {name: _keep(source_code, event, body) for name, event in missing.items()}
    return [kept[event.external_id] for event in events]


def _kept(source_code: str, names: Sequence[str]) -> dict[str, InboundEvent]:
    rows = InboundEvent.objects.filter(provider=source_code, external_id__in=names)
    return {row.external_id: row for row in rows}


def _keep(source_code: str, event: ProviderEvent, body: bytes) -> InboundEvent:
    outcome, reason = InboundOutcome.RECEIVED, event.ignored
    if event.ignored:
        outcome = InboundOutcome.IGNORED
    elif event.unreadable:
        outcome, reason = InboundOutcome.UNMATCHED, InboundReason.UNREADABLE
    elif event.kind == interface.EventKind.HINT:
        outcome = InboundOutcome.NOTED
    references = _references(event)
    row = InboundEvent.objects.create(
        provider=source_code,
        external_id=event.external_id,
        kind=event.kind.value,
        references=references,
        bank_reference=event.bank_reference,
        body=body,
        amount=event.amount,
        memo=event.memo,
        occurred_at=event.occurred_at or timezone.now(),
        outcome=outcome,
        reason=reason,
    )
    if event.kind == interface.EventKind.HINT:
        named = PaymentAttempt.objects.filter(_names(references), provider=source_code).values("pk")
        PaymentAttempt.objects.filter(pk__in=named).update(ask_at=timezone.now())
    return row


def _references(event: ProviderEvent) -> list[str]:
    """What the event names: its attempt, else the attempt whose own account took the money, else orders by code."""
    if event.reference:
        return [event.reference]
    if event.account:
        owner = PaymentAttempt.objects.filter(account=event.account).order_by("-pk").first()
        if owner:
            return [owner.reference]
    return list(dict.fromkeys(code for text in event.texts for code in find_codes(text)))


@transaction.atomic
def _count_refusal(source_code: str) -> None:
    row, _ = RefusedDelivery.objects.get_or_create(provider=source_code, day=timezone.localdate())
    RefusedDelivery.objects.filter(pk=row.pk).update(count=F("count") + 1)
