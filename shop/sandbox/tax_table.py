"""The tables of Decision 1271/QĐ-CT as the sandbox tax authority reads them: written for it alone.

Nothing here comes from the market's own writer or checker, so that one finds the other's faults.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

MISSING, TOO_LONG, NO_NUMBER, NO_DATE, UNKNOWN_TAG, REPEATED, OUT_OF_ORDER, NO_FLAG, ODD_MARKUP = (
    "9201", "9202", "9203", "9204", "9205", "9206", "9207", "9208", "9209",
)  # fmt: skip

# Form (1, 2 or both), path, M for mandatory, * for repeatable, and the content: s text, n digits[,decimals],
# d date, f flag, g group.
_ROWS = """
12 TTChung M g
12 TTChung/PBan M s6
12 TTChung/THDon M s100
12 TTChung/KHMSHDon M s1
12 TTChung/KHHDon M s6
12 TTChung/SHDon M n8
12 TTChung/MHSo - s20
12 TTChung/NLap M d
1 TTChung/HDCTTChinh M f
2 TTChung/HDDCKPTQuan M f
12 TTChung/SBKe - s50
12 TTChung/NBKe - d
12 TTChung/DVTTe M s3
12 TTChung/TGia - n7,2
12 TTChung/HTTToan M s50
12 TTChung/MSTTCGP M s14
12 TTChung/MSTDVNUNLHDon - s14
12 TTChung/TDVNUNLHDon - s400
12 TTChung/DCDVNUNLHDon - s400
12 TTChung/TTHDLQuan - g
12 TTChung/TTHDLQuan/TCHDon M n1
12 TTChung/TTHDLQuan/LHDCLQuan - n1
12 TTChung/TTHDLQuan/KHMSHDCLQuan - s11
12 TTChung/TTHDLQuan/KHHDCLQuan - s8
12 TTChung/TTHDLQuan/SHDCLQuan - s8
12 TTChung/TTHDLQuan/NLHDCLQuan - d
12 TTChung/TTHDLQuan/SBKCLQuan - s50
12 TTChung/TTHDLQuan/NBKCLQuan - d
12 TTChung/TTHDLQuan/GChu - s255
12 NDHDon M g
12 NDHDon/NBan M g
12 NDHDon/NBan/Ten M s400
12 NDHDon/NBan/MST M s14
12 NDHDon/NBan/DChi M s400
12 NDHDon/NBan/MCHang - s50
12 NDHDon/NBan/TCHang - s400
12 NDHDon/NBan/SDThoai - s20
12 NDHDon/NBan/DCTDTu - s50
12 NDHDon/NBan/STKNHang - s30
12 NDHDon/NBan/TNHang - s400
12 NDHDon/NBan/Fax - s20
12 NDHDon/NBan/Website - s100
12 NDHDon/NMua M g
12 NDHDon/NMua/Ten - s400
12 NDHDon/NMua/MST - s14
12 NDHDon/NMua/MDVQHNSach - s7
12 NDHDon/NMua/DChi - s400
12 NDHDon/NMua/MKHang - s50
12 NDHDon/NMua/SDThoai - s20
12 NDHDon/NMua/CCCDan - s12
12 NDHDon/NMua/SHChieu - s20
12 NDHDon/NMua/DCTDTu - s50
12 NDHDon/NMua/HVTNMHang - s100
12 NDHDon/NMua/STKNHang - s30
12 NDHDon/NMua/TNHang - s400
12 NDHDon/DSHHDVu M g
12 NDHDon/DSHHDVu/HHDVu M* g
12 NDHDon/DSHHDVu/HHDVu/TChat M n1
12 NDHDon/DSHHDVu/HHDVu/STT - n4
12 NDHDon/DSHHDVu/HHDVu/MHHDVu - s50
12 NDHDon/DSHHDVu/HHDVu/THHDVu M s500
12 NDHDon/DSHHDVu/HHDVu/DVTinh - s50
12 NDHDon/DSHHDVu/HHDVu/SLuong - n21,6
12 NDHDon/DSHHDVu/HHDVu/DGia - n21,6
12 NDHDon/DSHHDVu/HHDVu/TLCKhau - n6,4
12 NDHDon/DSHHDVu/HHDVu/STCKhau - n21,6
12 NDHDon/DSHHDVu/HHDVu/ThTien - n21,6
1 NDHDon/DSHHDVu/HHDVu/TSuat - s11
12 NDHDon/DSHHDVu/HHDVu/TTHHDTrung - g
12 NDHDon/DSHHDVu/HHDVu/TTHHDTrung/TTin M* g
12 NDHDon/DSHHDVu/HHDVu/TTHHDTrung/TTin/LHHDTrung M n1
12 NDHDon/DSHHDVu/HHDVu/TTHHDTrung/TTin/TTruong M s20
12 NDHDon/DSHHDVu/HHDVu/TTHHDTrung/TTin/DLieu M s200
12 NDHDon/TToan M g
1 NDHDon/TToan/THTTLTSuat - g
1 NDHDon/TToan/THTTLTSuat/LTSuat M* g
1 NDHDon/TToan/THTTLTSuat/LTSuat/TSuat M s11
1 NDHDon/TToan/THTTLTSuat/LTSuat/ThTien M n21,6
1 NDHDon/TToan/THTTLTSuat/LTSuat/TThue - n21,6
1 NDHDon/TToan/TgTCThue M n21,6
1 NDHDon/TToan/TGTKCThue - n21,6
1 NDHDon/TToan/TgTThue M n21,6
12 NDHDon/TToan/DSLPhi - g
12 NDHDon/TToan/DSLPhi/LPhi M* g
12 NDHDon/TToan/DSLPhi/LPhi/TLPhi M s100
12 NDHDon/TToan/DSLPhi/LPhi/TPhi M n21,6
12 NDHDon/TToan/TTCKTMai - n21,6
12 NDHDon/TToan/TGTKhac - n21,6
12 NDHDon/TToan/TgTTTBSo M n21,6
12 NDHDon/TToan/TgTTTBChu M s255
"""

_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_FREE = "TTKhac"
"""May end any group; its fields are agreed between the parties."""


@dataclass(frozen=True)
class Row:
    """One tag of the decision's table."""

    place: int
    is_needed: bool
    is_many: bool
    content: str


_MAY_LACK_AT_TILL = ("HDCTTChinh", "HDDCKPTQuan", "DVTTe", "HTTToan", "MSTTCGP")
"""Tags of the general part that an invoice from a cash register need not have; whether it may is not certain."""


def rows_of(form: str, *, at_till: bool = False) -> dict[str, Row]:
    """The table of form 1 or 2 by path."""
    found = {}
    for place, line in enumerate(_ROWS.strip().splitlines()):
        forms, path, mark, content = line.split()
        if form in forms:
            is_needed = mark.startswith("M") and not (at_till and path.endswith(_MAY_LACK_AT_TILL))
            found[path] = Row(place, is_needed, mark.endswith("*"), content)
    return found


def departures(content: etree._Element, form: str, *, at_till: bool = False) -> Iterator[tuple[str, str]]:
    """Code and path of every departure of a ``DLHDon`` from the table."""
    rows = rows_of(form, at_till=at_till)
    inside: dict[str, list[str]] = {}
    for path in rows:
        inside.setdefault(path.rpartition("/")[0], []).append(path)
    yield from _group(content, "", rows, inside)


def _group(
    element: etree._Element, path: str, rows: dict[str, Row], inside: dict[str, list[str]]
) -> Iterator[tuple[str, str]]:
    if "".join([element.text or "", *(child.tail or "" for child in element)]).strip():
        yield ODD_MARKUP, path
    counted: dict[str, int] = {}
    last = -1
    for child in element:
        here = f"{path}/{child.tag}".lstrip("/")
        if child.attrib:
            yield ODD_MARKUP, here
        if child.tag == _FREE:
            yield from _free(child, here)
            continue
        row = rows.get(here)
        if row is None:
            yield UNKNOWN_TAG, here
            continue
        counted[here] = counted.get(here, 0) + 1
        if counted[here] > 1 and not row.is_many:
            yield REPEATED, here
        if row.place < last:
            yield OUT_OF_ORDER, here
        last = max(last, row.place)
        yield from (
            _group(child, here, rows, inside)
            if row.content == "g"
            else ((code, here) for code in _leaf(child, row))
        )
    yield from (
        (MISSING, path) for path in inside.get(path, []) if rows[path].is_needed and path not in counted
    )


def _leaf(element: etree._Element, row: Row) -> Iterator[str]:
    text = element.text or ""
    if len(element):
        yield ODD_MARKUP
    elif not text:
        if row.is_needed:
            yield MISSING
    elif code := _content_fault(text, row.content):
        yield code


def _content_fault(text: str, content: str) -> str:
    if content == "d":
        return "" if _DATE.fullmatch(text) else NO_DATE
    if content == "f":
        return "" if text in ("0", "1") else NO_FLAG
    if content[0] == "s":
        return TOO_LONG if len(text) > int(content[1:]) else ""
    if not _NUMBER.fullmatch(text):
        return NO_NUMBER
    digits, _, decimals = content[1:].partition(",")
    whole, _, rest = text.lstrip("-").partition(".")
    return "" if len(whole) + len(rest) <= int(digits) and len(rest) <= int(decimals or 0) else NO_NUMBER


def _free(element: etree._Element, path: str) -> Iterator[tuple[str, str]]:
    if len("".join(element.itertext())) > 500 * max(len(element), 1):
        yield TOO_LONG, path
    for item in element:
        tags = [child.tag for child in item]
        if item.tag != "TTin" or tags not in (["TTruong", "KDLieu", "DLieu"], ["TTruong", "KDLieu"]):
            yield UNKNOWN_TAG, f"{path}/{item.tag}"
        elif item.findtext("KDLieu") not in ("string", "numeric", "dateTime", "date"):
            yield UNKNOWN_TAG, f"{path}/TTin/KDLieu"
