"""Rules of the totals (TToan): sums per rate, VAT, fees, deductions, the amount in words."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from lxml import etree

from shop.invoices.findings import Finding, finding
from shop.invoices.rules.values import (
    CONTENT,
    DISCOUNT,
    GOODS,
    SPECIAL,
    child,
    is_adjustment,
    is_vat_form,
    lines,
    number,
    percent_of_rate,
)
from shop.invoices.words import read_amount

_PATH = f"{CONTENT}/TToan"


def check_totals(content: etree._Element) -> Iterator[Finding]:
    """Every rule of the totals that the invoice breaks."""
    totals = child(content, "NDHDon/TToan")
    sums = _sums_by_rate(content)
    due = sum(sums.values(), Decimal())
    if is_vat_form(content):
        yield from _check_rates(totals, sums)
        yield from _differs("net_sum", f"{_PATH}/TgTCThue", number(totals, "TgTCThue"), due)
        vat = sum((number(group, "TThue") for group in totals.iterfind("THTTLTSuat/LTSuat")), Decimal())
        yield from _differs("vat_sum", f"{_PATH}/TgTThue", number(totals, "TgTThue"), vat)
        due = number(totals, "TgTCThue") + number(totals, "TgTThue") - number(totals, "TGTKCThue")
    due += sum((number(fee, "TPhi") for fee in totals.iterfind("DSLPhi/LPhi")), Decimal())
    due -= number(totals, "TGTKhac")
    total = number(totals, "TgTTTBSo")
    yield from _differs("total_sum", f"{_PATH}/TgTTTBSo", total, due)
    yield from _check_discounts(content, totals)
    yield from _check_words(totals, total)
    if not is_adjustment(content):
        yield from _check_signs(content, totals, total)


def _sums_by_rate(content: etree._Element) -> dict[str, Decimal]:
    """Net sums of the lines per rate: goods less discounts; gifts and notes add nothing."""
    sums: dict[str, Decimal] = {}
    for _place, line in lines(content):
        kind = line.findtext("TChat")
        if kind in (GOODS, DISCOUNT, SPECIAL):
            amount = number(line, "ThTien")
            rate = line.findtext("TSuat") or ""
            sums[rate] = sums.get(rate, Decimal()) + (-amount if kind == DISCOUNT else amount)
    return sums


def _check_rates(totals: etree._Element, sums: dict[str, Decimal]) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, group in enumerate(totals.iterfind("THTTLTSuat/LTSuat"), start=1):
        path = f"{_PATH}/THTTLTSuat/LTSuat[{place}]"
        rate = group.findtext("TSuat") or ""
        if rate in seen:
            yield finding("rate_repeated", path, rate)
        seen.add(rate)
        net, vat = number(group, "ThTien"), number(group, "TThue")
        if net != sums.get(rate, 0):
            yield finding("rate_sum", f"{path}/ThTien", f"{rate}: {net:f} ≠ {sums.get(rate, 0):f}")
        by_rule = (net * percent_of_rate(rate) / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        if rate != "KHAC" and abs(vat - by_rule) > (1 if percent_of_rate(rate) else 0):
            yield finding("rate_vat", f"{path}/TThue", f"{rate}: {vat:f} ≠ {by_rule:f}")
        if percent_of_rate(rate) and not group.findtext("TThue"):
            yield finding("rate_vat_missing", f"{path}/TThue", rate)
    for rate in sums.keys() - seen:
        yield finding("rate_sum", f"{_PATH}/THTTLTSuat", f"{rate}: {sums[rate]:f}")


def _check_discounts(content: etree._Element, totals: etree._Element) -> Iterator[Finding]:
    discounts = [
        number(line, "ThTien") for _place, line in lines(content) if line.findtext("TChat") == DISCOUNT
    ]
    if discounts and totals.findtext("TTCKTMai"):
        total = number(totals, "TTCKTMai")
        yield from _differs("discount_sum", f"{_PATH}/TTCKTMai", total, sum(discounts, Decimal()))


def _check_words(totals: etree._Element, total: Decimal) -> Iterator[Finding]:
    text = totals.findtext("TgTTTBChu") or ""
    said = read_amount(text)
    if said is None:
        yield finding("words_unread", f"{_PATH}/TgTTTBChu")
    else:
        yield from _differs("words", f"{_PATH}/TgTTTBChu", Decimal(said), total)
        if "đồng" not in text.lower():
            yield finding("words_currency", f"{_PATH}/TgTTTBChu")


def _check_signs(content: etree._Element, totals: etree._Element, total: Decimal) -> Iterator[Finding]:
    """Only an adjustment may write what is less than nothing."""
    if total < 0 or any(number(line, "ThTien") < 0 for _place, line in lines(content)):
        yield finding("negative", _PATH)
    for place, fee in enumerate(totals.iterfind("DSLPhi/LPhi"), start=1):
        if number(fee, "TPhi") < 0:
            yield finding("fee_negative", f"{_PATH}/DSLPhi/LPhi[{place}]/TPhi")
    for tag in ("TGTKCThue", "TGTKhac", "TTCKTMai"):
        if number(totals, tag) < 0:
            yield finding("deduction_negative", f"{_PATH}/{tag}")


def _differs(code: str, path: str, written: Decimal, right: Decimal) -> Iterator[Finding]:
    if written != right:
        yield finding(code, path, f"{written:f} ≠ {right:f}")
