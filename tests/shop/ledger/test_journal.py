"""The books themselves: what the database refuses, whoever asks it."""

from __future__ import annotations

import doctest
import uuid

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from shop.ledger import journal, levies
from shop.ledger.journal import Name, PostedBefore, Purse, Source, Unbalanced, post
from shop.ledger.models import Account, AccountKind, EntryKind, JournalEntry, Levy, Line, Seal, SourceType
from tests.factories import make_cooperative

pytestmark = pytest.mark.django_db
BANK, BUYERS = Name(AccountKind.BANK), Name(AccountKind.BUYERS)
SOURCE = Source(SourceType.EVENT, 1, "HT1")


def test_the_examples_in_the_docstrings_hold() -> None:
    assert [doctest.testmod(module).failed for module in (journal, levies)] == [0, 0]


def test_an_entry_moves_money_between_accounts_and_the_next_turn_is_another() -> None:
    stall = make_cooperative()
    pending = Name(AccountKind.PENDING, stall=stall.pk)
    assert post(SOURCE, EntryKind.CHARGED, {BANK: 100, BUYERS: -100}) is not None
    post(Source(SourceType.PARCEL, 7, "HT1-1", stall.pk), EntryKind.SOLD, {BUYERS: 90, pending: -90, BANK: 0})
    assert post(SOURCE, EntryKind.CHARGED, {BANK: 0}) is None
    assert journal.trial_balance() == {"bank": 100, "buyers": -10, f"pending:{stall.pk}": -90}
    assert journal.purses([stall.pk]) == {stall.pk: Purse(pending=90)}
    assert journal.turns(SourceType.PARCEL, 7) == 1


def test_the_same_turn_of_a_source_is_posted_once() -> None:
    post(SOURCE, EntryKind.CHARGED, {BANK: 100, BUYERS: -100})
    with pytest.raises(PostedBefore):
        post(SOURCE, EntryKind.REFUNDED, {BANK: 5, BUYERS: -5})
    assert journal.trial_balance() == {"bank": 100, "buyers": -100}


def test_sides_that_differ_are_a_mistake() -> None:
    with pytest.raises(Unbalanced):
        post(SOURCE, EntryKind.CHARGED, {BANK: 100, BUYERS: -99})
    assert not JournalEntry.objects.exists()


def by_hand(*sides: tuple[int, int]) -> uuid.UUID:
    """An entry with these sides and no seal yet."""
    key = uuid.uuid4()
    entry = JournalEntry.objects.create(
        source_type="event", source_id=9, kind="charged", day=timezone.localdate(), seal_id=key
    )
    for number, (debit, credit) in enumerate(sides):
        account = Account.objects.create(code=f"provider:{number}", kind="provider")
        Line.objects.create(entry=entry, account=account, debit=debit, credit=credit)
    return key


@pytest.mark.parametrize("sides", [[], [(5, 0)], [(5, 0), (0, 4)], [(5, 0), (5, 0)]])
def test_the_database_seals_nothing_that_does_not_balance(sides: list[tuple[int, int]]) -> None:
    key = by_hand(*sides)
    with pytest.raises(DatabaseError, match="does not balance"), transaction.atomic():
        Seal.objects.create(id=key)
    Line.objects.all()  # what was written goes with the transaction: it is never committed without a seal
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.check_constraints()
    transaction.set_rollback(True)


def test_a_sealed_entry_takes_no_line() -> None:
    key = by_hand((5, 0), (0, 5))
    Seal.objects.create(id=key)
    entry, account = JournalEntry.objects.get(), Account.objects.create(code="bank", kind="bank")
    with pytest.raises(DatabaseError, match="is sealed"), transaction.atomic():
        Line.objects.create(entry=entry, account=account, debit=5)


@pytest.mark.parametrize(
    ("model", "changes"),
    [
        (JournalEntry, {"day": "2020-01-01"}),
        (Line, {"debit": 7}),
        (Account, {"kind": "bank"}),
        (Levy, {"basis_points": 0}),
    ],
)
def test_nothing_in_the_books_is_changed_or_deleted(model: type, changes: dict[str, object]) -> None:
    post(SOURCE, EntryKind.CHARGED, {BANK: 100, Name(AccountKind.PROVIDER, "x"): -100})
    rows = model.objects.all()  # type: ignore[attr-defined]
    for act in (lambda: rows.update(**changes), lambda: rows._raw_delete(rows.db)):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()
