"""The life of an invoice: drafted, issued (numbered and signed at once), transmitted, accepted or rejected.

Source: einvoice rules of Decree 254/2026/NĐ-CP and Circular 91/2026/TT-BTC art. 10: an issued invoice is never
changed or cancelled; a rejected one keeps its number.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from catalog.models import Cooperative
from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.crash_points import crash_point
from shop.invoices.archive import filename_of, keep_document, keep_messages, signed_xml, signed_xml_to_send
from shop.invoices.exchange import CODED, in_words, new_message_id
from shop.invoices.gateway import InvoiceGateway, ListGateway, Receipt, State, TryAgainLater, WillNotSucceed
from shop.invoices.issuing import draft_today, errors_of, issue
from shop.invoices.keys import gateway_of, trusted
from shop.invoices.models import (
    DocumentKind,
    Invoice,
    InvoiceKind,
    InvoiceStatus,
    OfficialNumber,
    SalesChannel,
)
from shop.invoices.numbering import NotIssued
from shop.invoices.pdf import invoice_pdf, preview_pdf
from shop.invoices.roads import Road, goes
from shop.invoices.sales import SaleRecord
from shop.readable import random_letters

__all__ = [
    "NotIssued",
    "change_channel",
    "create_draft",
    "draft_today",
    "drop_unissued",
    "due",
    "filename_of",
    "issue",
    "lawful",
    "new_lookup_code",
    "pause_after",
    "pdf_of",
    "preview_of",
    "resend",
    "signed_xml",
    "step",
    "transmit",
    "with_parties",
]

logger = logging.getLogger(__name__)

PAUSES = (5, 15, 60, 300, 900, 3600)  # seconds to the next try; the last one repeats
CLAIM = dt.timedelta(seconds=60)  # longer than any call to the gateway
_CHANGING = (
    "status",
    "message_id",
    "tries",
    "authority_code",
    "rejection",
)  # of an issued invoice, in the exchange


@transaction.atomic
def create_draft(
    *,
    seller: Cooperative,
    source_reference: str,
    sale: SaleRecord,
    deliver_to: str,
    language: str,
    channel: str = SalesChannel.WEB,
) -> Invoice:
    """The invoice to be issued for one consignment. Idempotent by ``source_reference``."""
    invoice, _ = Invoice.objects.get_or_create(
        source_reference=source_reference,
        kind=InvoiceKind.ORIGINAL,
        defaults={
            "seller": seller,
            "sale": sale.as_json(),
            "total_amount": sale.total_amount,
            "buyer_name": sale.buyer.name or sale.buyer.person,
            "deliver_to": deliver_to,
            "language": language,
            "lookup_code": new_lookup_code(),
            "channel": channel,
        },
    )
    return invoice


@transaction.atomic
def change_channel(*, invoice: Invoice, channel: SalesChannel) -> Invoice:
    """The draft under the series of another channel. Audited.

    Locks/Writes: Invoice. Raises: ValueError once it is issued, and for a correction, which follows what it corrects.
    """
    locked = Invoice.objects.select_for_update().get(pk=invoice.pk)
    if locked.status != InvoiceStatus.TO_ISSUE or locked.kind != InvoiceKind.ORIGINAL:
        raise ValueError(f"{locked} keeps its channel")
    if locked.channel != channel:
        record(
            Verb.CHANNEL_CHANGED,
            about=locked.source_reference,
            cooperative_id=locked.seller_id,
            reference=f"invoice:{locked.pk}",
            changes={"channel": (locked.channel, channel.value)},
        )
        locked.channel = channel
        locked.save(update_fields=["channel"])
    return locked


@transaction.atomic
def drop_unissued(*, source_reference: str) -> bool:
    """Whether the invoice of a sale that did not come about is gone: only before it has its number.

    Locks/Writes: Invoice. Idempotent.
    """
    drafts = Invoice.objects.select_for_update().filter(source_reference=source_reference)
    draft = drafts.filter(kind=InvoiceKind.ORIGINAL, status=InvoiceStatus.TO_ISSUE).first()
    if draft is None or draft.batch_rows.filter(done_at=None).exists():
        return False
    draft.delete()
    return True


def new_lookup_code() -> str:
    """Twelve characters that nobody can guess."""
    return random_letters(12)


def transmit(invoice_pk: int, *, now: dt.datetime | None = None) -> Invoice:
    """Take one step of the exchange with the invoice of that key: see :func:`step`."""
    return step(with_parties().get(pk=invoice_pk), now=now)


def with_parties() -> QuerySet[Invoice]:
    """Invoices as a step of the exchange reads them."""
    return Invoice.objects.select_related("seller", "series")


def step(invoice: Invoice, *, now: dt.datetime | None = None) -> Invoice:
    """Take one step of the exchange: send, or ask what became of it, and record the answer.

    No transaction is open during the call: the row is claimed, the authority called, the answer recorded.
    After an unclear end the authority is asked about the message before it is sent again.
    Idempotent: a row that is done, or claimed by another worker, is left untouched. What may have changed since the
    invoice was read is read again. Locks/Writes: Invoice. Writes: InvoiceDocument, OfficialNumber.
    """
    now = now or timezone.now()
    if not claim(due(now).filter(pk=invoice.pk), now):
        return with_parties().get(pk=invoice.pk)
    for field, value in Invoice.objects.values(*_CHANGING).get(pk=invoice.pk).items():
        setattr(invoice, field, value)
    crash_point("invoice.claimed")
    try:
        receipt = _ask_or_send(invoice)
        crash_point("invoice.answered")
    except TryAgainLater as reason:
        logger.warning("Invoice %s waits: %s", invoice, reason)
        wait(invoice)
        return invoice
    except WillNotSucceed as reason:
        receipt = Receipt(message_id=invoice.message_id, state=State.REJECTED)
        return _record(invoice, receipt, now, rejection=str(reason))
    return _record(invoice, receipt, now)


@transaction.atomic
def resend(*, invoice: Invoice) -> Invoice:
    """Send a rejected invoice again under a new message id, with the same number and bytes.

    For refusals whose cause lay elsewhere (registration, an outage). If an invoice did come back and did not fit,
    the old message is asked about again instead: sending it under a new id would make a second invoice.
    Raises: ValueError if it was not rejected.
    """
    locked = Invoice.objects.select_for_update().get(pk=invoice.pk)
    if locked.status != InvoiceStatus.REJECTED:
        raise ValueError(f"{locked} was not rejected")
    if locked.road.is_package:  # the next package takes it along
        locked.status = InvoiceStatus.SIGNED
    elif locked.documents.filter(message_type=CODED).exists():
        locked.status = InvoiceStatus.SENT
    else:
        locked.status = InvoiceStatus.SIGNED
        locked.message_id = new_message_id(SaleRecord.from_json(locked.sale).solution_tax_code)
    locked.rejection = ""
    locked.tries = 0
    locked.next_try_at = None if locked.road.is_package else timezone.now()
    locked.save(update_fields=["status", "message_id", "rejection", "tries", "next_try_at"])
    return locked


def due(now: dt.datetime) -> QuerySet[Invoice]:
    """Invoices that a worker should transmit now. Those that go in packages have no next try of their own.

    Without a join, so that a claim over it is one atomic update.
    """
    return Invoice.objects.filter(status__in=(InvoiceStatus.SIGNED, InvoiceStatus.SENT), next_try_at__lte=now)


def lawful(rows: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Those that may be handed out (``Invoice.is_lawful``)."""
    complete = (InvoiceStatus.SIGNED, InvoiceStatus.SENT, InvoiceStatus.ACCEPTED)
    told = goes(Road.UNCODED, Road.TILL) & Q(status__in=complete)
    return rows.filter(Q(status=InvoiceStatus.ACCEPTED) | told)


def pdf_of(invoice: Invoice, *, base_url: str) -> bytes:
    """The printed representation, drawn from the signed XML."""
    return invoice_pdf(
        signed_xml(invoice), lookup_url=f"{base_url}/hoa-don/", lookup_code=invoice.lookup_code
    )


def preview_of(invoice: Invoice) -> bytes:
    """The printed form as it would be issued today, marked as a draft."""
    return preview_pdf(draft_today(invoice))


def _ask_or_send(invoice: Invoice) -> Receipt:
    road = gateway_of(invoice.seller)
    return ask_or_send(
        invoice,
        road.fetch,
        lambda: _submit(invoice, road),
        is_sent=invoice.status == InvoiceStatus.SENT,
    )


def _submit(invoice: Invoice, road: InvoiceGateway) -> Receipt:
    crash_point("invoice.counted")
    kinds = (DocumentKind.SIGNED, DocumentKind.LIST)
    bodies = dict(invoice.documents.filter(kind__in=kinds).values_list("kind", "body"))
    signed = bytes(bodies[DocumentKind.SIGNED])
    if DocumentKind.LIST not in bodies:
        return road.submit(invoice.message_id, signed)
    if not isinstance(road, ListGateway):
        raise WillNotSucceed("the provider carries no lists")
    return road.submit_with_list(invoice.message_id, signed, bytes(bodies[DocumentKind.LIST]))


def pause_after(tries: int) -> dt.timedelta:
    """How long to wait after so many tries."""
    return dt.timedelta(seconds=PAUSES[min(tries, len(PAUSES)) - 1])


class Sent(Protocol):
    """A row that stands for a message: an invoice, a notice, a package."""

    message_id: str
    tries: int
    next_try_at: dt.datetime | None

    def save(self, *, update_fields: Iterable[str]) -> None: ...


def claim(rows: QuerySet[Any], now: dt.datetime) -> bool:
    """Whether the row that ``rows`` holds is this worker's for a while; another worker finds it gone.

    The try is counted with it, before any call: if we die during that, the next worker knows that the message may have
    arrived. One atomic update. Writes: the row.
    """
    return bool(rows.update(tries=F("tries") + 1, next_try_at=now + CLAIM))


def wait(row: Sent) -> None:
    """Leaves the row until it is worth while to try again. Writes: the row."""
    row.next_try_at = timezone.now() + max(CLAIM, pause_after(row.tries))
    row.save(update_fields=["next_try_at"])


def ask_or_send(
    row: Sent, fetch: Callable[[str], Receipt], send: Callable[[], Receipt], *, is_sent: bool = False
) -> Receipt:
    """What the other side says of a claimed row's message; sent unless the other side knows it.

    It is asked where the message is known to be sent, or this is not the first try. Raises: TryAgainLater,
    WillNotSucceed.
    """
    if (is_sent or row.tries > 1) and (known := fetch(row.message_id)).state != State.UNKNOWN:
        return known
    return send()


@transaction.atomic
def _record(invoice: Invoice, receipt: Receipt, now: dt.datetime, *, rejection: str = "") -> Invoice:
    """The invoice, as it was claimed, with the answer; if somebody recorded one meanwhile, as it is now.

    Locks/Writes: Invoice. Writes: InvoiceDocument, OfficialNumber.
    """
    rows = Invoice.objects.select_for_update().filter(pk=invoice.pk)
    invoice.status, message_id = rows.values_list("status", "message_id").get()
    if message_id != receipt.message_id or invoice.status not in (InvoiceStatus.SIGNED, InvoiceStatus.SENT):
        return with_parties().get(pk=invoice.pk)
    keep_messages(invoice, receipt.exchanged)
    if receipt.state == State.ACCEPTED:
        own = signed_xml_to_send(invoice)
        answer = receipt.document
        road = gateway_of(invoice.seller)
        found = road.compare(own, answer, today=timezone.localdate(now), trust=trusted())
        # Rates were judged by our own table before the number was taken.
        if findings := [one for one in errors_of(found) if one.code != "rate_over"]:
            # An answer that does not fit is kept and shown, never taken for a code.
            invoice.status = InvoiceStatus.REJECTED
            invoice.rejection = "\n".join(found.message_vi for found in findings)
        else:
            keep_document(invoice, DocumentKind.CODED, answer)
            if receipt.official is not None:
                place = dataclasses.asdict(receipt.official)
                OfficialNumber.objects.get_or_create(
                    invoice=invoice, defaults={"seller": invoice.seller, **place}
                )
            invoice.status = InvoiceStatus.ACCEPTED
            invoice.authority_code = receipt.authority_code
        invoice.next_try_at = None
    elif receipt.state == State.REJECTED:
        invoice.status = InvoiceStatus.REJECTED
        invoice.rejection = rejection or in_words(receipt.reasons)
        invoice.next_try_at = None
    else:
        invoice.status = InvoiceStatus.SENT
        invoice.next_try_at = timezone.now() + pause_after(invoice.tries)
    invoice.save(update_fields=["status", "authority_code", "rejection", "next_try_at"])
    crash_point("invoice.recorded")
    return invoice
