"""Whom the sandbox tax authority knows: declarations 01/ĐKTĐ-HĐĐT (message 100) and what they registered.

A declaration is first received or not (102: is it a declaration, is it theirs), then accepted or not (103). The layout
of a 102 is not certain; it is written here like that of a 103.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from cryptography import x509
from lxml import etree

from shop.invoices.exchange import Message
from shop.invoices.reading import DECLARATION, parse
from shop.invoices.registration import DECIDED, RECEIVED
from shop.sandbox import tax_seals
from shop.sandbox.tax_rules import AT_TILL, CODED, UNCODED, is_tax_code

SCHEMA = """
CREATE TABLE IF NOT EXISTS registration (
    tax_code TEXT PRIMARY KEY, forms TEXT NOT NULL, is_coded INTEGER NOT NULL, till_code TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS certificate (
    tax_code TEXT NOT NULL, serial TEXT NOT NULL, PRIMARY KEY (tax_code, serial));
CREATE TABLE IF NOT EXISTS kind (
    tax_code TEXT NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (tax_code, kind));
"""

RECEIPT, DECISION = "01/TB-TNĐT", "01/TB-ĐKĐT"
ALREADY = ("9992", "Đã có tờ khai đăng ký được chấp nhận: nộp tờ khai thay đổi")
_KINDS = {CODED: "CMa", UNCODED: "KCMa", AT_TILL: "CMTMTTien"}
_ADD, _STOP = ("1", "2"), "3"


@dataclass(frozen=True)
class Declaration:
    """What a taxpayer declares."""

    tax_code: str
    name: str
    forms: str
    kinds: tuple[str, ...]
    is_first: bool
    added: tuple[str, ...]
    stopped: tuple[str, ...]


Faults = list[tuple[str, str]]


def answers(
    database: sqlite3.Connection, message: Message, *, anchors: Sequence[x509.Certificate], at: dt.datetime
) -> list[tuple[str, bytes]]:
    """Type and unsigned ``TBao`` of a 102 and, if the declaration is received, of a 103; what it registers counts."""
    document = message.items[0]
    declared, unreadable, faults = read_declaration(parse(document))
    unreadable += seal_faults(document, declared.tax_code, anchors)
    if declared.is_first and is_known(database, declared.tax_code):
        unreadable.append(ALREADY)

    def told(mark: str, detail: str) -> bytes:
        return notice(mark, message, tax_code=declared.tax_code, name=declared.name, at=at, detail=detail)

    receipt = (RECEIVED, told(RECEIPT, verdict(unreadable)))
    if unreadable:
        return [receipt]
    till_code = "" if faults else keep(database, declared)
    return [receipt, (DECIDED, told(DECISION, verdict(faults, till_code)))]


def seal_faults(document: bytes, tax_code: str, anchors: Sequence[x509.Certificate]) -> Faults:
    """What is wrong with the declarant's seal on a ``TKhai``."""
    sealed = tax_seals.seal_faults(
        document, place="DSCKS/NNT", part="DLTKhai", parties=[tax_code], anchors=anchors
    )
    return [(code, tax_seals.TEXTS[code]) for code in sealed]


def read_declaration(root: etree._Element) -> tuple[Declaration, Faults, Faults]:
    """The declaration in a ``TKhai``; why it is not even received; why it could not be accepted."""
    content = root.find("DLTKhai")

    def say(path: str) -> str:
        return (content.findtext(path) or "") if content is not None else ""

    added, stopped = certificates_of(root)
    declared = Declaration(
        tax_code=say("TTChung/MST"),
        name=say("TTChung/TNNT"),
        forms="".join(
            form for form, tag in (("1", "HDGTGT"), ("2", "HDBHang")) if say(f"NDTKhai/LHDSDung/{tag}") == "1"
        ),
        kinds=tuple(kind for kind, tag in _KINDS.items() if say(f"NDTKhai/HTHDon/{tag}") == "1"),
        is_first=say("TTChung/HThuc") == "1",
        added=added,
        stopped=stopped,
    )
    unreadable = head_faults(root)
    faults = named(
        (not declared.forms, "9304", "Chưa chọn loại hóa đơn"),
        (not declared.kinds, "9305", "Chưa chọn hình thức hóa đơn: có mã, không mã hoặc máy tính tiền"),
    )
    return declared, unreadable, faults + certificate_faults(root)


def head_faults(root: etree._Element) -> Faults:
    """Why a declaration is not even received: its form, whether it is new or a change, whose it is."""
    head = {tag: root.findtext(f"DLTKhai/TTChung/{tag}") or "" for tag in ("MSo", "HThuc", "MST")}
    return named(
        (head["MSo"] != "01/ĐKTĐ-HĐĐT", "9301", "Mẫu tờ khai sai"),
        (head["HThuc"] not in ("1", "2"), "9302", "Hình thức phải là đăng ký mới hoặc thay đổi"),
        (not is_tax_code(head["MST"]), "9303", "Mã số thuế của tờ khai sai"),
    )


def certificate_faults(root: etree._Element) -> Faults:
    """What is wrong with the certificates in a declaration."""
    rows = _certificates(root)
    return named(
        (not rows, "9306", "Chưa khai chứng thư số"),
        (any(not serial for serial, _ in rows), "9307", "Chứng thư số thiếu số sê-ri"),
    )


def certificates_of(root: etree._Element) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Serial numbers of the certificates that a declaration adds, and of those that it stops."""
    rows = _certificates(root)
    return (
        tuple(serial for serial, how in rows if how in _ADD),
        tuple(serial for serial, how in rows if how == _STOP),
    )


def _certificates(root: etree._Element) -> list[tuple[str, str]]:
    return [
        ((row.findtext("Seri") or "").upper(), row.findtext("HThuc") or "")
        for row in root.iterfind("DLTKhai/NDTKhai/DSCTSSDung/CTS")
    ]


def named(*rules: tuple[bool, str, str]) -> Faults:
    """Code and text of the rules that are broken."""
    return [(code, text) for is_wrong, code, text in rules if is_wrong]


def keep(database: sqlite3.Connection, declared: Declaration) -> str:
    """Writes the declaration; the five-character code for cash registers, which a seller keeps for good."""
    row = database.execute(
        "SELECT till_code FROM registration WHERE tax_code = ?", (declared.tax_code,)
    ).fetchone()
    till_code = str(row[0]) if row else uuid.uuid4().hex[:5].upper()
    database.execute(
        "INSERT OR REPLACE INTO registration VALUES (?, ?, ?, ?)",
        (declared.tax_code, declared.forms, int(CODED in declared.kinds), till_code),
    )
    database.execute("DELETE FROM kind WHERE tax_code = ?", (declared.tax_code,))
    database.executemany(
        "INSERT INTO kind VALUES (?, ?)", [(declared.tax_code, kind) for kind in declared.kinds]
    )
    for serial in declared.added:
        database.execute("INSERT OR IGNORE INTO certificate VALUES (?, ?)", (declared.tax_code, serial))
    for serial in declared.stopped:
        database.execute(
            "DELETE FROM certificate WHERE tax_code = ? AND serial = ?", (declared.tax_code, serial)
        )
    return till_code


def is_known(database: sqlite3.Connection, tax_code: str) -> bool:
    """Whether a declaration of the taxpayer was accepted before."""
    found = database.execute("SELECT 1 FROM registration WHERE tax_code = ?", (tax_code,)).fetchone()
    return found is not None


def till_code_of(database: sqlite3.Connection, tax_code: str) -> str:
    """The taxpayer's code for cash registers; empty if it never declared anything."""
    row = database.execute("SELECT till_code FROM registration WHERE tax_code = ?", (tax_code,)).fetchone()
    return str(row[0]) if row else ""


def declares(database: sqlite3.Connection, *, tax_code: str, form: str, kind: str) -> bool:
    """Whether the seller declared invoices of that form and kind."""
    row = database.execute(
        "SELECT forms, is_coded FROM registration WHERE tax_code = ?", (tax_code,)
    ).fetchone()
    if row is None or form not in row[0]:
        return False
    if kind == CODED:
        return bool(row[1])
    own = database.execute("SELECT 1 FROM kind WHERE tax_code = ? AND kind = ?", (tax_code, kind))
    return own.fetchone() is not None


def owns(database: sqlite3.Connection, tax_code: str, serial: str) -> bool:
    """Whether the taxpayer declared this certificate as its own."""
    found = database.execute(
        "SELECT 1 FROM certificate WHERE tax_code = ? AND serial = ?", (tax_code, serial)
    )
    return found.fetchone() is not None


def verdict(faults: Faults, till_code: str = "") -> str:
    """What a 102 or 103 says: received or accepted, or not with the reasons."""
    return (
        f"<THop>{'2' if faults else '1'}</THop>"
        + (f"<MCQTCap>{till_code}</MCQTCap>" if till_code else "")
        + (reasons(faults) if faults else "")
    )


def reasons(faults: Faults) -> str:
    """The reasons why not, a row each."""
    rows = "".join(f"<LDo><MLoi>{code}</MLoi><MTLoi>{escape(text)}</MTLoi></LDo>" for code, text in faults)
    return f"<DSLDKCNhan>{rows}</DSLDKCNhan>"


def notice(mark: str, message: Message, *, tax_code: str, name: str, at: dt.datetime, detail: str) -> bytes:
    """The unsigned ``TBao`` that answers a declaration with ``detail``."""
    body = (
        f"<PBan>2.1.0</PBan><MSo>{mark}</MSo><NTBao>{at.date().isoformat()}</NTBao>"
        f"<MST>{escape(tax_code)}</MST><TNNT>{escape(name)}</TNNT><MGDDTu>{message.envelope.message_id}</MGDDTu>"
        f"<TGGui>{at:%Y-%m-%dT%H:%M:%S}</TGGui>{detail}"
    )
    identity = f"TB-{uuid.uuid4().hex}"
    return DECLARATION + f'<TBao><DLTBao Id="{identity}">{body}</DLTBao></TBao>'.encode()
