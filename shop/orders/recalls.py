"""Recall of a lot as the market sees it: nothing more is sold, and everyone who has some of it gets a letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from catalog import recalls
from catalog.models import Cooperative, Lot, LotStatus

from . import letters
from .models import AnsweredLine, PickedLot
from .statuses import ConsignmentStatus


@dataclass(frozen=True)
class Recalled:
    """What a recall did: the lots that are recalled now, and how many buyers were written to."""

    lots: list[Lot]
    buyers: int


@transaction.atomic
def recall_lot(
    *, lot: Lot, reason: str, with_made: bool, by: Any, within: Cooperative | None = None
) -> Recalled:
    """Recall the lot, with ``with_made`` also what was made from it; ``within`` a cooperative, only its own lots.

    Buyers with goods of it and its cooperative get a letter; so does a cooperative whose lot has some of it inside
    and was not recalled. Locks/Writes: stock records by id, then lots by id; letters.
    Raises: ValidationError without a reason. Idempotent.
    """
    recalled = recalls.recall(lot=lot, reason=reason, with_made=with_made, within=within, actor=by)
    buyers = 0
    for one in recalled:
        letters.own_lot_recalled(one, reason)
        for picked in handed_out(one):
            letters.lot_recalled(picked.line.consignment, one, picked.line.title, reason)
            buyers += 1
        for replaced in replaced_from(one):
            consignment = replaced.line.consignment
            letters.lot_recalled(consignment, one, replaced.line.title, reason)
            buyers += 1
    if recalled:
        touched = Lot.objects.filter(pk__in=recalls.made_from(lot)).exclude(status=LotStatus.RECALLED)
        for other in touched.select_related("sheet__cooperative", "sheet__product"):
            letters.ingredient_recalled(other, lot, reason)
    return Recalled(recalled, buyers)


def handed_out(lot: Lot) -> QuerySet[PickedLot]:
    """Lines of parcels that left with goods of the lot, oldest first."""
    return (
        PickedLot.objects.filter(lot=lot, event__isnull=False)
        .exclude(line__consignment__status=ConsignmentStatus.RETURNED)
        .select_related("line__consignment__order__sheet", "line__consignment__cooperative")
        .prefetch_related("line__reductions")
        .order_by("line__consignment__handed_over_at", "pk")
    )


def replaced_from(lot: Lot) -> QuerySet[AnsweredLine]:
    """Lines of which pieces were replaced by goods of the lot, whatever lot they came from at first."""
    rows = AnsweredLine.objects.filter(lot_event__lot=lot).exclude(line__picked__lot=lot)
    return rows.select_related("line__consignment__order__sheet", "line__consignment__cooperative")
