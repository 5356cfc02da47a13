"""Business rules that a single invoice must keep, over its XML.

Sums are compared exactly, VAT per rate within one đồng. Sources: Decision 1271/QĐ-CT part II and annexes;
Decree 254/2026/NĐ-CP art. 10; Circular 91/2026/TT-BTC art. 10 and appendix I.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from lxml import etree

from shop.invoices.draft import VAT_INVOICE
from shop.invoices.findings import Finding, finding
from shop.invoices.formats.v2_1_0 import is_till_series
from shop.invoices.lookup_qr import read_lookup
from shop.invoices.tax_codes import is_tax_code, without_dash
from shop.invoices.words import read_amount
from shop.vat import RULES

_GENERAL = "HDon/DLHDon/TTChung"
_CONTENT = "HDon/DLHDon/NDHDon"
_TILL_CODE = re.compile(r"M[1-9]-\d\d-[A-Z0-9]{5}-\d{11}", re.ASCII)
_ORDINARY_CODE = re.compile(r"[0-9A-Z]{34}", re.ASCII)
_ADJUSTS = "2"


def check_rules(root: etree._Element, *, today: dt.date) -> Iterator[Finding]:
    """Every rule of a single invoice that ``root`` (an ``HDon`` with a ``DLHDon``) breaks."""
    content = root.find("DLHDon")
    general = _child(content, "TTChung")
    issued_on = _day(general.findtext("NLap"))
    yield from _check_symbols(general, issued_on, today)
    yield from _check_tax_codes(content)
    yield from _check_parties(content)
    yield from _check_related(general)
    yield from _check_lines(content, issued_on)
    yield from _check_totals(content)
    yield from _check_code_and_qr(root, content)


def sums_by_rate(content: etree._Element) -> dict[str, Decimal]:
    """Net sums of the lines per rate: goods less discounts; gifts and notes add nothing."""
    sums: dict[str, Decimal] = {}
    for line in content.iterfind("NDHDon/DSHHDVu/HHDVu"):
        kind = line.findtext("TChat")
        if kind in ("1", "3", "5"):
            amount = _number(line, "ThTien")
            rate = line.findtext("TSuat") or ""
            sums[rate] = sums.get(rate, Decimal()) + (-amount if kind == "3" else amount)
    return sums


def percent_of_rate(rate: str) -> Decimal:
    """The percentage of a rate code; 0 for exempt and not-declared goods and for an unnamed other rate.

    >>> percent_of_rate("8%"), percent_of_rate("KHAC:07.50%"), percent_of_rate("KCT")
    (Decimal('8'), Decimal('7.50'), Decimal('0'))
    """
    digits = rate.removeprefix("KHAC:").removesuffix("%")
    return Decimal(digits) if re.fullmatch(r"\d+(\.\d+)?", digits, re.ASCII) else Decimal()


def _check_symbols(general: etree._Element, issued_on: dt.date | None, today: dt.date) -> Iterator[Finding]:
    series = general.findtext("KHHDon") or ""
    if issued_on and series[1:3] != f"{issued_on:%y}":
        yield finding("series_year", f"{_GENERAL}/KHHDon")
    if issued_on and issued_on > today:
        yield finding("date_in_future", f"{_GENERAL}/NLap")
    number = general.findtext("SHDon") or ""
    if number and not re.fullmatch(r"[1-9]\d{0,7}", number, re.ASCII):
        yield finding("series_number", f"{_GENERAL}/SHDon")
    if general.findtext("DVTTe", "VND") != "VND":
        yield finding("currency", f"{_GENERAL}/DVTTe")


def _check_tax_codes(content: etree._Element) -> Iterator[Finding]:
    for path in ("TTChung/MSTTCGP", "TTChung/MSTDVNUNLHDon", "NDHDon/NBan/MST", "NDHDon/NMua/MST"):
        code = content.findtext(path)
        if code and not is_tax_code(code):
            yield finding("tax_code", f"HDon/DLHDon/{path}", code)


def _check_parties(content: etree._Element) -> Iterator[Finding]:
    buyer = _child(content, "NDHDon/NMua")
    path = f"{_CONTENT}/NMua"
    if not (buyer.findtext("Ten") or buyer.findtext("HVTNMHang")):
        yield finding("buyer_unnamed", path)
    if buyer.findtext("MST") and not (buyer.findtext("Ten") and buyer.findtext("DChi")):
        yield finding("buyer_unit", path)
    general = _child(content, "TTChung")
    issuer = [bool(general.findtext(f"{tag}DVNUNLHDon")) for tag in ("MST", "T", "DC")]
    if any(issuer) and not all(issuer):
        yield finding("issuer", _GENERAL)


def _check_related(general: etree._Element) -> Iterator[Finding]:
    related = general.find("TTHDLQuan")
    if related is None:
        return
    one = all(related.findtext(f"{tag}CLQuan") for tag in ("LHD", "KHMSHD", "KHHD", "SHD", "NLHD"))
    many = related.findtext("SBKCLQuan") and related.findtext("NBKCLQuan")
    if related.findtext("TCHDon") not in ("1", _ADJUSTS) or not (one or many):
        yield finding("related", f"{_GENERAL}/TTHDLQuan")


def _check_lines(content: etree._Element, issued_on: dt.date | None) -> Iterator[Finding]:
    with_vat = content.findtext("TTChung/KHMSHDon") == VAT_INVOICE
    over = _rates_over(issued_on)
    for number, line in enumerate(content.iterfind("NDHDon/DSHHDVu/HHDVu"), start=1):
        path = f"{_CONTENT}/DSHHDVu/HHDVu[{number}]"
        kind = line.findtext("TChat") or ""
        rate = line.findtext("TSuat") or ""
        if kind not in ("1", "2", "3", "4", "5"):
            yield finding("line_kind", f"{path}/TChat")
        if kind == "4":
            if _number(line, "ThTien"):
                yield finding("note_with_amount", f"{path}/ThTien")
            continue
        if not line.findtext("ThTien"):
            yield finding("missing", f"{path}/ThTien")
        if with_vat and not rate and kind != "2":
            yield finding("rate_missing", f"{path}/TSuat")
        if rate in over:
            yield finding("rate_over", f"{path}/TSuat", rate)
        if line.findtext("SLuong") and line.findtext("DGia") and line.findtext("ThTien"):
            value = _number(line, "SLuong") * _number(line, "DGia") - _number(line, "STCKhau")
            # A gift may show its usual price and still cost nothing.
            if abs(value - _number(line, "ThTien")) > Decimal("0.5") and kind != "2":
                yield finding("line_amount", f"{path}/ThTien", f"{value.normalize():f}")


def _rates_over(issued_on: dt.date | None) -> set[str]:
    """Rates that had ended by the issue date (8 % after 31 December 2026, as the table of rates says)."""
    ended = {rule.code for rule in RULES if issued_on and rule.valid_to < issued_on}
    in_force = {rule.code for rule in RULES if issued_on and rule.valid_to >= issued_on}
    return ended - in_force


def _check_totals(content: etree._Element) -> Iterator[Finding]:
    totals = _child(content, "NDHDon/TToan")
    path = f"{_CONTENT}/TToan"
    sums = sums_by_rate(content)
    due = sum(sums.values(), Decimal())
    if content.findtext("TTChung/KHMSHDon") == VAT_INVOICE:
        yield from _check_rates(totals, sums)
        yield from _differs("net_sum", f"{path}/TgTCThue", _number(totals, "TgTCThue"), due)
        vat = sum((_number(group, "TThue") for group in totals.iterfind("THTTLTSuat/LTSuat")), Decimal())
        yield from _differs("vat_sum", f"{path}/TgTThue", _number(totals, "TgTThue"), vat)
        due = _number(totals, "TgTCThue") + _number(totals, "TgTThue") - _number(totals, "TGTKCThue")
    due += sum((_number(fee, "TPhi") for fee in totals.iterfind("DSLPhi/LPhi")), Decimal())
    due -= _number(totals, "TGTKhac")
    total = _number(totals, "TgTTTBSo")
    yield from _differs("total_sum", f"{path}/TgTTTBSo", total, due)
    discounts = [
        _number(line, "ThTien")
        for line in content.iterfind("NDHDon/DSHHDVu/HHDVu")
        if line.findtext("TChat") == "3"
    ]
    if discounts and totals.findtext("TTCKTMai"):
        yield from _differs(
            "discount_sum", f"{path}/TTCKTMai", _number(totals, "TTCKTMai"), sum(discounts, Decimal())
        )
    said = read_amount(totals.findtext("TgTTTBChu") or "")
    if said is None:
        yield finding("words_unread", f"{path}/TgTTTBChu")
    else:
        yield from _differs("words", f"{path}/TgTTTBChu", Decimal(said), total)
    if content.findtext("TTChung/TTHDLQuan/TCHDon") != _ADJUSTS and (
        total < 0 or any(_number(line, "ThTien") < 0 for line in content.iterfind("NDHDon/DSHHDVu/HHDVu"))
    ):
        yield finding("negative", path)


def _check_rates(totals: etree._Element, sums: dict[str, Decimal]) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, group in enumerate(totals.iterfind("THTTLTSuat/LTSuat"), start=1):
        path = f"{_CONTENT}/TToan/THTTLTSuat/LTSuat[{number}]"
        rate = group.findtext("TSuat") or ""
        if rate in seen:
            yield finding("rate_repeated", path, rate)
        seen.add(rate)
        net = _number(group, "ThTien")
        if net != sums.get(rate, 0):
            yield finding("rate_sum", f"{path}/ThTien", f"{rate}: {net:f} ≠ {sums.get(rate, 0):f}")
        by_rule = (net * percent_of_rate(rate) / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        if rate != "KHAC" and abs(_number(group, "TThue") - by_rule) > (1 if percent_of_rate(rate) else 0):
            yield finding("rate_vat", f"{path}/TThue", f"{rate}: {_number(group, 'TThue'):f} ≠ {by_rule:f}")
    for rate in sums.keys() - seen:
        yield finding("rate_sum", f"{_CONTENT}/TToan/THTTLTSuat", f"{rate}: {sums[rate]:f}")


def _check_code_and_qr(root: etree._Element, content: etree._Element) -> Iterator[Finding]:
    series = content.findtext("TTChung/KHHDon") or ""
    code = root.findtext("MCCQT")
    if code is not None:
        shape = _TILL_CODE if is_till_series(series) else _ORDINARY_CODE
        if series.startswith("K"):
            yield finding("code_unexpected", "HDon/MCCQT")
        elif not shape.fullmatch(code):
            yield finding("code_shape", "HDon/MCCQT")
    text = root.findtext("DLQRCode")
    if not text:
        return
    try:
        lookup = read_lookup(text)
    except ValueError:
        yield finding("qr_broken", "HDon/DLQRCode")
        return
    if lookup is None:
        return
    pairs = (
        (without_dash(content.findtext("NDHDon/NBan/MST") or ""), lookup.seller_tax_code),
        (content.findtext("TTChung/KHMSHDon"), lookup.form),
        (series, lookup.series),
        (content.findtext("TTChung/SHDon"), lookup.number),
        ((content.findtext("TTChung/NLap") or "").replace("-", ""), lookup.issued_on),
        (content.findtext("NDHDon/TToan/TgTTTBSo"), lookup.total),
    )
    if any(there and there != here for here, there in pairs):
        yield finding("qr_differs", "HDon/DLQRCode")


def _differs(code: str, path: str, written: Decimal, right: Decimal) -> Iterator[Finding]:
    if written != right:
        yield finding(code, path, f"{written:f} ≠ {right:f}")


def _child(element: etree._Element, path: str) -> etree._Element:
    """The element at ``path``, or an empty one, so that rules about what is missing stay quiet."""
    found = element.find(path)
    return etree.Element(path.rpartition("/")[2]) if found is None else found


def _number(element: etree._Element, tag: str) -> Decimal:
    """The number under ``tag``; 0 where it is missing or unreadable, which the structure check reports."""
    try:
        value = Decimal(element.findtext(tag) or "0")
    except InvalidOperation:
        return Decimal()
    return value if value.is_finite() and value.adjusted() < 21 else Decimal()


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        return None
