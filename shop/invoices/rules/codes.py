"""Rules of the authority's code (MCCQT) and of the QR code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from shop.invoices.findings import Finding, finding
from shop.invoices.lookup_qr import read_fields, read_lookup
from shop.invoices.rules.values import Parts
from shop.invoices.tax_codes import without_dash

_TILL_CODE = re.compile(r"M([1-9])-(\d\d)-[A-Z0-9]{5}-\d{11}", re.ASCII)
_ORDINARY_CODE = re.compile(r"[0-9A-Z]{34}", re.ASCII)


def check_codes(parts: Parts) -> Iterator[Finding]:
    """Every rule of the two codes that the invoice breaks."""
    if parts.code is not None:
        yield from _check_code(parts, parts.code)
    if parts.qr:
        yield from _check_qr(parts, parts.qr)


def _check_code(parts: Parts, element: etree._Element) -> Iterator[Finding]:
    series, code = parts.general.get("KHHDon", ""), element.text or ""
    if not element.get("Id"):
        yield finding("code_without_id", "HDon/MCCQT")
    if series.startswith("K"):
        yield finding("code_unexpected", "HDon/MCCQT")
    elif not parts.is_till:
        if not _ORDINARY_CODE.fullmatch(code):
            yield finding("code_shape", "HDon/MCCQT")
    elif found := _TILL_CODE.fullmatch(code):
        if found[1] != parts.general.get("KHMSHDon"):
            yield finding("code_form", "HDon/MCCQT", code)
        if found[2] != series[1:3]:
            yield finding("code_year", "HDon/MCCQT", code)
    else:
        yield finding("code_shape", "HDon/MCCQT")


def _check_qr(parts: Parts, text: str) -> Iterator[Finding]:
    try:
        lookup = read_lookup(text)
    except ValueError:
        yield finding("qr_broken", "HDon/DLQRCode")
        return
    if lookup is None:
        return
    if "63" not in read_fields(text):
        yield finding("qr_unchecked", "HDon/DLQRCode")
    pairs = (
        (without_dash(parts.seller.get("MST", "")), lookup.seller_tax_code),
        (parts.general.get("KHMSHDon"), lookup.form),
        (parts.general.get("KHHDon"), lookup.series),
        (parts.general.get("SHDon"), lookup.number),
        (parts.general.get("NLap", "").replace("-", ""), lookup.issued_on),
        (parts.totals.get("TgTTTBSo"), lookup.total),
    )
    if any(there and there != here for here, there in pairs):
        yield finding("qr_differs", "HDon/DLQRCode")
