"""What a cooperative with weak signal hears at the hours it chose: all new parcels in one message."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Prefetch

from catalog.clock import VIETNAM
from catalog.models import Cooperative
from shop.messages.models import ChannelName

from . import letters
from .models import Consignment, ConsignmentLine, NoticeRhythm, StallNotices
from .statuses import ConsignmentStatus

HOURS = range(5, 22)
"""Nobody is woken."""

_LINES = ConsignmentLine.objects.prefetch_related("reductions").order_by("pk")


def last_slot(hours: Sequence[int], now: dt.datetime) -> dt.datetime | None:
    """The latest of these hours, in Vietnam, that is not after ``now``; None without hours.

    >>> at = dt.datetime(2026, 11, 28, 9, 30, tzinfo=VIETNAM)
    >>> [f"{last_slot(hours, at):%d %H}" for hours in ([7, 12], [12, 17], [9])]
    ['28 07', '27 17', '28 09']
    """
    here = now.astimezone(VIETNAM)
    for day in (here.date(), here.date() - dt.timedelta(days=1)):
        past = [slot for hour in hours if (slot := _at(day, hour)) <= here]
        if past:
            return max(past)
    return None


def _at(day: dt.date, hour: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), VIETNAM)


def choose(
    *,
    cooperative: Cooperative,
    rhythm: NoticeRhythm,
    channel: ChannelName,
    hours: Sequence[int],
    now: dt.datetime,
) -> StallNotices:
    """How the cooperative is told from now on; hours that have passed today bring no digest any more.

    Idempotent. Parcels that wait for a digest when the rhythm becomes “at once” are told by the next sweep.
    """
    notices, _ = StallNotices.objects.update_or_create(
        cooperative=cooperative,
        defaults={
            "rhythm": rhythm,
            "channel": channel,
            "hours": sorted(set(hours)) if rhythm == NoticeRhythm.DIGEST else [],
            "digested_at": now,
        },
    )
    return notices


def tell_stalls(now: dt.datetime) -> int:
    """How many digests were written now, and letters for parcels that a change of rhythm left untold.

    Idempotent by stall and hour.
    """
    digests = sum(_digest(pk, now) for pk in _with_digest().values_list("pk", flat=True))
    return digests + _tell_left_behind()


def _with_digest() -> Any:
    return StallNotices.objects.filter(rhythm=NoticeRhythm.DIGEST).order_by("pk")


@transaction.atomic
def _digest(pk: int, now: dt.datetime) -> bool:
    """Whether the stall's digest was written now.

    Locks/Writes: the stall's notices, then its consignments by id, as nobody does the other way round; letter.
    """
    rows = StallNotices.objects.select_for_update(of=("self",)).select_related("cooperative")
    notices = rows.filter(pk=pk, rhythm=NoticeRhythm.DIGEST).first()
    slot = last_slot(notices.hours, now) if notices else None
    if notices is None or slot is None or notices.digested_at >= slot:
        return False
    untold = _untold().filter(cooperative=notices.cooperative).order_by("pk")
    locked = list(untold.select_for_update(of=("self",)).values_list("pk", flat=True))
    parcels = list(
        Consignment.objects.filter(pk__in=locked)
        .select_related("order__sheet", "ships_with")
        .prefetch_related(Prefetch("lines", _LINES))
        .order_by("pk")
    )
    if parcels:
        letters.packing_digest(notices, parcels, slot)
        Consignment.objects.filter(pk__in=locked).update(stall_told_at=now)
    StallNotices.objects.filter(pk=pk).update(digested_at=slot)
    return bool(parcels)


def _tell_left_behind() -> int:
    waiting = _untold().exclude(cooperative__notices__rhythm=NoticeRhythm.DIGEST).order_by("pk")
    told = 0
    for pk in list(waiting.values_list("pk", flat=True)):
        with transaction.atomic():
            rows = _untold().select_related("cooperative", "order__sheet")
            if consignment := rows.select_for_update(of=("self",)).filter(pk=pk).first():
                letters.to_pack(consignment)
                told += 1
    return told


def _untold() -> Any:
    return Consignment.objects.filter(status=ConsignmentStatus.TO_PACK, stall_told_at=None)
