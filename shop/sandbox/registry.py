"""Whom the sandbox tax authority knows: declarations 01/ĐKTĐ-HĐĐT (message 100) and what they registered.

A declaration is first received or not (102: is it a declaration, is it theirs), then accepted or not (103). The layout
of a 102 is not certain; it is written here like that of a 103.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
import uuid
from dataclasses import dataclass
from xml.sax.saxutils import escape

from lxml import etree

from shop.invoices.reading import DECLARATION
from shop.sandbox.tax_rules import AT_TILL, CODED, UNCODED, is_tax_code

SCHEMA = """
CREATE TABLE IF NOT EXISTS registration (
    tax_code TEXT PRIMARY KEY, forms TEXT NOT NULL, is_coded INTEGER NOT NULL, till_code TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS certificate (
    tax_code TEXT NOT NULL, serial TEXT NOT NULL, PRIMARY KEY (tax_code, serial));
CREATE TABLE IF NOT EXISTS kind (
    tax_code TEXT NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (tax_code, kind));
"""

RECEIVED, DECIDED = "01/TB-TNĐT", "01/TB-ĐKĐT"
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


def read_declaration(root: etree._Element) -> tuple[Declaration, Faults, Faults]:
    """The declaration in a ``TKhai``; why it is not even received; why it could not be accepted."""
    content = root.find("DLTKhai")

    def say(path: str) -> str:
        return (content.findtext(path) or "") if content is not None else ""

    rows = content.findall("NDTKhai/DSCTSSDung/CTS") if content is not None else []
    named = [((row.findtext("Seri") or "").upper(), row.findtext("HThuc") or "") for row in rows]
    declared = Declaration(
        tax_code=say("TTChung/MST"),
        name=say("TTChung/TNNT"),
        forms="".join(
            form for form, tag in (("1", "HDGTGT"), ("2", "HDBHang")) if say(f"NDTKhai/LHDSDung/{tag}") == "1"
        ),
        kinds=tuple(kind for kind, tag in _KINDS.items() if say(f"NDTKhai/HTHDon/{tag}") == "1"),
        is_first=say("TTChung/HThuc") == "1",
        added=tuple(serial for serial, how in named if how in _ADD),
        stopped=tuple(serial for serial, how in named if how == _STOP),
    )
    unreadable = _named(
        (say("TTChung/MSo") != "01/ĐKTĐ-HĐĐT", "9301", "Mẫu tờ khai sai"),
        (say("TTChung/HThuc") not in ("1", "2"), "9302", "Hình thức phải là đăng ký mới hoặc thay đổi"),
        (not is_tax_code(declared.tax_code), "9303", "Mã số thuế của tờ khai sai"),
    )
    faults = _named(
        (not declared.forms, "9304", "Chưa chọn loại hóa đơn"),
        (not declared.kinds, "9305", "Chưa chọn hình thức hóa đơn: có mã, không mã hoặc máy tính tiền"),
        (not named, "9306", "Chưa khai chứng thư số"),
        (any(not serial for serial, _ in named), "9307", "Chứng thư số thiếu số sê-ri"),
    )
    return declared, unreadable, faults


def _named(*rules: tuple[bool, str, str]) -> Faults:
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


def stands(database: sqlite3.Connection, *, tax_code: str, form: str, serial: str, kind: str = CODED) -> bool:
    """Whether this certificate may sign invoices of that form and kind for the seller."""
    row = database.execute(
        "SELECT forms, is_coded FROM registration JOIN certificate USING (tax_code)"
        " WHERE tax_code = ? AND serial = ?",
        (tax_code, serial),
    ).fetchone()
    if row is None or form not in row[0]:
        return False
    if kind == CODED:
        return bool(row[1])
    own = database.execute("SELECT 1 FROM kind WHERE tax_code = ? AND kind = ?", (tax_code, kind))
    return own.fetchone() is not None


def notice(
    mark: str,
    *,
    declared: Declaration,
    at: dt.datetime,
    message_id: str,
    faults: list[tuple[str, str]],
    till_code: str = "",
) -> bytes:
    """The unsigned ``TBao`` of a 102 or 103: received or accepted, or not with the reasons."""
    reasons = "".join(f"<LDo><MLoi>{code}</MLoi><MTLoi>{escape(text)}</MTLoi></LDo>" for code, text in faults)
    body = (
        f"<PBan>2.1.0</PBan><MSo>{mark}</MSo><NTBao>{at.date().isoformat()}</NTBao>"
        f"<MST>{escape(declared.tax_code)}</MST><TNNT>{escape(declared.name)}</TNNT><MGDDTu>{message_id}</MGDDTu>"
        f"<TGGui>{at:%Y-%m-%dT%H:%M:%S}</TGGui><THop>{'2' if faults else '1'}</THop>"
        + (f"<MCQTCap>{till_code}</MCQTCap>" if till_code else "")
        + (f"<DSLDKCNhan>{reasons}</DSLDKCNhan>" if faults else "")
    )
    identity = f"TB-{uuid.uuid4().hex}"
    return DECLARATION + f'<TBao><DLTBao Id="{identity}">{body}</DLTBao></TBao>'.encode()
