"""A report of goods to which the stall said no, in part or whole, or nothing: the buyer takes it to the market.

The operator decides about what the stall has not given.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction

from shop.orders.models import GoodsReport, ReportAnswer
from shop.orders.returns import may_be_decided
from shop.orders.services import IllegalStep, Reply, answer_report
from shop.orders.statuses import OrderEventKind, Verdict

from .models import Complaint, ComplaintKind, Outcome
from .services import Subject, close_complaint, file_complaint

_OUTCOMES = {Verdict.MONEY: Outcome.UPHELD, Verdict.REFUSED: Outcome.REFUSED}


class NotYet(Exception):
    """The stall has still time to answer, or has said yes to all of it."""


def take_to_market(report: GoodsReport, *, text: str) -> Complaint:
    """The complaint about a report, in the buyer's words, else in those of the report.

    Writes: Complaint, a letter of receipt. Raises: NotYet. Idempotent: a report has one complaint.
    """
    if known := Complaint.objects.filter(report=report).first():
        return known
    if not may_be_decided(report):
        raise NotYet
    sheet = report.consignment.order.sheet
    return file_complaint(
        sent_key=uuid.uuid5(report.sent_key, str(report.pk)),  # the same however often it is sent
        kind=ComplaintKind.GOODS,
        text=text or report.text,
        subject=Subject(report=report),
        phone=sheet.buyer_phone,
        email=sheet.buyer_email,
        language=sheet.language,
    )


def may_decide(report: GoodsReport) -> bool:
    """Whether the operator has to decide: the buyer asks, or the stall has let its time pass."""
    is_asked = Complaint.objects.filter(report=report, closed_at=None).exists()
    return may_be_decided(report) and (is_asked or report.is_overdue)


@transaction.atomic
def decide(*, report: GoodsReport, reply: Reply, by: Any) -> ReportAnswer:
    """The market's answer, which closes the complaint about it.

    Locks/Writes: as ``orders.services.answer_report``, then the complaint. Raises: what that raises; IllegalStep if
    nobody asks the market (any more), and the stall has not let its time pass.
    """
    was_silent = report.is_overdue
    answer = answer_report(report_pk=report.pk, reply=reply, by=by, is_by_market=True)
    complaint = Complaint.objects.select_for_update().filter(report=report, closed_at=None).first()
    if complaint is None and not was_silent:
        raise IllegalStep(reply.verdict, OrderEventKind.REPORT_ANSWERED)
    if complaint is not None:
        words = reply.text or str(reply.verdict.label)
        fresh = GoodsReport.objects.get(pk=report.pk)
        is_part = reply.verdict == Verdict.MONEY and fresh.is_partly_refused
        outcome = Outcome.PARTLY if is_part else _OUTCOMES[reply.verdict]
        close_complaint(complaint=complaint, outcome=outcome, text=words, by=by)
    return answer
