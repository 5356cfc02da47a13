"""Telling the tax authority that an invoice names its buyer wrongly (form 04/SS-HĐĐT).

Source: Circular 91/2026/TT-BTC art. 10: while tax code and amounts are right, the buyer is told and the authority
gets a notice; no new invoice is issued.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, QuerySet
from django.utils import timezone
from django_tasks import task

from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.invoices.archive import keep_document, keep_messages
from shop.invoices.corrections import NotCorrectable, ways_to_correct
from shop.invoices.exchange import new_message_id
from shop.invoices.findings import finding
from shop.invoices.formats.notice import Notice, build_notice
from shop.invoices.gateway import (
    InvoiceGateway,
    NoticeCarrier,
    NoticeGateway,
    Receipt,
    State,
    TryAgainLater,
    WillNotSucceed,
)
from shop.invoices.keys import gateway_of, signer_of, trusted
from shop.invoices.models import (
    DocumentKind,
    ErrorNotice,
    InquiredInvoice,
    Invoice,
    InvoiceDocument,
    NoticeStatus,
    OfficialNumber,
    TaxOffice,
)
from shop.invoices.passed_notices import pass_on
from shop.invoices.sales import SaleRecord
from shop.invoices.services import ask_or_send, claim, pause_after, wait
from shop.invoices.signing import sign
from shop.invoices.verifying import is_sealed_by_authority

logger = logging.getLogger(__name__)
WAITING = (NoticeStatus.SIGNED, NoticeStatus.SENT)


@transaction.atomic
def open_notice(
    *, invoice: Invoice, reason: str, by: Any, answers: InquiredInvoice | None = None
) -> ErrorNotice:
    """A notice to be signed; with ``answers`` it replies to the authority's request about this invoice.

    Locks: the invoice. Writes: ErrorNotice. Raises: NotCorrectable; ValueError for a request about another invoice.
    """
    if answers is not None and answers.invoice_id != invoice.pk:
        raise ValueError(f"{answers} is not about {invoice}")
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
    return ErrorNotice.objects.create(invoice=locked, reason=reason, opened_by=by, answers=answers)


def sign_notice(*, notice: ErrorNotice, now: dt.datetime | None = None) -> ErrorNotice:
    """The notice with its signed bytes in the archive, on its way to the authority; from then on it is frozen.

    A provider that takes no notices leaves it signed: staff hand it in at the provider's site.
    Signed before the transaction: the key may lie with a remote service. Locks/Writes: ErrorNotice,
    InvoiceDocument. Raises: TaxOffice.DoesNotExist, NoAccount, SigningFailed, ValueError.
    Idempotent: a signed notice is returned as it is.
    """
    if notice.status != NoticeStatus.TO_SIGN:
        return notice
    now = now or timezone.now()
    invoice = notice.invoice
    road = gateway_of(invoice.seller)
    content = _content(notice, timezone.localdate(now))
    xml = sign(build_notice(content), signer_of(invoice.seller), place="NNT", at=now)
    with transaction.atomic():
        locked = ErrorNotice.objects.select_for_update().get(pk=notice.pk)
        if locked.status == NoticeStatus.TO_SIGN:
            locked.document = keep_document(invoice, DocumentKind.NOTICE, xml, message_type="300")
            locked.status = NoticeStatus.SIGNED
            if isinstance(road, NoticeGateway):
                locked.message_id = new_message_id(SaleRecord.from_json(invoice.sale).solution_tax_code)
            if isinstance(road, NoticeGateway | NoticeCarrier):
                locked.next_try_at = now
                transaction.on_commit(lambda: transmit_notice_soon.enqueue(locked.pk))
            locked.save(update_fields=["document", "status", "message_id", "next_try_at"])
    return locked


def with_failed_notice(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Those whose last notice was refused, or of which nobody knows whether it arrived: somebody has to look."""
    about = ErrorNotice.objects.filter(invoice=OuterRef("pk")).order_by("-pk")
    failed = (NoticeStatus.REJECTED, NoticeStatus.UNCLEAR)
    return invoices.annotate(last_notice=about.values("status")[:1]).filter(last_notice__in=failed)


def due_notices(now: dt.datetime) -> QuerySet[ErrorNotice]:
    """Notices that a worker should transmit now."""
    return ErrorNotice.objects.filter(status__in=WAITING, next_try_at__lte=now)


def transmit_due_notices(now: dt.datetime) -> int:
    """How many notices took a step."""
    pks = list(due_notices(now).values_list("pk", flat=True))
    for pk in pks:
        transmit_notice(pk, now=now)
    return len(pks)


@task()
def transmit_notice_soon(notice_pk: int) -> None:
    transmit_notice(notice_pk)


def transmit_notice(notice_pk: int, *, now: dt.datetime | None = None) -> ErrorNotice:
    """One step of the exchange: send it, or ask what became of it, and record the answer (messages 300 and 301).

    As with invoices no transaction is open during the call, and after an unclear end the authority is asked about
    the message before it is sent again. Locks/Writes: ErrorNotice, InvoiceDocument. Idempotent.
    """
    now = now or timezone.now()
    claimed = claim(due_notices(now).filter(pk=notice_pk), now)
    notice = ErrorNotice.objects.select_related("invoice__seller", "document").get(pk=notice_pk)
    if not claimed:
        return notice
    try:
        road = gateway_of(notice.invoice.seller)
        if isinstance(road, NoticeCarrier) and not notice.message_id:
            return pass_on(notice, road, notice_xml(notice))
        receipt = _ask_or_tell(notice, road)
    except TryAgainLater as reason:
        logger.warning("Notice %s waits: %s", notice, reason)
        wait(notice)
        return notice
    except WillNotSucceed as reason:
        receipt = Receipt(message_id=notice.message_id, state=State.REJECTED)
        return _record(notice_pk, receipt, rejection=str(reason))
    return _record(notice_pk, receipt)


def _ask_or_tell(notice: ErrorNotice, road: InvoiceGateway) -> Receipt:
    if not isinstance(road, NoticeGateway):
        raise TryAgainLater("the provider carries no notices")
    return ask_or_send(notice, road.fetch, lambda: road.tell(notice.message_id, notice_xml(notice)))


@transaction.atomic
def _record(notice_pk: int, receipt: Receipt, *, rejection: str = "") -> ErrorNotice:
    notice = ErrorNotice.objects.select_for_update().select_related("invoice").get(pk=notice_pk)
    if notice.status not in WAITING or notice.message_id != receipt.message_id:
        return notice
    keep_messages(notice.invoice, receipt.exchanged)
    notice.next_try_at = None
    if receipt.state == State.ACCEPTED and not is_sealed_by_authority(receipt.document, trusted()):
        notice.status = NoticeStatus.REJECTED
        notice.rejection = finding("unsigned", "DSCKS/CQT").message_vi
    elif receipt.state == State.ACCEPTED:
        notice.status = NoticeStatus.ACCEPTED
    elif receipt.state == State.REJECTED:
        notice.status = NoticeStatus.REJECTED
        notice.rejection = rejection or "\n".join(
            f"{reason.text} ({reason.code})" if reason.code else reason.text for reason in receipt.reasons
        )
    else:
        notice.status = NoticeStatus.SENT
        notice.next_try_at = timezone.now() + pause_after(notice.tries)
    notice.save(update_fields=["status", "rejection", "next_try_at"])
    return notice


def _content(notice: ErrorNotice, on: dt.date) -> Notice:
    invoice = notice.invoice
    office = TaxOffice.objects.get(seller=invoice.seller)
    if invoice.series is None or invoice.number is None or invoice.issued_on is None:
        raise ValueError(f"{invoice} is not issued")
    official = OfficialNumber.objects.filter(invoice=invoice).first()
    asked = notice.answers.request if notice.answers else None
    return Notice(
        answers=(asked.number, asked.noticed_on) if asked else None,
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
