"""Acts of the catalogue that belong into a record of who did what.

The catalogue keeps no such record itself: whoever does (``shop.audit``) hears ``acted`` inside the transaction of the
act, so that the line and what it tells stand or fall together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.dispatch import Signal

acted = Signal()
"""Sent with ``acts``: a sequence of ``Act``."""


class Verb(StrEnum):
    """What can be done here. The shop has words for each (``shop.audit.verbs``)."""

    PRODUCT_SUBMITTED = "product-submitted"
    PRODUCT_PUBLISHED = "product-published"
    PRODUCT_RETURNED = "product-returned"
    PRODUCT_WITHDRAWN = "product-withdrawn"
    PRICE_CHANGED = "price-changed"
    PROOF_ADDED = "proof-added"
    PROOF_EDITED = "proof-edited"
    PROOF_VERIFIED = "proof-verified"
    PROOF_RETURNED = "proof-returned"
    PROOF_EXTENDED = "proof-extended"
    PROOF_WITHDRAWN = "proof-withdrawn"
    LOT_RECALLED = "lot-recalled"
    STALL_ADDED = "stall-added"
    STALL_CHANGED = "stall-changed"
    BANK_CHANGED = "bank-changed"


@dataclass(frozen=True)
class Act:
    """One act. ``about`` names its object as people do; ``changes`` holds field → (before, after); ``by`` the person,
    None where the service is not told who asks."""

    verb: Verb
    about: str
    cooperative_id: int
    reference: str = ""
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    reason: str = ""
    by: Any = None


_doer: ContextVar[Any] = ContextVar("doer", default=None)


@contextmanager
def acting(person: Any) -> Iterator[None]:
    """Whatever is done inside is done for ``person``, who asked for it earlier: work that a job finishes."""
    token = _doer.set(person)
    try:
        yield
    finally:
        _doer.reset(token)


def doer() -> Any:
    """Whoever a job works for; None outside of ``acting``."""
    return _doer.get()


def masked(number: str) -> str:
    """Enough of an account's number to recognise it; a name of a bank stays whole.

    >>> masked("99990000222"), masked("Agribank"), masked("")
    ('…0222', 'Agribank', '')
    """
    return f"…{number[-4:]}" if number[-4:].isdigit() else number


def tell(*acts: Act) -> None:
    """Let the acts be written down; without any, nothing happens."""
    if acts:
        told: Sequence[Act] = acts
        acted.send(sender=Act, acts=told)
