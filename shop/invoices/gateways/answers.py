"""The invoice that a provider made from ours: verified, and compared value by value.

A provider numbers, writes and signs the invoice itself, so its bytes differ from ours; what they say may not.
Its own further tags are left alone, as are the words of the amount, which each provider puts in its own way.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from lxml import etree

from shop.invoices.exchange import Reason
from shop.invoices.findings import Finding, finding
from shop.invoices.gateway import Official, Receipt, State
from shop.invoices.reading import Refused, parse
from shop.invoices.signer import Trust
from shop.invoices.tax_codes import without_dash
from shop.invoices.verifying import verify

_TEXTS = ("TTChung/KHMSHDon", "TTChung/NLap")
_TAX_CODES = ("NDHDon/NBan/MST", "NDHDon/NMua/MST")
_AMOUNTS = ("NDHDon/TToan/TgTCThue", "NDHDon/TToan/TgTThue", "NDHDon/TToan/TgTTTBSo")
_WITH_AMOUNT = {"1": 1, "2": 0, "3": -1, "5": 1}
"""What a line of each TChat adds to the sums."""
_NUMBER = re.compile(r"-?\d{1,21}(\.\d{1,6})?", re.ASCII)


def check_provider_answer(
    sent: bytes, answer: bytes, *, today: dt.date, trust: Trust | None
) -> list[Finding]:
    """What is wrong with the provider's invoice for the one ``sent``. Never raises on bad input."""
    try:
        ours, root = parse(sent).find("DLHDon"), parse(answer)
    except Refused as reason:
        return [finding(reason.code, "", reason.detail)]
    theirs = root.find("DLHDon")
    if root.tag != "HDon" or theirs is None or ours is None:
        return [finding("not_an_invoice", "")]
    return [*_signatures(answer, root, trust), *_differences(ours, theirs), *_date(theirs, today)]


def receipt_of(message_id: str, document: bytes, exchanged: tuple[tuple[str, bytes], ...]) -> Receipt:
    """The receipt for an invoice that a provider has made: accepted once it carries the authority's code.

    Raises: Refused if it is not an invoice.
    """
    root = parse(document)
    official = official_place(root)
    code = root.findtext("MCCQT") or ""
    return Receipt(
        message_id=message_id,
        state=State.ACCEPTED if code else State.ACKNOWLEDGED,
        document=document if code else b"",
        authority_code=code,
        exchanged=exchanged,
        official=official,
    )


def official_place(root: etree._Element, *, lookup_code: str = "") -> Official:
    """Where the provider put the invoice. Raises: Refused if it says no number."""
    general = root.find("DLHDon/TTChung")
    number = general.findtext("SHDon") or "" if general is not None else ""
    if general is None or not (number.isascii() and number.isdigit() and 0 < len(number) <= 8):
        raise Refused("not_xml", "an invoice without a number")
    return Official(
        form=general.findtext("KHMSHDon") or "",
        series=general.findtext("KHHDon") or "",
        number=int(number),
        lookup_code=lookup_code,
    )


def rejected(message_id: str, code: object, text: object, *exchanged: tuple[str, bytes]) -> Receipt:
    """The receipt for a refusal with one reason, in the provider's words."""
    reason = Reason(code=str(code or ""), text=str(text or "")[:255])
    return Receipt(message_id=message_id, state=State.REJECTED, reasons=(reason,), exchanged=exchanged)


def _signatures(answer: bytes, root: etree._Element, trust: Trust | None) -> Iterator[Finding]:
    found = verify(answer, trust=trust)
    places = {signature.place for signature in found}
    if root.find("MCCQT") is None:
        yield finding("missing", "HDon/MCCQT")
    for place in ("NBan", "CQT"):
        if place not in places:
            yield finding("unsigned", f"HDon/DSCKS/{place}")
    for signature in found:
        for fault in signature.faults:
            yield finding(fault, f"HDon/DSCKS/{signature.place}")


def _differences(ours: etree._Element, theirs: etree._Element) -> Iterator[Finding]:
    pairs: list[tuple[str, object, object]] = [
        *((path, ours.findtext(path) or "", theirs.findtext(path) or "") for path in _TEXTS),
        *((path, _tax_code(ours, path), _tax_code(theirs, path)) for path in _TAX_CODES),
        *((path, _amount(ours, path), _amount(theirs, path)) for path in _AMOUNTS),
        ("NDHDon/DSHHDVu", _lines(ours), _lines(theirs)),
        ("NDHDon/TToan/THTTLTSuat", _rates(ours), _rates(theirs)),
        ("TTChung/TTHDLQuan", _related(ours), _related(theirs)),
    ]
    for path, own, other in pairs:
        if own != other:
            yield finding("answer_differs", f"HDon/DLHDon/{path}")


def _date(theirs: etree._Element, today: dt.date) -> Iterator[Finding]:
    if (theirs.findtext("TTChung/NLap") or "") > today.isoformat():
        yield finding("date_in_future", "HDon/DLHDon/TTChung/NLap")


def _tax_code(content: etree._Element, path: str) -> str:
    return without_dash(content.findtext(path) or "")


def _amount(element: etree._Element, path: str) -> Decimal | str:
    text = element.findtext(path) or "0"
    return Decimal(text) if _NUMBER.fullmatch(text) else text  # Decimal itself also reads NaN and 1e999999999


def _lines(content: etree._Element) -> list[tuple[str, object, object]]:
    """Name, quantity and effect of every line that carries an amount."""
    found: list[tuple[str, object, object]] = []
    for line in content.iterfind("NDHDon/DSHHDVu/HHDVu"):
        sign = _WITH_AMOUNT.get(line.findtext("TChat") or "1")
        if sign is None:
            continue
        amount = _amount(line, "ThTien")
        effect = sign * amount if isinstance(amount, Decimal) else amount
        found.append((" ".join((line.findtext("THHDVu") or "").split()), _amount(line, "SLuong"), effect))
    return found


def _rates(content: etree._Element) -> Counter[tuple[str, object, object]]:
    return Counter(
        (rate.findtext("TSuat") or "", _amount(rate, "ThTien"), _amount(rate, "TThue"))
        for rate in content.iterfind("NDHDon/TToan/THTTLTSuat/LTSuat")
    )


def _related(content: etree._Element) -> tuple[str, ...]:
    names = ("TCHDon", "KHMSHDCLQuan", "KHHDCLQuan", "SHDCLQuan")
    return tuple(content.findtext(f"TTChung/TTHDLQuan/{name}") or "" for name in names)
