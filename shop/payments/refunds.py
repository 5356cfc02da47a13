"""Money on its way back: asked for, prepared, approved by somebody else, sent, done. No step is taken twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from catalog.acts import masked
from shop.audit import services as audit
from shop.audit.verbs import Verb
from shop.crash_points import crash_point
from shop.money import format_amount

from .codes import REFUND_PREFIX, new_code
from .models import (
    MONEY_OUT,
    REFUND_STEPS,
    EventKind,
    InboundEvent,
    InboundOutcome,
    PaymentAttempt,
    PaymentEvent,
    Refund,
    RefundReason,
    RefundState,
    RefundStep,
    RefundWay,
)
from .provider import RefundProgress, RefundRequest, Refused, TryLater
from .provider import RefundState as Answered
from .providers import PROVIDERS
from .services import request_of, settle

ASK_AGAIN = dt.timedelta(minutes=5)


class IllegalRefundStep(Exception):
    """The refund has moved on since the page was shown."""


class SamePerson(Exception):
    """Whoever prepared a refund may not approve it."""


class TooMuch(Exception):
    """More would go back than came in. ``most`` is what still may."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


@dataclass(frozen=True)
class Payee:
    """The account that a transfer goes to."""

    bank_bin: str = ""
    account: str = ""
    name: str = ""


def request_refund(*, cause: PaymentEvent, amount: int, reason: RefundReason) -> Refund:
    """A place in the refund queue for money of ``cause``."""
    refund = Refund.objects.create(attempt=cause.attempt, amount=amount, reason=reason, cause=cause)
    return _note(refund)


def request_part(*, charge: PaymentEvent, amount: int, reason: RefundReason) -> Refund:
    """A place in the refund queue for a part of a charge that paid for an order; others may follow."""
    refund = Refund.objects.create(attempt=charge.attempt, amount=amount, reason=reason, charge=charge)
    return _note(refund)


def refundable_amount(attempt: PaymentAttempt) -> int:
    """What of the attempt's money is neither given back nor set aside to be."""
    moved = {kind: 0 for kind in EventKind}
    for kind, total in attempt.events.order_by().values_list("kind").annotate(Sum("amount")):
        moved[EventKind(kind)] = total
    waiting = attempt.refunds.exclude(state=RefundState.DONE).aggregate(total=Sum("amount", default=0))
    held = moved[EventKind.CHARGE] + moved[EventKind.REVERSAL]
    gone = sum(moved[kind] for kind in MONEY_OUT)
    return held - gone - int(waiting["total"])


def request_agreed(*, attempt: PaymentAttempt, amount: int, by: Any, note: str) -> Refund:
    """A refund that staff have agreed with the buyer of a paid order.

    Callers hold the order's locks. Raises: TooMuch.
    """
    most = refundable_amount(attempt)
    if not 0 < amount <= most:
        raise TooMuch(most)
    refund = Refund.objects.create(attempt=attempt, amount=amount, reason=RefundReason.AGREED)
    return _note(refund, by=by, note=note, verb=Verb.REFUND_AGREED)


@transaction.atomic
def return_transfer(inbound_pk: int, *, by: Any) -> Refund:
    """A refund of the whole of a transfer that belongs to no order.

    Locks/Writes: the delivery, a refund. Raises: IllegalRefundStep unless the delivery waits for staff.
    """
    inbound = InboundEvent.objects.select_for_update().get(pk=inbound_pk)
    if inbound.outcome != InboundOutcome.UNMATCHED or not inbound.amount:
        raise IllegalRefundStep(inbound.outcome)
    settle(inbound, InboundOutcome.RETURNED, inbound.reason, by=by)
    refund = Refund.objects.create(inbound=inbound, amount=inbound.amount, reason=RefundReason.UNMATCHED)
    return _note(refund, by=by, verb=Verb.REFUND_AGREED)


@transaction.atomic
def prepare(refund_pk: int, *, by: Any, payee: Payee | None) -> Refund:
    """Say where the money goes: to ``payee``'s account, or without one back through the provider.

    Locks/Writes: the refund. Raises: IllegalRefundStep; Refused if the provider gives nothing back by program.
    """
    refund = _locked(refund_pk, RefundState.PREPARED)
    if payee is None and charge_of(refund) is None:
        raise Refused("not through the provider")
    refund.way = RefundWay.TRANSFER if payee else RefundWay.PROVIDER
    account = payee or Payee()
    refund.payee_bank_bin, refund.payee_account, refund.payee_name = (
        account.bank_bin,
        account.account,
        account.name,
    )
    refund.prepared_by, refund.approved_by, refund.failure = by, None, ""
    refund.code = refund.code or _free_code()
    return _step(refund, RefundState.PREPARED, by=by)


@transaction.atomic
def send_back(refund_pk: int, *, by: Any, note: str) -> Refund:
    """Not approved: it is prepared anew. Locks/Writes: the refund. Raises: IllegalRefundStep."""
    refund = _locked(refund_pk, RefundState.REQUESTED)
    return _step(refund, RefundState.REQUESTED, by=by, note=note)


@transaction.atomic
def approve(refund_pk: int, *, by: Any) -> Refund:
    """Approved by a second person. Locks/Writes: the refund. Raises: IllegalRefundStep, SamePerson."""
    refund = _locked(refund_pk, RefundState.APPROVED)
    if refund.prepared_by_id == by.pk:
        raise SamePerson
    refund.approved_by = by
    if refund.way == RefundWay.PROVIDER:
        refund.ask_at = timezone.now()
    return _step(refund, RefundState.APPROVED, by=by)


@transaction.atomic
def mark_sent(refund_pk: int, *, by: Any, bank_reference: str) -> Refund:
    """The transfer was ordered at the bank. Locks/Writes: the refund. Raises: IllegalRefundStep."""
    refund = _locked(refund_pk, RefundState.SENT, way=RefundWay.TRANSFER)
    refund.provider_reference = bank_reference
    refund.tries += 1
    return _step(refund, RefundState.SENT, by=by, note=bank_reference)


@transaction.atomic
def mark_done(refund_pk: int, *, by: Any, note: str = "", inbound: InboundEvent | None = None) -> Refund:
    """The money has left: seen by a person, or reported by the bank.

    Locks/Writes: the refund, a payment event. Raises: IllegalRefundStep.
    """
    return _finish(_locked(refund_pk, RefundState.DONE), by=by, note=note, inbound=inbound)


@transaction.atomic
def mark_failed(refund_pk: int, *, by: Any, note: str) -> Refund:
    """It did not arrive: to be prepared anew. Locks/Writes: the refund. Raises: IllegalRefundStep."""
    refund = _locked(refund_pk, RefundState.FAILED)
    refund.failure, refund.ask_at = note[:255], None
    return _step(refund, RefundState.FAILED, by=by, note=note)


def confirm_by_bank(inbound: InboundEvent) -> Refund | None:
    """The refund whose code stands in an outgoing transfer of its exact amount, now done; None if there is none.

    Callers hold the delivery's lock.
    """
    rows = Refund.objects.filter(code__in=inbound.references, way=RefundWay.TRANSFER)
    named = list(rows.filter(state__in=(RefundState.APPROVED, RefundState.SENT), amount=inbound.amount))
    if len(named) != 1:
        return None
    refund = Refund.objects.select_for_update().get(pk=named[0].pk)
    if refund.state == RefundState.APPROVED:  # the bank was quicker than the one who orders transfers
        refund = _step(refund, RefundState.SENT, by=None)
    if refund.state != RefundState.SENT:
        return None
    return _finish(refund, by=None, note=inbound.bank_reference, inbound=inbound)


def send_due(now: dt.datetime) -> int:
    """How many refunds through providers were sent, or asked about again."""
    due = Refund.objects.filter(way=RefundWay.PROVIDER, ask_at__lte=now).order_by("ask_at")
    return sum(send(pk, now) for pk in due.values_list("pk", flat=True)[:200])


def send(refund_pk: int, now: dt.datetime | None = None) -> bool:
    """Whether the provider was asked about an approved refund: claim, call with time-out, record.

    The first time it is asked to refund, after a lost answer what became of it: never twice to refund.
    """
    now = now or timezone.now()
    with transaction.atomic():
        refund = Refund.objects.select_for_update(of=("self",)).get(pk=refund_pk)
        is_first = refund.state == RefundState.APPROVED
        if refund.way != RefundWay.PROVIDER or refund.state not in (RefundState.APPROVED, RefundState.SENT):
            return False
        if refund.ask_at is None or refund.ask_at > now:
            return False
        refund.ask_at = now + ASK_AGAIN
        refund.save(update_fields=["ask_at"])
        if is_first:
            refund.tries += 1
            _step(refund, RefundState.SENT, by=None)
    crash_point("refund-claimed")
    try:
        answer = _ask_provider(refund, is_first=is_first)
    except TryLater:
        return True  # sent or not is unknown: the next round asks
    except Refused as refusal:
        answer = Answered(RefundProgress.FAILED, reason=str(refusal))
    crash_point("refund-answered")
    record(refund_pk, answer)
    return True


@transaction.atomic
def record(refund_pk: int, answer: Answered) -> None:
    """Write what the provider says. Locks/Writes: the refund, a payment event. Idempotent."""
    refund = Refund.objects.select_for_update(of=("self",)).get(pk=refund_pk)
    if refund.state != RefundState.SENT:
        return
    if answer.provider_reference:
        refund.provider_reference = answer.provider_reference
        refund.save(update_fields=["provider_reference"])
    if answer.progress == RefundProgress.DONE:
        _finish(refund, by=None, note=answer.provider_reference)
    elif answer.progress == RefundProgress.FAILED:
        refund.failure, refund.ask_at = answer.reason[:255], None
        _step(refund, RefundState.FAILED, by=None, note=answer.reason)


def charge_of(refund: Refund) -> PaymentEvent | None:
    """The charge that the provider can give back; None where only a transfer can."""
    attempt = refund.attempt
    if attempt is None or attempt.provider not in PROVIDERS or not PROVIDERS[attempt.provider].gives_back:
        return None
    charges = attempt.events.filter(kind=EventKind.CHARGE, provider=attempt.provider)
    named = refund.cause_id or refund.charge_id
    return charges.filter(pk=named).first() if named else charges.first()


def _ask_provider(refund: Refund, *, is_first: bool) -> Answered:
    attempt, charge = refund.attempt, charge_of(refund)
    if attempt is None or charge is None:
        raise Refused("the charge is not the provider's")
    asked = RefundRequest(
        key=f"{refund.code}{refund.tries}",
        amount=refund.amount,
        charge_reference=charge.external_reference,
        charged_amount=charge.amount,
        created_at=refund.created_at,
        by=str(refund.approved_by_id),
        provider_reference=refund.provider_reference,
    )
    provider, request = PROVIDERS[attempt.provider], request_of(attempt)
    if is_first:
        return provider.refund(request, asked)
    known = provider.fetch_refund(request, asked)
    if known.progress == RefundProgress.UNKNOWN:  # it never got there
        return provider.refund(request, asked)
    return known


def _finish(refund: Refund, *, by: Any, note: str, inbound: InboundEvent | None = None) -> Refund:
    if refund.attempt is not None:
        PaymentEvent.objects.create(
            attempt=refund.attempt,
            provider=refund.attempt.provider,
            kind=EventKind.REFUND,
            amount=refund.amount,
            external_reference=f"refund:{refund.pk}",
            occurred_at=inbound.occurred_at if inbound else timezone.now(),
            inbound=inbound,
        )
    refund.done_at, refund.ask_at = timezone.now(), None
    return _step(refund, RefundState.DONE, by=by, note=note)


def _locked(refund_pk: int, wanted: RefundState, *, way: RefundWay | None = None) -> Refund:
    refund = Refund.objects.select_for_update(of=("self",)).get(pk=refund_pk)
    if wanted not in REFUND_STEPS[refund.state] or (way and refund.way != way):
        raise IllegalRefundStep(refund.state)
    return refund


def _step(refund: Refund, state: RefundState, *, by: Any, note: str = "") -> Refund:
    refund.state = state
    refund.save()
    return _note(refund, by=by, note=note, verb=_VERBS.get(state))


_VERBS = {
    RefundState.REQUESTED: Verb.REFUND_SENT_BACK,
    RefundState.PREPARED: Verb.REFUND_PREPARED,
    RefundState.APPROVED: Verb.REFUND_APPROVED,
    RefundState.SENT: Verb.REFUND_ORDERED,
    RefundState.DONE: Verb.REFUND_DONE,
    RefundState.FAILED: Verb.REFUND_FAILED,
}


def _note(refund: Refund, *, by: Any = None, note: str = "", verb: Verb | None = None) -> Refund:
    """The step in the refund's own record and, if a person took it, in the market's."""
    RefundStep.objects.create(refund=refund, state=refund.state, actor=by, note=note[:255])
    if by is not None and verb is not None:
        order = refund.attempt.order.number if refund.attempt else ""
        audit.record(
            verb,
            about=" ".join(filter(None, (refund.code, order, format_amount(refund.amount)))),
            reference=f"refund:{refund.pk}",
            changes={"payee": ("", masked(refund.payee_account))} if verb == Verb.REFUND_PREPARED else None,
            reason=note,
            by=by,
        )
    return refund


def _free_code() -> str:
    code = new_code(REFUND_PREFIX)
    while Refund.objects.filter(code=code).exists():
        code = new_code(REFUND_PREFIX)
    return code
