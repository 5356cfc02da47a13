"""Lots: open one, write what happens to it, recall it, and check that its book was never rewritten.

Each line of the book carries the hash of the line before; the first carries that of what the lot was opened
with. A mistake is put right by a new line. What leaves a lot is never more than what went in.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Least
from django.utils import timezone
from django.utils.translation import gettext as _
from oscar.core.loading import get_model

from catalog.clock import VIETNAM, today
from catalog.lot_codes import new_code, read_code
from catalog.models import Lot, LotEvent, LotEventKind, LotStatus, ProductSheet

STEPS = (LotEventKind.PROCESS, LotEventKind.PACK, LotEventKind.DISPATCH)
MOST_SHOWN = 6


class LotRecalled(ValueError):
    """The lot was recalled: nothing of it may leave any more."""


@dataclass(frozen=True)
class Balance:
    """Quantities of one lot after all corrections, in its unit.

    Shape: ``processed`` holds the yield of each processing step in order; ``packed`` is None while the book has
    no packing, since some goods are sold loose.
    """

    harvested: int
    processed: tuple[int, ...]
    packed: int | None
    dispatched: int

    @property
    def available(self) -> int:
        """What there is to sell: the last yield, else the harvest."""
        return self.processed[-1] if self.processed else self.harvested

    @property
    def left(self) -> int:
        """What has not been dispatched."""
        return self.available - self.dispatched

    @property
    def is_sound(self) -> bool:
        """No stage gives more than the stage before it took."""
        stages = (self.harvested, *self.processed)
        shrinks = all(later <= earlier for earlier, later in itertools.pairwise(stages))
        packed = self.available if self.packed is None else self.packed
        return shrinks and self.dispatched <= packed <= self.available


def balance_of(events: Iterable[LotEvent]) -> Balance:
    """The balance after these lines; a later correction of a line wins over an earlier one."""
    lines = list(events)
    corrected = {line.corrects: line.quantity for line in lines if line.kind == LotEventKind.CORRECTION}

    def amounts(kind: LotEventKind) -> list[int]:
        found = (corrected.get(line.number, line.quantity) for line in lines if line.kind == kind)
        return [amount for amount in found if amount is not None]

    packed = amounts(LotEventKind.PACK)
    return Balance(
        harvested=sum(amounts(LotEventKind.HARVEST)),
        processed=tuple(amounts(LotEventKind.PROCESS)),
        packed=sum(packed) if packed else None,
        dispatched=sum(amounts(LotEventKind.DISPATCH)),
    )


@transaction.atomic
def open_lot(  # noqa: PLR0913  what stands on the first page of a lot's book
    *,
    sheet: ProductSheet,
    quantity: int,
    unit: str,
    harvested_at: dt.datetime,
    plot: str,
    member_initials: str,
    best_before: dt.date | None = None,
    place_code: str = "",
    standards: str = "",
    code: str = "",
    actor: Any = None,
) -> Lot:
    """A lot of the product, its harvest on the first line of its book; on sale from now on.

    ``code`` only for lots whose labels are printed already. Idempotent by ``code``.
    Raises: ValidationError; MistypedCode.
    """
    code = read_code(code) if code else new_code()
    if known := Lot.objects.filter(code=code).first():
        return known
    lot = Lot(
        sheet=sheet,
        code=code,
        quantity=quantity,
        unit=unit,
        harvested_on=harvested_at.astimezone(VIETNAM).date(),
        best_before=best_before,
        plot=_nfc(plot),
        place_code=_nfc(place_code),
        member_initials=_nfc(member_initials).upper(),
        standards=_nfc(standards),
        opened_at=timezone.now(),
    )
    lot.full_clean(exclude=["sheet"])
    lot.save()
    _write(lot, LotEventKind.HARVEST, at=harvested_at, quantity=quantity, place=plot, actor=actor)
    return lot


@transaction.atomic
def record_step(
    *,
    lot: Lot,
    kind: str,
    at: dt.datetime,
    quantity: int | None = None,
    note: str = "",
    place: str = "",
    actor: Any = None,
) -> LotEvent:
    """The new line of a lot's book: processing (``quantity`` is the yield), packing or dispatch.

    Locks/Writes: Lot. Raises: ValidationError when more would leave the lot than went in, when it lies in the
    future or before the harvest; LotRecalled.
    """
    if kind not in STEPS:
        raise ValueError(f"{kind} has a service of its own")
    lot_now = _locked(lot)
    if lot_now.status == LotStatus.RECALLED:
        raise LotRecalled(lot_now.code)
    if kind != LotEventKind.PROCESS and not quantity:
        raise ValidationError({"quantity": _("Cần ghi số lượng.")})
    if at.astimezone(VIETNAM).date() < lot_now.harvested_on:
        raise ValidationError({"at": _("Việc này không thể xảy ra trước ngày thu hoạch.")})
    event = _write(lot_now, LotEventKind(kind), at=at, quantity=quantity, note=note, place=place, actor=actor)
    _renew(lot, lot_now)
    return event


@transaction.atomic
def correct_step(*, lot: Lot, number: int, quantity: int, note: str, actor: Any = None) -> LotEvent:
    """The line that says what line ``number`` should have said, and in ``note`` why.

    A recalled lot may still be put right. Locks/Writes: Lot.
    Raises: ValidationError when that line has no quantity or the balance would break.
    """
    lot_now = _locked(lot)
    wrong = lot_now.events.filter(number=number, quantity__isnull=False).first()
    if wrong is None or wrong.kind == LotEventKind.CORRECTION:
        raise ValidationError({"corrects": _("Dòng này không có số lượng để sửa.")})
    if not note.strip():
        raise ValidationError({"note": _("Cần ghi vì sao sửa.")})
    event = _write(
        lot_now,
        LotEventKind.CORRECTION,
        at=timezone.now(),
        quantity=quantity,
        corrects=number,
        note=note,
        actor=actor,
    )
    _renew(lot, lot_now)
    return event


@transaction.atomic
def recall(*, lot: Lot, reason: str, stop_sale: bool, actor: Any = None) -> Lot:
    """The lot, recalled: ``reason`` stands on its trace page and on the product page from the next request on.

    ``stop_sale`` also takes the product's stock down to what orders have reserved, so that nobody buys more of it.
    Locks/Writes: StockRecord, then Lot. Idempotent: a second call changes nothing but the stock.
    Raises: ValidationError without a reason.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Cần ghi vì sao thu hồi: người mua sẽ đọc.")})
    if stop_sale:
        get_model("partner", "StockRecord").objects.filter(
            Q(product=lot.sheet.product_id) | Q(product__parent=lot.sheet.product_id)
        ).update(num_in_stock=Least(F("num_in_stock"), Coalesce(F("num_allocated"), 0)))
    lot_now = _locked(lot)
    if lot_now.status != LotStatus.RECALLED:
        _write(lot_now, LotEventKind.RECALL, at=timezone.now(), note=reason, actor=actor)
    _renew(lot, lot_now)
    return lot


def chain_faults(lot: Lot) -> list[str]:
    """What in the lot's book isn't as it was written, in English for the log; empty for an honest book."""
    faults = []
    events = list(lot.events.all())
    previous = _opening_hash(lot)
    for place, event in enumerate(events, start=1):
        if event.number != place:
            faults.append(f"line {place} is missing")
            break
        if event.previous_hash != previous:
            faults.append(f"line {place} does not follow from what stands before it")
        if event.hash != _event_hash(lot, event):
            faults.append(f"line {place} was changed")
        previous = event.hash
    if (len(events), previous) != (lot.events_count, lot.last_hash):
        faults.append("the book does not end where it should")
    if lot.status != _status_after(events):
        faults.append("the state does not follow from the book")
    if not balance_of(events).is_sound:
        faults.append("more left the lot than went in")
    return faults


def lots_shown(sheet: ProductSheet) -> list[Lot]:
    """Lots that the product's page names, recalled ones first, then the newest harvest.

    Shape: ``recall_reason`` on each. Lots past their best-before date are no longer named.
    """
    reason = LotEvent.objects.filter(lot=OuterRef("pk"), kind=LotEventKind.RECALL).values("note")
    named = Q(best_before=None) | Q(best_before__gte=today())
    return list(
        Lot.objects.filter(named, sheet=sheet, status__in=(LotStatus.ON_SALE, LotStatus.RECALLED))
        .annotate(recall_reason=Subquery(reason[:1]), is_recalled=Q(status=LotStatus.RECALLED))
        .order_by("-is_recalled", "-harvested_on", "-pk")[:MOST_SHOWN]
    )


def count_scan(lot: Lot) -> None:
    """One more reading of the lot's page, and when it was first read; says nothing about who reads.

    Writes: the lot's row, in one update.
    """
    now = timezone.now()
    Lot.objects.filter(pk=lot.pk).update(
        scan_count=F("scan_count") + 1, first_scanned_at=Coalesce(F("first_scanned_at"), now)
    )
    lot.scan_count += 1
    lot.first_scanned_at = lot.first_scanned_at or now


def _locked(lot: Lot) -> Lot:
    return Lot.objects.select_for_update().get(pk=lot.pk)


def _renew(lot: Lot, lot_now: Lot) -> None:
    """What this transaction wrote, on the caller's copy."""
    lot.status, lot.events_count, lot.last_hash = lot_now.status, lot_now.events_count, lot_now.last_hash


def _write(
    lot: Lot,
    kind: LotEventKind,
    *,
    at: dt.datetime,
    quantity: int | None = None,
    corrects: int | None = None,
    note: str = "",
    place: str = "",
    actor: Any = None,
) -> LotEvent:
    if at > timezone.now():
        raise ValidationError({"at": _("Việc này còn ở tương lai.")})
    event = LotEvent(
        lot=lot,
        number=lot.events_count + 1,
        kind=kind,
        at=at,
        quantity=quantity,
        corrects=corrects,
        note=_nfc(note),
        place=_nfc(place),
        recorded_at=timezone.now(),
        actor=actor,
        previous_hash=lot.last_hash or _opening_hash(lot),
    )
    event.hash = _event_hash(lot, event)
    event.full_clean(exclude=["lot", "actor"])
    events = [*lot.events.all(), event]
    if not balance_of(events).is_sound:
        raise ValidationError({"quantity": _("Ra khỏi lô không thể nhiều hơn đã vào lô.")})
    event.save()
    lot.status, lot.events_count, lot.last_hash = _status_after(events), event.number, event.hash
    # Only these columns: the trigger refuses a statement that names the others, even with the same values.
    lot.save(update_fields=["status", "events_count", "last_hash"])
    return event


def _status_after(events: list[LotEvent]) -> LotStatus:
    if any(event.kind == LotEventKind.RECALL for event in events):
        return LotStatus.RECALLED
    return LotStatus.ON_SALE if balance_of(events).left > 0 else LotStatus.SOLD_OUT


def _opening_hash(lot: Lot) -> str:
    best_before = lot.best_before.isoformat() if lot.best_before else None
    return _hash_of(
        [
            lot.code,
            lot.sheet_id,
            lot.quantity,
            lot.unit,
            lot.harvested_on.isoformat(),
            best_before,
            lot.plot,
            lot.place_code,
            lot.member_initials,
            lot.standards,
            _instant(lot.opened_at),
        ]
    )


def _event_hash(lot: Lot, event: LotEvent) -> str:
    return _hash_of(
        [
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
    )


def _hash_of(facts: list[str | int | None]) -> str:
    """SHA-256 of the facts as JSON, which keeps apart what plain joining would run together."""
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


def _instant(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()
