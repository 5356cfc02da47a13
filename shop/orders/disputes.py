"""Lost card disputes: how much of an order is to be borne, by whom, and what the books say about it.

What a card scheme took is first the buyer's own money, as far as the market still owed the buyer some (an order that
was cancelled). Somebody has to bear the rest: the market, or stalls for their parcels. One person proposes it, another
decides; until then the stalls' money is held (docs/decisions/0049).
Unit: whole đồng.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import BigIntegerField, Case, F, OuterRef, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from oscar.apps.order.models import Order

from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.ledger import journal
from shop.ledger.journal import Name, Source
from shop.ledger.models import AccountKind, EntryKind, SourceType
from shop.messages.services import write_letter
from shop.money import format_amount, share_out
from shop.payments.models import EventKind, PaymentEvent, Refund

from .locks import lock_order
from .models import Consignment, DisputeLoss, DisputeShare, LineReduction, LossStatus
from .statuses import ENDED, NOTHING_COMES

_BUYERS, _DISPUTED, _LOSSES = (
    Name(AccountKind.BUYERS),
    Name(AccountKind.DISPUTED),
    Name(AccountKind.LOSSES),
)


@dataclass(frozen=True)
class Standing:
    """Where the disputes of an order stand. ``claimed`` is what its parcels cost the buyer.

    ``taken``: what card schemes took and have not given back; ``own``: what of it was the buyer's own money.
    ``kept``: of what came back after the order had ended, what the market keeps, as a person decided.
    """

    taken: int
    own: int
    decided: int
    kept: int

    @property
    def open(self) -> int:
        """What nobody has decided about."""
        return max(self.taken - self.own - self.decided, 0)

    @property
    def borne(self) -> int:
        """What is borne by those who were decided upon: less than ``decided`` when money came back later."""
        return min(self.taken - self.own, self.decided)


class NotToShare(ValueError):
    """The parts cannot be borne like this. ``parcel_id`` names the parcel, None the whole; ``most`` what it may be."""

    def __init__(self, parcel_id: int | None, most: int) -> None:
        super().__init__(f"{parcel_id}: {most}")
        self.parcel_id, self.most = parcel_id, most


class NothingToDecide(Exception):
    """Somebody has decided or proposed meanwhile, or the money has come back."""


class SamePerson(Exception):
    """Whoever proposed who bears a loss may not decide about it."""


def standing_of(order: Any, claimed: int) -> Standing:
    """Where the disputes of the order stand, out of its events, refunds and decisions."""
    events = PaymentEvent.objects.filter(attempt__order=order).order_by()
    sums = dict(events.values_list("kind").annotate(Sum("amount")))
    taken = max(sums.get(EventKind.CHARGEBACK, 0) - sums.get(EventKind.REVERSAL, 0), 0)
    refunds = Refund.objects.filter(attempt__order=order).aggregate(total=Sum("amount", default=0))["total"]
    left = max(sums.get(EventKind.CHARGE, 0) - sums.get(EventKind.VOID, 0) - claimed - refunds, 0)
    decided = DisputeLoss.objects.filter(order=order, status=LossStatus.ACCEPTED)
    kept = 0
    if order.status in ENDED and sums.get(EventKind.REVERSAL):
        settled = events.filter(kind=EventKind.REVERSAL, inbound__settled_by__isnull=False)
        kept = settled.aggregate(total=Sum("amount", default=0))["total"]
    own = min(taken, left)
    return Standing(
        taken, own, decided.aggregate(total=Sum("amount", default=0))["total"], min(kept, left - own)
    )


def standing_now(order: Any) -> Standing:
    """As ``standing_of``, with what its parcels cost read anew."""
    return standing_of(order, sum(parcel.due_amount for parcel in _parcels(order)) if _is_paid(order) else 0)


def open_losses() -> list[tuple[Any, Standing]]:
    """Orders with money that a card scheme took and nobody has decided about, the oldest first."""
    events, refunds = PaymentEvent.objects.order_by(), Refund.objects.order_by()
    parcels = Consignment.objects.exclude(status__in=NOTHING_COMES).order_by()
    reductions = LineReduction.objects.exclude(line__consignment__status__in=NOTHING_COMES).order_by()
    accepted = DisputeLoss.objects.filter(status=LossStatus.ACCEPTED).order_by()
    disputed = events.filter(kind=EventKind.CHARGEBACK).values("attempt__order")
    orders: Any = Order.objects.filter(pk__in=disputed).annotate(
        waiting=_sum(events.filter(kind=EventKind.CHARGEBACK), "attempt__order")
        - _sum(events.filter(kind=EventKind.REVERSAL), "attempt__order")
        - _sum(accepted, "order"),
        came=_sum(events.filter(kind=EventKind.CHARGE), "attempt__order")
        - _sum(events.filter(kind=EventKind.VOID), "attempt__order")
        - _sum(refunds, "attempt__order"),
        claimed=Case(
            When(sheet__paid_at=None, then=Value(0)),
            default=_sum(parcels, "order", "total_amount") - _sum(reductions, "line__consignment__order"),
        ),
    )
    orders = orders.filter(waiting__gt=0).filter(waiting__gt=F("came") - F("claimed"))
    found = [(order, standing_now(order)) for order in orders.select_related("sheet").order_by("pk")]
    return [(order, standing) for order, standing in found if standing.open]


def _sum(rows: Any, path: str, field: str = "amount") -> Coalesce:
    """The sum of ``field`` of the rows that ``path`` leads to the order of."""
    of_order = rows.filter(**{path: OuterRef("pk")}).values(path).annotate(total=Sum(field))
    return Coalesce(Subquery(of_order.values("total")), 0, output_field=BigIntegerField())


def parcels_that_may_bear(order: Any, standing: Standing) -> dict[Consignment, int]:
    """Each parcel whose stall still earns something for it, with the most it may bear: its price, less what it
    bears already of earlier losses. ``standing`` is that of the order now.
    """
    if not _is_paid(order):
        return {}
    left = {parcel: parcel.due_amount for parcel in _parcels(order)}
    for share, amount in _borne(order, standing):
        if share.consignment in left:
            left[share.consignment] -= amount
    return {parcel: most for parcel, most in left.items() if most > 0}


@transaction.atomic
def propose(order_id: int, *, stalls: Mapping[int, int], reason: str, by: Any) -> DisputeLoss:
    """Who is to bear what is open: ``stalls`` maps parcels to amounts, the market bears the rest.

    Locks: see ``locks``. Writes: the loss with its shares, the log. Raises: NothingToDecide; NotToShare for a parcel
    that may bear less (``parcels_that_may_bear``), or when all are more than is open.
    """
    order = lock_order(order_id)
    standing = standing_now(order)
    most = standing.open
    if not most:
        raise NothingToDecide(order_id)
    parts = {pk: amount for pk, amount in stalls.items() if amount}
    costs = {parcel.pk: most for parcel, most in parcels_that_may_bear(order, standing).items()}
    for pk, amount in parts.items():
        if not 0 < amount <= costs.get(pk, 0):
            raise NotToShare(pk, costs.get(pk, 0))
    market = most - sum(parts.values())
    if market < 0:
        raise NotToShare(None, most)
    try:
        with transaction.atomic():
            loss = DisputeLoss.objects.create(order=order, amount=most, reason=reason, proposed_by=by)
    except IntegrityError:
        raise NothingToDecide(order_id) from None
    DisputeShare.objects.bulk_create(
        [DisputeShare(loss=loss, consignment_id=pk, amount=amount) for pk, amount in sorted(parts.items())]
        + ([DisputeShare(loss=loss, amount=market)] if market else [])
    )
    _tell(Verb.LOSS_PROPOSED, loss, by)
    return loss


@transaction.atomic
def decide(loss_pk: int, *, accept: bool, by: Any) -> DisputeLoss:
    """The loss is borne as proposed, or not; decided by somebody else than who proposed it.

    Locks: see ``locks``, then the loss. Writes: the loss, letters to the stalls that bear some, the log; the next
    round posts it. Raises: SamePerson; NothingToDecide when somebody was quicker, or the open amount is another.
    """
    order = lock_order(DisputeLoss.objects.values_list("order_id", flat=True).get(pk=loss_pk))
    loss = DisputeLoss.objects.select_for_update(of=("self",)).get(pk=loss_pk)
    if loss.status != LossStatus.PROPOSED or (accept and standing_now(order).open != loss.amount):
        raise NothingToDecide(loss_pk)
    if loss.proposed_by_id == by.pk:
        raise SamePerson
    loss.status = LossStatus.ACCEPTED if accept else LossStatus.REFUSED
    loss.decided_by, loss.decided_at = by, timezone.now()
    loss.save(update_fields=["status", "decided_by", "decided_at"])
    _tell(Verb.LOSS_ACCEPTED if accept else Verb.LOSS_REFUSED, loss, by)
    if accept:
        for share in _stalls_of(loss):
            _write(share)
    return loss


def post(order: Any, standing: Standing) -> None:
    """What the books say about the order's disputes becomes what ``standing`` says. Callers hold the order's locks.

    A stall's part is taken off what it may be paid; below nothing it is carried over. Writes: entries.
    """
    shares = _borne(order, standing)
    if shares:
        posted = journal.moved_by(SourceType.DISPUTE, [share.pk for share, _amount in shares])
        for share, amount in shares:
            change = amount + posted.get(share.pk, {}).get(_DISPUTED.code, 0)
            if change:
                _post_share(share, order, change)
    posted_here = journal.moved_by(SourceType.ORDER, [order.pk]).get(order.pk, {})
    own = standing.own + posted_here.get(_DISPUTED.code, 0)
    _post_for_order(order, EntryKind.OWN_MONEY, {_BUYERS: own, _DISPUTED: -own})
    kept = standing.kept + posted_here.get(_LOSSES.code, 0)
    _post_for_order(order, EntryKind.KEPT, {_BUYERS: kept, _LOSSES: -kept})


def _post_share(share: DisputeShare, order: Any, change: int) -> None:
    parcel = share.consignment
    stall = parcel.cooperative_id if parcel else None
    whose = Name(AccountKind.AVAILABLE, stall=stall) if parcel else _LOSSES
    source = Source(SourceType.DISPUTE, share.pk, parcel.code if parcel else order.number, stall)
    kind = EntryKind.LOST if change > 0 else EntryKind.WON_BACK
    turn = journal.turns(SourceType.DISPUTE, share.pk) + 1
    journal.post(source, kind, {whose: change, _DISPUTED: -change}, turn=turn)


def _post_for_order(order: Any, kind: EntryKind, moves: dict[Name, int]) -> None:
    if any(moves.values()):
        turn = journal.turns(SourceType.ORDER, order.pk) + 1
        journal.post(Source(SourceType.ORDER, order.pk, order.number), kind, moves, turn=turn)


def _is_paid(order: Any) -> bool:
    return order.sheet.paid_at is not None


def _borne(order: Any, standing: Standing) -> list[tuple[DisputeShare, int]]:
    """Each part that was decided, with what of it is borne: less, in the same parts, when money came back later."""
    accepted = DisputeShare.objects.filter(loss__order=order, loss__status=LossStatus.ACCEPTED)
    shares = list(accepted.select_related("consignment").order_by("pk"))
    if not shares:
        return []
    return list(zip(shares, share_out(standing.borne, [share.amount for share in shares]), strict=True))


def _parcels(order: Any) -> Sequence[Consignment]:
    rows = Consignment.objects.filter(order=order).select_related("cooperative")
    return list(rows.prefetch_related("lines__reductions").order_by("pk"))


def _stalls_of(loss: DisputeLoss) -> list[DisputeShare]:
    shares = loss.shares.filter(consignment__isnull=False)
    return list(shares.select_related("consignment__cooperative", "loss__order"))


def _write(share: DisputeShare) -> None:
    """To the stall's own address."""
    if share.consignment is not None:
        write_letter(
            key=f"loss_borne:{share.pk}",
            recipient=share.consignment.cooperative.email,
            template="loss_borne",
            context={
                "share": share,
                "parcel": share.consignment,
                "stall": share.consignment.cooperative,
                "link": settings.BASE_URL + reverse("complaints:door"),
            },
            language=settings.LANGUAGE_CODE,
        )


def _tell(verb: Verb, loss: DisputeLoss, by: Any) -> None:
    """One line for the market, and one for each stall that is concerned once it is decided."""
    about = f"{loss.order.number} {format_amount(loss.amount)}"
    record(verb, about=about, reference=f"loss:{loss.pk}", reason=loss.reason, by=by)
    if verb == Verb.LOSS_ACCEPTED:
        for share in _stalls_of(loss):
            parcel = share.consignment
            if parcel is not None:
                record(
                    verb,
                    about=f"{parcel.code} {format_amount(share.amount)}",
                    cooperative_id=parcel.cooperative_id,
                    reference=f"loss:{loss.pk}",
                    reason=loss.reason,
                    by=by,
                )
