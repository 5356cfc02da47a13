"""Rules of the lines (HHDVu): nature, rate, quantity × price, particulars of special goods."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

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
    number,
)

LAST_DAYS = {"8%": dt.date(2026, 12, 31)}
"""Until when a rate applied, as the law stands when this is written; the shop passes what its own table says."""

_KINDS = (GOODS, GIFT, DISCOUNT, NOTE, SPECIAL)
_HALF = Decimal("0.5")


class _Figures(NamedTuple):
    """The numbers of a line, each read once."""

    quantity: Decimal
    price: Decimal
    off: Decimal
    amount: Decimal


def _figures_of(line: Texts) -> _Figures:
    return _Figures(
        number(line, "SLuong"), number(line, "DGia"), number(line, "STCKhau"), number(line, "ThTien")
    )


def check_lines(parts: Parts, *, last_days: Mapping[str, dt.date]) -> Iterator[Finding]:
    """Every rule of the lines that the invoice breaks."""
    with_vat, may_fall = parts.is_vat_form, parts.is_adjustment
    # A correction keeps the rate of the invoice that it corrects.
    earlier = parts.related.get("NLHDCLQuan") if parts.related else None
    rated_on = day(earlier) or day(parts.general.get("NLap"))
    kinds = set()
    positions: set[str] = set()
    for path, line in parts.lines:
        kind = line.get("TChat", "")
        kinds.add(kind)
        if kind not in _KINDS:
            yield finding("line_kind", f"{path}/TChat")
        position = line.get("STT", "")
        if position and (position in positions or number(line, "STT") < 1):
            yield finding("line_position", f"{path}/STT", position[:20])
        positions.add(position)
        if kind == NOTE:
            yield from _check_note(line, path)
            continue
        yield from _check_rate(line, path, with_vat=with_vat, rated_on=rated_on, last_days=last_days)
        figures = _figures_of(line)
        yield from _check_amount(line, path, kind, figures)
        yield from _check_price(line, path, figures)
        yield from _check_signs(path, figures, may_fall=may_fall)
    yield from _check_traits(parts)
    if kinds and not kinds & {GOODS, GIFT, SPECIAL} and not may_fall:
        yield finding("no_goods", LINES.rpartition("/")[0])


def _check_note(line: Texts, path: str) -> Iterator[Finding]:
    if number(line, "ThTien"):
        yield finding("note_with_amount", f"{path}/ThTien")
    if line.get("TSuat"):
        yield finding("note_with_rate", f"{path}/TSuat")
    if line.get("SLuong") or line.get("DGia"):
        yield finding("note_with_quantity", f"{path}/SLuong")


def _check_rate(
    line: Texts,
    path: str,
    *,
    with_vat: bool,
    rated_on: dt.date | None,
    last_days: Mapping[str, dt.date],
) -> Iterator[Finding]:
    rate = line.get("TSuat", "")
    if with_vat and not rate and line.get("TChat") != GIFT:
        yield finding("rate_missing", f"{path}/TSuat")
    if rate == "KHAC":
        yield finding("rate_unnamed", f"{path}/TSuat")
    if rated_on and rated_on > last_days.get(rate, dt.date.max):
        yield finding("rate_over", f"{path}/TSuat", rate)


def _check_amount(line: Texts, path: str, kind: str, figures: _Figures) -> Iterator[Finding]:
    count, price, off, amount = figures
    if not line.get("ThTien"):
        yield finding("missing", f"{path}/ThTien")
    elif kind == GIFT:
        # A gift may show its usual price and still cost nothing.
        if amount:
            yield finding("gift_with_amount", f"{path}/ThTien")
    elif line.get("SLuong") and line.get("DGia"):
        value = count * price - off
        if abs(value - amount) > _HALF:
            yield finding("line_amount", f"{path}/ThTien", f"{value.normalize():f}")


def _check_price(line: Texts, path: str, figures: _Figures) -> Iterator[Finding]:
    count, price, off, amount = figures
    if line.get("SLuong") and not count and amount:
        yield finding("quantity_zero", f"{path}/SLuong")
    percent = number(line, "TLCKhau")
    if not 0 <= percent <= 100:
        yield finding("discount_percent", f"{path}/TLCKhau", f"{percent:f}")
    elif line.get("TLCKhau") and line.get("STCKhau"):
        by_percent = count * price * percent / 100
        if abs(by_percent - off) > 1:
            yield finding("line_discount", f"{path}/STCKhau", f"{by_percent.normalize():f}")
    if count * price and abs(off) > abs(count * price):
        yield finding("discount_too_big", f"{path}/STCKhau")
    if line.get("DGia") and not line.get("SLuong"):
        yield finding("price_alone", f"{path}/DGia")


def _check_signs(path: str, figures: _Figures, *, may_fall: bool) -> Iterator[Finding]:
    if figures.price < 0:
        yield finding("price_negative", f"{path}/DGia")
    if figures.quantity < 0 and not may_fall:
        yield finding("quantity_negative", f"{path}/SLuong")
    if figures.quantity * figures.amount < 0:
        yield finding("signs_differ", f"{path}/ThTien")


def _check_traits(parts: Parts) -> Iterator[Finding]:
    for place, (of_line, line) in enumerate(parts.lines, start=1):
        kind, path = line.get("TChat"), f"{of_line}/TTHHDTrung"
        if kind == NOTE or (kind != SPECIAL and "TTHHDTrung" not in line):
            continue
        traits = parts.content.findall(f"NDHDon/DSHHDVu/HHDVu[{place}]/TTHHDTrung/TTin")
        if kind == SPECIAL and not traits:
            yield finding("traits_missing", path)
        if kind != SPECIAL and traits:
            yield finding("traits_unexpected", path)
        for which, trait in enumerate(traits, start=1):
            named = trait.findtext("LHHDTrung") or ""
            if named and not re.fullmatch(r"[1-4]", named, re.ASCII):
                yield finding("trait_kind", f"{path}/TTin[{which}]/LHHDTrung", named[:20])
