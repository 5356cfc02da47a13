"""The book of a lot in the words of GS1: an EPCIS 2.0 document as JSON-LD, without anything about people.

One event per line of the book. A line that was put right appears twice: as it was, declared an error, and as it
should have been. What each kind of line becomes follows the table in ``docs/decisions/0015``.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.urls import reverse
from django.utils import translation

from catalog.clock import VIETNAM
from catalog.gtin import digital_link
from catalog.lot_book import balance_of
from catalog.models import Lot, LotEvent, LotEventKind
from catalog.structured import UNIT_CODES, absolute

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
Event = dict[str, Any]

STEPS: dict[str, tuple[str, str, str, str]] = {
    LotEventKind.HARVEST: ("ObjectEvent", "ADD", "creating_class_instance", "active"),
    LotEventKind.MADE: ("TransformationEvent", "", "creating_class_instance", "active"),
    LotEventKind.PROCESS: ("TransformationEvent", "", "creating_class_instance", "active"),
    LotEventKind.USED: ("TransformationEvent", "", "creating_class_instance", "inactive"),
    LotEventKind.PACK: ("AggregationEvent", "ADD", "packing", "in_progress"),
    LotEventKind.DISPATCH: ("ObjectEvent", "OBSERVE", "shipping", "in_transit"),
    LotEventKind.SALE: ("TransactionEvent", "ADD", "retail_selling", "retail_sold"),
    LotEventKind.LOSS: ("ObjectEvent", "DELETE", "decommissioning", "inactive"),
    LotEventKind.RECALL: ("ObjectEvent", "OBSERVE", "holding", "recalled"),
}
"""Type, action, business step and disposition of each kind of line; ingredients stand in the event of the making."""


def document(lot: Lot) -> dict[str, Any]:
    """The whole document.

    Shape: expects the lot's lines with their counterparts, and its product with number and stall.
    """
    lines = sorted(lot.events.all(), key=lambda line: line.number)
    corrections = {line.corrects: line for line in lines if line.kind == LotEventKind.CORRECTION}
    events: list[Event] = []
    for line in lines:
        if line.kind not in STEPS:
            continue
        correction = _correction_of(line, lines, corrections)
        events.append(_event(lot, line, lines))
        if correction:
            events[-1]["errorDeclaration"] = {
                "declarationTime": _time(correction, recorded=True),
                "reason": "incorrect_data",
                "correctiveEventIDs": [_urn(lot, correction.number)],
            }
            right = _event(lot, line, lines, corrections)
            events.append(
                right
                | {
                    "eventID": _urn(lot, correction.number),
                    "recordTime": _time(correction, recorded=True),
                }
            )
    return {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": _time(lines[-1], recorded=True),
        "epcisBody": {"eventList": events},
    }


def _correction_of(
    line: LotEvent, lines: list[LotEvent], corrections: dict[int | None, LotEvent]
) -> LotEvent | None:
    """The last correction of what the line's event says; a making also says its ingredients."""
    said = [line.number]
    if line.kind == LotEventKind.MADE:
        said += [one.number for one in lines if one.kind == LotEventKind.SOURCE]
    found = [corrections[number] for number in said if number in corrections]
    return max(found, key=lambda one: one.number, default=None)


def _event(
    lot: Lot, line: LotEvent, lines: list[LotEvent], corrections: dict[int | None, LotEvent] | None = None
) -> Event:
    """The line's event as written, or with ``corrections`` as it should have been written."""

    def amount_of(one: LotEvent) -> int | None:
        better = (corrections or {}).get(one.number)
        return better.quantity if better else one.quantity

    kind, action, step, disposition = STEPS[line.kind]
    event: Event = {
        "eventID": _urn(lot, line.number),
        "type": kind,
        "eventTime": _time(line),
        "recordTime": _time(line, recorded=True),
        "eventTimeZoneOffset": "+07:00",
        "bizStep": step,
        "disposition": disposition,
    }
    if action:
        event["action"] = action
    if line.kind in (LotEventKind.HARVEST, LotEventKind.MADE, LotEventKind.PROCESS, LotEventKind.PACK):
        event["bizLocation"] = {"id": _stall(lot)}
    else:
        event["readPoint"] = {"id": _stall(lot)}
    own = _quantity(lot, amount_of(line))
    if line.kind == LotEventKind.HARVEST:
        event |= {"quantityList": [own], "ilmd": _about(lot)}
    elif line.kind == LotEventKind.MADE:
        sources = [one for one in lines if one.kind == LotEventKind.SOURCE]
        event |= {
            "transformationID": _making(lot),
            "inputQuantityList": [
                _quantity(one.counterpart, amount_of(one)) for one in sources if one.counterpart
            ],
            "outputQuantityList": [own],
            "ilmd": _about(lot),
        }
    elif line.kind == LotEventKind.USED and line.counterpart:
        event |= {"transformationID": _making(line.counterpart), "inputQuantityList": [own]}
    elif line.kind == LotEventKind.PROCESS:
        before = balance_of(one for one in lines if one.number < line.number).available
        event |= {"inputQuantityList": [_quantity(lot, before)], "outputQuantityList": [own]}
    elif line.kind == LotEventKind.PACK:
        event |= {"parentID": _urn(lot, line.number, "kien"), "childQuantityList": [own]}
    elif line.kind == LotEventKind.SALE:
        transaction = {"type": "po", "bizTransaction": _urn(lot, line.number, "ban")}
        event |= {"bizTransactionList": [transaction], "quantityList": [own]}
    else:
        event["quantityList"] = [own]
    return event


def _quantity(lot: Lot, amount: int | None) -> dict[str, Any]:
    """The amount of the lot's class, in kilograms, litres or pieces; a recall is about all of the lot."""
    amount = lot.quantity if amount is None else amount
    if code := UNIT_CODES.get(lot.unit):
        whole, rest = divmod(amount, 1000)
        return {"epcClass": lot_uri(lot), "quantity": amount / 1000 if rest else whole, "uom": code}
    return {"epcClass": lot_uri(lot), "quantity": amount}


def _about(lot: Lot) -> dict[str, Any]:
    facts = {"cbvmda:lotNumber": lot.code}
    if lot.best_before:
        facts["cbvmda:bestBeforeDate"] = lot.best_before.isoformat()
    return facts


def lot_uri(lot: Lot) -> str:
    """What names the lot in the world: GS1's address where the product has a number, else its page here."""
    gtin = getattr(lot.sheet, "gtin", None)
    return digital_link(gtin.number, lot_code=lot.code) if gtin else _page(lot)


def _page(lot: Lot) -> str:
    return absolute(f"/t/{lot.code}")


def _stall(lot: Lot) -> str:
    with translation.override("vi"):
        return absolute(reverse("catalogue:cooperative", args=[lot.sheet.cooperative.slug]))


def _making(lot: Lot) -> str:
    return _urn(lot, 0, "lam-ra")


def _urn(lot: Lot, number: int, part: str = "dong") -> str:
    """An identifier that says nothing and is always the same for the same line."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{_page(lot)}#{part}-{number}')}"


def _time(line: LotEvent, *, recorded: bool = False) -> str:
    at = line.recorded_at if recorded else line.at
    return at.astimezone(VIETNAM).isoformat(timespec="milliseconds")
