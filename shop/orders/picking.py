"""Which lot a parcel's goods are taken from: chosen when it is packed, written into the lot's book when it leaves.

Between the two the quantity is kept back for this parcel. A recalled lot is refused at both moments. Lots are
locked by id, after everything that ``locks`` locks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q, Sum

from catalog.clock import today
from catalog.lot_book import LotRecalled, balance_now, locked_lots
from catalog.lots import sell, take_back
from catalog.models import Lot, LotStatus, Pack, ProductSheet

from .models import Consignment, ConsignmentLine, PickedLot


class LotUnfit(ValueError):
    """The lot can't be used for this line: recalled, of other goods, or with too little left."""

    def __init__(self, line: ConsignmentLine, lot: Lot | None) -> None:
        super().__init__(line.title)
        self.line, self.lot = line, lot


@dataclass(frozen=True)
class Choice:
    """A lot that holds enough for a line. Unit: ``ready`` in the lot's unit."""

    lot: Lot
    ready: int


def choices_for(line: ConsignmentLine, quantity: int | None = None) -> list[Choice]:
    """Lots that this line, or ``quantity`` pieces to replace some of it, may be packed from, what must be eaten first
    at the top."""
    product = line.order_line.product
    lots = Lot.objects.filter(status=LotStatus.ON_SALE).filter(_of(product))
    lots = lots.filter(Q(best_before=None) | Q(best_before__gte=today()))
    wanted = needed(line, quantity)
    found = (
        Choice(lot, _ready(lot, line)) for lot in lots.order_by(F("best_before").asc(nulls_last=True), "pk")
    )
    return [choice for choice in found if wanted and choice.ready >= wanted]


def pick(consignment: Consignment, chosen: Mapping[int, int]) -> None:
    """Note the lot (value) of each line (key); a line that is left out has none.

    Locks/Writes: the lots by id, PickedLot. Raises: LotUnfit.
    """
    lines = consignment.lines.select_related("order_line__product__sheet", "order_line__product__parent")
    locked = locked_lots(chosen.values())
    PickedLot.objects.filter(line__consignment=consignment, event=None).exclude(line__in=chosen).delete()
    for line in lines.filter(pk__in=chosen):
        lot, wanted = locked.get(chosen[line.pk]), needed(line)
        is_fit = (
            lot is not None
            and lot.status == LotStatus.ON_SALE
            and Lot.objects.filter(_of(line.order_line.product), pk=lot.pk).exists()
            and 0 < wanted <= _ready(lot, line)
        )
        if lot is None or not is_fit:
            raise LotUnfit(line, lot)
        PickedLot.objects.update_or_create(line=line, defaults={"lot": lot, "quantity": wanted})


def lock_lots_of(consignments: Sequence[Consignment]) -> None:
    """The lots of a whole parcel at once, by id, before each consignment writes into their books."""
    waiting = PickedLot.objects.filter(line__consignment__in=consignments, event=None)
    locked_lots(waiting.values_list("lot", flat=True))


def write_sales(consignment: Consignment, *, at: dt.datetime, by: Any) -> None:
    """Write what leaves into the books of the lots it came from.

    Locks/Writes: the lots by id, PickedLot. Raises: LotUnfit when a lot was recalled or emptied meanwhile.
    """
    waiting = PickedLot.objects.filter(line__consignment=consignment, event=None)
    for picked in waiting.select_related("line", "lot").order_by("lot", "pk"):
        try:
            picked.event = sell(lot=picked.lot, quantity=picked.quantity, at=at, actor=by)
        except (LotRecalled, ValidationError) as error:
            raise LotUnfit(picked.line, picked.lot) from error
        picked.save(update_fields=["event"])


def write_returns(consignment: Consignment, *, is_sellable: bool, note: str, by: Any) -> None:
    """Write into the books of the lots that the goods have come back; ``is_sellable`` False, that they are lost.

    Locks/Writes: the lots by id.
    """
    sold = PickedLot.objects.filter(line__consignment=consignment, event__isnull=False)
    for picked in sold.select_related("lot", "event").order_by("lot", "pk"):
        number = picked.event.number if picked.event else 0
        take_back(lot=picked.lot, number=number, note=note, actor=by, is_lost=not is_sellable)


def _ready(lot: Lot, line: ConsignmentLine) -> int:
    """What the lot has ready after what other parcels keep back."""
    others = PickedLot.objects.filter(lot=lot, event=None).exclude(line=line)
    kept: int = others.aggregate(total=Sum("quantity"))["total"] or 0
    return balance_now(lot).ready - kept


def needed(line: ConsignmentLine, quantity: int | None = None) -> int:
    """Goods of the line that are delivered, or of ``quantity`` pieces like them, in the unit of their lots.

    0 where nothing says how much a pack holds.
    """
    product = line.order_line.product_id
    sizes = Pack.objects.filter(product=product).values_list("net_quantity", flat=True)
    size = (
        sizes.first()
        or ProductSheet.objects.filter(product=product).values_list("net_quantity", flat=True).first()
    )
    if quantity is not None:
        return quantity * (size or 0)
    return line.left_quantity * size - line.missing_grams if size else 0


def _of(product: Any) -> Q:
    """Lots of the product, or of the goods that it is a pack of, measured as its packs are."""
    if product is None:
        return Q(pk__in=())
    same_goods = Q(sheet__product=product.pk)
    if product.parent_id:
        same_goods |= Q(sheet__product=product.parent_id)
    return same_goods & Q(unit=F("sheet__net_unit"))
