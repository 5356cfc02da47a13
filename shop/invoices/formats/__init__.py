"""Invoice formats by version (PBan). A new decision of the Tax Department is a new module and two lines here."""

from __future__ import annotations

import datetime as dt
import re
from types import ModuleType

from shop.invoices.draft import Draft
from shop.invoices.formats import v2_0_1, v2_1_0
from shop.invoices.formats.invoice import is_till_series
from shop.invoices.formats.tables import Unreadable
from shop.invoices.reading import parse

FORMATS: dict[str, ModuleType] = {module.VERSION: module for module in (v2_0_1, v2_1_0)}
NEWEST = v2_1_0.VERSION

CHOICES: tuple[tuple[dt.date, str, str], ...] = (
    (dt.date(2025, 5, 30), r"[CK]\d\d[A-Z]{3}", v2_1_0.VERSION),  # Decision 1271/QĐ-CT
)
"""From which day on series of a pattern are written in which version; the first that fits counts."""

__all__ = ["FORMATS", "NEWEST", "Unreadable", "build", "format_of", "is_till_series", "read", "version_for"]


def version_for(series: str, day: dt.date) -> str:
    """The version in which invoices of a series are written on a day.

    Raises: LookupError for a day before all of them.

    >>> version_for("C26TAA", dt.date(2026, 11, 23))
    '2.1.0'
    """
    for first_day, pattern, version in CHOICES:
        if day >= first_day and re.fullmatch(pattern, series, re.ASCII):
            return version
    raise LookupError(f"no format for {series} on {day}")


def format_of(version: str) -> ModuleType:
    """The module of a version. Raises: Unreadable if it is not known."""
    if version not in FORMATS:
        raise Unreadable(f"version {version!r} is not known")
    return FORMATS[version]


def build(draft: Draft, *, qr: str = "", code: str = "") -> bytes:
    """The numbered draft as unsigned XML in its own version; ``qr`` is the text of its QR code, ``code`` the one
    that a cash register gave it.

    Raises: ValueError before it is numbered.
    """
    xml: bytes = format_of(draft.version).build(draft, qr=qr, code=code)
    return xml


def read(xml: bytes) -> Draft:
    """What the invoice in ``xml`` (an ``HDon``) says; signatures are not looked at.

    Raises: Refused or Unreadable, both ValueError.
    """
    root = parse(xml)
    content = root.find("DLHDon")
    if root.tag != "HDon" or content is None:
        raise Unreadable("no invoice")
    draft: Draft = format_of(content.findtext("TTChung/PBan") or "").read_content(content)
    return draft
