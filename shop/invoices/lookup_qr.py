"""The QR code of an invoice (DLQRCode): EMV fields, Decision 1271/QĐ-CT annex XIII.

Each field is two digits of id, two of length, then the value; empty fields are left out. Field 99 leads to the
invoice, field 63 is a CRC-16/CCITT-FALSE over all before it. Values are ASCII, so bytes and characters agree.
"""

from __future__ import annotations

import binascii
import datetime as dt
from dataclasses import dataclass

from shop.invoices.tax_codes import without_dash

INVOICE_SCHEME = "A000000775"


@dataclass(frozen=True)
class Lookup:
    """What field 99 says about an invoice."""

    seller_tax_code: str
    form: str
    series: str
    number: str
    issued_on: str
    total: str


def lookup_text(
    *, seller_tax_code: str, form: str, series: str, number: int, issued_on: dt.date, total: int
) -> str:
    """The text of the QR code that leads to an invoice."""
    values = [
        INVOICE_SCHEME,
        without_dash(seller_tax_code),
        form,
        series,
        str(number),
        issued_on.strftime("%Y%m%d"),
        str(total),
    ]
    return with_crc(fields([("00", "01"), ("01", "12"), ("99", fields(enumerate_ids(values)))]))


def enumerate_ids(values: list[str]) -> list[tuple[str, str]]:
    """Values under the ids 00, 01, 02 …"""
    return [(f"{number:02d}", value) for number, value in enumerate(values)]


def fields(pairs: list[tuple[str, str]]) -> str:
    """Fields one after another, empty ones left out. Raises: ValueError on a value over 99 or not ASCII."""
    text = ""
    for identity, value in pairs:
        if len(value) > 99 or not value.isascii():
            raise ValueError(f"{value!r} does not fit a field")
        if value:
            text += f"{identity}{len(value):02d}{value}"
    return text


def with_crc(text: str) -> str:
    """The text closed by its check field.

    >>> with_crc("00020101021238")[-8:-4]
    '6304'
    """
    text += "6304"
    return text + crc(text)


def crc(text: str) -> str:
    """CRC-16/CCITT-FALSE as four hexadecimal digits.

    >>> crc("123456789")
    '29B1'
    """
    return f"{binascii.crc_hqx(text.encode('ascii'), 0xFFFF):04X}"


def read_fields(text: str) -> dict[str, str]:
    """Values by id; fields of length zero are accepted. Raises: ValueError if lengths do not add up."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        length = text[at + 2 : at + 4]
        end = at + 4 + (int(length) if length.isdecimal() else -1)
        if not length.isdecimal() or end > len(text):
            raise ValueError("the fields do not add up")
        found[text[at : at + 2]] = text[at + 4 : end]
        at = end
    return found


def read_lookup(text: str) -> Lookup | None:
    """What the QR code says about its invoice, or None if it says nothing.

    A missing check field is accepted (codes exported by the authority's portal have none).
    Raises: ValueError if the fields or the CRC do not add up.
    """
    outer = read_fields(text)
    if "63" in outer and (not text.isascii() or crc(text[:-4]) != outer["63"].upper()):
        raise ValueError("the CRC does not fit")
    inner = read_fields(outer.get("99", ""))
    if inner.get("00") != INVOICE_SCHEME:
        return None
    return Lookup(*(inner.get(f"{number:02d}", "") for number in range(1, 7)))
