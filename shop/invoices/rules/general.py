"""Rules of the general part (TTChung): symbols, dates, currency, payment, free fields."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from lxml import etree

from shop.invoices.findings import Finding, finding
from shop.invoices.rules.values import GENERAL, Parts, Texts, day

_SHOP_LETTERS = "TDLM"  # the others are delivery notes, tickets, commercial invoices, tax refunds
_PER_OCCURRENCE = "L"
_NUMBER = re.compile(r"[1-9]\d{0,7}", re.ASCII)
_TITLES = {"1": "giá trị gia tăng", "2": "bán hàng"}
_PAYMENTS = {"Tiền mặt", "Chuyển khoản", "TM/CK", "Đối trừ công nợ", "Không thu tiền", "Khác"}
_FIRST_DAYS = {"2.1.0": dt.date(2025, 5, 30), "2.0.1": dt.date(2022, 9, 21)}
_LAST_DAYS = {"2.0.1": dt.date(2025, 5, 31)}
_EXTRA_SHAPES = {
    "string": r".*",
    "numeric": r"-?\d+(\.\d+)?",
    "date": r"\d{4}-\d\d-\d\d",
    "dateTime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d",
}


def check_general(parts: Parts, *, today: dt.date) -> Iterator[Finding]:
    """Every rule of the general part that the invoice breaks."""
    general = parts.general
    issued_on = day(general.get("NLap"))
    yield from _check_symbols(general, issued_on)
    if issued_on:
        yield from _check_days(general, issued_on, today)
    yield from _check_money(general)
    yield from _check_flags(parts)
    yield from _check_extras(parts.content)
    if not parts.content.get("Id"):
        yield finding("id_missing", "HDon/DLHDon")


def _check_symbols(general: Texts, issued_on: dt.date | None) -> Iterator[Finding]:
    form, series = general.get("KHMSHDon", ""), general.get("KHHDon", "")
    if issued_on and series[1:3] != f"{issued_on.year % 100:02d}":
        yield finding("series_year", f"{GENERAL}/KHHDon")
    if len(series) == 6 and series[3] not in _SHOP_LETTERS:
        yield finding("series_letter", f"{GENERAL}/KHHDon", series[3])
    number = general.get("SHDon", "")
    if number and not _NUMBER.fullmatch(number):
        yield finding("series_number", f"{GENERAL}/SHDon")
    title = general.get("THDon", "").lower()
    if title and _TITLES.get(form, "") not in title:
        yield finding("title_differs", f"{GENERAL}/THDon")
    has_file_code = bool(general.get("MHSo"))
    if has_file_code != (series[3:4] == _PER_OCCURRENCE):
        yield finding("file_code", f"{GENERAL}/MHSo")


def _check_days(general: Texts, issued_on: dt.date, today: dt.date) -> Iterator[Finding]:
    if issued_on > today:
        yield finding("date_in_future", f"{GENERAL}/NLap")
    version = general.get("PBan", "")
    first = _FIRST_DAYS.get(version, dt.date.min)
    if not first <= issued_on <= _LAST_DAYS.get(version, dt.date.max):
        yield finding("version_of_day", f"{GENERAL}/PBan", version)
    listed = day(general.get("NBKe"))
    if listed and listed > issued_on:
        yield finding("list_date", f"{GENERAL}/NBKe")


def _check_money(general: Texts) -> Iterator[Finding]:
    currency = general.get("DVTTe", "VND")
    if currency != "VND":
        yield finding("currency", f"{GENERAL}/DVTTe")
        if not general.get("TGia"):
            yield finding("exchange_rate_missing", f"{GENERAL}/TGia")
    elif general.get("TGia"):
        yield finding("exchange_rate", f"{GENERAL}/TGia")
    payment = general.get("HTTToan")
    if payment and payment not in _PAYMENTS:
        yield finding("payment_unusual", f"{GENERAL}/HTTToan", payment[:50])
    if bool(general.get("SBKe")) != bool(general.get("NBKe")):
        yield finding("list_half", f"{GENERAL}/SBKe")


def _check_flags(parts: Parts) -> Iterator[Finding]:
    flag = "HDCTTChinh" if parts.is_vat_form else "HDDCKPTQuan"
    value = parts.general.get(flag)
    if value and value not in ("0", "1"):
        yield finding("flag", f"{GENERAL}/{flag}", value[:20])


def _check_extras(content: etree._Element) -> Iterator[Finding]:
    for extra in (field for group in content.iter("TTKhac") for field in group.iterchildren("TTin")):
        path = f"HDon/{_path_of(extra)}"
        kind, value = extra.findtext("KDLieu") or "", extra.findtext("DLieu") or ""
        if kind and kind not in _EXTRA_SHAPES:
            yield finding("extra_kind", f"{path}/KDLieu", kind[:20])
        elif kind and value and not re.fullmatch(_EXTRA_SHAPES[kind], value, re.ASCII | re.DOTALL):
            yield finding("extra_value", f"{path}/DLieu", kind)


def _path_of(element: etree._Element) -> str:
    tags = [element.tag, *(parent.tag for parent in element.iterancestors())]
    return "/".join(reversed(tags[: tags.index("DLHDon") + 1]))
