"""Form 01/BK-ĐCTT as XML, and the message that carries it with its correcting invoice.

Source: Circular 91/2026/TT-BTC art. 10 (that there is such a list, and when). **Layout, message type and count are not
certain**: Decision 1271/QĐ-CT has them, but its tables were lost in the copy that we know; tags, type 208 and a
count of 1 are those of one vendor's public code of 2026, which cites a later decision ("1233", version 2.1.1). They
stand here as data: ask the provider before going live. What 210 (without code) and 216 (cash register) carry is not
known well enough.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.saxutils import escape

from shop.invoices.draft import Correction
from shop.invoices.exchange import AUTHORITY, Envelope, wrap
from shop.invoices.reading import DECLARATION, parse

VERSION = "2.1.0"
WITH_LIST = "208"
COUNT = 1
"""SLuong of a message 208: the invoice counts, its list does not."""
FORM, TITLE = "01/BK-ĐCTT", "Bảng kê hóa đơn điều chỉnh, thay thế"

_GENERAL = (
    "PBan",
    "TBKe",
    "KHMBKe",
    "SBKe",
    "NBKe",
    "TCHDon",
    "NBan",
    "MSTNBan",
    "DCNBan",
    "NMua",
    "MSTNMua",
    "DCNMua",
)
_BEFORE = ("THHDVGoc", "SLGoc", "ThTGoc", "TSGoc", "TTGoc", "TgTSTGoc")
_AFTER = ("THHDVTDoi", "SLTDoi", "ThTTDoi", "TSTDoi", "TTTDoi", "TgTSTTDoi")
_DIFFERENCE = ("TgTCTCLech", "TgTTCLech", "TgTTTCLech")


@dataclass(frozen=True, kw_only=True)
class Goods:
    """A line as it stands. Unit: whole đồng; ``rate`` is empty on a sales invoice."""

    name: str
    quantity: Decimal | None
    net_amount: int
    rate: str
    vat_amount: int

    @property
    def gross_amount(self) -> int:
        return self.net_amount + self.vat_amount


@dataclass(frozen=True, kw_only=True)
class ListRow:
    """A line of an invoice on the list, before and after."""

    form: str
    series: str
    number: int
    before: Goods
    after: Goods


@dataclass(frozen=True, kw_only=True)
class ListOfCorrections:
    """What the list says. ``dated`` is the day of the list."""

    number: str
    dated: dt.date
    correction: Correction
    seller: tuple[str, str, str]
    """Name, tax code, address; so is ``buyer``, where the last two may be empty."""
    buyer: tuple[str, str, str]
    reason: str
    rows: tuple[ListRow, ...]


def build_list(content: ListOfCorrections) -> bytes:
    """The unsigned ``BKe``."""
    values = (
        VERSION, TITLE, FORM, content.number, content.dated.isoformat(), str(int(content.correction)),
        *content.seller, *content.buyer,
    )  # fmt: skip
    reasons = f"<DSLDTDoi>{_tag('LDo', content.reason)}</DSLDTDoi>"
    rows = "".join(_row(place, row) for place, row in enumerate(content.rows, start=1))
    general = f"<TTChung>{_tags(_GENERAL, values)}{reasons}</TTChung>"
    identity = f"BK-{uuid.uuid4().hex}"
    text = f'<BKe><NDBKe Id="{identity}">{general}<DSHHDVu>{rows}</DSHHDVu></NDBKe></BKe>'
    return DECLARATION + text.encode()


def with_list(invoice: bytes, listed: bytes, *, message_id: str, receiver: str = AUTHORITY) -> bytes:
    """Message 208: a signed invoice and its signed list. The same arguments give the same bytes."""
    seller = parse(invoice).findtext("DLHDon/NDHDon/NBan/MST") or ""
    envelope = Envelope(
        sender=message_id[:-32],
        receiver=receiver,
        kind=WITH_LIST,
        message_id=message_id,
        tax_code=seller,
        count=COUNT,
    )
    return wrap(envelope, [invoice, listed])


def _row(place: int, row: ListRow) -> str:
    named = _tags(("STT", "KHMSHDon", "KHHDon", "SHDon"), (str(place), row.form, row.series, str(row.number)))
    before, after = row.before, row.after
    difference = (
        after.net_amount - before.net_amount,
        after.vat_amount - before.vat_amount,
        after.gross_amount - before.gross_amount,
    )
    return (
        f"<HHDVu><TTTDChinh>{named}{_tags(_BEFORE, _goods(before))}</TTTDChinh>"
        f"<TTSDChinh>{_tags(_AFTER, _goods(after))}</TTSDChinh>"
        f"<CLech>{_tags(_DIFFERENCE, [str(one) for one in difference])}</CLech></HHDVu>"
    )


def _goods(goods: Goods) -> tuple[str, ...]:
    quantity = "" if goods.quantity is None else f"{goods.quantity:f}"
    vat = str(goods.vat_amount) if goods.rate else ""
    return (goods.name, quantity, str(goods.net_amount), goods.rate, vat, str(goods.gross_amount))


def _tags(names: Sequence[str], values: Sequence[str]) -> str:
    return "".join(_tag(name, value) for name, value in zip(names, values, strict=True) if value)


def _tag(name: str, value: str) -> str:
    return f"<{name}>{escape(value)}</{name}>"
