"""Paying stalls: a batch for a period freezes what they may be paid, a second person approves it, the bank confirms.

Knows nothing of banks' messages, letters or where accounts are checked: the conductor brings the accounts, the codes
that stand in memos, and what the bank has told. Every step is an entry about the payout, the n-th once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils import timezone

from catalog.models import Cooperative
from shop.crash_points import crash_point

from . import journal
from .journal import Name, Source
from .models import Account, AccountKind, EntryKind, Line, Payout, PayoutBatch, PayoutState, SourceType


@dataclass(frozen=True)
class Payee:
    """An account of a stall that somebody of the market has checked."""

    bank_name: str
    number: str
    holder: str


class NothingToPay(Exception):
    """No stall with a checked account has anything to be paid."""


class IllegalPayoutStep(Exception):
    """The batch or payout has moved on since the page was shown."""


class SamePerson(Exception):
    """Whoever made a batch may not approve it."""


class AccountChanged(Exception):
    """Stalls are paid to other accounts than when the batch was made. ``names`` are theirs."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(names)
        self.names = list(names)


@transaction.atomic
def make(
    *,
    first_day: dt.date,
    last_day: dt.date,
    payees: Mapping[int, Payee],
    new_code: Callable[[], str],
    by: Any,
) -> PayoutBatch:
    """The batch of everything that stalls may be paid by the end of ``last_day``; from now on nobody else pays it.

    Stalls without an account that was checked are left out and named. Locks: the accounts with what may be paid, by
    id. Writes: the batch, payouts, entries. Raises: NothingToPay.
    """
    found = _payable(last_day)
    left_out = [[stall.name, amount] for stall, amount in found if stall.pk not in payees]
    payable = [(stall, amount) for stall, amount in found if stall.pk in payees]
    if not payable:
        raise NothingToPay(left_out)
    batch = PayoutBatch.objects.create(first_day=first_day, last_day=last_day, left_out=left_out, made_by=by)
    for stall, amount in payable:
        payee = payees[stall.pk]
        payout = Payout.objects.create(
            batch=batch,
            cooperative=stall,
            code=_free(new_code),
            amount=amount,
            bank_name=payee.bank_name,
            number=payee.number,
            holder=payee.holder,
        )
        _post(payout, EntryKind.ORDERED, AccountKind.AVAILABLE, AccountKind.ON_WAY)
        crash_point("payout-made")
    return batch


@transaction.atomic
def approve(batch_pk: int, *, payees: Mapping[int, Payee], by: Any) -> PayoutBatch:
    """The batch, approved by a second person, if every stall is still paid to the account that stands in it.

    Locks/Writes: the batch, its payouts. Raises: IllegalPayoutStep; SamePerson; AccountChanged.
    """
    batch = _waiting(batch_pk)
    if batch.made_by_id == by.pk:
        raise SamePerson
    rows = list(batch.payouts.select_related("cooperative"))
    other = [row.cooperative.name for row in rows if payees.get(row.cooperative_id) != _payee_of(row)]
    if other:
        raise AccountChanged(other)
    batch.approved_by, batch.approved_at = by, timezone.now()
    batch.save(update_fields=["approved_by", "approved_at"])
    batch.payouts.update(state=PayoutState.APPROVED)
    return batch


@transaction.atomic
def drop(batch_pk: int, *, by: Any, reason: str) -> PayoutBatch:
    """The batch is not paid: its money may be paid by another one.

    Locks/Writes: the batch, its payouts, entries. Raises: IllegalPayoutStep once it is approved or dropped.
    """
    batch = _waiting(batch_pk)
    batch.dropped_by, batch.dropped_at, batch.reason = by, timezone.now(), reason[:255]
    batch.save(update_fields=["dropped_by", "dropped_at", "reason"])
    for payout in batch.payouts.order_by("pk"):
        payout.state = PayoutState.DROPPED
        payout.save(update_fields=["state"])
        _post(payout, EntryKind.CALLED_OFF, AccountKind.ON_WAY, AccountKind.AVAILABLE)
    return batch


@transaction.atomic
def mark_paid(payout_pk: int, *, by: Any = None, reason: str = "", bank_reference: str = "") -> Payout:
    """The money has left: told by the bank, or seen by a person who says how. One that had failed arrived after all.

    Locks/Writes: the payout, an entry. Raises: IllegalPayoutStep.
    """
    payout = _locked(payout_pk, PayoutState.APPROVED, PayoutState.FAILED)
    was = AccountKind.ON_WAY if payout.state == PayoutState.APPROVED else AccountKind.AVAILABLE
    payout.bank_reference = bank_reference[:60]
    _settle(payout, PayoutState.PAID, by, reason)
    _post(payout, EntryKind.PAID, was, AccountKind.BANK)
    return payout


@transaction.atomic
def mark_failed(payout_pk: int, *, by: Any = None, reason: str = "", bank_reference: str = "") -> Payout:
    """It did not arrive, or came back: the next batch pays it. Locks/Writes: the payout, an entry.

    Raises: IllegalPayoutStep.
    """
    payout = _locked(payout_pk, PayoutState.APPROVED, PayoutState.PAID)
    was = AccountKind.ON_WAY if payout.state == PayoutState.APPROVED else AccountKind.BANK
    payout.bank_reference = bank_reference[:60] or payout.bank_reference
    _settle(payout, PayoutState.FAILED, by, reason)
    _post(payout, EntryKind.CAME_BACK, was, AccountKind.AVAILABLE)
    return payout


def named(codes: Sequence[str], *, amount: int, states: Sequence[PayoutState]) -> Payout | None:
    """The one payout of exactly this amount whose code a bank's memo holds; None if that is not certain."""
    rows = list(Payout.objects.filter(code__in=codes, amount=amount, state__in=states)[:2])
    return rows[0] if len(rows) == 1 else None


def _payable(last_day: dt.date) -> list[tuple[Cooperative, int]]:
    """Stalls that may be paid, their accounts locked: what they had by then, and no more than they have now."""
    rows = Account.objects.filter(kind=AccountKind.AVAILABLE).select_related("cooperative").order_by("pk")
    accounts = list(rows.select_for_update(of=("self",), no_key=True))
    owed = Sum(F("credit") - F("debit"))
    by_then = Sum(F("credit") - F("debit"), filter=Q(entry__day__lte=last_day), default=0)
    sums = (
        Line.objects.filter(account__in=accounts)
        .order_by()
        .values("account")
        .annotate(now=owed, then=by_then)
    )
    most = {row["account"]: min(row["now"], row["then"]) for row in sums}
    return [
        (account.cooperative, most[account.pk])
        for account in accounts
        if account.cooperative is not None and most.get(account.pk, 0) > 0
    ]


def _waiting(batch_pk: int) -> PayoutBatch:
    batch = PayoutBatch.objects.select_for_update().get(pk=batch_pk)
    if not batch.is_waiting:
        raise IllegalPayoutStep(batch_pk)
    return batch


def _locked(payout_pk: int, *allowed: PayoutState) -> Payout:
    payout = (
        Payout.objects.select_for_update(of=("self",))
        .select_related("cooperative", "batch")
        .get(pk=payout_pk)
    )
    if payout.state not in allowed:
        raise IllegalPayoutStep(payout.state)
    return payout


def _settle(payout: Payout, state: PayoutState, by: Any, reason: str) -> None:
    payout.state, payout.reason, payout.settled_by, payout.settled_at = (
        state,
        reason[:255],
        by,
        timezone.now(),
    )
    payout.save(update_fields=["state", "reason", "settled_by", "settled_at", "bank_reference"])


def _post(payout: Payout, kind: EntryKind, there: AccountKind, here: AccountKind) -> None:
    """From one account to another. What is owed to a stall is debited where it leaves."""
    stall = payout.cooperative_id
    source = Source(SourceType.PAYOUT, payout.pk, payout.code, stall)

    def name(which: AccountKind) -> Name:
        return Name(which) if which == AccountKind.BANK else Name(which, stall=stall)

    turn = journal.turns(SourceType.PAYOUT, payout.pk) + 1
    journal.post(source, kind, {name(there): payout.amount, name(here): -payout.amount}, turn=turn)


def _payee_of(payout: Payout) -> Payee:
    return Payee(payout.bank_name, payout.number, payout.holder)


def _free(new_code: Callable[[], str]) -> str:
    code = new_code()
    while Payout.objects.filter(code=code).exists():
        code = new_code()
    return code
