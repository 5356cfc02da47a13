"""Writing entries, and reading what accounts hold. Nothing else writes lines.

Unit: whole đồng. A move is what an account is debited; below nothing it is credited. Source: ``payments.md`` names the
accounts; that both sides are equal is held by the database (``migrations/0002``, ``docs/decisions/0038``).
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Sum

from catalog.clock import today

from .models import Account, AccountKind, EntryKind, JournalEntry, Line, Seal, SourceType


@dataclass(frozen=True)
class Name:
    """Which account: its kind and, where there are several, whose: a stall's id, or the code of a company."""

    kind: AccountKind
    key: str = ""
    stall: int | None = None

    @property
    def code(self) -> str:
        """
        >>> Name(AccountKind.COURIER, "ghn").code, Name(AccountKind.PENDING, stall=12).code
        ('courier:ghn', 'pending:12')
        """
        return ":".join(filter(None, (self.kind.value, self.key or str(self.stall or ""))))


@dataclass(frozen=True)
class Source:
    """The row that an entry tells of, as people call it, and whose stall it concerns."""

    type: SourceType
    id: int
    about: str = ""
    stall: int | None = None


@dataclass(frozen=True)
class Purse:
    """What the market owes a stall, by how near it is. Unit: whole đồng; below nothing the stall owes the market."""

    pending: int = 0
    available: int = 0
    on_way: int = 0
    paid: int = 0

    @property
    def total(self) -> int:
        return self.pending + self.available + self.on_way


class Unbalanced(ValueError):
    """The two sides differ: a mistake in the program that posts."""


class PostedBefore(Exception):
    """A rival has posted this turn of the source."""


@transaction.atomic
def post(source: Source, kind: EntryKind, moves: Mapping[Name, int], *, turn: int = 1) -> JournalEntry | None:
    """The entry of today; None if nothing moves.

    Writes: the entry, its lines, its seal, accounts that were not there. Raises: Unbalanced; PostedBefore when this
    turn of the source is posted already.
    """
    moved = {name: amount for name, amount in moves.items() if amount}
    if sum(moved.values()):
        raise Unbalanced(f"{source}: {moved}")
    if not moved:
        return None
    accounts, seal = _accounts(moved), uuid.uuid4()
    try:
        with transaction.atomic():
            entry = JournalEntry.objects.create(
                source_type=source.type,
                source_id=source.id,
                turn=turn,
                kind=kind,
                about=source.about,
                cooperative_id=source.stall,
                day=today(),
                seal_id=seal,
            )
    except IntegrityError:
        raise PostedBefore(source) from None
    Line.objects.bulk_create(
        Line(
            entry=entry,
            account_id=accounts[name.code],
            debit=max(amount, 0),
            credit=max(-amount, 0),
        )
        for name, amount in moved.items()
    )
    Seal.objects.create(id=seal)
    return entry


def turns(source_type: SourceType, source_id: int) -> int:
    """How often something was posted about the row."""
    return JournalEntry.objects.filter(source_type=source_type, source_id=source_id).count()


def moved_by(source_type: SourceType, source_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """By row and code of account, what its entries have moved; above nothing: debited."""
    rows = Line.objects.filter(entry__source_type=source_type, entry__source_id__in=source_ids).order_by()
    sums = rows.values_list("entry__source_id", "account__code").annotate(moved=Sum(F("debit") - F("credit")))
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for source_id, code, amount in sums:
        found[source_id][code] = amount
    return found


def purses(stalls: Collection[int]) -> dict[int, Purse]:
    """What each of the stalls is owed, and was paid, by id."""
    owed = Sum(F("credit") - F("debit"))
    own = Line.objects.filter(account__cooperative__in=stalls).order_by()
    held: dict[int, dict[str, int]] = defaultdict(dict)
    for stall, kind, amount in own.values_list("account__cooperative", "account__kind").annotate(owed=owed):
        held[stall][kind] = amount
    paid = Line.objects.filter(
        account__code=Name(AccountKind.BANK).code,
        entry__source_type=SourceType.PAYOUT,
        entry__cooperative__in=stalls,
    )
    out = dict(paid.order_by().values_list("entry__cooperative").annotate(owed=owed))
    return {
        stall: Purse(
            pending=held[stall].get(AccountKind.PENDING, 0),
            available=held[stall].get(AccountKind.AVAILABLE, 0),
            on_way=held[stall].get(AccountKind.ON_WAY, 0),
            paid=out.get(stall, 0),
        )
        for stall in stalls
    }


def trial_balance() -> dict[str, int]:
    """What every account holds, by code; above nothing: debited. They sum to nothing."""
    rows = Line.objects.order_by().values_list("account__code").annotate(moved=Sum(F("debit") - F("credit")))
    return dict(sorted(rows))


def _accounts(moved: Collection[Name]) -> dict[str, int]:
    """Ids by code; what is not there yet is opened."""
    names: dict[str, Any] = {name.code: name for name in moved}
    known = dict(Account.objects.filter(code__in=names).values_list("code", "pk"))
    missing = [name for code, name in names.items() if code not in known]
    if missing:
        Account.objects.bulk_create(
            (Account(code=name.code, kind=name.kind, cooperative_id=name.stall) for name in missing),
            ignore_conflicts=True,
        )
        known = dict(Account.objects.filter(code__in=names).values_list("code", "pk"))
    return known
