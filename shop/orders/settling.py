"""The books follow the rows: what orders, parcels, money and deliveries say is compared with what was posted.

Only the difference is posted, so a round that died, or ran twice, or late, ends in the same books. What happened to an
order leaves a mark beside it in the same transaction (``locks``); rounds find the marks and remove them.

Whose money it is: docs/decisions/0038. A stall earns what buyers pay for its parcel and what the market bears of the
discount, less commission and withheld taxes, and less what its own card terminal took. It may be paid out once it was
handed over, the time to report goods is over, and no report, complaint or card dispute waits (``disputes``).
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, Sum
from django.utils import timezone

from catalog.clock import VIETNAM
from shop.crash_points import crash_point
from shop.ledger import due, journal, levies
from shop.ledger.journal import Name, Source
from shop.ledger.models import AccountKind, EntryKind, OrderToSettle, SourceType
from shop.money import share_out
from shop.payments.models import EventKind, PaymentEvent, Refund

from . import booking, disputes, door, return_rules, returns
from .locks import lock_order
from .models import Consignment, ConsignmentLine, GoodsReport
from .statuses import ConsignmentStatus, OrderStatus

LOOK_AGAIN = dt.timedelta(hours=12)
"""At orders whose money is held back; what ends the wait usually wakes them before."""

_BUYERS, _PROMOTIONS = Name(AccountKind.BUYERS), Name(AccountKind.PROMOTIONS)
_LINES = ConsignmentLine.objects.select_related(
    "order_line__product__sheet", "order_line__product__parent__sheet"
)
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Claim:
    """What a parcel is worth to its stall. Unit: whole đồng. ``paid`` came from buyers, ``borne`` from the market."""

    paid: int = 0
    borne: int = 0
    commission: int = 0
    vat: int = 0
    pit: int = 0
    direct: int = 0

    @property
    def owed(self) -> int:
        """What the market owes the stall for it; below nothing: the stall has more already."""
        return self.paid + self.borne - self.commission - self.vat - self.pit - self.direct

    def moves(self) -> dict[Name, int]:
        """All sides but the stall's."""
        return {
            _BUYERS: self.paid,
            _PROMOTIONS: self.borne,
            Name(AccountKind.COMMISSION): -self.commission,
            Name(AccountKind.VAT): -self.vat,
            Name(AccountKind.PIT): -self.pit,
            Name(AccountKind.TERMINAL): -self.direct,
        }


def settle(now: dt.datetime | None = None, *, most: int | None = None) -> int:
    """How many orders and deliveries were looked at; all whose time has come, the longest due first.

    One that fails is logged and holds up no other. Writes: one transaction per row. Idempotent.
    """
    now = now or timezone.now()
    done = booking.post_new(now, most=most)
    waiting = OrderToSettle.objects.filter(look_at__lte=now).order_by("look_at", "pk")
    for order_id in list(waiting.values_list("order_id", flat=True)[:most]):
        try:
            settle_order(order_id, now)
            done += 1
        except Exception:
            logger.exception("the money of order %s could not be settled", order_id)
            OrderToSettle.objects.filter(order_id=order_id).update(look_at=now + LOOK_AGAIN)
    return done


@transaction.atomic
def settle_order(order_id: int, now: dt.datetime | None = None) -> None:
    """The order and its parcels in the books as they are now.

    Locks: see ``locks``. Writes: entries; the mark goes, or says when to look again. Idempotent.
    """
    now = now or timezone.now()
    order = lock_order(order_id)
    booking.post_events_of(order_id)
    parcels = list(
        Consignment.objects.filter(order=order)
        .select_related("cooperative")
        .prefetch_related(Prefetch("lines", _LINES), "lines__reductions")
        .order_by("pk")
    )
    owed = door.owed_by_parcel(order) if order.status == OrderStatus.AT_DOOR else {}
    direct = booking.taken_at_stall(order_id) if door.is_at_door(order) else {}
    posted = journal.moved_by(SourceType.PARCEL, [parcel.pk for parcel in parcels])
    claims = [
        claim_of(parcel, order, owed=owed.get(parcel.pk, 0), direct=direct.get(parcel.pk, 0))
        for parcel in parcels
    ]
    claimed = sum(claim.paid for claim in claims)
    standing, looks = disputes.standing_of(order, claimed), []
    for parcel, claim in zip(parcels, claims, strict=True):
        is_known = claim.paid or posted.get(parcel.pk)
        free_at = free_from(parcel, order, now, is_disputed=standing.open > 0) if is_known else None
        _post_parcel(parcel, claim, posted.get(parcel.pk, {}), is_free=free_at is not None and free_at <= now)
        if free_at is not None and free_at > now:
            looks.append(free_at)
    crash_point("parcels-settled")
    _make_up(order, claimed)
    disputes.post(order, standing)
    mark = OrderToSettle.objects.filter(order=order)
    if looks:
        mark.update(look_at=min(looks))
    else:
        mark.delete()


def claim_of(parcel: Consignment, order: Any, *, owed: int = 0, direct: int = 0) -> Claim:
    """What the parcel is worth to its stall, where ``owed`` of it is still to be collected at the door.

    ``direct``: what the stall's own card terminal took for it, which never came to the market.

    Levies and the market's part of a discount count once it is paid in full. Reads lines and reductions as loaded.
    """
    is_at_door = order.status == OrderStatus.AT_DOOR
    if not is_at_door and order.sheet.paid_at is None:
        return Claim(direct=direct)
    left = parcel.due_amount
    if not left or owed:
        return Claim(paid=left - owed, direct=direct)
    goods = sum(line.due.goods for line in parcel.lines.all())
    discount = sum(line.due.discount for line in parcel.lines.all())
    borne = 0
    if parcel.discount_amount:
        borne, _rest = share_out(
            discount, [parcel.market_amount, parcel.discount_amount - parcel.market_amount]
        )
    worth = goods - discount + borne
    rates = levies.rates_on(parcel.created_at.astimezone(VIETNAM).date(), parcel.cooperative)
    return Claim(
        paid=left,
        borne=borne,
        commission=levies.part_of(worth, rates.commission),
        vat=levies.part_of(worth + parcel.shipping_amount, rates.vat),
        pit=levies.part_of(worth + parcel.shipping_amount, rates.pit),
        direct=direct,
    )


def free_from(parcel: Consignment, order: Any, now: dt.datetime, *, is_disputed: bool) -> dt.datetime | None:
    """From when its money may be paid out, as far as can be known now; None while that depends on people.

    ``is_disputed``: a card scheme has taken money of the order, and nobody has decided who bears it.
    """
    if parcel.status in (ConsignmentStatus.CANCELLED, ConsignmentStatus.RETURNED):
        return now  # nothing is owed but, perhaps, what was paid out before
    if parcel.status != ConsignmentStatus.HANDED_OVER or order.status == OrderStatus.AT_DOOR:
        return None
    if is_disputed or due.is_held(parcel.pk):
        return now + LOOK_AGAIN
    if GoodsReport.objects.waiting().filter(consignment=parcel).exists():
        return now + LOOK_AGAIN
    came = return_rules.counted_from(parcel.handed_over_at or now, parcel.promised_to, VIETNAM)
    return max(
        return_rules.report_by(came, is_perishable=returns.is_perishable(line)) for line in parcel.lines.all()
    )


def hold(consignment_id: int, reason: str) -> None:
    """Keep the money of the consignment back, such as while a complaint about it is open. Idempotent: by reason.

    Writes: Hold, in the caller's transaction; the next round carries it out.
    """
    due.hold(consignment_id, reason)
    _wake(consignment_id)


def lift(consignment_id: int, reason: str) -> None:
    """That reason is over. Idempotent. Writes: as ``hold``."""
    due.lift(consignment_id, reason)
    _wake(consignment_id)


def _wake(consignment_id: int) -> None:
    due.look_soon(Consignment.objects.filter(pk=consignment_id).values_list("order_id", flat=True))


def _post_parcel(parcel: Consignment, claim: Claim, posted: dict[str, int], *, is_free: bool) -> None:
    """What the claim has become since it was posted, then where the stall's part stands."""
    stall = parcel.cooperative_id
    pending = Name(AccountKind.PENDING, stall=stall)
    available = Name(AccountKind.AVAILABLE, stall=stall)
    was_free = available.code in posted and posted[available.code] != 0
    bucket = available if was_free else pending
    moves = {name: amount - posted.get(name.code, 0) for name, amount in claim.moves().items()}
    moves[bucket] = -sum(moves.values())
    source = Source(SourceType.PARCEL, parcel.pk, parcel.code, stall)
    turn = journal.turns(SourceType.PARCEL, parcel.pk) if any(moves.values()) or was_free != is_free else 0
    change = EntryKind.MORE if moves[bucket] < 0 else EntryKind.LESS
    kind = change if posted else EntryKind.SOLD
    if journal.post(source, kind, moves, turn=turn + 1):
        turn += 1
    if was_free != is_free and claim.owed:
        kind = EntryKind.RELEASED if is_free else EntryKind.HELD
        there, here = (available, pending) if is_free else (pending, available)
        journal.post(source, kind, {here: claim.owed, there: -claim.owed}, turn=turn + 1)


def _make_up(order: Any, claimed: int) -> None:
    """What was promised to buyer and stalls beyond what came in is borne by the market: refunds that staff agreed."""
    events = PaymentEvent.objects.filter(attempt__order=order)
    sums = dict(events.order_by().values_list("kind").annotate(Sum("amount")))
    came = sums.get(EventKind.CHARGE, 0) - sums.get(EventKind.VOID, 0)
    refunds = Refund.objects.filter(attempt__order=order).aggregate(total=Sum("amount", default=0))["total"]
    goodwill = Name(AccountKind.GOODWILL)
    posted = journal.moved_by(SourceType.ORDER, [order.pk]).get(order.pk, {})
    change = max(claimed + refunds - came, 0) - posted.get(goodwill.code, 0)
    if change:
        source = Source(SourceType.ORDER, order.pk, order.number)
        turn = journal.turns(SourceType.ORDER, order.pk) + 1
        journal.post(source, EntryKind.MADE_UP, {goodwill: change, _BUYERS: -change}, turn=turn)
