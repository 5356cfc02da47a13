"""Lots: open one, write what happens to it, put a line right, count who reads it.

A mistake is put right by a new line. What leaves a lot is never more than what went in.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.clock import today
from catalog.lot_book import (
    LotFacts,
    LotRecalled,
    first_page,
    known_lot,
    locked_lots,
    not_before_harvest,
    write_line,
)
from catalog.lot_making import covers_what_others_took, take_from
from catalog.models import Lot, LotEvent, LotEventKind, LotStatus, ProductSheet

STEPS = (LotEventKind.PROCESS, LotEventKind.PACK, LotEventKind.DISPATCH, LotEventKind.LOSS)
NEED_QUANTITY = (LotEventKind.PACK, LotEventKind.DISPATCH, LotEventKind.LOSS)
CORRECTABLE = (*STEPS, LotEventKind.HARVEST, LotEventKind.MADE, LotEventKind.SOURCE)
"""Sold goods are counted by their consignments, used ones by the book of what was made from them."""
MOST_SHOWN = 6


def open_lot(
    *,
    sheet: ProductSheet,
    quantity: int,
    unit: str,
    harvested_at: dt.datetime,
    plot: str,
    member_initials: str,
    code: str = "",
    actor: Any = None,
    **optional: Unpack[LotFacts],
) -> Lot:
    """A lot of the product, its harvest on the first line of its book; on sale from now on.

    ``code`` only for lots whose labels are printed already. Idempotent by ``code``.
    Raises: ValidationError; MistypedCode.
    """
    with transaction.atomic():
        if known := known_lot(code):
            return known
        lot = first_page(
            sheet, quantity, unit, harvested_at, plot, member_initials, code, is_made=False, **optional
        )
        write_line(lot, LotEventKind.HARVEST, at=harvested_at, quantity=quantity, place=plot, actor=actor)
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
    """The new line of a lot's book: processing (``quantity`` is the yield), packing, dispatch or loss.

    Locks/Writes: Lot. Raises: ValidationError when more would leave the lot than went in, when it lies in the
    future or before the harvest; LotRecalled.
    """
    if kind not in STEPS:
        raise ValueError(f"{kind} has a service of its own")
    lot_now = _locked(lot)
    if lot_now.status == LotStatus.RECALLED and kind != LotEventKind.LOSS:
        raise LotRecalled(lot_now.code)
    if kind in NEED_QUANTITY and not quantity:
        raise ValidationError({"quantity": _("Cần ghi số lượng.")})
    not_before_harvest(lot_now, at)
    event = write_line(
        lot_now, LotEventKind(kind), at=at, quantity=quantity, note=note, place=place, actor=actor
    )
    _renew(lot, lot_now)
    return event


@transaction.atomic
def sell(*, lot: Lot, quantity: int, at: dt.datetime, actor: Any = None) -> LotEvent:
    """The line of goods that went to a buyer; who that is stands with the order, never here.

    Locks/Writes: Lot. Raises: ValidationError when the lot has not that much ready; LotRecalled.
    """
    lot_now = _locked(lot)
    if lot_now.status == LotStatus.RECALLED:
        raise LotRecalled(lot_now.code)
    event = write_line(lot_now, LotEventKind.SALE, at=at, quantity=quantity, actor=actor)
    _renew(lot, lot_now)
    return event


@transaction.atomic
def correct_step(*, lot: Lot, number: int, quantity: int, note: str, actor: Any = None) -> LotEvent:
    """The line that says what line ``number`` should have said, and in ``note`` why.

    A recalled lot may still be put right. Of an ingredient both books are put right.
    Locks/Writes: Lot, and the lot an ingredient came from, by id.
    Raises: ValidationError when that line has no quantity or the balance would break.
    """
    wrong = lot.events.filter(number=number, quantity__isnull=False, kind__in=CORRECTABLE).first()
    if wrong is None:
        raise ValidationError({"corrects": _("Dòng này không có số lượng để sửa.")})
    if not note.strip():
        raise ValidationError({"note": _("Cần ghi vì sao sửa.")})
    source = (
        locked_lots([lot.pk, wrong.counterpart_id])[wrong.counterpart_id] if wrong.counterpart_id else None
    )
    lot_now = _locked(lot)
    at = timezone.now()
    if source:
        take_from(source, quantity, into=lot_now, at=at, note=note, actor=actor, is_again=True)
    event = write_line(
        lot_now,
        LotEventKind.CORRECTION,
        at=at,
        quantity=quantity,
        corrects=number,
        note=note,
        actor=actor,
    )
    if wrong.kind == LotEventKind.DISPATCH:
        covers_what_others_took(lot_now)
    _renew(lot, lot_now)
    return event


@transaction.atomic
def take_back(*, lot: Lot, number: int, note: str, is_lost: bool, actor: Any = None) -> LotEvent:
    """The line that says that what line ``number`` sold has come back; ``is_lost``: and cannot be sold again.

    A recalled lot takes goods back too. Locks/Writes: Lot. Raises: ValidationError if that line is no sale.
    """
    lot_now = _locked(lot)
    sale = lot_now.events.filter(number=number, kind=LotEventKind.SALE).first()
    if sale is None:
        raise ValidationError({"corrects": _("Dòng này không phải là dòng bán.")})
    at = timezone.now()
    event = write_line(
        lot_now, LotEventKind.CORRECTION, at=at, quantity=0, corrects=number, note=note, actor=actor
    )
    if is_lost:
        write_line(lot_now, LotEventKind.LOSS, at=at, quantity=sale.quantity, note=note, actor=actor)
    _renew(lot, lot_now)
    return event


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
