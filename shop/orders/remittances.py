"""What couriers collected at doors: each line compared with its parcel, then booked through the inbox, once."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from catalog.clock import VIETNAM
from shop.crash_points import crash_point
from shop.payments import services as payments
from shop.payments.models import (
    BOOKABLE,
    InboundEvent,
    InboundOutcome,
    InboundReason,
    LineFinding,
    Remittance,
    RemittanceLine,
)
from shop.payments.provider import ProviderEvent

from . import door
from .locks import lock_order
from .models import Consignment
from .receiving import receive
from .requests import IllegalStep
from .statuses import ConsignmentStatus

SOURCE = "cod"


@dataclass(frozen=True)
class Judged:
    """A line beside its parcel. Unit: whole đồng; ``expected`` is what is owed for it, or was when it was booked."""

    line: RemittanceLine
    finding: LineFinding
    expected: int
    consignment: Consignment | None

    @property
    def difference(self) -> int:
        """What was collected beyond what was owed; below nothing: too little."""
        return self.line.collected - self.expected

    @property
    def is_unowed(self) -> bool:
        """Whether money was collected that its parcel does not owe."""
        return bool(self.line.collected) and self.finding not in BOOKABLE

    @property
    def waits_for_people(self) -> bool:
        """Whether that money stands in the list only: nobody has given it to an order, nor returned it."""
        return bool(self.line.finding) and self.is_unowed and self.line.inbound_id is None


@dataclass(frozen=True)
class Sums:
    """A whole list. Unit: whole đồng."""

    collected: int
    fees: int
    booked: int
    returned: int = 0

    @property
    def to_transfer(self) -> int:
        """What the courier has to transfer."""
        return self.collected - self.fees

    @property
    def left_over(self) -> int:
        """What it collected for nothing that we know; a person has to look."""
        return self.collected - self.booked - self.returned


def judged_lines(remittance: Remittance) -> list[Judged]:
    """Every line with what was found, or would be found now."""
    return [judge(line, remittance.courier) for line in remittance.lines.select_related("inbound")]


def judge(line: RemittanceLine, courier: str) -> Judged:
    """The line compared with its parcel: as written down when it was booked, else as of now."""
    rows = Consignment.objects.select_related("order__sheet", "cooperative")
    consignment = rows.filter(code=line.parcel_code).first()
    if line.finding:
        return Judged(line, LineFinding(line.finding), line.expected or 0, consignment)
    if consignment is None:
        return Judged(line, LineFinding.UNKNOWN, 0, None)
    if not door.is_at_door(consignment.order):
        return Judged(line, LineFinding.NOT_AT_DOOR, 0, consignment)
    owed = door.owed_by_parcel(consignment.order)[consignment.pk]
    return Judged(line, _finding(line, courier, consignment, owed), owed, consignment)


def _finding(line: RemittanceLine, courier: str, consignment: Consignment, owed: int) -> LineFinding:
    """The first that is true of the line."""
    status, collected = consignment.status, line.collected
    rules = (
        (consignment.courier not in ("", courier), LineFinding.OTHER_COURIER),
        (not collected and not owed, LineFinding.NOTHING),  # paid by QR code, or refused
        (not collected, LineFinding.SHORT),
        (status == ConsignmentStatus.RETURNED, LineFinding.TAKEN_BACK),
        (status != ConsignmentStatus.HANDED_OVER, LineFinding.NOT_SENT),
        (not owed, LineFinding.SETTLED),
        (collected < owed, LineFinding.SHORT),
        (collected > owed, LineFinding.OVER),
    )
    return next((finding for is_true, finding in rules if is_true), LineFinding.RIGHT)


def book(remittance_pk: int, *, by: Any) -> Remittance:
    """The list, booked line by line: what names a parcel that owes is a charge of its order, the rest stays visible.

    A crash between two lines is mended by pressing again. Locks/Writes: per line as ``receive``, and the line.
    Idempotent: by line, also when two people press at once.
    """
    remittance = Remittance.objects.get(pk=remittance_pk)
    for pk in list(remittance.lines.filter(finding="").values_list("pk", flat=True)):
        _book_line(pk, remittance, by)
        crash_point("remittance-line-booked")
    Remittance.objects.filter(pk=remittance_pk, booked_at=None).update(booked_at=timezone.now(), booked_by=by)
    remittance.refresh_from_db()
    return remittance


@transaction.atomic
def _book_line(line_pk: int, remittance: Remittance, by: Any) -> None:
    code = RemittanceLine.objects.values_list("parcel_code", flat=True).get(pk=line_pk)
    consignment = Consignment.objects.filter(code=code).first()
    if consignment is not None:
        lock_order(consignment.order_id)
    line = RemittanceLine.objects.select_for_update().get(pk=line_pk)
    if line.finding:  # a rival held the locks and has done it
        return
    found = judge(line, remittance.courier)
    line.finding, line.expected = found.finding, found.expected
    if found.consignment is not None and line.collected and found.finding in BOOKABLE:
        line.inbound = _event_of(line, remittance, found.consignment)
    line.save(update_fields=["finding", "expected", "inbound"])
    if line.inbound is not None:
        receive(line.inbound.pk)


@transaction.atomic
def set_aside(line_pk: int) -> InboundEvent:
    """Money of a booked list that no parcel owed, among the transfers that a person gives to an order or returns.

    Locks/Writes: the line, a delivery. Idempotent: by line. Raises: IllegalStep for a line of a trial, without
    money, or whose money its parcel has.
    """
    line = RemittanceLine.objects.select_for_update(of=("self",)).select_related("remittance").get(pk=line_pk)
    if not line.finding or line.finding in BOOKABLE or not line.collected:
        raise IllegalStep(line.finding, InboundOutcome.UNMATCHED)
    if line.inbound is None:
        consignment = Consignment.objects.filter(code=line.parcel_code).select_related("order").first()
        line.inbound = _event_of(line, line.remittance, consignment, is_for_people=True)
        payments.settle(line.inbound, InboundOutcome.UNMATCHED, InboundReason.NOTHING_OWED)
        line.save(update_fields=["inbound"])
    return line.inbound


def _event_of(
    line: RemittanceLine,
    remittance: Remittance,
    consignment: Consignment | None,
    *,
    is_for_people: bool = False,
) -> InboundEvent:
    told = {"courier": remittance.courier, "list": remittance.number, "parcel": line.parcel_code}
    body = json.dumps(told | {"collected": line.collected, "fee": line.fee}, ensure_ascii=False)
    event = ProviderEvent(
        external_id=f"line:{line.pk}",
        amount=line.collected,
        memo=door.memo_of(consignment) if consignment else line.parcel_code,
        reference="" if consignment is None or is_for_people else consignment.order.number,
        bank_reference=remittance.number[:60],
        occurred_at=dt.datetime.combine(remittance.paid_on, dt.time(12), VIETNAM),
    )
    (row,) = payments.keep(SOURCE, [event], body.encode())
    return row


def sums_of(judged: list[Judged]) -> Sums:
    """The sums of a list."""
    became = {outcome: 0 for outcome in InboundOutcome}
    for line in (one.line for one in judged):
        if line.inbound is not None:
            became[InboundOutcome(line.inbound.outcome)] += line.collected
    collected, fees = sum(one.line.collected for one in judged), sum(one.line.fee for one in judged)
    return Sums(collected, fees, became[InboundOutcome.MATCHED], became[InboundOutcome.RETURNED])


@transaction.atomic
def discard(remittance_pk: int) -> None:
    """Forget a trial. Locks/Writes: the list. Raises: IllegalStep once any line of it is booked."""
    remittance = Remittance.objects.select_for_update().get(pk=remittance_pk)
    if remittance.booked_at or remittance.lines.exclude(finding="").exists():
        raise IllegalStep("booked", "discarded")
    remittance.delete()


@transaction.atomic
def arrive(inbound_pk: int, *, remittance_pk: int, by: Any, note: str = "") -> InboundEvent:
    """A transfer that nobody could match is a courier's money for a booked list: its lines were booked before.

    Locks/Writes: the delivery, the list. Raises: IllegalStep if either is settled already, or it is a line of a list.
    """
    inbound = InboundEvent.objects.select_for_update(of=("self",)).get(pk=inbound_pk)
    remittance = Remittance.objects.select_for_update(of=("self",)).get(pk=remittance_pk)
    is_settled = inbound.outcome != InboundOutcome.UNMATCHED or inbound.provider == SOURCE
    if is_settled or remittance.booked_at is None or remittance.transfer_id:
        raise IllegalStep(inbound.outcome, InboundOutcome.REMITTED)
    remittance.transfer = inbound
    remittance.save(update_fields=["transfer"])
    payments.settle(inbound, InboundOutcome.REMITTED, by=by, note=note)
    return inbound
