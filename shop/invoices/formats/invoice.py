"""An invoice as a whole, written and read by the table of its version."""

from __future__ import annotations

import uuid
from xml.sax.saxutils import escape

from lxml import etree

from shop.invoices.draft import Draft
from shop.invoices.formats.tables import Group, Unreadable, read, write
from shop.invoices.reading import DECLARATION


def write_invoice(table: Group, draft: Draft, *, qr: str = "", code: str = "") -> bytes:
    """The ``HDon`` without white space and signature; ``code`` is that of a cash register (MCCQT).

    Raises: ValueError if the draft has no number yet.
    """
    if not (draft.identity and draft.number and draft.issued_on):
        raise ValueError("a draft is numbered before it is written")
    text = write(table, draft, identity=draft.identity)
    text += f"<DLQRCode>{escape(qr)}</DLQRCode>" if qr else ""
    # Its Id is unique in a message of many invoices.
    text += f'<MCCQT Id="MCCQT-{uuid.uuid4().hex}">{escape(code)}</MCCQT>' if code else ""
    return DECLARATION + f"<HDon>{text}</HDon>".encode()


def read_invoice(table: Group, content: etree._Element) -> Draft:
    """The draft that a ``DLHDon`` carries. Raises: Unreadable."""
    values = read(table, content)
    try:
        return Draft(**({"identity": content.get("Id", ""), "currency": ""} | values))
    except (TypeError, ValueError) as reason:
        raise Unreadable(str(reason)) from reason


def is_till_series(series: str) -> bool:
    """Whether a series belongs to a cash register.

    >>> is_till_series("C26MYY"), is_till_series("C26TAA")
    (True, False)
    """
    return series[3:4] == "M"
