"""The periodic round: the rows are the truth, and whatever a lost job or a crash left behind is finished here."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from catalog import shelves
from catalog.importing import jobs as imports
from shop.invoices.certificates import look_at_certificates
from shop.invoices.inquiries import look_for_inquiries
from shop.invoices.notices import transmit_due_notices
from shop.messages.services import send_due
from shop.payments import refunds

from .batches import work_off_left_behind
from .digests import tell_stalls
from .following import receive_waiting
from .invoicing import transmit_due
from .paying import poll
from .reminders import remind_of_ends, remind_of_signing
from .services import expire
from .settling import settle
from .shortfalls import answer_overdue


def sweep(now: dt.datetime | None = None) -> dict[str, int]:
    """What was done, by kind of work. Idempotent.

    Deliveries come before deadlines: money that has arrived must not find its order expired.
    """
    now = now or timezone.now()
    return {
        "deliveries": receive_waiting()[0],
        "questions to providers": poll(now),
        "expired orders": expire(now),
        "shortfalls": answer_overdue(now),
        "refunds": refunds.send_due(now),
        "books": settle(now),
        "batches": work_off_left_behind(now),
        "invoices": transmit_due(now),
        "notices": transmit_due_notices(now),
        "inquiries": look_for_inquiries(now),
        "certificates": look_at_certificates(now),
        "shelf": shelves.settle(),
        "reminders": remind_of_ends(now) + remind_of_signing(now),
        "digests": tell_stalls(now),
        "imports": imports.go_on(now),
        "letters": send_due(now),
    }
