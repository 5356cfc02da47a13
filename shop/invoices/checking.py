"""Checks an invoice from its bytes: reading, structure, rules and signatures.

The same check looks at our own invoices before they are numbered and sent, at answers of the authority, and at
any file that staff upload.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from lxml import etree

from shop.invoices.findings import Finding, finding
from shop.invoices.reading import Refused, one_span, parse
from shop.invoices.rules import LAST_DAYS, Parts, check_rules, day, parts_of
from shop.invoices.signer import Trust
from shop.invoices.structure import VERSIONS, check_spacing, check_structure, is_sound, schema_of
from shop.invoices.verifying import Signature, verify
from shop.invoices.xmldsig import VIETNAM

__all__ = ["Finding", "Trust", "check", "check_answer"]

_PARTS: dict[str, tuple[int, frozenset[str]]] = {
    "DLHDon": (0, frozenset({"Id"})),
    "DLQRCode": (512, frozenset()),
    "MCCQT": (34, frozenset({"Id"})),
    "DSCKS": (0, frozenset()),
}
"""Parts of ``HDon``, the most characters each may hold itself, and its attributes."""


def check(
    xml: bytes,
    *,
    today: dt.date,
    trust: Trust | None = None,
    signed: bool = True,
    last_days: Mapping[str, dt.date] = LAST_DAYS,
) -> list[Finding]:
    """Everything that is wrong with an invoice; an empty list is a clean bill.

    ``signed=False`` looks at an invoice that is still to be signed. Without ``trust``, certificate chains are not
    followed. ``last_days`` says until when each rate applied. Never raises on bad input.
    """
    try:
        root = parse(xml)
    except Refused as reason:
        return [finding(reason.code, "", reason.detail)]
    parts = parts_of(root) if root.tag == "HDon" else None
    if parts is None:
        return [finding("not_an_invoice", "")]
    return [
        *_check_parts(root),
        *_check_content(xml, parts),
        *check_rules(parts, today=today, last_days=last_days),
        *_check_signatures(verify(xml, trust=trust), parts, signed=signed),
    ]


def check_answer(
    sent: bytes,
    answer: bytes,
    *,
    today: dt.date,
    trust: Trust | None = None,
    last_days: Mapping[str, dt.date] = LAST_DAYS,
) -> list[Finding]:
    """What is wrong with the coded invoice that the authority gave back for ``sent``.

    Beside :func:`check`: it has to be the invoice that was sent, byte for byte, with a code and the authority's
    signature added.
    """
    found = check(answer, today=today, trust=trust, last_days=last_days)
    try:
        same = all(
            _bytes_of(sent, path) == _bytes_of(answer, path) for path in (["DLHDon"], ["DSCKS", "NBan"])
        )
    except Refused:
        same = False
    if not same:
        found.append(finding("answer_differs", "HDon/DLHDon"))
    if b"<MCCQT" not in answer:
        found.append(finding("missing", "HDon/MCCQT"))
    return found


def _bytes_of(xml: bytes, path: list[str]) -> bytes:
    span = one_span(xml, ["HDon", *path])
    return xml[span.start : span.end]


def _check_parts(root: etree._Element) -> Iterator[Finding]:
    """The outermost level. The order of MCCQT and DSCKS differs between vendors and is left free."""
    if root.attrib:
        yield finding("attribute", "HDon", ", ".join(root.attrib))
    yield from check_spacing(root, "HDon")
    tags = [part.tag for part in root]
    for tag, part in zip(tags, root, strict=True):
        path = f"HDon/{tag}"
        if tag not in _PARTS:
            yield finding("unknown_tag", path)
            continue
        if tags.count(tag) > 1:
            yield finding("tag_repeated", path)
        most, lawful = _PARTS[tag]
        if not lawful.issuperset(part.attrib):
            yield finding("attribute", path, ", ".join(part.attrib))
        if most and len(part.text or "") > most:
            yield finding("too_long", path)
    if tags and tags[0] != "DLHDon":
        yield finding("wrong_order", "HDon/DLHDon")


def _check_content(xml: bytes, parts: Parts) -> Iterator[Finding]:
    version = parts.general.get("PBan", "")
    if version not in VERSIONS:
        yield finding("unknown_version", "HDon/DLHDon/TTChung/PBan", version)
        return
    form = parts.general.get("KHMSHDon", "")
    schema = schema_of(version, form, till=parts.is_till)
    if schema is None:
        yield finding("unknown_form", "HDon/DLHDon/TTChung/KHMSHDon", form)
    elif not is_sound(xml, version, form, till=parts.is_till):
        yield from check_structure(schema, parts.content, "HDon/DLHDon")


def _check_signatures(found: Sequence[Signature], parts: Parts, *, signed: bool) -> Iterator[Finding]:
    places = {signature.place for signature in found}
    needed = [] if parts.is_till or not signed else ["NBan"]
    if parts.code is not None and not parts.is_till:
        needed.append("CQT")
    for place in needed:
        if place not in places:
            yield finding("unsigned", f"HDon/DSCKS/{place}")
    for signature in found:
        for fault in signature.faults:
            yield finding(fault, f"HDon/DSCKS/{signature.place}")
        if signature.place == "NBan":
            yield from _check_time(parts, signature)


def _check_time(parts: Parts, signature: Signature) -> Iterator[Finding]:
    """Signed on the issue date or at latest the next working day (public holidays are not known here)."""
    issued_on = day(parts.general.get("NLap"))
    if issued_on is None or signature.signed_at is None:
        return
    signed_on = signature.signed_at.astimezone(VIETNAM).date()
    latest = issued_on + dt.timedelta(days={4: 3, 5: 2}.get(issued_on.weekday(), 1))
    if signed_on < issued_on:
        yield finding("signed_before_issue", "HDon/DSCKS/NBan")
    elif signed_on > latest:
        yield finding("signed_late", "HDon/DSCKS/NBan")
