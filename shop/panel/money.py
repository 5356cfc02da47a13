"""What the money screens read: searches, an order's time line, the health of sources, a day's sums."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from oscar.apps.order.models import Order

from catalog.clock import VIETNAM
from shop.accounts.roles import roles_of
from shop.orders.disputes import Standing, open_losses
from shop.orders.models import Consignment, OrderEvent
from shop.orders.receiving import won_for_people
from shop.orders.statuses import Fault, OrderEventKind, OrderStatus, ShortfallChoice, Verdict
from shop.payments.models import (
    EventKind,
    InboundEvent,
    InboundOutcome,
    PaymentAttempt,
    PaymentEvent,
    Refund,
    RefundReason,
    RefundState,
    RefundStep,
    RefusedDelivery,
)
from shop.payments.providers import NAMES, SOURCES, is_listening

from .selectors import MONEY_ROLES

MOST_CANDIDATES = 10
_NOTED: dict[str, Any] = {
    OrderEventKind.REFUND_DUE: RefundReason,
    OrderEventKind.SHORTFALL_ANSWERED: ShortfallChoice,
    OrderEventKind.REPORTED: Fault,
    OrderEventKind.REPORT_ANSWERED: Verdict,
}


@dataclass(frozen=True)
class Moment:
    """One line of an order's time line."""

    at: dt.datetime
    text: str
    detail: str = ""
    amount: int = 0
    by: str = ""


@dataclass(frozen=True)
class Health:
    """How a source of events does: when it last spoke, and what of today could not be used."""

    code: str
    last_at: dt.datetime | None
    today: int
    unmatched: int
    refused: int


@dataclass(frozen=True)
class DaySum:
    """One source on one day: what it reported, and what became of it. Unit: whole đồng."""

    source: str
    reported: int
    matched: int
    unmatched: int
    returned: int
    remitted: int
    paid_back: int
    booked: int
    refunded: int

    @property
    def difference(self) -> int:
        """Nought when every đồng that was reported is booked, waits for staff or goes back."""
        return self.reported - self.booked - self.unmatched - self.returned - self.remitted - self.paid_back


def transfers_like(rows: QuerySet[InboundEvent], wanted: str) -> QuerySet[InboundEvent]:
    """Transfers of this amount, memo or bank reference."""
    digits = "".join(sign for sign in wanted if sign.isdecimal() and sign.isascii())
    found = Q(memo__icontains=wanted) | Q(bank_reference__iexact=wanted) | Q(external_id=wanted)
    if digits and len(digits) < 16 and len(digits) >= len(wanted) - wanted.count(".") - wanted.count(" "):
        found |= Q(amount=int(digits))
    return rows.filter(found)


def orders_like(user: Any, wanted: str, amount: int) -> list[tuple[Any, Any]]:
    """Orders that a transfer may be for, with their state: as searched, else those unpaid of this very amount."""
    if not MONEY_ROLES & roles_of(user):
        return []
    orders = Order.objects.select_related("sheet").order_by("-date_placed")
    if wanted:
        found = (
            Q(number__iexact=wanted)
            | Q(sheet__buyer_name__icontains=wanted)
            | Q(sheet__buyer_phone__contains=wanted.replace(" ", ""))
        )
    else:
        found = Q(sheet__total_amount=amount, sheet__paid_at=None)
    return [(order, OrderStatus(order.status).label) for order in orders.filter(found)[:MOST_CANDIDATES]]


def booked_from(user: Any, transfer: InboundEvent) -> list[PaymentEvent]:
    """What a transfer paid for."""
    if not MONEY_ROLES & roles_of(user):
        return []
    return list(PaymentEvent.objects.filter(inbound=transfer).select_related("attempt__order"))


def won_for(user: Any) -> list[PaymentEvent]:
    """Money of disputes won after the end of an order, about which somebody has to decide."""
    return won_for_people() if MONEY_ROLES & roles_of(user) else []


def lost_for(user: Any) -> list[tuple[Any, Standing]]:
    """Orders with money that card schemes took, about which somebody has to decide who bears it."""
    return open_losses() if MONEY_ROLES & roles_of(user) else []


def source_name(code: str) -> str:
    """How people know this way of paying or source of messages; the code itself if it is of a later time."""
    return NAMES.get(code, code)


def note_text(happened: OrderEvent) -> str:
    """What was noted about an event, in words where the note is one of our own values."""
    if happened.kind == OrderEventKind.METHOD_CHANGED:
        return " → ".join(source_name(code) for code in happened.note.split(" → "))
    words = _NOTED.get(happened.kind)
    return str(words(happened.note).label) if words and happened.note in words.values else happened.note


def time_line(order: Any) -> list[Moment]:
    """Everything that happened to an order's money, oldest first."""
    attempts = list(PaymentAttempt.objects.filter(order=order))
    moments = [
        Moment(
            attempt.created_at, source_name(attempt.provider), attempt.get_status_display(), attempt.amount
        )
        for attempt in attempts
    ]
    for event in PaymentEvent.objects.filter(attempt__order=order):
        moments.append(
            Moment(
                event.created_at,
                event.get_kind_display(),
                event.external_reference,
                event.amount,
                source_name(event.provider),
            )
        )
    for happened in order.events.select_related("actor"):
        by = happened.actor.get_full_name() if happened.actor else ""
        moments.append(Moment(happened.created_at, happened.get_kind_display(), note_text(happened), by=by))
    for step in RefundStep.objects.filter(refund__attempt__order=order).select_related("actor", "refund"):
        by = step.actor.get_full_name() if step.actor else ""
        moments.append(Moment(step.created_at, step.get_state_display(), step.note, step.refund.amount, by))
    return sorted(moments, key=lambda moment: moment.at)


@dataclass(frozen=True)
class DoorCharge:
    """Money that was taken for a parcel: by which way, when. Unit: whole đồng."""

    name: str
    at: dt.datetime
    amount: int


def door_charges(consignment: Consignment) -> list[DoorCharge]:
    """What was taken for this very parcel and still counts."""
    voided = PaymentEvent.objects.filter(attempt__order=consignment.order_id, kind=EventKind.VOID)
    references = set(voided.values_list("external_reference", flat=True))
    links = consignment.charges.select_related("charge")
    return [
        DoorCharge(source_name(link.charge.provider), link.charge.occurred_at, link.charge.amount)
        for link in links
        if link.charge.external_reference not in references
    ]


def health_of_sources() -> list[Health]:
    """Every source that may speak to us."""
    start = _start(timezone.localdate())
    rows = InboundEvent.objects.values("provider").annotate(
        last=Max("received_at"),
        today=Count("pk", filter=Q(received_at__gte=start)),
        unmatched=Count("pk", filter=Q(outcome=InboundOutcome.UNMATCHED)),
    )
    known = {row["provider"]: row for row in rows.order_by()}
    refused = dict(RefusedDelivery.objects.filter(day=timezone.localdate()).values_list("provider", "count"))
    found = []
    for code in SOURCES:
        row = known.get(code)
        if row or is_listening(code):
            last, count, unmatched = (row["last"], row["today"], row["unmatched"]) if row else (None, 0, 0)
            found.append(Health(code, last, count, unmatched, refused.get(code, 0)))
    return found


def sums_of(day: dt.date) -> list[DaySum]:
    """What each source reported on this day in Vietnam, and where that money is now."""
    start, end = _start(day), _start(day + dt.timedelta(days=1))
    came = InboundEvent.objects.filter(
        occurred_at__gte=start, occurred_at__lt=end, kind=EventKind.CHARGE
    ).exclude(outcome=InboundOutcome.IGNORED)
    sums = came.values("provider").annotate(
        reported=Sum("amount"),
        matched=_of(InboundOutcome.MATCHED),
        unmatched=_of(InboundOutcome.UNMATCHED),
        returned=_of(InboundOutcome.RETURNED),
        remitted=_of(InboundOutcome.REMITTED),
        paid_back=_of(InboundOutcome.PAID_BACK),
    )
    booked = dict(
        PaymentEvent.objects.filter(kind=EventKind.CHARGE, inbound__in=came)
        .order_by()
        .values_list("inbound__provider")
        .annotate(Sum("amount"))
    )
    back = Refund.objects.filter(state=RefundState.DONE).filter(
        Q(cause__inbound__in=came) | Q(charge__inbound__in=came)
    )
    source = Coalesce("cause__inbound__provider", "charge__inbound__provider")
    refunded = dict(back.order_by().values_list(source).annotate(Sum("amount")))
    return [
        DaySum(
            row["provider"],
            row["reported"],
            row["matched"],
            row["unmatched"],
            row["returned"],
            row["remitted"],
            row["paid_back"],
            booked.get(row["provider"], 0),
            refunded.get(row["provider"], 0),
        )
        for row in sums.order_by("provider")
    ]


def _of(outcome: InboundOutcome) -> Sum:
    return Sum("amount", filter=Q(outcome=outcome), default=0)


def _start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), VIETNAM)
