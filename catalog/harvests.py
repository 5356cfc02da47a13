"""Expected harvests: opening pre-orders, moving what arrives into stock, and the day a buyer is told.

A stock record keeps in ``num_expected`` what all open harvests of its product are still to bring. Orders reserve
packs of it by the same conditional update as stock, so that stock and expectation together are never oversold.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.translation import gettext as _
from oscar.core.loading import get_model

from catalog.clock import today
from catalog.models import Confidence, Harvest, HarvestState
from catalog.selectors import public_sheets
from catalog.services import StockBelowReserved

LONGEST_WAIT = dt.timedelta(days=366)
MOST_SHOWN = 60


class ArrivedMeanwhile(ValueError):
    """The harvest has changed since the person looked at it; the same arrival is not counted twice."""


@transaction.atomic
def plan_harvest(
    *,
    product: Any,
    expected_quantity: int,
    expected_on: dt.date,
    confidence: str = Confidence.LIKELY,
) -> Harvest:
    """A harvest of the product (or of its pack) that may be ordered from now on.

    Locks/Writes: StockRecord, Harvest. Raises: ValidationError.
    """
    record = _locked_record(product.pk)
    harvest = Harvest(
        product=product,
        expected_quantity=expected_quantity,
        expected_on=expected_on,
        confidence=confidence,
    )
    _check_reach(expected_on)
    harvest.full_clean()
    harvest.save()
    _recount(record)
    return harvest


@transaction.atomic
def change_harvest(
    *, harvest: Harvest, expected_quantity: int, expected_on: dt.date, confidence: str
) -> Harvest:
    """The harvest with a new expectation. What buyers were told stays on their orders.

    Locks/Writes: StockRecord, Harvest. Raises: ValidationError; StockBelowReserved when more is ordered.
    """
    record = _locked_record(harvest.product_id)
    fresh = Harvest.objects.select_for_update().get(pk=harvest.pk)
    if fresh.state != HarvestState.EXPECTED:
        raise ArrivedMeanwhile(fresh.pk)
    fresh.expected_quantity, fresh.expected_on = expected_quantity, expected_on
    fresh.confidence = confidence
    fresh.full_clean()
    fresh.save()
    _recount(record)
    return fresh


@transaction.atomic
def expect(*, product: Any, coming: Sequence[tuple[int, dt.date, str]]) -> None:
    """The product's open harvests are exactly these from now on: packs still to come, day, how sure.

    The soonest open harvest becomes the soonest of ``coming`` and so on; those left over are closed.
    Locks/Writes: StockRecord, Harvest. Raises: ValidationError; StockBelowReserved. Idempotent.
    """
    record = _locked_record(product.pk)
    found = Harvest.objects.select_for_update().filter(product=product, state=HarvestState.EXPECTED)
    known = [harvest for harvest in found.order_by("expected_on", "pk") if harvest.outstanding]
    wanted = sorted(coming, key=lambda each: each[1])
    for place, (quantity, day, confidence) in enumerate(wanted):
        harvest = known[place] if place < len(known) else Harvest(product=product)
        if harvest.pk is None or harvest.expected_on != day:
            _check_reach(day)
        harvest.expected_quantity = harvest.arrived_quantity + quantity
        harvest.expected_on, harvest.confidence = day, confidence
        harvest.full_clean()
        harvest.save()
    for harvest in known[len(wanted) :]:
        harvest.state = HarvestState.CLOSED
        harvest.save(update_fields=["state"])
    _recount(record)


def _check_reach(day: dt.date) -> None:
    if not today() <= day <= today() + LONGEST_WAIT:
        raise ValidationError({"expected_on": _("Ngày có hàng phải từ hôm nay đến một năm nữa.")})


@transaction.atomic
def record_arrival(*, harvest: Harvest, quantity: int, arrived_before: int) -> Harvest:
    """The harvest after ``quantity`` packs of it came in: they are stock now and are expected no more.

    ``arrived_before`` is what the person saw as already arrived, so that a form sent twice counts once.
    Locks/Writes: StockRecord, Harvest. Raises: ArrivedMeanwhile; ValidationError.
    """
    if quantity <= 0:
        raise ValidationError({"quantity": _("Số gói về phải từ 1 trở lên.")})
    record = _locked_record(harvest.product_id)
    fresh = Harvest.objects.select_for_update().get(pk=harvest.pk)
    if fresh.arrived_quantity != arrived_before or fresh.state != HarvestState.EXPECTED:
        raise ArrivedMeanwhile(fresh.pk)
    fresh.arrived_quantity += min(quantity, fresh.outstanding)
    if not fresh.outstanding:
        fresh.state = HarvestState.CLOSED
    fresh.save()
    # Stock first: between the two writes there is more, never less, than what is promised.
    type(record).objects.filter(pk=record.pk).update(num_in_stock=F("num_in_stock") + quantity)
    _recount(record)
    return fresh


@transaction.atomic
def close_harvest(*, harvest: Harvest) -> Harvest:
    """The harvest with nothing more to come. Idempotent.

    Locks/Writes: StockRecord, Harvest. Raises: StockBelowReserved when what is missing has been ordered.
    """
    record = _locked_record(harvest.product_id)
    fresh = Harvest.objects.select_for_update().get(pk=harvest.pk)
    fresh.state = HarvestState.CLOSED
    fresh.save(update_fields=["state"])
    _recount(record)
    return fresh


def _locked_record(product_id: int) -> Any:
    record = (
        get_model("partner", "StockRecord").objects.select_for_update().filter(product_id=product_id).first()
    )
    if record is None:
        raise ValidationError({"product": _("Món này chưa có giá và số lượng.")})
    return record


def _recount(record: Any) -> None:
    """Write what the open harvests are still to bring. Raises: StockBelowReserved."""
    expected = (
        Harvest.objects.filter(product_id=record.product_id, state=HarvestState.EXPECTED).aggregate(
            total=Sum(F("expected_quantity") - F("arrived_quantity"))
        )["total"]
        or 0
    )
    record.refresh_from_db()
    if record.num_in_stock + expected < (record.num_allocated or 0):
        raise StockBelowReserved(f"{record.num_allocated} packs of {record.partner_sku} are reserved")
    type(record).objects.filter(pk=record.pk).update(num_expected=expected)


def open_harvests(product_ids: Iterable[int] | None = None) -> dict[int, list[Harvest]]:
    """Open harvests by product (of all products when none are named), soonest first; one query."""
    found: dict[int, list[Harvest]] = {}
    harvests = Harvest.objects.filter(state=HarvestState.EXPECTED)
    if product_ids is not None:
        harvests = harvests.filter(product_id__in=list(product_ids))
    for harvest in harvests:
        found.setdefault(harvest.product_id, []).append(harvest)
    return found


def promised_day(
    harvests: Iterable[Harvest], *, num_in_stock: int, num_allocated: int, quantity: int
) -> dt.date | None:
    """The day from which ``quantity`` more packs can leave, behind everyone who ordered before; None if never.

    Harvests come soonest first. A day that has passed without the harvest counts as today.
    """
    covered = num_in_stock - num_allocated
    for harvest in harvests:
        covered += harvest.outstanding
        if covered >= quantity:
            return max(harvest.expected_on, today())
    return None


def coming_harvests() -> QuerySet[Harvest]:
    """Open harvests of goods in the shop, soonest first, with the name and address of their page."""
    sheets = public_sheets().filter(is_age_restricted=False)
    own = sheets.filter(Q(product=OuterRef("product")) | Q(packs__product=OuterRef("product")))
    return (
        Harvest.objects.filter(Exists(own), state=HarvestState.EXPECTED)
        .annotate(
            page_id=Subquery(own.values("product_id")[:1]),
            page_slug=Subquery(own.values("product__slug")[:1]),
            page_title=Subquery(own.values("product__title")[:1]),
        )
        .order_by("expected_on", "pk")[:MOST_SHOWN]
    )
