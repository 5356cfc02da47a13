"""What an invoice says: values only, independent of database, format version and signature.

A ``Draft`` holds the snapshot that is later numbered, written as XML and signed. Names of the parts follow
Decree 254/2026/NĐ-CP art. 10; the XML tags stand in :mod:`shop.invoices.formats`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import re
import types
import typing
import unicodedata
import uuid
from decimal import Decimal
from typing import Any, TypeVar

VAT_INVOICE = "1"
SALES_INVOICE = "2"
TITLES = {VAT_INVOICE: "Hóa đơn giá trị gia tăng", SALES_INVOICE: "Hóa đơn bán hàng"}

CONSUMER = "Bán cho người tiêu dùng"
"""What the buyer's name must say when a consumer gave none (Decree 254/2026/NĐ-CP, appendix)."""

T = TypeVar("T")
_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class LineKind(enum.IntEnum):
    """Nature of a line (TChat): what its amount does to the sums."""

    GOODS = 1
    GIFT = 2
    DISCOUNT = 3  # amount written positive and subtracted
    NOTE = 4  # text only
    SPECIAL_GOODS = 5


class Correction(enum.IntEnum):
    """What this invoice does to the earlier one it refers to (TCHDon)."""

    REPLACES = 1
    ADJUSTS = 2


class _Written:
    """Normalises every text of a part: NFC, single spaces, and nothing that XML cannot carry.

    Decomposed Vietnamese would change the digest and print wrong marks.
    """

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if isinstance(value, str):
                object.__setattr__(self, field.name, _clean(value, field.name))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Extra(_Written):
    """A free field (TTKhac) agreed between the parties; ``kind``: string, numeric, dateTime or date."""

    name: str
    kind: str = "string"
    value: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Trait(_Written):
    """A required particular of special goods (TTHHDTrung), such as a chassis number."""

    kind: int
    name: str
    value: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Seller(_Written):
    """The legal seller (NBan)."""

    name: str
    tax_code: str
    address: str
    shop_code: str = ""
    shop_name: str = ""
    phone: str = ""
    email: str = ""
    bank_account: str = ""
    bank_name: str = ""
    fax: str = ""
    website: str = ""
    extras: tuple[Extra, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Buyer(_Written):
    """The buyer (NMua). ``name`` is the unit, ``person`` whoever buys for it or for themselves."""

    name: str = ""
    tax_code: str = ""
    budget_code: str = ""
    address: str = ""
    customer_code: str = ""
    phone: str = ""
    personal_id: str = ""
    passport: str = ""
    email: str = ""
    person: str = ""
    bank_account: str = ""
    bank_name: str = ""
    extras: tuple[Extra, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Line(_Written):
    """One row (HHDVu). Unit: whole đồng net of VAT; the unit price has up to six decimals.

    ``rate`` is the code of TSuat (``8%``, ``KCT`` …) and stays empty on a sales invoice.
    """

    kind: LineKind = LineKind.GOODS
    position: int | None = None
    code: str = ""
    name: str
    unit: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    discount_percent: Decimal | None = None
    discount_amount: int | None = None
    amount: int | None = None
    rate: str = ""
    traits: tuple[Trait, ...] = ()
    extras: tuple[Extra, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class RateSummary(_Written):
    """Sums of one VAT rate (LTSuat)."""

    rate: str
    net_amount: int
    vat_amount: int | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fee(_Written):
    """A fee outside the price (LPhi)."""

    name: str
    amount: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Related(_Written):
    """The earlier invoice that this one adjusts or replaces (TTHDLQuan).

    ``kind`` 1 is an electronic invoice under Decree 123 and its successor. For many invoices at once the
    list 01/BK-ĐCTT is named instead of a number.
    """

    correction: Correction
    kind: int | None = 1
    form: str = ""
    series: str = ""
    number: str = ""
    issued_on: dt.date | None = None
    list_number: str = ""
    list_date: dt.date | None = None
    note: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Draft(_Written):
    """One invoice. ``series``, ``number``, ``issued_on`` and ``identity`` are empty until it is numbered.

    Unit: whole đồng. On a sales invoice ``rates`` is empty and ``net_amount``, ``vat_amount`` are None.
    """

    version: str = "2.1.0"
    form: str
    title: str
    series: str = ""
    number: int | None = None
    issued_on: dt.date | None = None
    identity: str = ""
    file_code: str = ""
    financial_lease: int | None = None
    non_tariff_zone: int | None = None
    list_number: str = ""
    list_date: dt.date | None = None
    currency: str = "VND"
    exchange_rate: Decimal | None = None
    payment_method: str = ""
    solution_tax_code: str = ""
    issuer_tax_code: str = ""
    issuer_name: str = ""
    issuer_address: str = ""
    related: Related | None = None
    seller: Seller
    buyer: Buyer
    lines: tuple[Line, ...]
    rates: tuple[RateSummary, ...] = ()
    net_amount: int | None = None
    exempt_deduction: int | None = None
    vat_amount: int | None = None
    fees: tuple[Fee, ...] = ()
    discount_amount: int | None = None
    other_deduction: int | None = None
    total: int
    total_in_words: str
    general_extras: tuple[Extra, ...] = ()
    total_extras: tuple[Extra, ...] = ()
    extras: tuple[Extra, ...] = ()

    def numbered(self, *, series: str, number: int, issued_on: dt.date) -> Draft:
        """This draft with its place in the series, and the Id under which it will be signed.

        The Id carries a random part: it has to be unique in a message that holds many invoices.
        """
        identity = f"HD{self.form}{series}{number}-{uuid.uuid4().hex}"
        return dataclasses.replace(self, series=series, number=number, issued_on=issued_on, identity=identity)

    def as_json(self) -> dict[str, Any]:
        """The draft as JSON values (strings, whole numbers, lists); empty values are left out."""
        return typing.cast(dict[str, Any], _plain(self))

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Draft:
        """The draft that :meth:`as_json` wrote. Raises: TypeError or ValueError on anything else."""
        return _restore(cls, values)


def _clean(text: str, name: str) -> str:
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if _NOT_IN_XML.search(text):
        raise ValueError(f"{name} holds a character that an invoice cannot carry")
    return text


def _plain(value: object) -> Any:
    if dataclasses.is_dataclass(value):
        pairs = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {name: _plain(part) for name, part in pairs if part not in (None, "", ())}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, int):
        return int(value)
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _restore(cls: type[T], values: dict[str, Any]) -> T:
    hints = typing.get_type_hints(cls)
    if unknown := values.keys() - hints.keys():
        raise ValueError(f"{cls.__name__} has no {', '.join(sorted(unknown))}")
    return cls(**{name: _typed(hints[name], value) for name, value in values.items()})


def _typed(hint: Any, value: Any) -> Any:
    if isinstance(hint, types.UnionType):
        hint = next(part for part in typing.get_args(hint) if part is not type(None))
    if typing.get_origin(hint) is tuple:
        part = typing.get_args(hint)[0]
        return tuple(_restore(part, item) for item in value)
    if dataclasses.is_dataclass(hint):
        return _restore(typing.cast(type, hint), value)
    return dt.date.fromisoformat(value) if hint is dt.date else hint(value)
