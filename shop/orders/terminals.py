"""Card payments at a stall's own terminal: entered by its people, taken back by somebody else.

Only for goods that the buyer fetches or the stall itself brings. A number of a card is never entered
(``shop.payments.cards``); what is kept is what stands on the terminal's slip.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from shop.payments import services as payments
from shop.payments.cards import holds_card_number
from shop.payments.models import EventKind, PaymentEvent, Refund, TerminalPayment
from shop.payments.provider import ProviderEvent

from . import door
from .locks import lock_consignment, lock_order
from .models import Consignment, OrderEvent
from .receiving import receive
from .requests import IllegalStep
from .statuses import NOTHING_COMES, OrderEventKind

SOURCE = "pos"
AT_THE_STALL = ("own", "collection")
"""Couriers whose goods the stall's own people hand out."""


class KnownReference(Exception):
    """A payment with this reference of this terminal is entered already."""


class MoreThanOwed(Exception):
    """The parcel owes less. ``most`` is what it owes."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class SamePerson(Exception):
    """Whoever entered a payment may not take it back."""


def can_be_paid(consignment: Consignment) -> bool:
    """Whether a card may be taken for the parcel: it is fetched, or brought by the stall, and still owes."""
    return (
        consignment.courier in AT_THE_STALL
        and consignment.status not in NOTHING_COMES
        and door.owed_for(consignment) > 0
    )


@transaction.atomic
def enter(
    *, consignment: Consignment, amount: int, terminal: str, reference: str, paid_at: dt.datetime, by: Any
) -> TerminalPayment:
    """The payment, booked to the parcel's order through the inbox.

    Locks/Writes: as ``receive``; the payment. Raises: IllegalStep where no card may be taken; MoreThanOwed;
    KnownReference; ValueError for what looks like the number of a card, which forms refuse before.
    """
    if holds_card_number(terminal) or holds_card_number(reference):
        raise ValueError("the number of a card is never kept")
    fresh = lock_consignment(consignment)
    if not can_be_paid(fresh):
        raise IllegalStep(fresh.order.status, OrderEventKind.DOOR_TAKEN)
    owed = door.owed_for(fresh)
    if amount > owed:
        raise MoreThanOwed(owed)
    try:
        with transaction.atomic():
            payment = TerminalPayment.objects.create(
                attempt=fresh.order.payment_attempts.latest("pk"),
                parcel_code=fresh.code,
                terminal=terminal,
                reference=reference,
                amount=amount,
                paid_at=paid_at,
                entered_by=by,
            )
    except IntegrityError:
        raise KnownReference from None
    event = ProviderEvent(
        external_id=f"terminal:{payment.pk}",
        amount=amount,
        memo=door.memo_of(fresh),
        reference=fresh.order.number,
        bank_reference=reference,
        occurred_at=paid_at,
    )
    (row,) = payments.keep(SOURCE, [event], b"")
    payment.inbound = row
    payment.save(update_fields=["inbound"])
    receive(row.pk)
    return payment


@transaction.atomic
def reverse(payment_pk: int, *, by: Any, reason: str) -> TerminalPayment:
    """The payment taken back by a second person: it never was, and the parcel owes its amount again.

    Locks/Writes: see ``locks``; a payment event, the payment, order, attempts, an order event.
    Raises: SamePerson; IllegalStep when it is taken back already, or its money was given back meanwhile.
    """
    order_id = TerminalPayment.objects.values_list("attempt__order", flat=True).get(pk=payment_pk)
    order = lock_order(order_id)
    payment = TerminalPayment.objects.select_for_update(of=("self",)).get(pk=payment_pk)
    if payment.entered_by_id == by.pk:
        raise SamePerson
    charge = PaymentEvent.objects.get(inbound=payment.inbound, kind=EventKind.CHARGE)
    gone_back = Refund.objects.filter(attempt__order=order).exists()
    if payment.reversed_at or gone_back:
        raise IllegalStep(order.status, OrderEventKind.DOOR_VOIDED)
    payment.reversed_by, payment.reversed_at, payment.reversal_reason = by, timezone.now(), reason[:255]
    payment.save(update_fields=["reversed_by", "reversed_at", "reversal_reason"])
    PaymentEvent.objects.create(
        attempt=charge.attempt,
        provider=SOURCE,
        kind=EventKind.VOID,
        amount=charge.amount,
        external_reference=charge.external_reference,
        occurred_at=timezone.now(),
        inbound=charge.inbound,
    )
    consignment = Consignment.objects.filter(code=payment.parcel_code).first()
    OrderEvent.objects.create(
        order=order, consignment=consignment, kind=OrderEventKind.DOOR_VOIDED, actor=by, note=reason[:255]
    )
    door.owe_again(order)
    return payment
