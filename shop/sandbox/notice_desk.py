"""The sandbox tax authority's desk for notices of errors (04/SS-HĐĐT), and its answer (01/TB-SSĐT)."""

from __future__ import annotations

import datetime as dt
import sqlite3
import uuid
from xml.sax.saxutils import escape

from lxml import etree

from shop.invoices.reading import DECLARATION
from shop.sandbox.tax_rules import is_tax_code

SCHEMA = """
CREATE TABLE IF NOT EXISTS inquiry (
    message_id TEXT PRIMARY KEY, tax_code TEXT NOT NULL, number TEXT NOT NULL, noticed_on TEXT NOT NULL,
    body BLOB NOT NULL, is_read INTEGER NOT NULL DEFAULT 0);
"""
_EXPLAINS = "4"


def faults_of(database: sqlite3.Connection, root: etree._Element, *, today: dt.date) -> list[tuple[str, str]]:
    """Code and text of what is wrong with a notice by itself and beside the invoices that were given a code."""

    def say(path: str) -> str:
        return root.findtext(f"DLTBao/{path}") or ""

    listed = root.findall("DLTBao/DSHDon/HDon")
    faults = [
        (code, text)
        for is_wrong, code, text in (
            (say("MSo") != "04/SS-HĐĐT", "9401", "Mẫu thông báo sai"),
            (say("Loai") not in ("1", "2"), "9402", "Loại thông báo sai"),
            (
                say("Loai") == "2" and not _asked(database, say("MST"), say("So"), say("NTBCCQT")),
                "9407",
                "Không có thông báo rà soát này của cơ quan thuế",
            ),
            (not is_tax_code(say("MST")), "9403", "Mã số thuế của thông báo sai"),
            (
                not (say("MCQT").isdigit() and len(say("MCQT")) == 5),
                "9404",
                "Mã cơ quan thuế phải có 5 chữ số",
            ),
            (_day(say("NTBao")) is None or say("NTBao") > today.isoformat(), "9405", "Ngày thông báo sai"),
            (len(listed) != 1, "9406", "Mỗi thông báo gửi cho một hóa đơn"),
        )
        if is_wrong
    ]
    return faults or _invoice_faults(database, say("MST"), listed[0])


def _asked(database: sqlite3.Connection, tax_code: str, number: str, on: str) -> bool:
    return bool(
        database.execute(
            "SELECT 1 FROM inquiry WHERE tax_code = ? AND number = ? AND noticed_on = ?",
            (tax_code, number, on),
        ).fetchone()
    )


def _invoice_faults(
    database: sqlite3.Connection, seller: str, named: etree._Element
) -> list[tuple[str, str]]:
    def say(tag: str) -> str:
        return named.findtext(tag) or ""

    if say("TCTBao") != _EXPLAINS:
        return [("9411", "Không còn hủy hóa đơn: chỉ nhận giải trình")]
    if not say("LDo").strip():
        return [("9412", "Thiếu lý do")]
    row = database.execute(
        "SELECT issued_on, code FROM invoice WHERE seller = ? AND form = ? AND series = ? AND number = ?",
        (seller, say("KHMSHDon"), say("KHHDon"), int(say("SHDon")) if say("SHDon").isdecimal() else 0),
    ).fetchone()
    if row is None:
        return [("9413", "Không có hóa đơn này")]
    issued_on, code = row
    if say("Ngay") != issued_on:
        return [("9414", "Ngày lập không khớp hóa đơn")]
    return [] if say("MCQTCap") in ("", code) else [("9415", "Mã của cơ quan thuế không khớp hóa đơn")]


def inquiry(
    *,
    tax_code: str,
    name: str,
    number: str,
    at: dt.datetime,
    days: int,
    reason: str,
    invoices: list[tuple[str, str, int, str]],
) -> bytes:
    """The unsigned ``TBao`` of a 302; of each invoice form, series, number and day."""
    rows = "".join(
        "<HDon>"
        + _tag("STT", str(place))
        + _tag("KHMSHDon", form)
        + _tag("KHHDon", series)
        + _tag("SHDon", str(counted))
        + _tag("Ngay", on)
        + _tag("LADHDDT", "1")
        + _tag("LDo", reason)
        + "</HDon>"
        for place, (form, series, counted, on) in enumerate(invoices, start=1)
    )
    body = (
        _tag("PBan", "2.1.0")
        + _tag("MSo", "01/TB-RSĐT")
        + _tag("Ten", "Thông báo về hóa đơn điện tử cần rà soát")
        + _tag("So", number)
        + _tag("NTBao", at.date().isoformat())
        + _tag("MST", tax_code)
        + _tag("TNNT", name)
        + _tag("THan", str(days))
        + _tag("Lan", "1")
        + f"<DSHDon>{rows}</DSHDon>"
    )
    return DECLARATION + f'<TBao><DLTBao Id="TB-{uuid.uuid4().hex}">{body}</DLTBao></TBao>'.encode()


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def answer(
    root: etree._Element, *, at: dt.datetime, message_id: str, number: str, faults: list[tuple[str, str]]
) -> bytes:
    """The unsigned ``TBao`` of a 301."""

    named = root.find("DLTBao/DSHDon/HDon")
    kept = ("STT", "MCQTCap", "KHMSHDon", "KHHDon", "SHDon", "Ngay", "LADHDDT", "TCTBao")
    copied = "".join(
        _tag(name, text) for name in kept if (text := named.findtext(name) if named is not None else None)
    )
    reasons = "".join(f"<LDo>{_tag('MLoi', code)}{_tag('MTa', text)}</LDo>" for code, text in faults)
    body = (
        _tag("PBan", "2.1.0")
        + _tag("MSo", "01/TB-SSĐT")
        + _tag("Ten", "Thông báo về việc tiếp nhận và kết quả xử lý hóa đơn điện tử đã lập sai")
        + _tag("MST", root.findtext("DLTBao/MST") or "")
        + _tag("TNNT", root.findtext("DLTBao/TNNT") or "")
        + _tag("MGDDTu", message_id)
        + _tag("TGNhan", f"{at:%Y-%m-%dT%H:%M:%S}")
        + f"<DSHDon><HDon>{copied}{_tag('TTTNCCQT', '2' if faults else '1')}"
        + (f"<DSLDKTNhan>{reasons}</DSLDKTNhan>" if faults else "")
        + f"</HDon></DSHDon><STBao>{_tag('So', number)}{_tag('NTBao', at.date().isoformat())}</STBao>"
    )
    return DECLARATION + f'<TBao><DLTBao Id="TB-{uuid.uuid4().hex}">{body}</DLTBao></TBao>'.encode()


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
