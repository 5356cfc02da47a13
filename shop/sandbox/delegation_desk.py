"""The sandbox tax authority's desk for delegated issuing: declarations (message 101), and who may issue for whom.

Received or not is said by a 102, as of a registration. A 104 then says of each authorised party whether it is
accepted, and the others count even if one is not. Written apart from ``shop.invoices.delegating``; how certain the
layout is, is said there.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from cryptography import x509
from lxml import etree

from shop.invoices.delegating import DELEGATION_DECIDED
from shop.invoices.exchange import Message
from shop.invoices.reading import parse
from shop.invoices.registration import RECEIVED
from shop.sandbox import registry
from shop.sandbox.registry import Faults
from shop.sandbox.tax_rules import is_tax_code

SCHEMA = """
CREATE TABLE IF NOT EXISTS delegation (
    seller TEXT NOT NULL, issuer TEXT NOT NULL, form TEXT NOT NULL, series TEXT NOT NULL,
    first_day TEXT NOT NULL, last_day TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS delegate_certificate (
    seller TEXT NOT NULL, issuer TEXT NOT NULL, serial TEXT NOT NULL, PRIMARY KEY (seller, issuer, serial));
"""

UNDECLARED = ("9295", "Ủy nhiệm cho bên lập hóa đơn này chưa được khai cho ngày lập")
_DELEGATES, _OTHER_PAYMENT = "1", "9"
_LONGEST = {"TTChuc": 400, "TLHDon": 100, "MDich": 255}


@dataclass(frozen=True)
class Row:
    """One line: a form, or all of them, that a party may issue between two days."""

    form: str
    series: str
    first_day: str
    last_day: str
    element: etree._Element


@dataclass(frozen=True)
class Party:
    """An authorised party and what is declared for it."""

    tax_code: str
    name: str
    rows: tuple[Row, ...]


def answers(
    database: sqlite3.Connection, message: Message, *, anchors: Sequence[x509.Certificate], at: dt.datetime
) -> list[tuple[str, bytes]]:
    """Type and unsigned ``TBao`` of a 102 and, if the declaration is received, of a 104; what is accepted counts."""
    document = message.items[0]
    root = parse(document)
    head = {
        tag: root.findtext(f"DLTKhai/TTChung/{tag}") or "" for tag in ("MST", "TNNT", "HThuc", "LDKUNhiem")
    }
    parties = _parties(root)
    unreadable = registry.head_faults(root) + registry.named(
        (head["LDKUNhiem"] != _DELEGATES, "9311", "Chỉ nhận tờ khai của bên ủy nhiệm"),
        (not parties, "9312", "Chưa khai bên nhận ủy nhiệm"),
    )
    unreadable += registry.seal_faults(document, head["MST"], anchors)

    def told(mark: str, detail: str) -> bytes:
        return registry.notice(mark, message, tax_code=head["MST"], name=head["TNNT"], at=at, detail=detail)

    receipt = (RECEIVED, told(registry.RECEIPT, registry.verdict(unreadable)))
    if unreadable:
        return [receipt]
    added, stopped = registry.certificates_of(root)
    decided = ""
    for party in parties:
        faults = registry.certificate_faults(root) + _faults_of(party, head["MST"])
        if head["HThuc"] == "1" and not faults and _overlapping(database, head["MST"], party):
            faults = [registry.ALREADY]
        if not faults:
            _keep(database, head["MST"], party, added, stopped)
        decided += _decided(party, faults, at)
    detail = f"<LUNhiem>{_DELEGATES}</LUNhiem><DSTTUNhiem>{decided}</DSTTUNhiem>"
    return [receipt, (DELEGATION_DECIDED, told(registry.DECISION, detail))]


def undeclared(database: sqlite3.Connection, root: etree._Element) -> list[tuple[str, str, str]]:
    """Code, text and path where an invoice names an issuer that the seller did not declare for its day."""
    issuer = root.findtext("DLHDon/TTChung/MSTDVNUNLHDon") or ""
    if not issuer:
        return []
    seller = root.findtext("DLHDon/NDHDon/NBan/MST") or ""
    place = [root.findtext(f"DLHDon/TTChung/{tag}") or "" for tag in ("KHMSHDon", "KHHDon", "NLap")]
    found = database.execute(
        "SELECT 1 FROM delegation WHERE seller = ? AND issuer = ? AND form IN ('', ?) AND series IN ('', ?)"
        " AND ? BETWEEN first_day AND last_day",
        (seller, issuer, *place),
    )
    return [] if found.fetchone() else [(*UNDECLARED, "TTChung/MSTDVNUNLHDon")]


def may_sign(database: sqlite3.Connection, *, seller: str, issuer: str, serial: str) -> bool:
    """Whether the seller declared this certificate of the authorised party."""
    found = database.execute(
        "SELECT 1 FROM delegate_certificate WHERE seller = ? AND issuer = ? AND serial = ?",
        (seller, issuer, serial),
    )
    return found.fetchone() is not None


def _parties(root: etree._Element) -> list[Party]:
    """The authorised parties in the order of their first lines."""
    by_party: dict[str, list[etree._Element]] = {}
    for element in root.iterfind("DLTKhai/NDTKhai/DSDKUNhiem/DKUNhiem"):
        by_party.setdefault(element.findtext("MST") or "", []).append(element)
    return [
        Party(tax_code, elements[0].findtext("TTChuc") or "", tuple(_row(each) for each in elements))
        for tax_code, elements in by_party.items()
    ]


def _row(element: etree._Element) -> Row:
    form, series, first, last = (
        element.findtext(tag) or "" for tag in ("KHMSHDon", "KHHDon", "TNgay", "DNgay")
    )
    return Row(form, series, first, last, element)


def _faults_of(party: Party, seller: str) -> Faults:
    texts = [row.element.findtext(tag) or "" for row in party.rows for tag in _LONGEST]
    longest = [*_LONGEST.values()] * len(party.rows)
    payments = [
        (row.element.findtext("PThuc") or "", row.element.findtext("THTTTKhac") or "") for row in party.rows
    ]
    return registry.named(
        (not is_tax_code(party.tax_code), "9313", "Mã số thuế của bên nhận ủy nhiệm sai"),
        (party.tax_code == seller, "9314", "Bên nhận ủy nhiệm phải khác người bán"),
        (not all(_has_days(row) for row in party.rows), "9315", "Thời hạn ủy nhiệm sai"),
        (
            any(row.form not in ("", "1", "2") for row in party.rows),
            "9316",
            "Mẫu số của hóa đơn ủy nhiệm sai",
        ),
        (
            any(not 0 < len(text) <= most for text, most in zip(texts, longest, strict=True)),
            "9317",
            "Thiếu, hoặc dài quá: tên bên nhận ủy nhiệm, loại hóa đơn, mục đích",
        ),
        (
            any(not how.isdecimal() or (how == _OTHER_PAYMENT and not other) for how, other in payments),
            "9318",
            "Phương thức thanh toán sai",
        ),
    )


def _has_days(row: Row) -> bool:
    try:
        first, last = (dt.date.fromisoformat(day) for day in (row.first_day, row.last_day))
    except ValueError:
        return False
    return first <= last and (row.first_day, row.last_day) == (first.isoformat(), last.isoformat())


def _overlapping(database: sqlite3.Connection, seller: str, party: Party) -> list[int]:
    """Lines in the books for the same party that share a day with what is declared now."""
    rows = [
        database.execute(
            "SELECT rowid FROM delegation WHERE seller = ? AND issuer = ? AND first_day <= ? AND last_day >= ?",
            (seller, party.tax_code, row.last_day, row.first_day),
        ).fetchall()
        for row in party.rows
    ]
    return [int(row[0]) for found in rows for row in found]


def _keep(
    database: sqlite3.Connection,
    seller: str,
    party: Party,
    added: Sequence[str],
    stopped: Sequence[str],
) -> None:
    """Writes what is declared for the party in place of what shares a day with it."""
    for rowid in _overlapping(database, seller, party):
        database.execute("DELETE FROM delegation WHERE rowid = ?", (rowid,))
    for row in party.rows:
        database.execute(
            "INSERT INTO delegation VALUES (?, ?, ?, ?, ?, ?)",
            (seller, party.tax_code, row.form, row.series, row.first_day, row.last_day),
        )
    for serial in added:
        database.execute(
            "INSERT OR IGNORE INTO delegate_certificate VALUES (?, ?, ?)", (seller, party.tax_code, serial)
        )
    for serial in stopped:
        database.execute(
            "DELETE FROM delegate_certificate WHERE seller = ? AND issuer = ? AND serial = ?",
            (seller, party.tax_code, serial),
        )


def _decided(party: Party, faults: Faults, at: dt.datetime) -> str:
    reasons = "".join(f"<LDo><MLoi>{code}</MLoi><MTa>{escape(text)}</MTa></LDo>" for code, text in faults)
    return (
        f"<TTUNhiem><MST>{escape(party.tax_code)}</MST><TTChuc>{escape(party.name)}</TTChuc>"
        f"<NTNhan>{at.date().isoformat()}</NTNhan><KQua>{'2' if faults else '1'}</KQua>"
        + (f"<DSLDKCNhan>{reasons}</DSLDKCNhan>" if faults else "")
        + "</TTUNhiem>"
    )
