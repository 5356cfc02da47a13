"""What every way of paying offers, and the values that pass between it and the rest.

A provider knows nothing of orders, pages or our tables. Amounts are whole đồng. Its errors are two:
*try again later* (nothing is known) and *will not succeed as asked*.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext as _


class BadSignature(Exception):
    """The delivery does not prove that it comes from the provider, or is too old."""


class TryLater(Exception):
    """The provider did not answer, or not so that we understand: what happened there is unknown."""


class Refused(Exception):
    """The provider answered that it will not do this as asked."""


@dataclass(frozen=True)
class Purchase:
    """What decides whether a way of paying is open: whole đồng, where to, by which couriers, for adults only.

    ``is_prepaid``: what is collected for its parcel at the door is fixed already.
    """

    amount: int
    province_code: str = ""
    couriers: frozenset[str] = frozenset()
    is_for_adults: bool = False
    is_prepaid: bool = False


@dataclass(frozen=True)
class PaymentRequest:
    """What is to be paid. ``reference`` names the attempt at the provider, or the order in a transfer's memo.

    ``provider_reference`` is what the provider called it when it was started, empty before.
    """

    reference: str
    amount: int
    order_number: str
    created_at: dt.datetime
    expires_at: dt.datetime
    return_url: str
    event_url: str
    language: str = "vi"
    client_ip: str = "127.0.0.1"
    provider_reference: str = ""


@dataclass(frozen=True)
class RefundRequest:
    """Money of one charge to be given back. ``key`` is the same however often this refund is asked for."""

    key: str
    amount: int
    charge_reference: str
    charged_amount: int
    created_at: dt.datetime
    by: str
    provider_reference: str = ""


@dataclass(frozen=True, kw_only=True)
class Instructions:
    """The next step is a transfer typed by hand. ``provider_reference``: of an account opened for it alone."""

    bank_bin: str
    account: str
    holder: str
    amount: int
    memo: str
    provider_reference: str = ""


@dataclass(frozen=True, kw_only=True)
class ShowQr(Instructions):
    """The next step is to scan ``payload``; the other fields say the same in words."""

    payload: str


@dataclass(frozen=True)
class Redirect:
    """The next step is on the provider's own page."""

    url: str
    amount: int
    provider_reference: str = ""


NextStep = Instructions | Redirect


class EventKind(enum.StrEnum):
    """What a message of a provider reports."""

    CHARGE = "charge"
    FAILURE = "failure"  # this try did not succeed; a later one still may
    OUTGOING = "outgoing"  # money that left the market's account
    CHARGEBACK = "chargeback"  # a card scheme took the money back
    REVERSAL = "reversal"  # and gave it to us again
    HINT = "hint"  # something changed: ask the provider what


@dataclass(frozen=True)
class ProviderEvent:
    """One message of a provider, read.

    ``external_id`` names what is reported, not the message: asking and being told give the same one.
    ``reference`` is the attempt's where the provider knows it, else ``account`` is the account number below ours that
    took the money, else ``texts`` are the places an order's code may stand in. ``ignored`` says why it
    cannot be a payment to us, and ``unreadable`` that a genuine message could not be understood (a person has to look).
    """

    external_id: str
    kind: EventKind = EventKind.CHARGE
    amount: int = 0
    memo: str = ""
    texts: tuple[str, ...] = ()
    reference: str = ""
    account: str = ""
    bank_reference: str = ""
    occurred_at: dt.datetime | None = None
    ignored: str = ""
    unreadable: bool = False


@dataclass(frozen=True)
class PaymentState:
    """What the provider says of one attempt. ``is_over``: no more money can come on it."""

    events: tuple[ProviderEvent, ...] = ()
    is_over: bool = False


class RefundProgress(enum.StrEnum):
    DONE = "done"
    PENDING = "pending"
    FAILED = "failed"
    UNKNOWN = "unknown"  # the provider does not know of this refund


@dataclass(frozen=True)
class RefundState:
    """What the provider says of one refund."""

    progress: RefundProgress
    provider_reference: str = ""
    reason: str = ""


class Verdict(enum.Enum):
    """What became of a delivery; each source puts it into the words its provider expects."""

    TAKEN = enum.auto()
    REPEATED = enum.auto()
    UNKNOWN_PAYMENT = enum.auto()
    WRONG_AMOUNT = enum.auto()
    FORGED = enum.auto()
    BROKEN = enum.auto()


@dataclass(frozen=True)
class Answer:
    """What is said back to the one who delivered: the body as JSON, none for 204."""

    status: int
    body: dict[str, Any] | None = None


class EventSource(Protocol):
    """Who tells us about money, over the door ``/webhooks/<code>/``."""

    code: str
    method: str
    """The one HTTP method in which it speaks."""
    is_booked_later: bool
    """Whether its acknowledgement says no more than "kept", so that nobody waits while the money is booked."""

    def read_event(self, headers: Mapping[str, str], body: bytes) -> list[ProviderEvent]:
        """The events in a delivery; the query string is the body of a GET.

        Raises: BadSignature. Whatever else is wrong with a genuine one comes back marked.
        """

    def acknowledge(self, verdict: Verdict) -> Answer:
        """The answer that makes the provider stop or send again."""


class Way:
    """What most ways of paying have in common."""

    least_amount = 1
    most_amount = 10**12
    is_online = True
    is_shown_here = False
    is_at_door = False
    takes_any_amount = False
    is_booked_later = False
    gives_back = True

    def refusal(self, purchase: Purchase) -> str:
        """Why it is not open for this purchase, for the buyer; empty when it is."""
        is_carried = self.least_amount <= purchase.amount <= self.most_amount
        return "" if is_carried else _("Cách trả này không dùng được cho đơn này. Bạn chọn cách khác nhé.")


class PaymentProvider(Protocol):
    """A way of paying. Adding one: a module in ``providers``, a line in its registry, its settings in the docs."""

    code: str
    label: Any
    hint: Any
    least_amount: int
    most_amount: int
    is_online: bool
    """Whether the attempt lives at the provider: it is started, asked about, and refunded by program."""
    is_shown_here: bool
    """Whether an online attempt is paid from what our own page shows, so that nobody is led away."""
    is_at_door: bool
    """Whether the goods go first and the money comes when they are received."""
    takes_any_amount: bool
    """Whether payers may send another amount than was asked; else such money waits for staff."""
    gives_back: bool
    """Whether its money can be given back through it; else staff transfer it."""

    def refusal(self, purchase: Purchase) -> str:
        """Why it is not open for this purchase, for the buyer; empty when it is."""

    def start(self, request: PaymentRequest) -> NextStep:
        """What the buyer does next. Idempotent by ``request.reference``. Raises: TryLater, Refused."""

    def fetch(self, request: PaymentRequest) -> PaymentState:
        """What the provider knows. Raises: TryLater, Refused."""

    def close(self, request: PaymentRequest) -> None:
        """Ask for no more money on this attempt, where the provider can. Raises: TryLater, Refused."""

    def refund(self, request: PaymentRequest, refund: RefundRequest) -> RefundState:
        """Give money back. Raises: TryLater (it may have happened: ask ``fetch_refund``), Refused."""

    def fetch_refund(self, request: PaymentRequest, refund: RefundRequest) -> RefundState:
        """What became of a refund that was asked for. Raises: TryLater, Refused."""
