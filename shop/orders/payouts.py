"""Stalls are paid: the ledger's steps with their codes, the log, what the bank tells, and the letter to the stall."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from catalog.acts import masked
from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.ledger import payouts
from shop.ledger.models import Payout, PayoutBatch, PayoutState
from shop.ledger.payouts import (
    AccountChanged,
    IllegalPayoutStep,
    NothingToPay,
    Payee,
    SamePerson,
)
from shop.messages.services import write_letter
from shop.money import format_amount
from shop.payments.codes import PAYOUT_PREFIX, new_code
from shop.payments.models import InboundEvent

__all__ = [
    "AccountChanged", "IllegalPayoutStep", "NothingToPay", "Payee", "SamePerson", "approve", "confirm_by_bank", "drop",
    "make", "mark_failed", "mark_paid", "note_file", "take_returned",
]  # fmt: skip


@transaction.atomic
def make(*, first_day: dt.date, last_day: dt.date, payees: Mapping[int, Payee], by: Any) -> PayoutBatch:
    """As ``ledger.payouts.make``. Writes besides: the log."""
    batch = payouts.make(
        first_day=first_day, last_day=last_day, payees=payees, new_code=lambda: new_code(PAYOUT_PREFIX), by=by
    )
    _log_batch(Verb.PAYOUT_MADE, batch, by)
    return batch


@transaction.atomic
def approve(batch_pk: int, *, payees: Mapping[int, Payee], by: Any) -> PayoutBatch:
    """As ``ledger.payouts.approve``. Writes besides: the log."""
    batch = payouts.approve(batch_pk, payees=payees, by=by)
    _log_batch(Verb.PAYOUT_APPROVED, batch, by)
    return batch


@transaction.atomic
def drop(batch_pk: int, *, by: Any, reason: str) -> PayoutBatch:
    """As ``ledger.payouts.drop``. Writes besides: the log."""
    batch = payouts.drop(batch_pk, by=by, reason=reason)
    _log_batch(Verb.PAYOUT_DROPPED, batch, by, reason=reason)
    return batch


def note_file(batch: PayoutBatch, *, by: Any) -> None:
    """Somebody has the file with the stalls' accounts. Writes: the log."""
    _log_batch(Verb.PAYOUT_FILED, batch, by)


@transaction.atomic
def mark_paid(payout_pk: int, *, by: Any = None, reason: str = "", bank_reference: str = "") -> Payout:
    """As ``ledger.payouts.mark_paid``. Writes besides: a letter to the stall, the log if a person did it."""
    payout = payouts.mark_paid(payout_pk, by=by, reason=reason, bank_reference=bank_reference)
    _log(Verb.PAYOUT_PAID, payout, by, reason)
    _write("payout_paid", payout)
    return payout


@transaction.atomic
def mark_failed(payout_pk: int, *, by: Any = None, reason: str = "", bank_reference: str = "") -> Payout:
    """As ``ledger.payouts.mark_failed``. Writes besides: a letter to the stall, the log if a person did it."""
    payout = payouts.mark_failed(payout_pk, by=by, reason=reason, bank_reference=bank_reference)
    _log(Verb.PAYOUT_FAILED, payout, by, reason)
    _write("payout_failed", payout)
    return payout


def confirm_by_bank(inbound: InboundEvent) -> Payout | None:
    """The payout whose code stands in an outgoing transfer of its exact amount, now paid; None if there is none.

    Callers hold the delivery's lock.
    """
    states = (PayoutState.APPROVED, PayoutState.FAILED)
    payout = payouts.named(inbound.references, amount=inbound.amount, states=states)
    try:
        return payout and mark_paid(payout.pk, bank_reference=inbound.bank_reference)
    except IllegalPayoutStep:  # a person was quicker
        return None


def take_returned(inbound: InboundEvent) -> Payout | None:
    """The payout whose code stands in a transfer of its exact amount that came in: it has come back.

    Callers hold the delivery's lock.
    """
    states = (PayoutState.APPROVED, PayoutState.PAID)
    payout = payouts.named(inbound.references, amount=inbound.amount, states=states)
    try:
        if payout is not None and payout.state == PayoutState.APPROVED:  # told before the transfer itself was
            mark_paid(payout.pk, bank_reference=inbound.bank_reference)
        return payout and mark_failed(payout.pk, bank_reference=inbound.bank_reference)
    except IllegalPayoutStep:
        return None


def _write(template: str, payout: Payout) -> None:
    """To the stall's own address."""
    write_letter(
        key=f"{template}:{payout.pk}:{payout.settled_at:%Y%m%d%H%M%S}",
        recipient=payout.cooperative.email,
        template=template,
        context={"payout": payout, "stall": payout.cooperative, "number": masked(payout.number)},
        language=settings.LANGUAGE_CODE,
    )


def _log_batch(verb: Verb, batch: PayoutBatch, by: Any, reason: str = "") -> None:
    total = format_amount(sum(payout.amount for payout in batch.payouts.all()))
    about = f"{batch.first_day:%d/%m/%Y}–{batch.last_day:%d/%m/%Y} {total}"
    record(verb, about=about, reference=f"batch:{batch.pk}", reason=reason, by=by)


def _log(verb: Verb, payout: Payout, by: Any, reason: str) -> None:
    if by is not None:
        about = f"{payout.code} {payout.cooperative.name} {format_amount(payout.amount)}"
        record(
            verb,
            about=about,
            cooperative_id=payout.cooperative_id,
            reference=f"payout:{payout.pk}",
            reason=reason,
            by=by,
        )
