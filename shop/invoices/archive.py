"""The archive of an invoice: what was issued, sent and received, bytes as they were, and the lawful document."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from shop.invoices.exchange import ASK_FOR_CODE
from shop.invoices.list_exchange import WITH_LIST
from shop.invoices.models import DocumentKind, Invoice, InvoiceDocument, OfficialNumber
from shop.invoices.notice_exchange import TELL

OUR_MESSAGES = (ASK_FOR_CODE, WITH_LIST, TELL)


def signed_xml(invoice: Invoice) -> bytes:
    """The lawful document: with the authority's code when it has one, else as issued.

    Raises: InvoiceDocument.DoesNotExist before it is issued.
    """
    documents = invoice.documents.filter(kind__in=(DocumentKind.CODED, DocumentKind.SIGNED))
    found = documents.order_by("kind").first()  # "coded" sorts before "signed"
    if found is None:
        raise InvoiceDocument.DoesNotExist(f"{invoice} is not issued")
    return bytes(found.body)


def signed_xml_to_send(invoice: Invoice) -> bytes:
    """The seller's bytes as issued, without the authority's additions."""
    return bytes(invoice.documents.get(kind=DocumentKind.SIGNED).body)


def filename_of(invoice: Invoice, ending: str) -> str:
    """Such as ``1C26TAA-42.xml``: the place that the lawful document prints."""
    official = OfficialNumber.objects.filter(invoice=invoice).first()
    if official:
        return f"{official.form}{official.series}-{official.number}.{ending}"
    return f"{invoice.series}-{invoice.number}.{ending}"


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
