"""Rules of the block that names the invoice which this one adjusts or replaces (TTHDLQuan)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shop.invoices.findings import Finding, finding
from shop.invoices.rules.values import ADJUSTS, GENERAL, Parts, Texts, day

_PATH = f"{GENERAL}/TTHDLQuan"
_ONE = ("LHDCLQuan", "KHMSHDCLQuan", "KHHDCLQuan", "SHDCLQuan", "NLHDCLQuan")
_WORD = {"1": "thay thế", ADJUSTS: "điều chỉnh"}
_UNDER_DECREE_123 = "1"


def check_related(parts: Parts) -> Iterator[Finding]:
    """Every rule of the related invoice that is broken."""
    general, related = parts.general, parts.related
    if related is None:
        return
    what = related.get("TCHDon", "")
    if what not in _WORD:
        yield finding("related_kind", f"{_PATH}/TCHDon", what[:20])
    one = [related.get(tag) for tag in _ONE]
    many = [related.get(tag) for tag in ("SBKCLQuan", "NBKCLQuan")]
    if all(many) and any(one):
        yield finding("related_twice", _PATH)
    elif not (all(one) or all(many)):
        yield finding("related", _PATH)
    yield from _check_one(general, related)
    yield from _check_days(general, related)
    yield from _check_note(related, what)


def _check_one(general: Texts, related: Texts) -> Iterator[Finding]:
    law, form, series, number, _on = (related.get(tag, "") for tag in _ONE)
    if law and law not in ("1", "2", "3", "4"):
        yield finding("related_law", f"{_PATH}/LHDCLQuan", law[:20])
    if law == _UNDER_DECREE_123:
        if form and not re.fullmatch(r"[1-9]", form, re.ASCII):
            yield finding("related_form", f"{_PATH}/KHMSHDCLQuan", form)
        if series and not re.fullmatch(r"[CK]\d\d[TDLMNBGHXF][A-Z]{2}", series, re.ASCII):
            yield finding("related_series", f"{_PATH}/KHHDCLQuan", series)
        if number and not re.fullmatch(r"[1-9]\d{0,7}", number, re.ASCII):
            yield finding("related_number", f"{_PATH}/SHDCLQuan", number)
    itself = tuple(general.get(tag, "") for tag in ("KHMSHDon", "KHHDon", "SHDon"))
    if all(itself) and (form, series, number) == itself:
        yield finding("related_itself", f"{_PATH}/SHDCLQuan")


def _check_days(general: Texts, related: Texts) -> Iterator[Finding]:
    issued_on = day(general.get("NLap"))
    for tag in ("NLHDCLQuan", "NBKCLQuan"):
        earlier = day(related.get(tag))
        if issued_on and earlier and earlier > issued_on:
            yield finding("related_later", f"{_PATH}/{tag}")
    earlier, series = day(related.get("NLHDCLQuan")), related.get("KHHDCLQuan", "")
    if earlier and len(series) == 6 and series[1:3] != f"{earlier:%y}":
        yield finding("related_year", f"{_PATH}/KHHDCLQuan")


def _check_note(related: Texts, what: str) -> Iterator[Finding]:
    """The sentence has to speak of what the tags say."""
    note = related.get("GChu", "")
    if not note:
        return
    if what in _WORD and _WORD[what] not in note.lower():
        yield finding("related_sentence", f"{_PATH}/GChu")
    said = re.search(r"số (\d+) ngày", note)
    number = related.get("SHDCLQuan", "")
    if said and number and said[1].lstrip("0") != number.lstrip("0"):
        yield finding("related_note_number", f"{_PATH}/GChu", said[1])
