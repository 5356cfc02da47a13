"""Taking a complaint in, answering it, closing it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from catalog.lot_codes import new_code
from catalog.models import Certificate, Lot, ProductSheet
from shop.messages.services import write_letter
from shop.orders import settling
from shop.orders.models import GoodsReport

from .models import Complaint, ComplaintNote, NoteKind, Outcome
from .promises import PROMISES


class ComplaintClosed(ValueError):
    """A closed complaint takes no further answer; internal notes are still welcome."""


@dataclass(frozen=True)
class Subject:
    """What a complaint is about: one of the four, or nothing in particular."""

    certificate: Certificate | None = None
    lot: Lot | None = None
    sheet: ProductSheet | None = None
    report: GoodsReport | None = None

    def __str__(self) -> str:
        if self.report is not None:
            consignment = self.report.consignment
            fault = self.report.get_fault_display()
            words = {"code": consignment.code, "stall": consignment.cooperative.name, "fault": fault}
            return _("Kiện %(code)s của %(stall)s: %(fault)s") % words
        if self.certificate is not None:
            title = self.certificate.sheet.product.title
            number = self.certificate.number
            return _("Giấy chứng nhận %(number)s, %(title)s") % {"number": number, "title": title}
        if self.lot is not None:
            title, code = self.lot.sheet.product.title, self.lot.grouped_code
            return _("Lô %(code)s, %(title)s") % {"code": code, "title": title}
        return str(self.sheet.product.title) if self.sheet is not None else ""


@transaction.atomic
def file_complaint(
    *,
    sent_key: uuid.UUID,
    kind: str,
    text: str,
    subject: Subject,
    phone: str = "",
    email: str = "",
    language: str = "vi",
) -> Complaint:
    """The complaint with its ticket number and the deadlines promised today.

    Writes: Complaint, and a letter of receipt if an address was left; about a report, that the stall's money for the
    parcel is kept back. Idempotent: by ``sent_key``; the form sent twice gives the same ticket.
    """
    if known := Complaint.objects.filter(sent_key=sent_key).first():
        return known
    received_at = timezone.now()
    answer_due_at, solution_due_at = PROMISES[kind].deadlines(received_at)
    with translation.override(settings.LANGUAGE_CODE):  # the name in the book; the operator reads it
        about = str(subject)[:300]
    complaint, is_new = Complaint.objects.get_or_create(
        sent_key=sent_key,
        defaults={
            "code": new_code(),
            "kind": kind,
            "text": text,
            "certificate": subject.certificate,
            "lot": subject.lot,
            "sheet": subject.sheet,
            "report": subject.report,
            "about": about,
            "phone": phone,
            "email": email,
            "language": language,
            "received_at": received_at,
            "answer_due_at": answer_due_at,
            "solution_due_at": solution_due_at,
        },
    )
    if is_new:
        if subject.report is not None:
            settling.hold(subject.report.consignment_id, _reason(complaint))
        _write(complaint, "complaint_received", f"complaint-received:{complaint.pk}", {})
    return complaint


@transaction.atomic
def answer_complaint(*, complaint: Complaint, text: str, by: Any) -> ComplaintNote:
    """The answer, which the person reads on the ticket page and by letter.

    Locks: Complaint. Raises: ComplaintClosed.
    """
    complaint = _open(complaint)
    note = ComplaintNote.objects.create(complaint=complaint, kind=NoteKind.ANSWER, text=text, actor=by)
    if complaint.answered_at is None:
        complaint.answered_at = note.at
        complaint.save(update_fields=["answered_at"])
    _write(complaint, "complaint_answered", f"complaint-note:{note.pk}", {"note": note})
    return note


@transaction.atomic
def close_complaint(*, complaint: Complaint, outcome: Outcome, text: str, by: Any) -> Complaint:
    """The complaint, closed with that outcome and a last word to the person; it keeps no stall's money back any more.

    Locks: the mark of its order, then Complaint. Raises: ComplaintClosed.
    """
    if complaint.report is not None:
        settling.lift(complaint.report.consignment_id, _reason(complaint))
    complaint = _open(complaint)
    note = ComplaintNote.objects.create(complaint=complaint, kind=NoteKind.CLOSING, text=text, actor=by)
    complaint.answered_at = complaint.answered_at or note.at
    complaint.closed_at = note.at
    complaint.outcome = outcome
    complaint.save(update_fields=["answered_at", "closed_at", "outcome"])
    _write(complaint, "complaint_answered", f"complaint-note:{note.pk}", {"note": note})
    return complaint


def note_complaint(*, complaint: Complaint, text: str, by: Any) -> ComplaintNote:
    """A note for the market's own people; it stops no deadline."""
    return ComplaintNote.objects.create(complaint=complaint, kind=NoteKind.INTERNAL, text=text, actor=by)


def ticket_path(complaint: Complaint) -> str:
    """The page of the ticket, in the language of the request."""
    return f"{reverse('complaints:ticket')}?ma={complaint.code}"


def _reason(complaint: Complaint) -> str:
    return f"complaint:{complaint.pk}"


def _open(complaint: Complaint) -> Complaint:
    complaint = Complaint.objects.select_for_update().get(pk=complaint.pk)
    if complaint.closed_at is not None:
        raise ComplaintClosed(complaint.code)
    return complaint


def _write(complaint: Complaint, template: str, key: str, context: dict[str, Any]) -> None:
    with translation.override(complaint.language):
        ticket_url = settings.BASE_URL + ticket_path(complaint)
    write_letter(
        key=key,
        recipient=complaint.email,
        template=template,
        context={"complaint": complaint, "ticket_url": ticket_url, **context},
        language=complaint.language,
    )
