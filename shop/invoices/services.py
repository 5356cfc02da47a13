"""The life of an invoice: drafted, issued (numbered and signed at once), transmitted, accepted or rejected.

Source: einvoice rules of Decree 254/2026/NĐ-CP and Circular 91/2026/TT-BTC art. 10: an issued invoice is never
changed or cancelled; a rejected one keeps its number.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import logging
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from catalog.models import Cooperative
from shop.audit.services import record as record_act
from shop.audit.verbs import Verb
from shop.crash_points import crash_point
from shop.invoices import formats
from shop.invoices.checking import check
from shop.invoices.delegation import delegation_on, signer_under, with_issuer
from shop.invoices.draft import SALES_INVOICE, VAT_INVOICE, Draft
from shop.invoices.exchange import ASK_FOR_CODE, CODED, new_message_id
from shop.invoices.findings import Finding, finding
from shop.invoices.gateway import Receipt, State, TryAgainLater, WillNotSucceed
from shop.invoices.keys import NoAccount, gateway_of, signer_of, time_findings, trusted
from shop.invoices.lookup_qr import lookup_text
from shop.invoices.models import (
    Delegation,
    DocumentKind,
    Invoice,
    InvoiceDocument,
    InvoiceKind,
    InvoiceSeries,
    InvoiceStatus,
    OfficialNumber,
)
from shop.invoices.notice_exchange import TELL
from shop.invoices.numbering import NotIssued, locked_series
from shop.invoices.pdf import invoice_pdf, preview_pdf
from shop.invoices.rates import last_days, settled
from shop.invoices.sales import SaleRecord
from shop.invoices.signer import Signer, SigningFailed
from shop.invoices.signing import sign
from shop.money import format_amount
from shop.readable import random_letters

logger = logging.getLogger(__name__)

PAUSES = (5, 15, 60, 300, 900, 3600)  # seconds to the next try; the last one repeats
MOST_RACES = 20  # how often a remotely signed invoice may lose its number to another before it gives up
OUR_MESSAGES = (ASK_FOR_CODE, TELL)
CLAIM = dt.timedelta(seconds=60)  # longer than any call to the gateway


@transaction.atomic
def create_draft(
    *, seller: Cooperative, source_reference: str, sale: SaleRecord, deliver_to: str, language: str
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
        },
    )
    return invoice


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


def issue(*, invoice: Invoice, now: dt.datetime | None = None) -> Invoice:
    """Number and sign the invoice with the rates of today; both stand or neither does.

    A remote signer is asked outside of the transaction, for the number that comes next; if another invoice takes
    that number meanwhile, what was signed is thrown away and the next number is tried.
    Locks: the invoice, then its series. Writes: Invoice, InvoiceSeries, InvoiceDocument.
    Raises: NotIssued when the finished document breaks a rule, the key cannot be used or its certificate is over,
    or the clock is behind the series.
    Idempotent: an issued invoice is returned as it is.
    """
    now = now or timezone.now()
    try:
        gateway_of(invoice.seller)  # a seller without an account must not take a number
        delegation = delegation_on(invoice.seller, timezone.localdate(now))
        signer = signer_under(delegation) if delegation else signer_of(invoice.seller)
        if findings := time_findings(signer.certificate, at=now):
            raise NotIssued(findings)
        ahead: _Placed | None = None
        for _ in range(MOST_RACES):
            found = _issue_in_place(invoice.pk, now, signer, delegation, ahead)
            if isinstance(found, Invoice):
                return found
            ahead = dataclasses.replace(found, xml=sign(found.xml, signer, place="NBan", at=now))
    except NoAccount as reason:
        raise NotIssued([finding("no_account", "", reason)]) from reason
    except SigningFailed as reason:
        raise NotIssued([finding("signer_away", "", reason)]) from reason
    raise NotIssued([finding("series_busy", "")])


@dataclasses.dataclass(frozen=True)
class _Placed:
    """An invoice written for the place in its series that it would take."""

    series_pk: int
    number: int
    xml: bytes


@transaction.atomic
def _issue_in_place(
    invoice_pk: int, now: dt.datetime, signer: Signer, delegation: Delegation | None, ahead: _Placed | None
) -> Invoice | _Placed:
    """The issued invoice; or, for a remote signer, what it has to sign first. ``ahead`` is what it signed."""
    today = timezone.localdate(now)
    locked = Invoice.objects.select_for_update().select_related("seller").get(pk=invoice_pk)
    if locked.status != InvoiceStatus.TO_ISSUE:
        return locked
    record, rates_used = settled(SaleRecord.from_json(locked.sale), today)
    series = locked_series(locked.seller, VAT_INVOICE if record.on_deduction else SALES_INVOICE, today)
    number = series.last_number + 1
    crash_point("invoice.series-locked")
    if ahead is not None and (ahead.series_pk, ahead.number) == (series.pk, number):
        xml = ahead.xml
    else:
        xml = _written(record, series, number, today, delegation)
        if signer.is_remote:
            return _Placed(series.pk, number, xml)
        xml = sign(xml, signer, place="NBan", at=now)
    if findings := _errors(check(xml, today=today, trust=trusted(), last_days=last_days())):
        raise NotIssued(findings)

    crash_point("invoice.signed")
    series.last_number = number
    series.last_issued_on = today
    series.save(update_fields=["last_number", "last_issued_on"])
    locked.series = series
    locked.number = number
    locked.issued_on = today
    locked.rates_used = rates_used
    locked.delegation = delegation
    locked.status = InvoiceStatus.SIGNED
    locked.message_id = new_message_id(record.solution_tax_code)
    locked.next_try_at = now
    locked.save()
    keep_document(locked, DocumentKind.SIGNED, xml)
    record_act(
        Verb.INVOICE_ISSUED,
        about=f"{series.symbol} {number}, {format_amount(locked.total_amount)}",
        cooperative_id=locked.seller_id,
        reference=f"invoice:{locked.pk}",
    )
    crash_point("invoice.numbered")
    return locked


def _written(
    record: SaleRecord, series: InvoiceSeries, number: int, today: dt.date, delegation: Delegation | None
) -> bytes:
    """The unsigned invoice at its place in the series, with its look-up QR."""
    version = formats.version_for(series.symbol, today)
    draft = dataclasses.replace(with_issuer(record.draft_on(today), delegation), version=version)
    draft = draft.numbered(series=series.symbol, number=number, issued_on=today)
    look_up = lookup_text(
        seller_tax_code=draft.seller.tax_code,
        form=draft.form,
        series=series.symbol,
        number=number,
        issued_on=today,
        total=draft.total,
    )
    return formats.build(draft, qr=look_up)


def transmit(invoice_pk: int, *, now: dt.datetime | None = None) -> Invoice:
    """Take one step of the exchange: send, or ask what became of it, and record the answer.

    No transaction is open during the call: the row is claimed, the authority called, the answer recorded.
    After an unclear end the authority is asked about the message before it is sent again.
    Idempotent: a row that is done, or claimed by another worker, is returned untouched.
    """
    now = now or timezone.now()
    claimed = _claim(invoice_pk, now)
    invoice = Invoice.objects.select_related("seller", "series").get(pk=invoice_pk)
    if not claimed:
        return invoice
    crash_point("invoice.claimed")
    try:
        receipt = _ask_or_send(invoice)
        crash_point("invoice.answered")
    except TryAgainLater as reason:
        logger.warning("Invoice %s waits: %s", invoice, reason)
        return invoice
    except WillNotSucceed as reason:
        receipt = Receipt(message_id=invoice.message_id, state=State.REJECTED)
        return _record(invoice_pk, receipt, now, rejection=str(reason))
    return _record(invoice_pk, receipt, now)


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
    if locked.documents.filter(message_type=CODED).exists():
        locked.status = InvoiceStatus.SENT
    else:
        locked.status = InvoiceStatus.SIGNED
        locked.message_id = new_message_id(SaleRecord.from_json(locked.sale).solution_tax_code)
    locked.rejection = ""
    locked.tries = 0
    locked.next_try_at = timezone.now()
    locked.save(update_fields=["status", "message_id", "rejection", "tries", "next_try_at"])
    return locked


def due(now: dt.datetime) -> QuerySet[Invoice]:
    """Invoices that a worker should transmit now."""
    return Invoice.objects.filter(status__in=(InvoiceStatus.SIGNED, InvoiceStatus.SENT), next_try_at__lte=now)


def signed_xml(invoice: Invoice) -> bytes:
    """The lawful document: with the authority's code when it has one, else as signed.

    Raises: InvoiceDocument.DoesNotExist before it is issued.
    """
    documents = invoice.documents.filter(kind__in=(DocumentKind.CODED, DocumentKind.SIGNED))
    found = documents.order_by("kind").first()  # "coded" sorts before "signed"
    if found is None:
        raise InvoiceDocument.DoesNotExist(f"{invoice} is not issued")
    return bytes(found.body)


def pdf_of(invoice: Invoice, *, base_url: str) -> bytes:
    """The printed representation, drawn from the signed XML."""
    return invoice_pdf(
        signed_xml(invoice), lookup_url=f"{base_url}/hoa-don/", lookup_code=invoice.lookup_code
    )


def preview_of(invoice: Invoice) -> bytes:
    """The printed form as it would be issued today, marked as a draft."""
    return preview_pdf(draft_today(invoice))


def draft_today(invoice: Invoice) -> Draft:
    """What the invoice would say if it were issued now. Raises: LookupError if no VAT rule covers a line."""
    today = timezone.localdate()
    record, _ = settled(SaleRecord.from_json(invoice.sale), today)
    return with_issuer(record.draft_on(today), delegation_on(invoice.seller, today))


def filename_of(invoice: Invoice, ending: str) -> str:
    """Such as ``1C26TAA-42.xml``: the place that the lawful document prints."""
    official = OfficialNumber.objects.filter(invoice=invoice).first()
    if official:
        return f"{official.form}{official.series}-{official.number}.{ending}"
    return f"{invoice.series}-{invoice.number}.{ending}"


def _errors(findings: list[Finding]) -> list[Finding]:
    return [found for found in findings if found.is_error]


def _claim(invoice_pk: int, now: dt.datetime) -> bool:
    return bool(due(now).filter(pk=invoice_pk).update(next_try_at=now + CLAIM))


def _ask_or_send(invoice: Invoice) -> Receipt:
    road = gateway_of(invoice.seller)
    if invoice.tries or invoice.status == InvoiceStatus.SENT:
        _count_try(invoice)
        known = road.fetch(invoice.message_id)
        if known.state != State.UNKNOWN:
            return known
    else:
        _count_try(invoice)
    crash_point("invoice.counted")
    return road.submit(invoice.message_id, signed_xml_to_send(invoice))


def pause_after(tries: int) -> dt.timedelta:
    """How long to wait after so many tries."""
    return dt.timedelta(seconds=PAUSES[min(tries, len(PAUSES)) - 1])


def _count_try(invoice: Invoice) -> None:
    """Counted before the call: if we die during it, the next worker knows it may have arrived."""
    invoice.tries += 1
    invoice.next_try_at = timezone.now() + max(CLAIM, pause_after(invoice.tries))
    invoice.save(update_fields=["tries", "next_try_at"])


def signed_xml_to_send(invoice: Invoice) -> bytes:
    """The seller's signed bytes, without the authority's additions."""
    return bytes(invoice.documents.get(kind=DocumentKind.SIGNED).body)


@transaction.atomic
def _record(invoice_pk: int, receipt: Receipt, now: dt.datetime, *, rejection: str = "") -> Invoice:
    invoice = Invoice.objects.select_for_update().select_related("seller").get(pk=invoice_pk)
    if invoice.message_id != receipt.message_id or invoice.status not in (
        InvoiceStatus.SIGNED,
        InvoiceStatus.SENT,
    ):
        return invoice
    keep_messages(invoice, receipt.exchanged)
    if receipt.state == State.ACCEPTED:
        own = signed_xml_to_send(invoice)
        answer = receipt.document
        road = gateway_of(invoice.seller)
        found = road.compare(own, answer, today=timezone.localdate(now), trust=trusted())
        # Rates were judged by our own table before the number was taken.
        if findings := [one for one in _errors(found) if one.code != "rate_over"]:
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
        reasons = [f"{reason.code}: {reason.text} {reason.advice}".strip() for reason in receipt.reasons]
        invoice.rejection = rejection or "\n".join(reasons)
        invoice.next_try_at = None
    else:
        invoice.status = InvoiceStatus.SENT
        invoice.next_try_at = timezone.now() + pause_after(invoice.tries)
    invoice.save(update_fields=["status", "authority_code", "rejection", "next_try_at"])
    crash_point("invoice.recorded")
    return invoice


def keep_messages(invoice: Invoice, exchanged: Iterable[tuple[str, bytes]]) -> None:
    """Raw messages, each with its type, in the archive of the invoice they are about; one seen before stays one."""
    sent, received = DocumentKind.SENT_MESSAGE, DocumentKind.RECEIVED_MESSAGE
    InvoiceDocument.objects.bulk_create(
        [
            _document(invoice, sent if kind in OUR_MESSAGES else received, body, message_type=kind)
            for kind, body in exchanged
        ],
        ignore_conflicts=True,
    )


def keep_document(invoice: Invoice, kind: str, body: bytes, *, message_type: str = "") -> InvoiceDocument:
    """A lawful document in the archive. Write-once. Raises: IntegrityError where there is one of its kind."""
    document = _document(invoice, kind, body, message_type=message_type)
    document.save(force_insert=True)
    return document


def _document(invoice: Invoice, kind: str, body: bytes, *, message_type: str) -> InvoiceDocument:
    digest = hashlib.sha256(body).hexdigest()
    return InvoiceDocument(invoice=invoice, kind=kind, body=body, sha256=digest, message_type=message_type)
