"""Money that moved, in the books: each payment event once, and transfers that belong to no order.

The account of money that came in is the bank, the company that holds it, the courier that collected it, or a stall's
own card terminal, whose money never comes to the market.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Sum

from shop.ledger import due, journal
from shop.ledger.journal import Name, Source
from shop.ledger.models import AccountKind, EntryKind, JournalEntry, SourceType
from shop.payments.models import (
    EventKind,
    InboundEvent,
    InboundOutcome,
    PaymentEvent,
    Refund,
    RefundState,
    RefundWay,
)
from shop.payments.providers import BANK_SOURCES

from .models import ConsignmentCharge

AT_THE_BANK = (*BANK_SOURCES, "vietqr", "statement")
AT_THE_STALL = "pos"
AT_COURIERS = "cod"
OVERLAP = 5_000
"""So many events before the last one posted are looked at again: one with a lower key may be committed later."""

_BANK, _BUYERS = Name(AccountKind.BANK), Name(AccountKind.BUYERS)
_UNMATCHED = Name(AccountKind.UNMATCHED)
_ENDED = (EntryKind.MATCHED, EntryKind.RETURNED, EntryKind.REMITTED)
logger = logging.getLogger(__name__)


def post_new(now: dt.datetime, *, most: int | None = None) -> int:
    """How many transfers without an order were posted; orders with events that are not are marked to be looked at."""
    last = JournalEntry.objects.filter(source_type=SourceType.EVENT).aggregate(last=Max("source_id"))["last"]
    recent = _without_entry(PaymentEvent.objects.filter(pk__gt=(last or 0) - OVERLAP), SourceType.EVENT)
    for order_id in set(recent.order_by().values_list("attempt__order_id", flat=True)):
        due.look_soon([order_id], now)  # one by one: whoever holds one mark never waits for another
    done = 0
    for pk in list(_deliveries_to_post()[:most]):
        try:
            done += _post_delivery(pk)
        except Exception:
            logger.exception("delivery %s could not be posted", pk)
    return done


def post_events_of(order_id: int) -> None:
    """Every event of the order's money that is not in the books yet. Callers hold the order's locks."""
    rows = _without_entry(PaymentEvent.objects.filter(attempt__order_id=order_id), SourceType.EVENT)
    for event in rows.select_related("inbound__remittance_line__remittance", "attempt__order").order_by("pk"):
        there, kind = _TOLD[EventKind(event.kind)](event)
        sign = -1 if event.kind in (EventKind.REFUND, EventKind.CHARGEBACK, EventKind.VOID) else 1
        whose = (
            Name(AccountKind.DISPUTED)
            if event.kind in (EventKind.CHARGEBACK, EventKind.REVERSAL)
            else _BUYERS
        )
        source = Source(SourceType.EVENT, event.pk, event.attempt.order.number)
        journal.post(source, kind, {there: sign * event.amount, whose: -sign * event.amount})


def taken_at_stall(order_id: int) -> dict[int, int]:
    """What stalls' own card terminals took for each parcel of the order, by its id; without what was taken back."""
    voided = PaymentEvent.objects.filter(
        attempt__order_id=order_id,
        kind=EventKind.VOID,
        external_reference=OuterRef("charge__external_reference"),
    )
    links = ConsignmentCharge.objects.filter(
        ~Exists(voided), consignment__order_id=order_id, charge__provider=AT_THE_STALL
    )
    return dict(links.order_by().values_list("consignment").annotate(Sum("charge__amount")))


def unposted_events() -> QuerySet[PaymentEvent]:
    """Events that no entry tells of."""
    return _without_entry(PaymentEvent.objects.all(), SourceType.EVENT)


def _without_entry(rows: Any, source_type: SourceType, **entry: Any) -> Any:
    entries = JournalEntry.objects.filter(source_type=source_type, source_id=OuterRef("pk"), **entry)
    return rows.filter(~Exists(entries))


def _charged(event: PaymentEvent) -> tuple[Name, EntryKind]:
    return _where(event.provider, event.inbound), EntryKind.CHARGED


def _refunded(event: PaymentEvent) -> tuple[Name, EntryKind]:
    refund = Refund.objects.filter(pk=event.external_reference.removeprefix("refund:")).first()
    is_by_provider = refund is not None and refund.way == RefundWay.PROVIDER
    return (_where(event.provider, None) if is_by_provider else _BANK), EntryKind.REFUNDED


_TOLD: Mapping[EventKind, Callable[[PaymentEvent], tuple[Name, EntryKind]]] = {
    EventKind.CHARGE: _charged,
    EventKind.REFUND: _refunded,
    EventKind.CHARGEBACK: lambda event: (_where(event.provider, None), EntryKind.DISPUTED),
    EventKind.REVERSAL: lambda event: (_where(event.provider, None), EntryKind.REVERSED),
    EventKind.VOID: lambda event: (_where(event.provider, event.inbound), EntryKind.VOIDED),
}


def _where(provider: str, inbound: InboundEvent | None) -> Name:
    """Who holds the money that this provider or source has told of."""
    if provider in AT_THE_BANK:
        return _BANK
    if provider == AT_THE_STALL:
        return Name(AccountKind.TERMINAL)
    if provider == AT_COURIERS:
        line = getattr(inbound, "remittance_line", None)
        return Name(AccountKind.COURIER, line.remittance.courier if line else "")
    return Name(AccountKind.PROVIDER, provider)


def _deliveries_to_post() -> Any:
    """Keys of transfers that are nobody's and not posted as such, or that have become somebody's since."""
    rows: Any = InboundEvent.objects.filter(kind="charge", amount__gt=0)
    told = JournalEntry.objects.filter(source_type=SourceType.DELIVERY, source_id=OuterRef("pk"))
    is_told, is_over = Exists(told), Exists(told.filter(kind__in=_ENDED))
    sent_back = Q(outcome=InboundOutcome.RETURNED, refund__state=RefundState.DONE)
    return rows.filter(
        Q(~is_told, outcome__in=(InboundOutcome.UNMATCHED, InboundOutcome.RETURNED))
        | (sent_back | Q(outcome=InboundOutcome.REMITTED)) & Q(~is_over)
        | Q(is_told, ~is_over, outcome=InboundOutcome.MATCHED)
    ).values_list("pk", flat=True)


@transaction.atomic
def _post_delivery(pk: int) -> int:
    """How many entries tell of it now that did not before. Locks: the delivery."""
    rows = InboundEvent.objects.select_for_update(of=("self",))
    inbound = rows.select_related("remittance_line__remittance", "remittance", "refund").get(pk=pk)
    source = Source(SourceType.DELIVERY, inbound.pk, inbound.bank_reference[:40])
    posted = journal.moved_by(SourceType.DELIVERY, [pk]).get(pk, {})
    turn, made = journal.turns(SourceType.DELIVERY, pk), 0
    there = _where(inbound.provider, inbound)
    if not turn and inbound.outcome in (InboundOutcome.UNMATCHED, InboundOutcome.RETURNED):
        moves = {there: inbound.amount, _UNMATCHED: -inbound.amount}
        made += journal.post(source, EntryKind.UNMATCHED, moves, turn=1) is not None
        turn, posted = 1, {_UNMATCHED.code: -inbound.amount}
    still = -posted.get(_UNMATCHED.code, 0)
    if inbound.outcome == InboundOutcome.RETURNED and inbound.refund.state == RefundState.DONE:
        made += _end(source, EntryKind.RETURNED, {_UNMATCHED: still, _BANK: -still}, turn)
    elif inbound.outcome == InboundOutcome.MATCHED:
        made += _end(source, EntryKind.MATCHED, {_UNMATCHED: still, there: -still}, turn)
    elif inbound.outcome == InboundOutcome.REMITTED:
        fees = inbound.remittance.lines.aggregate(total=Sum("fee", default=0))["total"]
        moves = {
            _UNMATCHED: still,
            there: inbound.amount - still,
            Name(AccountKind.FEES): fees,
            Name(AccountKind.COURIER, inbound.remittance.courier): -inbound.amount - fees,
        }
        made += _end(source, EntryKind.REMITTED, moves, turn)
    return made


def _end(source: Source, kind: EntryKind, moves: dict[Name, int], turn: int) -> int:
    return int(journal.post(source, kind, moves, turn=turn + 1) is not None)
