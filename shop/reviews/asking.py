"""Some days after the last parcel of an order: one letter that asks how the goods were."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch

from shop.messages.models import Letter
from shop.orders.models import Consignment, ConsignmentLine, OrderSheet
from shop.orders.statuses import NOTHING_COMES, ConsignmentStatus

from . import letters
from .models import ReviewSilence
from .services import may_review

NO_LONGER_AFTER = dt.timedelta(days=30)
"""Who switches the letters on does not write to everybody who ever bought something."""
AT_ONCE = 200


def ask_buyers(now: dt.datetime) -> int:
    """How many letters were written now. Idempotent by order; off with ``REVIEW_MAIL_DAYS=0``."""
    days = settings.REVIEW_MAIL_DAYS
    if not days:
        return 0
    handed_over = Consignment.objects.filter(
        order=OuterRef("order"),
        status=ConsignmentStatus.HANDED_OVER,
        handed_over_at__gt=now - dt.timedelta(days=days) - NO_LONGER_AFTER,
    )
    open_still = Consignment.objects.filter(order=OuterRef("order")).exclude(
        status__in=[*NOTHING_COMES, ConsignmentStatus.HANDED_OVER]
    )
    too_early = handed_over.filter(handed_over_at__gt=now - dt.timedelta(days=days))
    lines = ConsignmentLine.objects.select_related("consignment", "order_line__product")
    sheets = (
        OrderSheet.objects.filter(Exists(handed_over), ~Exists(open_still), ~Exists(too_early))
        .exclude(buyer_email="")
        .select_related("order")
        .prefetch_related(
            Prefetch(
                "order__consignments__lines",
                lines.prefetch_related("reductions").filter(review=None),
            )
        )
        .order_by("pk")
    )
    asked = {
        key.removeprefix(letters.asking_key(""))
        for key in Letter.objects.filter(
            key__startswith=letters.asking_key(""), created_at__gt=now - 2 * NO_LONGER_AFTER
        ).values_list("key", flat=True)
    }
    waiting = [sheet for sheet in sheets.exclude(order__number__in=asked)[:AT_ONCE]]
    silent = set(
        ReviewSilence.objects.filter(
            address_key__in=[letters.address_key(sheet.buyer_email) for sheet in waiting]
        ).values_list("address_key", flat=True)
    )
    return sum(_ask(sheet) for sheet in waiting if letters.address_key(sheet.buyer_email) not in silent)


def _ask(sheet: OrderSheet) -> bool:
    lines = [
        line
        for consignment in sheet.order.consignments.all()
        for line in consignment.lines.all()
        if may_review(line)
    ]
    return bool(lines) and letters.ask_for_reviews(sheet, lines)
