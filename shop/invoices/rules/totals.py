"""Rules of the totals (TToan): sums per rate, VAT, fees, deductions, the amount in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from shop.invoices.findings import Finding, finding
from shop.invoices.rules.values import (
    CONTENT,
    DISCOUNT,
    GOODS,
    SPECIAL,
    Parts,
    Texts,
    number,
    percent_of_rate,
)
from shop.invoices.words import read_amount

_PATH = f"{CONTENT}/TToan"
_NOTHING, _DONG = Decimal(0), Decimal(1)


def check_totals(parts: Parts) -> Iterator[Finding]:
    """Every rule of the totals that the invoice breaks."""
    totals, sold, fees = parts.totals, parts.lines, parts.fees
    amounts = [number(line, "ThTien") for line in sold]
    sums = _sums_by_rate(sold, amounts)
    due = sum(sums.values(), _NOTHING)
    if parts.is_vat_form:
        yield from _check_rates(parts.rates, sums)
        yield from _differs("net_sum", "TgTCThue", number(totals, "TgTCThue"), due)
        vat = sum([number(group, "TThue") for group in parts.rates], _NOTHING)
        yield from _differs("vat_sum", "TgTThue", number(totals, "TgTThue"), vat)
        due = number(totals, "TgTCThue") + number(totals, "TgTThue") - number(totals, "TGTKCThue")
    due += sum([number(fee, "TPhi") for fee in fees], _NOTHING)
    due -= number(totals, "TGTKhac")
    total = number(totals, "TgTTTBSo")
    yield from _differs("total_sum", "TgTTTBSo", total, due)
    yield from _check_discounts(sold, totals)
    yield from _check_words(totals, total)
    if not parts.is_adjustment:
        yield from _check_signs(min(amounts, default=total), fees, totals, total)


def _sums_by_rate(sold: Sequence[Texts], amounts: Sequence[Decimal]) -> dict[str, Decimal]:
    """Net sums of the lines per rate: goods less discounts; gifts and notes add nothing."""
    sums: dict[str, Decimal] = {}
    for line, amount in zip(sold, amounts, strict=True):
        kind = line.get("TChat")
        if kind in (GOODS, DISCOUNT, SPECIAL):
            rate = line.get("TSuat", "")
            sums[rate] = sums.get(rate, _NOTHING) + (-amount if kind == DISCOUNT else amount)
    return sums


def _check_rates(groups: Sequence[Texts], sums: dict[str, Decimal]) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, group in enumerate(groups, start=1):
        path = f"{_PATH}/THTTLTSuat/LTSuat[{place}]"
        rate = group.get("TSuat", "")
        if rate in seen:
            yield finding("rate_repeated", path, rate)
        seen.add(rate)
        net, vat = number(group, "ThTien"), number(group, "TThue")
        if net != sums.get(rate, 0):
            yield finding("rate_sum", f"{path}/ThTien", f"{rate}: {net:f} ≠ {sums.get(rate, 0):f}")
        percent = percent_of_rate(rate)
        by_rule = (net * percent / 100).quantize(_DONG, rounding=ROUND_HALF_UP)
        if rate != "KHAC" and abs(vat - by_rule) > (1 if percent else 0):
            yield finding("rate_vat", f"{path}/TThue", f"{rate}: {vat:f} ≠ {by_rule:f}")
        if percent and not group.get("TThue"):
            yield finding("rate_vat_missing", f"{path}/TThue", rate)
    for rate in sums.keys() - seen:
        yield finding("rate_sum", f"{_PATH}/THTTLTSuat", f"{rate}: {sums[rate]:f}")


def _check_discounts(sold: Sequence[Texts], totals: Texts) -> Iterator[Finding]:
    discounts = [number(line, "ThTien") for line in sold if line.get("TChat") == DISCOUNT]
    if discounts and totals.get("TTCKTMai"):
        total = number(totals, "TTCKTMai")
        yield from _differs("discount_sum", "TTCKTMai", total, sum(discounts, _NOTHING))


def _check_words(totals: Texts, total: Decimal) -> Iterator[Finding]:
    text = totals.get("TgTTTBChu", "")
    said = read_amount(text)
    if said is None:
        yield finding("words_unread", f"{_PATH}/TgTTTBChu")
    else:
        yield from _differs("words", "TgTTTBChu", Decimal(said), total)
        if "đồng" not in text.lower():
            yield finding("words_currency", f"{_PATH}/TgTTTBChu")


def _check_signs(least: Decimal, fees: Sequence[Texts], totals: Texts, total: Decimal) -> Iterator[Finding]:
    """Only an adjustment may write what is less than nothing; ``least`` is the smallest amount of a line."""
    if total < 0 or least < 0:
        yield finding("negative", _PATH)
    for place, fee in enumerate(fees, start=1):
        if number(fee, "TPhi") < 0:
            yield finding("fee_negative", f"{_PATH}/DSLPhi/LPhi[{place}]/TPhi")
    for tag in ("TGTKCThue", "TGTKhac", "TTCKTMai"):
        if number(totals, tag) < 0:
            yield finding("deduction_negative", f"{_PATH}/{tag}")


def _differs(code: str, tag: str, written: Decimal, right: Decimal) -> tuple[Finding, ...]:
    return () if written == right else (finding(code, f"{_PATH}/{tag}", f"{written:f} ≠ {right:f}"),)
