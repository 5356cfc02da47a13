"""The road to the tax authority or a provider: what a gateway does and how it fails.

Implementations stand in :mod:`shop.invoices.gateways`; none of them knows our tables.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from shop.invoices.exchange import Reason
from shop.invoices.findings import Finding
from shop.invoices.signer import Trust


class TryAgainLater(Exception):
    """Nobody knows yet: a time-out, an outage, a queue. Ask by message id before sending again."""


class WillNotSucceed(Exception):
    """What was asked is refused for good; asking the same again changes nothing."""


class State(enum.StrEnum):
    """How far a message has come."""

    UNKNOWN = "unknown"  # the other side has never seen this message
    ACKNOWLEDGED = "acknowledged"  # received, not decided
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, kw_only=True)
class Official:
    """The place that a provider gave the invoice in its own books; ``lookup_code`` opens it at the provider."""

    form: str
    series: str
    number: int
    lookup_code: str = ""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What the other side said about one message.

    ``document`` is the coded invoice, bytes as they came, once accepted; for a
    notice the form in which the authority says so. ``exchanged`` holds the raw messages of
    this call with their type codes, for the archive: without the envelope where that carries a password.
    ``official`` is set where the other side numbers invoices itself. ``refused`` are invoices of an accepted package
    that were not taken, by form, series and number.
    """

    message_id: str
    state: State
    document: bytes = b""
    authority_code: str = ""
    reasons: tuple[Reason, ...] = ()
    exchanged: tuple[tuple[str, bytes], ...] = ()
    official: Official | None = None
    refused: Mapping[tuple[str, str, int], tuple[Reason, ...]] = field(default_factory=dict)


class InvoiceGateway(Protocol):
    """Sends signed invoices and fetches what became of them."""

    def submit(self, message_id: str, document: bytes) -> Receipt:
        """Sends one signed invoice. Idempotent: the same id with the same document may be sent again.

        Raises: TryAgainLater, WillNotSucceed.
        """
        ...

    def fetch(self, message_id: str) -> Receipt:
        """What is known about a message. Raises: TryAgainLater, WillNotSucceed."""
        ...

    def compare(self, sent: bytes, answer: bytes, *, today: dt.date, trust: Trust) -> list[Finding]:
        """What is wrong with the invoice that came back for the one sent; empty when it may be kept."""
        ...


@runtime_checkable
class NoticeGateway(Protocol):
    """A gateway that carries notices of errors too. See :class:`NoticeCarrier` for one that only passes them on.

    Where there is neither, staff hand them in at the provider's site.
    """

    def tell(self, message_id: str, notice: bytes) -> Receipt:
        """Sends one signed notice (04/SS). Idempotent like ``submit``. Raises: TryAgainLater, WillNotSucceed."""
        ...

    def fetch(self, message_id: str) -> Receipt:
        """What is known about a message. Raises: TryAgainLater, WillNotSucceed."""
        ...


@dataclass(frozen=True, kw_only=True)
class PassedOn:
    """A provider took a notice. ``number`` is what it calls the message; ``exchanged`` as in a :class:`Receipt`."""

    number: str
    exchanged: tuple[tuple[str, bytes], ...] = ()


@runtime_checkable
class NoticeCarrier(Protocol):
    """A provider that makes its own message of a notice and gives it a number of its own: it can't be asked by ours."""

    def pass_on(self, notice: bytes) -> PassedOn:
        """Sends what a signed notice says. **Not** idempotent: a second call is a second notice.

        Raises: TryAgainLater when nobody knows whether it arrived, WillNotSucceed when it was refused.
        """
        ...


@runtime_checkable
class PackageGateway(Protocol):
    """A gateway that carries messages of many finished invoices (203, 206)."""

    def hand_in(self, message_id: str, message: bytes) -> Receipt:
        """Sends a whole message as it is kept. Idempotent like ``submit``. Raises: TryAgainLater, WillNotSucceed."""
        ...

    def fetch(self, message_id: str) -> Receipt:
        """What is known about a message; ``refused`` names invoices of it that were not taken.

        Raises: TryAgainLater, WillNotSucceed.
        """
        ...


@runtime_checkable
class ListGateway(Protocol):
    """A gateway that carries a correcting invoice with the list of the invoices that it corrects."""

    def submit_with_list(self, message_id: str, document: bytes, listed: bytes) -> Receipt:
        """Sends one signed invoice with its signed list. Idempotent like ``submit``.

        Raises: TryAgainLater, WillNotSucceed.
        """
        ...


@runtime_checkable
class InboxGateway(Protocol):
    """A gateway over which the authority also writes by itself."""

    def incoming(self, tax_code: str) -> list[bytes]:
        """Messages for a seller that nobody has acknowledged. Raises: TryAgainLater, WillNotSucceed."""
        ...

    def acknowledge(self, message: bytes) -> None:
        """Sends a 999 for a message that is kept. Idempotent. Raises: TryAgainLater, WillNotSucceed."""
        ...
