"""Orders that are paid when the goods are received: who owes how much, and what the money that comes is for.

The goods go to the stalls at once. What is due is what the parcels that come are worth; money finds its parcel by a
sign behind the order's code in the memo, whoever reports it: the bank, a courier's list or a stall's card terminal.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from oscar.apps.order.models import Order

from shop.payments import services as payments
from shop.payments.models import AttemptStatus, EventKind, PaymentAttempt, PaymentEvent
from shop.payments.provider import Purchase

from . import letters
from .models import Consignment, ConsignmentCharge, OrderEvent, OrderSheet
from .parts import left_to_pay
from .requests import CASH_METHODS
from .statuses import NOTHING_COMES, ConsignmentStatus, OrderEventKind, OrderStatus

_SIGN = "K"
_PLACES = "123456789ABCDEFGHJKMNPQRSTVWXYZ"


def is_at_door(order: Any) -> bool:
    """Whether the order was agreed to be paid when the goods are received."""
    return order.sheet.payment_method in CASH_METHODS


def purchase_of(order: Any, amount: int) -> Purchase:
    """What decides how ``amount`` of the order may be paid."""
    parcels = list(order.consignments.order_by().values_list("courier", "ships_with"))
    return Purchase(
        amount=amount,
        province_code=order.sheet.province_code,
        couriers=frozenset(courier for courier, _ships_with in parcels),
        is_for_adults=order.sheet.adult_declared_at is not None,
        is_prepaid=any(ships_with for _courier, ships_with in parcels),
    )


def memo_of(consignment: Consignment) -> str:
    """What stands in the memo of money for this parcel: the order's code, then which of its parcels.

    >>> memo_of(Consignment(code="HT2345678X-2"))
    'HT2345678XK2'
    """
    number, _dash, place = consignment.code.rpartition("-")
    position = int(place) - 1
    return number + (_SIGN + _PLACES[position] if position < len(_PLACES) else "")


def parcel_named(order: Any, memo: str) -> Consignment | None:
    """The parcel that a memo names behind the order's code, whatever a bank has put around it."""
    letters_only = re.sub(r"[^A-Z0-9]", "", unicodedata.normalize("NFKC", memo).upper())
    found = re.search(f"{order.number}{_SIGN}([{_PLACES}])", letters_only)
    if found is None:
        return None
    code = f"{order.number}-{_PLACES.index(found[1]) + 1}"
    return Consignment.objects.filter(order=order, code=code).first()


def due_by_parcel(order: Any) -> dict[int, int]:
    """What each parcel costs now, by id, in the order in which they were placed. Unit: whole đồng."""
    rows = Consignment.objects.filter(order=order).prefetch_related("lines__reductions").order_by("pk")
    return {row.pk: row.due_amount for row in rows}


def owed_by_parcel(order: Any) -> dict[int, int]:
    """What is still to be collected of each parcel, by id. Unit: whole đồng.

    Money that names no parcel, and what one was paid too much, goes to the others in their order.
    """
    due = due_by_parcel(order)
    links = ConsignmentCharge.objects.filter(consignment__order=order).exclude(charge__in=_voided(order))
    sums = links.order_by().values_list("consignment").annotate(Sum("charge__amount"))
    return left_to_pay(due, dict(sums), payments.usable_amount(order))


def owed_for(consignment: Consignment) -> int:
    """What is still to be collected for the parcel; 0 unless it is paid at the door. Unit: whole đồng."""
    if consignment.order.status != OrderStatus.AT_DOOR:
        return 0
    return owed_by_parcel(consignment.order)[consignment.pk]


def excess(order: Any) -> int:
    """What the market holds of the order beyond what its parcels cost now. Unit: whole đồng."""
    return max(payments.usable_amount(order) - sum(due_by_parcel(order).values()), 0)


def agree(order: Any, attempt: PaymentAttempt) -> None:
    """The order goes to its stalls, to be paid at the door. Callers hold its locks.

    Writes: order, consignments, an order event, the stalls' letters.
    """
    _set_status(order, OrderStatus.AT_DOOR)
    OrderSheet.objects.filter(order=order).update(payment_method=attempt.provider)
    order.consignments.update(status=ConsignmentStatus.TO_PACK)
    OrderEvent.objects.create(order=order, kind=OrderEventKind.DOOR_AGREED)
    for consignment in order.consignments.select_related("cooperative", "order__sheet"):
        letters.to_pack(consignment)


def take(order: Any, attempt: PaymentAttempt, charge: PaymentEvent) -> int:
    """What of the charge is too much, after it was put to the order and its parcel. Callers hold the locks.

    Writes: which parcel it is for, order events; with the last đồng the order is paid.
    """
    name_parcel(order, charge)
    surplus = excess(order)
    settle(order, attempt)
    return surplus


def name_parcel(order: Any, charge: PaymentEvent) -> None:
    """Note which parcel the money is for, if its memo says so."""
    consignment = parcel_named(order, charge.inbound.memo if charge.inbound else "")
    if consignment is not None:
        ConsignmentCharge.objects.create(consignment=consignment, charge=charge)
    OrderEvent.objects.create(order=order, consignment=consignment, kind=OrderEventKind.DOOR_TAKEN)


def settle(order: Any, attempt: PaymentAttempt | None = None) -> None:
    """After money came or goods went off an order at the door: ask for what is due now, or call it paid.

    An order of which nothing comes is left to whoever closes it. Callers hold the locks.
    """
    due = sum(due_by_parcel(order).values())
    attempt = attempt or order.payment_attempts.latest("pk")
    if order.status != OrderStatus.AT_DOOR or not due:
        return
    held = payments.usable_amount(order)
    attempt.amount = due
    if held >= due:
        attempt.status = AttemptStatus.SUCCEEDED
        _set_status(order, OrderStatus.PAID)
        OrderSheet.objects.filter(order=order).update(paid_at=timezone.now())
        OrderEvent.objects.create(order=order, kind=OrderEventKind.PAID)
    else:
        attempt.status = AttemptStatus.PARTIALLY_PAID if held else AttemptStatus.PENDING
    attempt.save(update_fields=["amount", "status"])


def owe_again(order: Any) -> None:
    """After a charge was voided: a paid order whose parcels are not covered any more is owed for once more.

    Callers hold the locks. Writes: order, attempts.
    """
    due = sum(due_by_parcel(order).values())
    if order.status == OrderStatus.PAID and payments.usable_amount(order) < due:
        _set_status(order, OrderStatus.AT_DOOR)
        OrderSheet.objects.filter(order=order).update(paid_at=None)
        order.payment_attempts.filter(status=AttemptStatus.SUCCEEDED).update(status=AttemptStatus.PENDING)
    settle(order)


def is_closed(order: Any) -> bool:
    """Whether nothing of the order comes any more."""
    return not order.consignments.exclude(status__in=NOTHING_COMES).exists()


def _voided(order: Any) -> Any:
    voids = PaymentEvent.objects.filter(attempt__order=order, kind=EventKind.VOID)
    references = list(voids.values_list("external_reference", flat=True))
    return PaymentEvent.objects.filter(
        attempt__order=order, kind=EventKind.CHARGE, external_reference__in=references
    )


def _set_status(order: Any, status: OrderStatus) -> None:
    Order.objects.filter(pk=order.pk).update(status=status.value)
    order.status = status.value
