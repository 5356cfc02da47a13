"""Recall of a lot: from the next request on everyone reads why, and no more of it is sold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from oscar.core.loading import get_model

from catalog import shelves
from catalog.acts import Act, Verb, tell
from catalog.clock import today
from catalog.lot_book import balance_now, locked_lots, write_line
from catalog.models import Cooperative, Lot, LotEvent, LotEventKind, LotStatus, ProductSheet

MOST_SHOWN = 6


@transaction.atomic
def recall(
    *,
    lot: Lot,
    reason: str,
    with_made: bool = False,
    within: Cooperative | None = None,
    actor: Any = None,
) -> list[Lot]:
    """The lots that this call recalled: the lot, and with ``with_made`` every lot made from it (``within``: of
    that cooperative).

    ``reason`` stands on the pages of lot, product and stall from the next request on, and the shop sells no more
    packs of these products than their other lots hold (``docs/decisions/0014``).
    Locks/Writes: stock records by id, then lots by id. Idempotent: a second call finds nothing left to do.
    Raises: ValidationError without a reason.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Cần ghi vì sao thu hồi: người mua sẽ đọc.")})
    locked: dict[int, Lot] = {}
    while wanted := {lot.pk, *(made_from(lot, within) if with_made else ())} - set(locked):
        list(_stock_of(wanted).order_by("pk").select_for_update())
        locked |= locked_lots(wanted)
    recalled = [one for one in locked.values() if one.status != LotStatus.RECALLED]
    for one in recalled:
        write_line(one, LotEventKind.RECALL, at=timezone.now(), note=reason, actor=actor)
        _withhold(one)
    tell(*_acts_on(recalled, reason, actor))
    lot.status = locked[lot.pk].status
    lot.events_count, lot.last_hash = locked[lot.pk].events_count, locked[lot.pk].last_hash
    return recalled


def _acts_on(recalled: list[Lot], reason: str, by: Any) -> list[Act]:
    sheets = ProductSheet.objects.filter(lots__in=recalled).select_related("product").distinct()
    named = {sheet.pk: sheet for sheet in sheets} if recalled else {}
    return [
        Act(
            Verb.LOT_RECALLED,
            about=f"{named[lot.sheet_id].product.title}, {lot.grouped_code}",
            cooperative_id=named[lot.sheet_id].cooperative_id,
            reference=f"lot:{lot.pk}",
            reason=reason,
            by=by,
        )
        for lot in recalled
    ]


def made_from(lot: Lot, within: Cooperative | None = None) -> list[int]:
    """Keys of all lots (``within``: of that cooperative) that have something of this lot in them, at any remove."""
    found: list[int] = []
    step = [lot.pk]
    while step:
        lines = LotEvent.objects.filter(kind=LotEventKind.SOURCE, counterpart__in=step)
        step = [
            pk for pk in lines.order_by("lot").values_list("lot", flat=True).distinct() if pk not in found
        ]
        found += step
    if within is None:
        return found
    return list(Lot.objects.filter(pk__in=found, sheet__cooperative=within).values_list("pk", flat=True))


def recalls_shown(stall: Cooperative) -> list[LotEvent]:
    """Recalls that the stall's page tells of: of goods that may still be in somebody's kitchen."""
    keeps = Q(lot__best_before=None) | Q(lot__best_before__gte=today())
    lines = LotEvent.objects.filter(keeps, kind=LotEventKind.RECALL, lot__sheet__cooperative=stall)
    return list(lines.select_related("lot__sheet__product").order_by("-at", "-pk")[:MOST_SHOWN])


def _withhold(lot: Lot) -> None:
    """Take out of sale what the recalled lot still holds, and more than the product's other lots hold."""
    sheet = lot.sheet
    others = Lot.objects.filter(sheet=sheet, status=LotStatus.ON_SALE, unit=sheet.net_unit)
    held = sum(balance_now(other).left for other in others)
    left = balance_now(lot).left if lot.unit == sheet.net_unit else 0
    sizes = dict(sheet.packs.values_list("product", "net_quantity"))
    for record in _stock_of([lot.pk]).filter(num_in_stock__isnull=False):
        size = sizes.get(record.product_id, sheet.net_quantity)
        allowed = min(record.num_in_stock - -(-left // size), held // size)
        kept = max(allowed, record.num_allocated or 0)  # paid orders keep what they hold
        record.num_in_stock = min(record.num_in_stock, kept)
        record.save(update_fields=["num_in_stock"])
        shelves.restock(record.product)


def _stock_of(lots: Iterable[int]) -> Any:
    """Stock records of the products of these lots and of their packs."""
    products = Lot.objects.filter(pk__in=lots).values("sheet__product")
    of_them = Q(product__in=products) | Q(product__parent__in=products)
    return get_model("partner", "StockRecord").objects.filter(of_them)
