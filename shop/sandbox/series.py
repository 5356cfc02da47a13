"""Where an invoice stands in its series, as the sandbox tax authority keeps the books."""

from __future__ import annotations

import dataclasses
import hashlib
import sqlite3
import uuid
from dataclasses import dataclass

from shop.invoices.exchange import Reason
from shop.invoices.reading import Refused, one_span, parse


@dataclass(frozen=True)
class Placed:
    """Where an invoice stands in its series, and what it says."""

    seller: str
    form: str
    series: str
    number: int
    issued_on: str
    digest: str


def placed(document: bytes) -> Placed:
    """The invoice in a document that is in order. Raises: Refused."""
    content = parse(document).find("DLHDon")
    if content is None:
        raise Refused("not_xml", "no invoice")
    span = one_span(document, ["HDon", "DLHDon"])
    return Placed(
        seller=content.findtext("NDHDon/NBan/MST") or "",
        form=content.findtext("TTChung/KHMSHDon") or "",
        series=content.findtext("TTChung/KHHDon") or "",
        number=int(content.findtext("TTChung/SHDon") or 0),
        issued_on=content.findtext("TTChung/NLap") or "",
        digest=hashlib.sha256(document[span.start : span.end]).hexdigest(),
    )


def without_code() -> str:
    """What stands in the books for the code of an invoice that has none; no code looks like it."""
    return f"-{uuid.uuid4().hex}"


def holder_of(database: sqlite3.Connection, code: str) -> str:
    """The digest of the invoice that carries a code; empty if none does."""
    row = database.execute("SELECT digest FROM invoice WHERE code = ?", (code,)).fetchone()
    return str(row[0]) if row else ""


def keep(database: sqlite3.Connection, invoice: Placed, code: str) -> None:
    """Writes the invoice with the code it was given."""
    database.execute(
        "INSERT INTO invoice VALUES (?, ?, ?, ?, ?, ?, ?)", (*dataclasses.astuple(invoice), code)
    )


def series_code(database: sqlite3.Connection, invoice: Placed) -> tuple[str, list[Reason]]:
    """The code this very invoice already has, and what in its series speaks against it."""
    series = (invoice.seller, invoice.form, invoice.series)
    row = database.execute(
        "SELECT digest, code FROM invoice WHERE seller = ? AND form = ? AND series = ? AND number = ?",
        (*series, invoice.number),
    ).fetchone()
    if row:
        if row[0] == invoice.digest:
            return row[1], []
        return "", [Reason(code="9101", text=f"Số {invoice.number} đã dùng cho hóa đơn khác")]
    wrong_dates = database.execute(
        "SELECT count(*) FROM invoice WHERE seller = ? AND form = ? AND series = ?"
        " AND ((number < ? AND issued_on > ?) OR (number > ? AND issued_on < ?))",
        (*series, invoice.number, invoice.issued_on, invoice.number, invoice.issued_on),
    ).fetchone()[0]
    if wrong_dates:
        return "", [Reason(code="9102", text="Ngày lập không theo thứ tự số hóa đơn")]
    return "", []


def issued_on(database: sqlite3.Connection, seller: str, form: str, series: str, number: int) -> str:
    """The day of an invoice that was given a code; empty for one that was not."""
    row = database.execute(
        "SELECT issued_on FROM invoice WHERE seller = ? AND form = ? AND series = ? AND number = ?",
        (seller, form, series, number),
    ).fetchone()
    return str(row[0]) if row else ""
