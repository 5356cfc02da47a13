"""A stall has not everything it sold: it says what is missing, the buyer chooses, and silence is an answer too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from shop.payments.models import RefundReason

from . import letters
from .changes import call_off, own
from .locks import lock_consignment, lock_parcel
from .models import Consignment, MissingLine, Shortfall, ShortfallAnswer
from .reductions import leave_out, note, pay_back, worth
from .requests import BuyerIsAsked, IllegalStep, NotOffered, TooManyMissing
from .statuses import ConsignmentStatus, OrderEventKind, ShortfallChoice

ANSWER_WITHIN = dt.timedelta(hours=24)


@transaction.atomic
def report_shortfall(
    *, consignment: Consignment, missing: Mapping[int, int], restock_on: dt.date | None = None, by: Any = None
) -> Shortfall | None:
    """The question to the buyer of a paid consignment of which pieces (value) of lines (key) are missing.

    None where nothing is left and no day is offered: then it is cancelled at once and all its money goes back.
    Locks/Writes: see ``locks``; the question, order events, letters; or a cancellation.
    Raises: IllegalStep unless it waits to be packed; BuyerIsAsked while an earlier question waits; TooManyMissing
    for a line that has not so many left, or when nothing is missing.
    """
    fresh = own(lock_parcel(consignment), consignment)
    if fresh.status != ConsignmentStatus.TO_PACK:
        raise IllegalStep(fresh.status, OrderEventKind.SHORTFALL_ASKED)
    if Shortfall.objects.waiting().filter(consignment=fresh).exists():
        raise BuyerIsAsked(fresh.status, OrderEventKind.SHORTFALL_ASKED)
    for line in fresh.lines.all():
        if not 0 <= missing.get(line.pk, 0) <= line.left_quantity:
            raise TooManyMissing(line)
    if not any(missing.values()):
        raise TooManyMissing(None)
    if restock_on is None and not _is_something_left(fresh, missing):
        call_off(fresh, OrderEventKind.STALL_CANCELLED, lost=missing, by=by)
        return None
    shortfall = Shortfall.objects.create(
        consignment=fresh, restock_on=restock_on, answer_by=timezone.now() + ANSWER_WITHIN, asked_by=by
    )
    MissingLine.objects.bulk_create(
        MissingLine(shortfall=shortfall, line_id=line, quantity=quantity)
        for line, quantity in missing.items()
        if quantity
    )
    note(fresh, OrderEventKind.SHORTFALL_ASKED, by=by)
    letters.shortfall_asked(shortfall, choices_of(shortfall), silence_means(shortfall))
    return shortfall


def choices_of(shortfall: Shortfall) -> list[ShortfallChoice]:
    """What the buyer may choose; the first one is what silence means, unless it is to wait."""
    choices = [ShortfallChoice.CANCEL]
    if shortfall.restock_on:
        choices.insert(0, ShortfallChoice.WAIT)
    if _is_something_left(shortfall.consignment, _missing(shortfall)):
        choices.insert(0, ShortfallChoice.SHIP_REST)
    return choices


def silence_means(shortfall: Shortfall) -> ShortfallChoice:
    """What is done when nobody answers in time; nobody waits for goods without having said so."""
    return next(choice for choice in choices_of(shortfall) if choice != ShortfallChoice.WAIT)


def refund_of(shortfall: Shortfall, choice: ShortfallChoice) -> int:
    """What the buyer gets back with this choice. Unit: whole đồng."""
    if choice == ShortfallChoice.CANCEL:
        return shortfall.consignment.due_amount
    if choice == ShortfallChoice.WAIT:
        return 0
    return sum(worth(row.line, row.quantity).amount for row in shortfall.missing.all())


@transaction.atomic
def answer_shortfall(
    *, shortfall_pk: int, choice: ShortfallChoice | None = None, by: Any = None
) -> ShortfallAnswer:
    """The answer to the question, carried out; ``choice`` None is silence.

    An answer counts until another one, or silence, was carried out, also after its time.
    Locks/Writes: see ``locks``; the answer, reductions or a cancellation, stock, refunds, order events, letters.
    Raises: NotOffered. Idempotent: the first answer stays.
    """
    shortfall = Shortfall.objects.select_related("consignment").get(pk=shortfall_pk)
    parcel = lock_parcel(shortfall.consignment)
    shortfall.consignment = consignment = own(parcel, shortfall.consignment)
    if given := ShortfallAnswer.objects.filter(shortfall=shortfall).first():
        return given
    chosen = choice or silence_means(shortfall)
    if chosen not in choices_of(shortfall):
        raise NotOffered(chosen)
    answer = ShortfallAnswer.objects.create(shortfall=shortfall, choice=chosen, is_silence=choice is None)
    note(consignment, OrderEventKind.SHORTFALL_ANSWERED, by=by, text=str(chosen.value))
    if chosen == ShortfallChoice.CANCEL:
        call_off(consignment, OrderEventKind.STALL_CANCELLED, lost=_missing(shortfall), by=by)
        return answer
    if chosen == ShortfallChoice.SHIP_REST:
        _ship_rest(consignment, shortfall)
    letters.shortfall_answered(answer, consignment)
    return answer


@transaction.atomic
def withdraw_shortfall(*, shortfall_pk: int, by: Any = None) -> ShortfallAnswer:
    """The question taken back by the stall: everything is there after all, and is packed as ordered.

    Locks/Writes: see ``locks``; the answer, an order event, a letter. Raises: IllegalStep if the buyer, or silence,
    was faster. Idempotent.
    """
    shortfall = Shortfall.objects.select_related("consignment").get(pk=shortfall_pk)
    consignment = lock_consignment(shortfall.consignment)
    if given := ShortfallAnswer.objects.filter(shortfall=shortfall).first():
        if given.choice != ShortfallChoice.WITHDRAWN:
            raise IllegalStep(given.choice, ShortfallChoice.WITHDRAWN)
        return given
    answer = ShortfallAnswer.objects.create(shortfall=shortfall, choice=ShortfallChoice.WITHDRAWN)
    note(consignment, OrderEventKind.SHORTFALL_ANSWERED, by=by, text=str(ShortfallChoice.WITHDRAWN.value))
    letters.shortfall_withdrawn(shortfall, consignment)
    return answer


def answer_overdue(now: dt.datetime) -> int:
    """How many questions were answered by silence: their time is over."""
    due = Shortfall.objects.waiting().filter(answer_by__lte=now).order_by("answer_by")
    return sum(answer_shortfall(shortfall_pk=pk).is_silence for pk in list(due.values_list("pk", flat=True)))


def _ship_rest(consignment: Consignment, shortfall: Shortfall) -> None:
    missing = _missing(shortfall)
    made = [leave_out(line, missing[line.pk]) for line in consignment.lines.all() if line.pk in missing]
    note(
        consignment,
        OrderEventKind.REDUCED,
        text=", ".join(f"{row.quantity} × {row.line.title}" for row in made),
    )
    back = pay_back(consignment, sum(row.amount for row in made), RefundReason.SHORT)
    letters.parcel_reduced(consignment, made, back)


def _missing(shortfall: Shortfall) -> dict[int, int]:
    return {row.line_id: row.quantity for row in shortfall.missing.all()}


def _is_something_left(consignment: Consignment, missing: Mapping[int, int]) -> bool:
    return any(line.left_quantity > missing.get(line.pk, 0) for line in consignment.lines.all())
