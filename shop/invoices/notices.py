"""Telling the tax authority that an invoice names its buyer wrongly (form 04/SS-HĐĐT).

Source: Circular 91/2026/TT-BTC art. 10: while tax code and amounts are right, the buyer is told and the authority
gets a notice; no new invoice is issued.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.invoices.corrections import NotCorrectable, ways_to_correct
from shop.invoices.formats.notice import Notice, build_notice
from shop.invoices.keys import signer_of
from shop.invoices.models import (
    DocumentKind,
    ErrorNotice,
    Invoice,
    InvoiceDocument,
    NoticeStatus,
    OfficialNumber,
    TaxOffice,
)
from shop.invoices.services import keep_document
from shop.invoices.signing import sign


@transaction.atomic
def open_notice(*, invoice: Invoice, reason: str, by: Any) -> ErrorNotice:
    """A notice to be signed. Locks: the invoice. Writes: ErrorNotice. Raises: NotCorrectable."""
    locked = Invoice.objects.select_for_update().get(pk=invoice.pk)
    if obstacle := ways_to_correct(locked).notice:
        raise NotCorrectable(obstacle)
    record(
        Verb.INVOICE_NOTICE,
        about=str(locked),
        cooperative_id=locked.seller_id,
        reference=f"invoice:{locked.pk}",
        reason=reason,
        by=by,
    )
    return ErrorNotice.objects.create(invoice=locked, reason=reason, opened_by=by)


def sign_notice(*, notice: ErrorNotice, now: dt.datetime | None = None) -> ErrorNotice:
    """The notice with its signed bytes in the archive; from then on it is frozen.

    Signed before the transaction: the key may lie with a remote service. Locks/Writes: ErrorNotice,
    InvoiceDocument. Raises: TaxOffice.DoesNotExist, SigningFailed, ValueError.
    Idempotent: a signed notice is returned as it is.
    """
    if notice.status != NoticeStatus.TO_SIGN:
        return notice
    now = now or timezone.now()
    invoice = notice.invoice
    content = _content(notice, timezone.localdate(now))
    xml = sign(build_notice(content), signer_of(invoice.seller), place="NNT", at=now)
    with transaction.atomic():
        locked = ErrorNotice.objects.select_for_update().get(pk=notice.pk)
        if locked.status == NoticeStatus.TO_SIGN:
            locked.document = keep_document(invoice, DocumentKind.NOTICE, xml, message_type="300")
            locked.status = NoticeStatus.SIGNED
            locked.save(update_fields=["document", "status"])
    return locked


def _content(notice: ErrorNotice, on: dt.date) -> Notice:
    invoice = notice.invoice
    office = TaxOffice.objects.get(seller=invoice.seller)
    if invoice.series is None or invoice.number is None or invoice.issued_on is None:
        raise ValueError(f"{invoice} is not issued")
    official = OfficialNumber.objects.filter(invoice=invoice).first()
    return Notice(
        office_code=office.code,
        office_name=office.name,
        seller_name=invoice.seller.legal_name,
        seller_tax_code=invoice.seller.tax_code,
        place=office.place,
        on=on,
        authority_code=invoice.authority_code,
        form=official.form if official else str(invoice.series.form),
        series=official.series if official else invoice.series.symbol,
        number=official.number if official else invoice.number,
        issued_on=invoice.issued_on,
        reason=notice.reason,
    )


def notice_xml(notice: ErrorNotice) -> bytes:
    """The signed bytes. Raises: InvoiceDocument.DoesNotExist before it is signed."""
    if notice.document is None:
        raise InvoiceDocument.DoesNotExist(f"{notice} is not signed")
    return bytes(notice.document.body)
