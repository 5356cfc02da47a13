"""Many invoices issued at once: the work goes on when the browser is closed or the server restarts.

Each invoice is issued in its own transaction and then sent; one that is refused does not hold up the others.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Min, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from catalog.acts import acting
from shop.invoices import services as invoices
from shop.invoices.models import Invoice, InvoiceStatus, IssueBatch, IssueBatchRow
from shop.invoices.numbering import NotIssued

from .invoicing import take_step

logger = logging.getLogger(__name__)
LEFT_BEHIND = dt.timedelta(minutes=2)  # a batch this old whose job is gone is finished by the sweep


@transaction.atomic
def open_batch(*, chosen: Iterable[Invoice], by: Any) -> IssueBatch:
    """A batch of the invoices, and a job that works it off. Writes: IssueBatch, IssueBatchRow."""
    batch = IssueBatch.objects.create(opened_by=by)
    rows = [IssueBatchRow(batch=batch, invoice=invoice) for invoice in chosen]
    IssueBatchRow.objects.bulk_create(rows, batch_size=500)
    transaction.on_commit(lambda: run_batch.enqueue(batch.pk))
    return batch


@task()
def run_batch(batch_pk: int) -> None:
    work_off(batch_pk)


def work_off(batch_pk: int) -> int:
    """How many invoices of the batch were dealt with now. Calls the network: never inside a transaction.

    Idempotent: what is numbered keeps its number, so two workers on one batch do no harm.
    """
    waiting = IssueBatchRow.objects.filter(batch_id=batch_pk, done_at=None).select_related("invoice__seller")
    done = 0
    batch = IssueBatch.objects.select_related("opened_by").get(pk=batch_pk)
    with acting(batch.opened_by):
        for row in waiting.order_by("pk").iterator(chunk_size=100):
            refusal = _issue(row.invoice)
            row.refusal, row.done_at = refusal, timezone.now()
            row.save(update_fields=["refusal", "done_at"])
            done += 1
    IssueBatch.objects.filter(pk=batch_pk, finished_at=None).update(finished_at=timezone.now())
    _ask_later(batch_pk)
    return done


@task()
def ask_about(batch_pk: int) -> None:
    """What became of the batch's invoices, one after another in one job, until the authority has decided on all."""
    asked_for = _undecided(batch_pk).filter(next_try_at__lte=timezone.now())
    for invoice in asked_for.select_related("seller", "series").iterator(chunk_size=100):
        take_step(invoice)
    _ask_later(batch_pk)


def _undecided(batch_pk: int) -> QuerySet[Invoice]:
    return Invoice.objects.filter(batch_rows__batch=batch_pk, status=InvoiceStatus.SENT)


def _ask_later(batch_pk: int) -> None:
    """Leaves a job for the moment when the next of its invoices is due; a lost one is made good by the sweep."""
    due_at = _undecided(batch_pk).aggregate(first=Min("next_try_at"))["first"]
    if due_at:
        ask_about.using(run_after=due_at).enqueue(batch_pk)


def work_off_left_behind(now: dt.datetime) -> int:
    """How many invoices of interrupted batches were dealt with."""
    unfinished = IssueBatch.objects.filter(finished_at=None, created_at__lte=now - LEFT_BEHIND)
    return sum(work_off(pk) for pk in list(unfinished.order_by("pk").values_list("pk", flat=True)))


def _issue(invoice: Invoice) -> str:
    """Why the invoice could not be issued; empty when it was, and is on its way."""
    try:
        issued = invoices.issue(invoice=invoice)
    except NotIssued as refusal:
        return "\n".join(found.message_vi for found in refusal.findings)
    except (ValueError, LookupError, OSError):
        # A lost key or a sale no VAT rule covers: the others must not wait for its repair.
        logger.exception("Invoice %s could not be issued", invoice.pk)
        return _("Chưa ký được, cần người kỹ thuật xem nhật ký máy chủ.")
    take_step(issued)
    return ""
