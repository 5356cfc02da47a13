"""What the checkout hands to the conductor, what it gets back, and what can go wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shop.payments.models import PaymentAttempt

from .return_rules import Obstacle
from .statuses import Verdict

CASH_METHODS = frozenset({"cod"})
"""Ways to pay in cash; goods for adults are not sold for cash (Law 44/2019/QH14 art. 16)."""


@dataclass(frozen=True)
class Buyer:
    """Who ordered. ``email`` may be empty: then no letters are written."""

    name: str
    phone: str
    email: str = ""


@dataclass(frozen=True)
class Address:
    """Where the goods go: two tiers of administration and a street, with the names of the day."""

    province_code: str
    province_name: str
    commune_code: str
    commune_name: str
    street: str

    def __str__(self) -> str:
        return ", ".join((self.street, self.commune_name, self.province_name))


@dataclass(frozen=True)
class InvoiceRequest:
    """The organisation that the invoice names as buyer."""

    name: str
    tax_code: str
    address: str
    email: str


@dataclass(frozen=True)
class StallQuote:
    """How one stall delivers, and for what. Unit: whole đồng.

    Shape: ``arrives`` are the promised first and last day; ``place`` is where to fetch the goods, if they are; ``key``
    names the option in the delivery tables.
    """

    name: str
    amount: int
    name_en: str = ""
    courier: str = ""
    arrives: tuple[dt.date, dt.date] | None = None
    place: str = ""
    key: str = ""


@dataclass(frozen=True)
class Reply:
    """What is answered to a report of goods.

    Shape: ``pieces`` by line, of those that are paid back or replaced; ``lots`` by line, where those in their place
    come from; ``carrier`` and ``tracking_number`` bring them.
    """

    verdict: Verdict
    pieces: Mapping[int, int] = field(default_factory=dict)
    text: str = ""
    goods_come_back: bool = False
    carrier: str = ""
    tracking_number: str = ""
    lots: Mapping[int, int] = field(default_factory=dict)

    @property
    def given(self) -> dict[int, int]:
        """The pieces that it gives anything for."""
        gives = self.verdict in (Verdict.MONEY, Verdict.REPLACED)
        return {line: quantity for line, quantity in self.pieces.items() if quantity} if gives else {}


@dataclass(frozen=True)
class Placed:
    """The order and its payment attempt; ``is_repeat`` when this form had been sent before."""

    order: Any
    attempt: PaymentAttempt
    is_repeat: bool


@dataclass(frozen=True)
class Shortage:
    """One basket line that can't be had as asked. ``message`` is for the buyer, in the active language."""

    line_id: int
    product_id: int
    title: str
    wanted: int
    left: int
    message: str


class EmptyBasket(Exception):
    """Nothing to order."""


class OutOfStock(Exception):
    """At least one line can't be had; nothing was written. ``lines``: tuple of Shortage."""

    def __init__(self, lines: tuple[Shortage, ...]) -> None:
        super().__init__(", ".join(line.title for line in lines))
        self.lines = lines


class PriceChanged(Exception):
    """The order would cost ``total`` now, not what the buyer agreed to; nothing was written."""

    def __init__(self, total: int) -> None:
        super().__init__(str(total))
        self.total = total


class ForAdultsOnly(Exception):
    """Alcohol needs the buyer's declaration of age and a payment without cash; nothing was written."""


class NotHarvestedYet(Exception):
    """The goods of a pre-order have not arrived: there is nothing to hand over."""


class NoSuchOrder(Exception):
    """No order has this number."""


class NotPayable(Exception):
    """The order waits for no money: it is paid, expired or cancelled."""


class MethodNotOffered(Exception):
    """This way of paying is not open for this amount."""


class IllegalStep(Exception):
    """What is in this status can't take that step."""

    def __init__(self, status: str, step: str) -> None:
        super().__init__(f"{status} → {step}")
        self.status = status
        self.step = step


class BuyerIsAsked(IllegalStep):
    """The buyer has been asked what to do about missing goods; nothing moves before the answer."""


class NotOffered(Exception):
    """This choice is not among those that the stall has given."""


class TooManyMissing(ValueError):
    """``line`` has not so many pieces left; None when nothing was called missing."""

    def __init__(self, line: Any) -> None:
        super().__init__(str(line))
        self.line = line


class WeightUnfit(ValueError):
    """The line can't have this weight. ``sold``: what it was sold to weigh in grams, 0 if not by weight."""

    def __init__(self, line: Any, sold: int) -> None:
        super().__init__(f"{line}: {sold} g")
        self.line, self.sold = line, sold


class ParcelGrew(IllegalStep):
    """Goods came to the parcel that whoever packed it has not seen. ``added``: their consignments."""

    def __init__(self, added: Sequence[Any]) -> None:
        super().__init__(added[0].status, "packed")
        self.added = added


class NotOpen(Exception):
    """Nothing can be added to this parcel (any more)."""


class StaleAddition(Exception):
    """The page was made before something else was added to the parcel, or for another one."""


class OtherStall(Exception):
    """Goods of another stall do not go into this parcel."""


class TooHeavy(Exception):
    """The delivery that was chosen does not take the parcel with these goods."""


class ReportWaits(IllegalStep):
    """An earlier report about this consignment waits for its answer."""


class TooManyReported(ValueError):
    """``line`` has not so many pieces to report, answer or take back; None when there are none at all."""

    def __init__(self, line: Any) -> None:
        super().__init__(str(line))
        self.line = line


class NotReturnable(ValueError):
    """The line can't be reported (any more)."""

    def __init__(self, line: Any, obstacle: Obstacle) -> None:
        super().__init__(f"{line}: {obstacle.value}")
        self.line, self.obstacle = line, obstacle
