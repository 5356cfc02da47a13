"""Message 302: the tax authority asks a seller to look at invoices again (form 01/TB-RSĐT).

Source: Decision 1271/QĐ-CT part II. The answer is a notice 04/SS that names the request (``Loai`` 2), within the days
that the request gives.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from lxml import etree

from shop.invoices.exchange import AUTHORITY, Envelope, acknowledgement, new_message_id, unwrap, wrap
from shop.invoices.reading import Refused, parse

INQUIRY, ACKNOWLEDGED = "302", "999"
FORM = "01/TB-RSĐT"


@dataclass(frozen=True, kw_only=True)
class NamedInvoice:
    """An invoice as the authority names it, and what it says about it."""

    form: str
    series: str
    number: int
    reason: str

    def __str__(self) -> str:
        return f"{self.form}{self.series} số {self.number}"


@dataclass(frozen=True, kw_only=True)
class AuthorityInquiry:
    """The content of a 302. ``days`` are counted from the day of the notice."""

    message_id: str
    tax_code: str
    number: str
    noticed_on: dt.date
    days: int
    turn: int
    invoices: tuple[NamedInvoice, ...]
    document: bytes

    @property
    def due_on(self) -> dt.date:
        return self.noticed_on + dt.timedelta(days=self.days)


def read_inquiry(message: bytes) -> AuthorityInquiry:
    """A message 302 in its envelope. Raises: Refused."""
    read = unwrap(message)
    if read.envelope.kind != INQUIRY or len(read.items) != 1 or read.envelope.sender != AUTHORITY:
        raise Refused("not_xml", "no inquiry")
    content = parse(read.items[0]).find("DLTBao")
    if content is None or content.findtext("MSo") != FORM:
        raise Refused("not_xml", "no inquiry")
    try:
        return AuthorityInquiry(
            message_id=read.envelope.message_id,
            tax_code=read.envelope.tax_code,
            number=content.findtext("So") or "",
            noticed_on=dt.date.fromisoformat(content.findtext("NTBao") or ""),
            days=int(content.findtext("THan") or ""),
            turn=int(content.findtext("Lan") or "1"),
            invoices=tuple(_named(row) for row in content.iterfind("DSHDon/HDon")),
            document=read.items[0],
        )
    except ValueError as reason:
        raise Refused("not_xml", str(reason)) from reason


def acknowledge(inquiry: AuthorityInquiry, *, sender: str, at: dt.datetime) -> bytes:
    """Message 999: the request has arrived and is kept. ``sender`` is the solution's tax code."""
    envelope = Envelope(
        sender=sender,
        receiver=AUTHORITY,
        kind=ACKNOWLEDGED,
        message_id=new_message_id(sender),
        tax_code=inquiry.tax_code,
        answers=inquiry.message_id,
    )
    return wrap(envelope, [acknowledgement(message_id=inquiry.message_id, sender=AUTHORITY, at=at)])


def _named(row: etree._Element) -> NamedInvoice:
    return NamedInvoice(
        form=row.findtext("KHMSHDon") or "",
        series=row.findtext("KHHDon") or "",
        number=int(row.findtext("SHDon") or ""),
        reason=row.findtext("LDo") or "",
    )
