"""The sandbox tax authority's desk for notices of errors (04/SS-HĐĐT), and its answer (01/TB-SSĐT)."""

from __future__ import annotations

import datetime as dt
import sqlite3
import uuid
from xml.sax.saxutils import escape

from lxml import etree

from shop.invoices.reading import DECLARATION
from shop.sandbox.tax_rules import is_tax_code

ANSWER = "301"
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
            (say("Loai") != "1", "9402", "Chỉ nhận thông báo của người nộp thuế"),
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


def answer(
    root: etree._Element, *, at: dt.datetime, message_id: str, number: str, faults: list[tuple[str, str]]
) -> bytes:
    """The unsigned ``TBao`` of a 301."""

    def tag(name: str, text: str) -> str:
        return f"<{name}>{escape(text)}</{name}>"

    named = root.find("DLTBao/DSHDon/HDon")
    kept = ("STT", "MCQTCap", "KHMSHDon", "KHHDon", "SHDon", "Ngay", "LADHDDT", "TCTBao")
    copied = "".join(
        tag(name, text) for name in kept if (text := named.findtext(name) if named is not None else None)
    )
    reasons = "".join(f"<LDo>{tag('MLoi', code)}{tag('MTa', text)}</LDo>" for code, text in faults)
    body = (
        tag("PBan", "2.1.0")
        + tag("MSo", "01/TB-SSĐT")
        + tag("Ten", "Thông báo về việc tiếp nhận và kết quả xử lý hóa đơn điện tử đã lập sai")
        + tag("MST", root.findtext("DLTBao/MST") or "")
        + tag("TNNT", root.findtext("DLTBao/TNNT") or "")
        + tag("MGDDTu", message_id)
        + tag("TGNhan", f"{at:%Y-%m-%dT%H:%M:%S}")
        + f"<DSHDon><HDon>{copied}{tag('TTTNCCQT', '2' if faults else '1')}"
        + (f"<DSLDKTNhan>{reasons}</DSLDKTNhan>" if faults else "")
        + f"</HDon></DSHDon><STBao>{tag('So', number)}{tag('NTBao', at.date().isoformat())}</STBao>"
    )
    return DECLARATION + f'<TBao><DLTBao Id="TB-{uuid.uuid4().hex}">{body}</DLTBao></TBao>'.encode()


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
