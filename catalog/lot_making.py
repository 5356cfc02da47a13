"""Making a lot from other lots: every ingredient stands in both books, and no more comes out than went in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.lot_book import (
    LotFacts,
    LotRecalled,
    balance_now,
    first_page,
    known_lot,
    locked_lots,
    not_before_harvest,
    write_line,
)
from catalog.models import Lot, LotEventKind, LotStatus, ProductSheet


@dataclass(frozen=True)
class Ingredient:
    """What a lot is made from: so much of another lot, or with ``name`` of something that has no lot.

    Unit: ``quantity`` in the unit of that lot, else of the lot that is made.
    """

    quantity: int
    lot: Lot | None = None
    name: str = ""


def make_lot_from(  # noqa: PLR0913  as above
    *,
    ingredients: Sequence[Ingredient],
    sheet: ProductSheet,
    quantity: int,
    unit: str,
    made_at: dt.datetime,
    plot: str,
    member_initials: str,
    note: str = "",
    code: str = "",
    actor: Any = None,
    **optional: Unpack[LotFacts],
) -> Lot:
    """A lot made from other lots: each ingredient on a line of its book, and used up in the book it came from.

    Another cooperative's book is not written in: of its lot no more may be taken than it has dispatched.
    Locks/Writes: the lots of the ingredients by id, Lot. Idempotent by ``code``.
    Raises: ValidationError without a lot, when more comes out than went in or a lot has not that much left;
    LotRecalled; MistypedCode.
    """
    with transaction.atomic():
        if known := known_lot(code):
            return known
        sources = {one.lot.pk: one for one in ingredients if one.lot}
        if not sources or len(sources) < sum(one.lot is not None for one in ingredients):
            raise ValidationError({"ingredients": _("Cần chọn ít nhất một lô, mỗi lô một lần.")})
        if any(one.quantity <= 0 for one in ingredients):
            raise ValidationError({"ingredients": _("Cần ghi số lượng.")})
        fresh = locked_lots(sources)
        lot = first_page(
            sheet, quantity, unit, made_at, plot, member_initials, code, is_made=True, **optional
        )
        for one in ingredients:
            source = fresh[one.lot.pk] if one.lot else None
            if source:
                take_from(source, one.quantity, into=lot, at=made_at, actor=actor)
            write_line(
                lot,
                LotEventKind.SOURCE,
                at=made_at,
                quantity=one.quantity,
                counterpart=source,
                note=one.name,
                actor=actor,
                is_whole=False,
            )
        write_line(lot, LotEventKind.MADE, at=made_at, quantity=quantity, place=plot, note=note, actor=actor)
    return lot


def take_from(
    source: Lot,
    quantity: int,
    *,
    into: Lot,
    at: dt.datetime,
    note: str = "",
    actor: Any,
    is_again: bool = False,
) -> None:
    """Write in the source's book that so much of it went into the other lot, or (``is_again``) how much really."""
    if source.status == LotStatus.RECALLED and not is_again:
        raise LotRecalled(source.code)
    not_before_harvest(source, at)
    if source.sheet.cooperative_id != into.sheet.cooperative_id:
        covers_what_others_took(source, besides=into, quantity=quantity)
    elif is_again:
        line = source.events.get(kind=LotEventKind.USED, counterpart=into)
        write_line(
            source,
            LotEventKind.CORRECTION,
            at=at,
            quantity=quantity,
            corrects=line.number,
            note=note,
            actor=actor,
        )
    else:
        write_line(source, LotEventKind.USED, at=at, quantity=quantity, counterpart=into, actor=actor)


def covers_what_others_took(source: Lot, *, besides: Lot | None = None, quantity: int = 0) -> None:
    """Other cooperatives have made no more from the lot than it dispatched; ``besides`` now takes ``quantity``."""
    takers = Lot.objects.filter(events__kind=LotEventKind.SOURCE, events__counterpart=source)
    takers = takers.exclude(sheet__cooperative=source.sheet.cooperative_id)
    if besides:
        takers = takers.exclude(pk=besides.pk)
    for taker in takers.distinct():
        lines = list(taker.events.all())
        corrected = {line.corrects: line.quantity for line in lines if line.corrects}
        taken = (
            corrected.get(line.number, line.quantity) for line in lines if line.counterpart_id == source.pk
        )
        quantity += sum(amount or 0 for amount in taken)
    if quantity > balance_now(source).dispatched:
        raise ValidationError({"quantity": _("Lô kia chưa xuất đi nhiều như vậy.")})
