"""Reading values out of an invoice's XML for the rules: what is missing or unreadable stays quiet here."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from lxml import etree

GENERAL = "HDon/DLHDon/TTChung"
CONTENT = "HDon/DLHDon/NDHDon"
LINES = f"{CONTENT}/DSHHDVu/HHDVu"
GOODS, GIFT, DISCOUNT, NOTE, SPECIAL = "1", "2", "3", "4", "5"
ADJUSTS = "2"
_NOTHING = Decimal()

Texts = Mapping[str, str]
"""The texts of one group by their tags."""


def texts_of(element: etree._Element) -> dict[str, str]:
    """The texts inside ``element`` by their tags, read in one go; of a tag that occurs twice the first."""
    return {part.tag: part.text or "" for part in reversed(element)}


def _groups(element: etree._Element) -> dict[str, etree._Element]:
    """The groups inside ``element`` by their tags; of a tag that occurs twice the first."""
    return {part.tag: part for part in reversed(element)}


def _texts(group: etree._Element | None) -> dict[str, str]:
    """The texts of a group; none of one that is missing, so that the rules stay quiet."""
    return {} if group is None else texts_of(group)


def _rows(group: etree._Element | None, tag: str) -> list[Texts]:
    return [] if group is None else [texts_of(row) for row in group.iterchildren(tag)]


def number(texts: Texts, tag: str) -> Decimal:
    """The number under ``tag``; 0 where it is missing or unreadable, which the structure check reports."""
    return figure(texts.get(tag))


@functools.lru_cache(maxsize=4096)
def figure(text: str | None) -> Decimal:
    """The number that a text says; 0 where there is none or it is unreadable."""
    if not text:
        return _NOTHING
    try:
        value = Decimal(text)
    except InvalidOperation:
        return _NOTHING
    return value if value.is_finite() and value.adjusted() < 21 else _NOTHING


def day(text: str | None) -> dt.date | None:
    """The day, or None where there is none."""
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


class Parts(NamedTuple):
    """What the rules look at, read once: the texts of each group.

    A group that is missing has no texts; ``related`` is None where no other invoice is named, ``code`` where the
    authority gave none.
    """

    content: etree._Element
    code: etree._Element | None
    qr: str
    general: Texts
    related: Texts | None
    seller: Texts
    buyer: Texts
    lines: Sequence[Texts]
    totals: Texts
    rates: Sequence[Texts]
    fees: Sequence[Texts]

    @property
    def is_vat_form(self) -> bool:
        return self.general.get("KHMSHDon") == "1"

    @property
    def is_till(self) -> bool:
        """Whether the series belongs to a cash register."""
        return self.general.get("KHHDon", "")[3:4] == "M"

    @property
    def is_adjustment(self) -> bool:
        return self.related is not None and self.related.get("TCHDon") == ADJUSTS


def parts_of(root: etree._Element) -> Parts | None:
    """The parts of an ``HDon``; None if it has no ``DLHDon``."""
    outermost = _groups(root)
    content, code, qr = outermost.get("DLHDon"), outermost.get("MCCQT"), outermost.get("DLQRCode")
    if content is None:
        return None
    outer = _groups(content)
    general, body = outer.get("TTChung"), outer.get("NDHDon")
    inner = {} if body is None else _groups(body)
    totals = inner.get("TToan")
    summed = {} if totals is None else _groups(totals)
    related = None if general is None else next(general.iterchildren("TTHDLQuan"), None)
    return Parts(
        content,
        code,
        "" if qr is None else qr.text or "",
        _texts(general),
        None if related is None else texts_of(related),
        _texts(inner.get("NBan")),
        _texts(inner.get("NMua")),
        _rows(inner.get("DSHHDVu"), "HHDVu"),
        _texts(totals),
        _rows(summed.get("THTTLTSuat"), "LTSuat"),
        _rows(summed.get("DSLPhi"), "LPhi"),
    )


@functools.lru_cache(maxsize=64)
def percent_of_rate(rate: str) -> Decimal:
    """The percentage of a rate code; 0 for exempt and not-declared goods and for an unnamed other rate.

    >>> percent_of_rate("8%"), percent_of_rate("KHAC:07.50%"), percent_of_rate("KCT")
    (Decimal('8'), Decimal('7.50'), Decimal('0'))
    """
    digits = rate.removeprefix("KHAC:").removesuffix("%")
    return Decimal(digits) if re.fullmatch(r"\d+(\.\d+)?", digits, re.ASCII) else Decimal()
