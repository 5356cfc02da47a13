"""The book of a lot: its lines, the balance they leave, and the chain that shows a change.

Each line carries the hash of the line before; the first carries that of what the lot was opened with. Only
``write_line`` adds one; who calls it holds the lot's lock (``docs/house.md``: stock records by id, then lots by id).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypedDict

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.clock import VIETNAM
from catalog.lot_codes import new_code, read_code
from catalog.models import Lot, LotEvent, LotEventKind, LotStatus, ProductSheet

Fact = str | int | None


class LotRecalled(ValueError):
    """The lot was recalled: nothing of it may leave any more."""


class LotFacts(TypedDict, total=False):
    best_before: dt.date | None
    place_code: str
    standards: str


@dataclass(frozen=True)
class Balance:
    """Quantities of one lot after all corrections, in its unit.

    Shape: ``processed`` holds the yield of each processing step in order; ``packed`` is None while the book has
    no packing, since some goods are sold loose. ``sourced`` is what the lot was made from, None for a harvest
    and where the ingredients are measured in other units.
    """

    harvested: int
    processed: tuple[int, ...]
    packed: int | None
    dispatched: int
    sold: int = 0
    used: int = 0
    lost: int = 0
    sourced: int | None = None

    @property
    def available(self) -> int:
        """What there is to sell: the last yield, else the harvest."""
        return self.processed[-1] if self.processed else self.harvested

    @property
    def gone_out(self) -> int:
        """What left the stall."""
        return self.dispatched + self.sold

    @property
    def left(self) -> int:
        """What is still there: harvest = gone out + used + lost + left + what processing took away."""
        return self.available - self.gone_out - self.used - self.lost

    @property
    def ready(self) -> int:
        """What may go out now: of packed goods only what is packed."""
        return self.left if self.packed is None else min(self.left, self.packed - self.gone_out)

    @property
    def is_sound(self) -> bool:
        """No stage gives more than the stage before it took."""
        stages = (self.harvested, *self.processed)
        if self.sourced is not None:
            stages = (self.sourced, *stages)
        shrinks = all(later <= earlier for earlier, later in itertools.pairwise(stages))
        packed = self.available if self.packed is None else self.packed
        return shrinks and self.gone_out <= packed <= self.available and self.left >= 0


def balance_of(events: Iterable[LotEvent]) -> Balance:
    """The balance after these lines; a later correction of a line wins over an earlier one."""
    lines = list(events)
    corrected = {line.corrects: line.quantity for line in lines if line.kind == LotEventKind.CORRECTION}

    def amounts(*kinds: LotEventKind) -> list[int]:
        found = (corrected.get(line.number, line.quantity) for line in lines if line.kind in kinds)
        return [amount for amount in found if amount is not None]

    packed = amounts(LotEventKind.PACK)
    sources = [line for line in lines if line.kind == LotEventKind.SOURCE]
    comparable = all(line.counterpart is None or line.counterpart.unit == line.lot.unit for line in sources)
    return Balance(
        harvested=sum(amounts(LotEventKind.HARVEST, LotEventKind.MADE)),
        processed=tuple(amounts(LotEventKind.PROCESS)),
        packed=sum(packed) if packed else None,
        dispatched=sum(amounts(LotEventKind.DISPATCH)),
        sold=sum(amounts(LotEventKind.SALE)),
        used=sum(amounts(LotEventKind.USED)),
        lost=sum(amounts(LotEventKind.LOSS)),
        sourced=sum(amounts(LotEventKind.SOURCE)) if sources and comparable else None,
    )


def status_after(events: list[LotEvent]) -> LotStatus:
    if any(event.kind == LotEventKind.RECALL for event in events):
        return LotStatus.RECALLED
    return LotStatus.ON_SALE if balance_of(events).left > 0 else LotStatus.SOLD_OUT


def chain_faults(lot: Lot) -> list[str]:
    """What in the lot's book isn't as it was written, in English for the log; empty for an honest book."""
    faults = []
    events = list(lot.events.all())
    previous = opening_hash(lot)
    for place, event in enumerate(events, start=1):
        if event.number != place:
            faults.append(f"line {place} is missing")
            break
        if event.previous_hash != previous:
            faults.append(f"line {place} does not follow from what stands before it")
        if event.hash != event_hash(lot, event):
            faults.append(f"line {place} was changed")
        previous = event.hash
    if (len(events), previous) != (lot.events_count, lot.last_hash):
        faults.append("the book does not end where it should")
    if lot.status != status_after(events):
        faults.append("the state does not follow from the book")
    if not balance_of(events).is_sound:
        faults.append("more left the lot than went in")
    return faults


def balance_now(lot: Lot) -> Balance:
    """The balance as the database has it."""
    return balance_of(lot.events.select_related("counterpart"))


def known_lot(code: str) -> Lot | None:
    return Lot.objects.filter(code=read_code(code)).first() if code else None


def locked_lots(keys: Iterable[int]) -> dict[int, Lot]:
    """Fresh lots by id, locked in that order."""
    lots = Lot.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",))
    return {lot.pk: lot for lot in lots.select_related("sheet")}


def first_page(  # noqa: PLR0913  as the services that call it
    sheet: ProductSheet,
    quantity: int,
    unit: str,
    at: dt.datetime,
    plot: str,
    member_initials: str,
    code: str,
    *,
    is_made: bool,
    best_before: dt.date | None = None,
    place_code: str = "",
    standards: str = "",
) -> Lot:
    """A new lot with an empty book."""
    lot = Lot(
        sheet=sheet,
        code=read_code(code) if code else new_code(),
        quantity=quantity,
        unit=unit,
        harvested_on=at.astimezone(VIETNAM).date(),
        best_before=best_before,
        plot=_nfc(plot),
        place_code=_nfc(place_code),
        member_initials=_nfc(member_initials).upper(),
        standards=_nfc(standards),
        is_made=is_made,
        opened_at=timezone.now(),
    )
    lot.full_clean(exclude=["sheet"])
    lot.save()
    return lot


def not_before_harvest(lot: Lot, at: dt.datetime) -> None:
    if at.astimezone(VIETNAM).date() < lot.harvested_on:
        raise ValidationError({"at": _("Việc này không thể xảy ra trước ngày thu hoạch.")})


def write_line(  # noqa: PLR0913  the columns of a line
    lot: Lot,
    kind: LotEventKind,
    *,
    at: dt.datetime,
    quantity: int | None = None,
    corrects: int | None = None,
    counterpart: Lot | None = None,
    note: str = "",
    place: str = "",
    actor: Any = None,
    is_whole: bool = True,
) -> LotEvent:
    """The next line, chained; ``is_whole`` False while more lines must come before the balance can be right."""
    if at > timezone.now():
        raise ValidationError({"at": _("Việc này còn ở tương lai.")})
    event = LotEvent(
        lot=lot,
        number=lot.events_count + 1,
        kind=kind,
        at=at,
        quantity=quantity,
        corrects=corrects,
        counterpart=counterpart,
        note=_nfc(note),
        place=_nfc(place),
        recorded_at=timezone.now(),
        actor=actor,
        previous_hash=lot.last_hash or opening_hash(lot),
    )
    event.hash = event_hash(lot, event)
    event.full_clean(exclude=["lot", "actor", "counterpart"])
    events = [*lot.events.select_related("counterpart"), event]
    if is_whole and not balance_of(events).is_sound:
        raise ValidationError({"quantity": _("Ra khỏi lô không thể nhiều hơn đã vào lô.")})
    event.save()
    lot.status, lot.events_count, lot.last_hash = status_after(events), event.number, event.hash
    # Only these columns: the trigger refuses a statement that names the others, even with the same values.
    lot.save(update_fields=["status", "events_count", "last_hash"])
    return event


def opening_hash(lot: Lot) -> str:
    facts: list[Fact] = [
        lot.code,
        lot.sheet_id,
        lot.quantity,
        lot.unit,
        lot.harvested_on.isoformat(),
        lot.best_before.isoformat() if lot.best_before else None,
        lot.plot,
        lot.place_code,
        lot.member_initials,
        lot.standards,
        _instant(lot.opened_at),
    ]
    # Books from before lots were made from lots have no such fact; theirs must read as it did.
    return _hash_of([*facts, "made"] if lot.is_made else facts)


def event_hash(lot: Lot, event: LotEvent) -> str:
    facts: list[Fact] = [
        lot.code,
        event.number,
        str(event.kind),
        _instant(event.at),
        event.quantity,
        event.corrects,
        event.note,
        event.place,
        _instant(event.recorded_at),
        event.previous_hash,
    ]
    return _hash_of(facts if event.counterpart_id is None else [*facts, event.counterpart_id])


def _hash_of(facts: list[Fact]) -> str:
    """SHA-256 of the facts as JSON, which keeps apart what plain joining would run together."""
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


def _instant(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()
