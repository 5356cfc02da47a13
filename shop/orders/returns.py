"""After hand-over: the buyer reports goods, the stall answers, the market has the last word; goods may come back.

The agreed amounts stay (``docs/decisions/0022``, ``0024``): money that goes back is a ``LineReduction`` of its own kind
and a refund of a charge that has so much left. Delivery is not paid back here: staff agree on that by themselves.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from catalog.clock import VIETNAM
from catalog.labelling import Kind, kind_of
from catalog.lot_book import LotRecalled
from catalog.lots import sell
from catalog.models import Lot, LotEvent
from catalog.sold import sheet_of
from shop.payments.models import RefundReason

from . import letters, picking, return_rules, stock
from .locks import lock_consignment
from .models import (
    AnsweredLine,
    Consignment,
    ConsignmentLine,
    GoodsBack,
    GoodsReport,
    ReportAnswer,
    ReportedLine,
    ReportPhoto,
    RestockedLine,
)
from .picking import LotUnfit
from .reductions import note, pay_back, take_off_returned
from .requests import (
    IllegalStep,
    NotOffered,
    NotReturnable,
    Reply,
    ReportWaits,
    TooManyReported,
)
from .statuses import ConsignmentStatus, Fault, OrderEventKind, Verdict, Wish

_PERISHABLE = (Kind.FRESH, Kind.LIVING)


def is_perishable(line: ConsignmentLine) -> bool:
    """Whether the goods of the line do not keep: fresh food, plants and animals."""
    product = line.order_line.product
    sheet = sheet_of(product) if product else None
    return sheet is not None and kind_of(sheet.ocop_set, sheet.processing) in _PERISHABLE


def report_by(line: ConsignmentLine) -> dt.datetime | None:
    """Until when goods of the line may be reported; None before they were handed over."""
    came = _came_at(line.consignment)
    return came and return_rules.report_by(came, is_perishable=is_perishable(line))


def reportable(line: ConsignmentLine) -> int:
    """Pieces that may be reported: those paid for without those about which a no stands, a full one or in part."""
    refused = sum(
        reported.report.left_of(reported)
        for reported in line.reported.all()
        if reported.report.is_partly_refused
    )
    return max(line.kept_quantity - refused, 0)


@transaction.atomic
def report_goods(
    *,
    consignment: Consignment,
    sent_key: uuid.UUID,
    pieces: Mapping[int, int],
    fault: Fault,
    wish: Wish,
    text: str,
    photos: Sequence[bytes] = (),
    by: Any = None,
) -> GoodsReport:
    """What the buyer says of so many pieces (value) of lines (key); ``photos`` are JPEGs of ``PhotoField``.

    Locks/Writes: see ``locks``; the report, its photographs, an order event, letters.
    Raises: IllegalStep unless it was handed over; ReportWaits while an earlier one waits; TooManyReported for a line
    that has not so many left, or when nothing is reported; NotReturnable for a line by ``return_rules``.
    Idempotent: by ``sent_key``; the form sent twice is one report.
    """
    fresh = lock_consignment(consignment)
    if known := GoodsReport.objects.filter(consignment=fresh, sent_key=sent_key).first():
        return known
    if fresh.status != ConsignmentStatus.HANDED_OVER:
        raise IllegalStep(fresh.status, OrderEventKind.REPORTED)
    if GoodsReport.objects.waiting().filter(consignment=fresh).exists():
        raise ReportWaits(fresh.status, OrderEventKind.REPORTED)
    lines = {line.pk: line for line in fresh.lines.all()}
    if not any(pieces.values()) or not lines.keys() >= pieces.keys():
        raise TooManyReported(None)
    now, came = timezone.now(), _came_at(fresh)
    for pk, quantity in pieces.items():
        line = lines[pk]
        if not 0 <= quantity <= reportable(line):
            raise TooManyReported(line)
        found = came and return_rules.obstacle(
            came, now, is_perishable=is_perishable(line), is_change_of_mind=fault == Fault.CHANGED_MIND
        )
        if quantity and found:
            raise NotReturnable(line, found)
    report = GoodsReport.objects.create(
        consignment=fresh,
        sent_key=sent_key,
        fault=fault,
        wish=wish,
        text=text,
        answer_by=now + return_rules.ANSWER_WITHIN,
    )
    ReportedLine.objects.bulk_create(
        ReportedLine(report=report, line_id=pk, quantity=quantity)
        for pk, quantity in pieces.items()
        if quantity
    )
    note(fresh, OrderEventKind.REPORTED, by=by, text=str(fault.value))
    letters.goods_reported(report, fresh)
    _keep_photos(report, photos)  # last: files are not taken back with the transaction
    return report


@transaction.atomic
def answer_report(
    *, report_pk: int, reply: Reply, by: Any = None, is_by_market: bool = False
) -> ReportAnswer:
    """The answer to a report, carried out: money for pieces of its lines, or others in their place.

    The market answers after a no, for what a yes has left out, or where the stall has let its time pass, and sends no
    goods of a stall.
    Locks/Writes: see ``locks``; the answer, reductions and refunds, or stock and lots; an order event, letters.
    Raises: IllegalStep if it has been answered, or is not the market's to answer; NotOffered for a verdict that does
    not fit the wish, or a no without a reason; TooManyReported for more pieces than were reported, or none;
    NotInStock; LotUnfit.
    """
    report = GoodsReport.objects.select_related("consignment").get(pk=report_pk)
    report.consignment = consignment = lock_consignment(report.consignment)
    may_answer = may_be_decided(report) if is_by_market else report.answer is None
    if not may_answer:
        raise IllegalStep(report.answer.verdict if report.answer else "", OrderEventKind.REPORT_ANSWERED)
    is_bare_no = reply.verdict == Verdict.REFUSED and not reply.text
    if is_bare_no or reply.verdict not in verdicts_for(report, is_by_market=is_by_market):
        raise NotOffered(reply.verdict)
    _check_pieces(report, consignment, reply)
    is_sent = reply.verdict == Verdict.REPLACED
    answer = ReportAnswer.objects.create(
        report=report,
        is_by_market=is_by_market,
        verdict=reply.verdict,
        text=reply.text,
        goods_come_back=reply.goods_come_back and bool(reply.given),
        carrier=reply.carrier if is_sent else "",
        tracking_number=reply.tracking_number if is_sent else "",
        actor=by,
    )
    note(consignment, OrderEventKind.REPORT_ANSWERED, by=by, text=str(reply.verdict.value))
    lines = [line for line in consignment.lines.all() if line.pk in reply.given]
    back = 0
    if reply.verdict == Verdict.MONEY:
        back = _give_money(answer, consignment, lines, reply, by)
    elif reply.verdict == Verdict.REPLACED:
        _send_others(answer, lines, reply, by)
    letters.report_answered(answer, consignment, back)
    return answer


def verdicts_for(report: GoodsReport, *, is_by_market: bool = False) -> list[Verdict]:
    """How this report may be answered."""
    if is_by_market:
        return [Verdict.MONEY, Verdict.REFUSED]
    verdicts = [Verdict.MONEY, Verdict.REPLACED, Verdict.REFUSED]
    return [Verdict.NOTED, *verdicts] if report.wish == Wish.TELL else verdicts


def may_be_decided(report: GoodsReport) -> bool:
    """Whether the buyer may go on to the market: the stall said no to all or some of it, or nothing in its time."""
    answer = report.answer
    if answer is None:
        return report.is_overdue
    return report.is_partly_refused and not answer.is_by_market


@transaction.atomic
def take_goods_back(*, answer_pk: int, restocked: Mapping[int, int], by: Any = None) -> GoodsBack:
    """The goods that the buyer sent back have come; ``restocked`` pieces (value) of lines (key) are sold again.

    Locks/Writes: see ``locks``; stock, an order event. Raises: IllegalStep if they are not to come, or have come;
    TooManyReported for a line of which so many were not to come.
    """
    answer = ReportAnswer.objects.select_related("report__consignment").get(pk=answer_pk)
    consignment = lock_consignment(answer.report.consignment)
    if not answer.goods_come_back or GoodsBack.objects.filter(answer=answer).exists():
        raise IllegalStep(answer.verdict, OrderEventKind.GOODS_BACK)
    counts = {row.line_id: row.quantity for row in answer.lines.all()}
    lines = {line.pk: line for line in consignment.lines.all()}
    for pk, quantity in restocked.items():
        if not 0 <= quantity <= counts.get(pk, 0):
            raise TooManyReported(lines.get(pk))
    back = GoodsBack.objects.create(answer=answer, actor=by)
    for pk, quantity in restocked.items():
        if quantity:
            RestockedLine.objects.create(back=back, line_id=pk, quantity=quantity)
            stock.put_back(lines[pk].order_line, quantity)
    text = ", ".join(f"{quantity} × {lines[pk].title}" for pk, quantity in restocked.items() if quantity)
    note(consignment, OrderEventKind.GOODS_BACK, by=by, text=text)
    return back


def _came_at(consignment: Consignment) -> dt.datetime | None:
    handed_over = consignment.handed_over_at
    return handed_over and return_rules.counted_from(handed_over, consignment.promised_to, VIETNAM)


def _check_pieces(report: GoodsReport, consignment: Consignment, reply: Reply) -> None:
    lines = {line.pk: line for line in consignment.lines.all()}
    reported = {row.line_id: report.left_of(row) for row in report.lines.all()}
    for pk, quantity in reply.given.items():
        line = lines.get(pk)
        if line is None or not 0 < quantity <= min(reported.get(pk, 0), line.kept_quantity):
            raise TooManyReported(line)
    if reply.verdict in (Verdict.MONEY, Verdict.REPLACED) and not reply.given:
        raise TooManyReported(None)


def _give_money(
    answer: ReportAnswer, consignment: Consignment, lines: Sequence[ConsignmentLine], reply: Reply, by: Any
) -> int:
    """How much goes back."""
    made = [(line, take_off_returned(line, reply.given[line.pk])) for line in lines]
    AnsweredLine.objects.bulk_create(
        AnsweredLine(answer=answer, line=line, quantity=row.quantity, reduction=row) for line, row in made
    )
    return pay_back(consignment, sum(row.amount for _line, row in made), RefundReason.RETURNED, by=by)


def _send_others(answer: ReportAnswer, lines: Sequence[ConsignmentLine], reply: Reply, by: Any) -> None:
    for line in lines:
        stock.take(line.order_line, reply.given[line.pk])
    # Lots are locked after all stock records, by id.
    for line in sorted(lines, key=lambda line: (reply.lots.get(line.pk, 0), line.pk)):
        quantity = reply.given[line.pk]
        event = _sell(line, quantity, reply.lots.get(line.pk), answer.created_at, by)
        AnsweredLine.objects.create(answer=answer, line=line, quantity=quantity, lot_event=event)


def _keep_photos(report: GoodsReport, photos: Iterable[bytes]) -> None:
    """Writes files: those of a report that does not come to stand are taken away again."""
    kept: list[ReportPhoto] = []
    try:
        for jpeg in photos:
            photo = ReportPhoto(report=report)
            photo.photo.save("anh.jpg", ContentFile(jpeg), save=False)
            kept.append(photo)
            photo.save()
    except Exception:
        for photo in kept:
            photo.photo.delete(save=False)
        raise


def _sell(
    line: ConsignmentLine, quantity: int, lot_pk: int | None, at: dt.datetime, by: Any
) -> LotEvent | None:
    """What replaces goods of the line, written into the book of its lot."""
    if lot_pk is None:
        return None
    choice = next((one for one in picking.choices_for(line, quantity) if one.lot.pk == lot_pk), None)
    if choice is None:
        raise LotUnfit(line, Lot.objects.filter(pk=lot_pk).first())
    try:
        return sell(lot=choice.lot, quantity=picking.needed(line, quantity), at=at, actor=by)
    except (LotRecalled, ValidationError) as error:
        raise LotUnfit(line, choice.lot) from error
