"""Rules of the lines (HHDVu): nature, rate, quantity × price, particulars of special goods."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from shop.invoices.findings import Finding, finding
from shop.invoices.rules.values import (
    DISCOUNT,
    GIFT,
    GOODS,
    LINES,
    NOTE,
    SPECIAL,
    Parts,
    Texts,
    day,
    figure,
    number,
)

LAST_DAYS = {"8%": dt.date(2026, 12, 31)}
"""Until when a rate applied, as the law stands when this is written; the shop passes what its own table says."""

_KINDS = (GOODS, GIFT, DISCOUNT, NOTE, SPECIAL)
_HALF = Decimal("0.5")


def check_lines(parts: Parts, *, last_days: Mapping[str, dt.date]) -> Iterator[Finding]:
    """Every rule of the lines that the invoice breaks."""
    with_vat, may_fall = parts.is_vat_form, parts.is_adjustment
    over = _rates_over(parts, last_days)
    kinds = set()
    positions: set[str] = set()
    for place, line in enumerate(parts.lines, start=1):
        kind, position = line.get("TChat", ""), line.get("STT", "")
        kinds.add(kind)
        if kind not in _KINDS:
            yield finding("line_kind", _path(place, "TChat"))
        if position and (position in positions or figure(position) < 1):
            yield finding("line_position", _path(place, "STT"), position[:20])
        positions.add(position)
        if kind == NOTE:
            yield from _check_note(line, place)
            continue
        rate = line.get("TSuat", "")
        if fault := _rate_fault(rate, over, needed=with_vat and kind != GIFT):
            yield finding(fault, _path(place, "TSuat"), rate)
        yield from _check_figures(line, place, kind, may_fall=may_fall)
        if line.get("TLCKhau") or line.get("STCKhau"):
            yield from _check_discount(line, place)
        if kind == SPECIAL or "TTHHDTrung" in line:
            yield from _check_traits(parts, place, kind)
    if kinds and not kinds & {GOODS, GIFT, SPECIAL} and not may_fall:
        yield finding("no_goods", LINES.rpartition("/")[0])


def _path(place: int, tag: str) -> str:
    return f"{LINES}[{place}]/{tag}"


def _rates_over(parts: Parts, last_days: Mapping[str, dt.date]) -> set[str]:
    """Rates that applied no more; a correction keeps the rate of the invoice that it corrects."""
    earlier = parts.related.get("NLHDCLQuan") if parts.related else None
    rated_on = day(earlier) or day(parts.general.get("NLap"))
    return {rate for rate, last in last_days.items() if rated_on and rated_on > last}


def _rate_fault(rate: str, over: set[str], *, needed: bool) -> str:
    if needed and not rate:
        return "rate_missing"
    if rate in over:
        return "rate_over"
    return "rate_unnamed" if rate == "KHAC" else ""


def _check_note(line: Texts, place: int) -> Iterator[Finding]:
    if number(line, "ThTien"):
        yield finding("note_with_amount", _path(place, "ThTien"))
    if line.get("TSuat"):
        yield finding("note_with_rate", _path(place, "TSuat"))
    if line.get("SLuong") or line.get("DGia"):
        yield finding("note_with_quantity", _path(place, "SLuong"))


def _check_figures(line: Texts, place: int, kind: str, *, may_fall: bool) -> Iterator[Finding]:
    counted, priced, summed = line.get("SLuong"), line.get("DGia"), line.get("ThTien")
    count, price, amount = figure(counted), figure(priced), figure(summed)
    if not summed:
        yield finding("missing", _path(place, "ThTien"))
    elif kind == GIFT and amount:  # it may show its usual price and still costs nothing
        yield finding("gift_with_amount", _path(place, "ThTien"))
    elif kind != GIFT and counted and priced:
        value = count * price - figure(line.get("STCKhau"))
        if abs(value - amount) > _HALF:
            yield finding("line_amount", _path(place, "ThTien"), f"{value.normalize():f}")
    if counted and amount and not count:
        yield finding("quantity_zero", _path(place, "SLuong"))
    if priced and not counted:
        yield finding("price_alone", _path(place, "DGia"))
    if price < 0:
        yield finding("price_negative", _path(place, "DGia"))
    if count < 0 or amount < 0:
        yield from _check_signs(count, amount, place, may_fall=may_fall)


def _check_signs(count: Decimal, amount: Decimal, place: int, *, may_fall: bool) -> Iterator[Finding]:
    if count < 0 and not may_fall:
        yield finding("quantity_negative", _path(place, "SLuong"))
    if count * amount < 0:
        yield finding("signs_differ", _path(place, "ThTien"))


def _check_discount(line: Texts, place: int) -> Iterator[Finding]:
    percent, off = number(line, "TLCKhau"), number(line, "STCKhau")
    gross = number(line, "SLuong") * number(line, "DGia")
    if not 0 <= percent <= 100:
        yield finding("discount_percent", _path(place, "TLCKhau"), f"{percent:f}")
    elif line.get("TLCKhau") and line.get("STCKhau"):
        by_percent = gross * percent / 100
        if abs(by_percent - off) > 1:
            yield finding("line_discount", _path(place, "STCKhau"), f"{by_percent.normalize():f}")
    if gross and abs(off) > abs(gross):
        yield finding("discount_too_big", _path(place, "STCKhau"))


def _check_traits(parts: Parts, place: int, kind: str) -> Iterator[Finding]:
    path = _path(place, "TTHHDTrung")
    traits = parts.content.findall(f"NDHDon/DSHHDVu/HHDVu[{place}]/TTHHDTrung/TTin")
    if kind == SPECIAL and not traits:
        yield finding("traits_missing", path)
    if kind != SPECIAL and traits:
        yield finding("traits_unexpected", path)
    for which, trait in enumerate(traits, start=1):
        named = trait.findtext("LHHDTrung") or ""
        if named and not re.fullmatch(r"[1-4]", named, re.ASCII):
            yield finding("trait_kind", f"{path}/TTin[{which}]/LHHDTrung", named[:20])
