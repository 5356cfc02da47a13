"""What every way of paying offers, and the values that pass between it and the rest.

A provider knows nothing of orders, pages or our tables. Amounts are whole đồng.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class BadSignature(Exception):
    """The delivery does not prove that it comes from the provider, or is too old."""


@dataclass(frozen=True)
class PaymentRequest:
    """What is to be paid. ``reference`` is what the payer writes into the transfer."""

    reference: str
    amount: int


@dataclass(frozen=True)
class Instructions:
    """The next step is a transfer typed by hand."""

    bank_bin: str
    account: str
    holder: str
    amount: int
    memo: str


@dataclass(frozen=True)
class ShowQr(Instructions):
    """The next step is to scan ``payload``; the other fields say the same in words."""

    payload: str


@dataclass(frozen=True)
class ProviderEvent:
    """One message of a provider, read.

    ``texts`` are the places an order's code may stand in. ``ignored`` says why it cannot be a payment to us, and
    ``unreadable`` that a genuine message could not be understood (a person has to look).
    """

    external_id: str
    amount: int = 0
    memo: str = ""
    texts: tuple[str, ...] = ()
    occurred_at: dt.datetime | None = None
    ignored: str = ""
    unreadable: bool = False


class PaymentProvider(Protocol):
    """Moves money. Adding one: a module in ``providers``, a line in its registry, a page in the docs."""

    code: str

    def start(self, request: PaymentRequest) -> Instructions:
        """What the buyer does next."""

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises: BadSignature."""

    def read(self, body: bytes) -> list[ProviderEvent]:
        """The events in a genuine delivery; never raises, whatever the bytes."""
