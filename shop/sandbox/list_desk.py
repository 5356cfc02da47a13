"""The sandbox tax authority's look at a list 01/BK-ĐCTT beside the invoice that corrects many (message 208).

Written apart from ``shop.invoices.list_exchange``; layout and message type are not certain (see there).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from cryptography import x509
from lxml import etree

from shop.invoices.reading import parse
from shop.sandbox import series, tax_seals

WITH_LIST = "208"
NO_LIST = ("9501", "Hóa đơn sửa nhiều hóa đơn phải gửi kèm bảng kê 01/BK-ĐCTT")
_REPLACES = "1"

Fault = tuple[str, str]


def faults_of(
    database: sqlite3.Connection, invoice: bytes, listed: bytes, *, anchors: Sequence[x509.Certificate]
) -> list[Fault]:
    """Code and text of what is wrong with a list, by itself and beside its invoice and the authority's books."""
    root, board = parse(invoice), parse(listed)
    seller = root.findtext("DLHDon/NDHDon/NBan/MST") or ""
    issuer = root.findtext("DLHDon/TTChung/MSTDVNUNLHDon") or ""
    rows = board.findall("NDBKe/DSHHDVu/HHDVu")

    def same(ours: str, theirs: str) -> bool:
        value = board.findtext(f"NDBKe/TTChung/{ours}") or ""
        return bool(value) and value == (root.findtext(f"DLHDon/{theirs}") or "")

    rules = (
        (board.findtext("NDBKe/TTChung/KHMBKe") != "01/BK-ĐCTT", "9502", "Mẫu bảng kê sai"),
        (not same("SBKe", "TTChung/TTHDLQuan/SBKCLQuan"), "9503", "Số bảng kê khác trên hóa đơn"),
        (not same("NBKe", "TTChung/TTHDLQuan/NBKCLQuan"), "9504", "Ngày bảng kê khác trên hóa đơn"),
        (not same("TCHDon", "TTChung/TTHDLQuan/TCHDon"), "9505", "Bảng kê khác hóa đơn: điều chỉnh hay thay thế"),
        (not same("MSTNBan", "NDHDon/NBan/MST"), "9506", "Bảng kê của người bán khác"),
        (len({_place(row) for row in rows}) < 2, "9507", "Bảng kê phải có từ hai hóa đơn"),
    )  # fmt: skip
    faults = [(code, text) for is_wrong, code, text in rules if is_wrong]
    sealed = tax_seals.seal_faults(
        listed, place="DSCKS/NBan", part="NDBKe", parties=[issuer or seller], anchors=anchors
    )
    faults += [(code, f"{tax_seals.TEXTS[code]} (BKe)") for code in sealed]
    return faults or [*_unknown(database, seller, rows), *_sums(root, rows)]


def _unknown(database: sqlite3.Connection, seller: str, rows: Sequence[etree._Element]) -> list[Fault]:
    """Invoices on the list that were never given a code."""
    found = []
    for form, symbol, number in sorted({_place(row) for row in rows}):
        known = number.isdecimal() and series.issued_on(database, seller, form, symbol, int(number))
        if not known:
            found.append(("9508", f"Không có hóa đơn {form}{symbol} số {number}"))
    return found


def _sums(root: etree._Element, rows: Sequence[etree._Element]) -> list[Fault]:
    """Differences per row, and all rows beside the total of the invoice."""
    try:
        before = [_number(row, "TTTDChinh/TgTSTGoc") for row in rows]
        after = [_number(row, "TTSDChinh/TgTSTTDoi") for row in rows]
        change = [_number(row, "CLech/TgTTTCLech") for row in rows]
        total = Decimal(root.findtext("DLHDon/NDHDon/TToan/TgTTTBSo") or 0)
    except InvalidOperation:
        return [("9509", "Bảng kê có số tiền không đọc được")]
    if any(new - old != said for old, new, said in zip(before, after, change, strict=True)):
        return [("9510", "Chênh lệch trên bảng kê không bằng sau trừ trước")]
    replaces = root.findtext("DLHDon/TTChung/TTHDLQuan/TCHDon") == _REPLACES
    if total != sum(after if replaces else change, Decimal(0)):
        return [("9511", "Tổng tiền trên bảng kê khác hóa đơn")]
    return []


def _place(row: etree._Element) -> tuple[str, str, str]:
    form, symbol, number = (row.findtext(f"TTTDChinh/{tag}") or "" for tag in ("KHMSHDon", "KHHDon", "SHDon"))
    return form, symbol, number


def _number(row: etree._Element, path: str) -> Decimal:
    return Decimal(row.findtext(path) or "x")
