"""Requests of the tax authority to look at invoices again: fetched, kept, answered in time.

Source: Circular 91/2026/TT-BTC art. 10; Decision 1271/QĐ-CT part II (messages 302, 300, 301).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from catalog.models import Cooperative
from shop.invoices.gateway import InboxGateway, TryAgainLater, WillNotSucceed
from shop.invoices.inquiry_exchange import AuthorityInquiry, NamedInvoice, acknowledge, read_inquiry
from shop.invoices.keys import gateway_of, trusted
from shop.invoices.models import ErrorNotice, InquiredInvoice, Inquiry, Invoice, NoticeStatus
from shop.invoices.reading import Refused
from shop.invoices.verifying import is_sealed_by_authority

logger = logging.getLogger(__name__)
PAUSE = 600  # seconds between two looks into the inboxes: questions come with days to answer


def open_rows(rows: QuerySet[InquiredInvoice]) -> QuerySet[InquiredInvoice]:
    """Those that nobody has answered yet, the most urgent first. A refused notice is no answer."""
    answers = ErrorNotice.objects.filter(answers=OuterRef("pk")).exclude(status=NoticeStatus.REJECTED)
    waiting = rows.filter(~Exists(answers), settled_at=None)
    return waiting.order_by("request__due_on", "pk")


def look_for_inquiries(now: dt.datetime) -> int:
    """As ``receive_inquiries``, but not more often than every ten minutes, whatever the number of processes."""
    return receive_inquiries(now) if cache.add("inquiries-of-the-authority", 1, PAUSE) else 0


def receive_inquiries(now: dt.datetime) -> int:
    """How many requests came for the sellers whose invoices were given codes. Calls the network.

    A request is acknowledged after it is kept: whatever dies between, it comes again and is kept once.
    Writes: Inquiry, InquiredInvoice.
    """
    sellers = Cooperative.objects.filter(Exists(Invoice.objects.filter(seller=OuterRef("pk"), number__gt=0)))
    return sum(_receive_of(seller, now) for seller in sellers.order_by("pk"))


def _receive_of(seller: Cooperative, now: dt.datetime) -> int:
    count = 0
    try:
        road = gateway_of(seller)
        if not isinstance(road, InboxGateway):
            return 0
        for message in road.incoming(seller.tax_code):
            inquiry = read_inquiry(message)
            if inquiry.tax_code != seller.tax_code:
                raise Refused("not_xml", "a request for somebody else")
            if not is_sealed_by_authority(inquiry.document, trusted()):
                raise Refused("not_xml", "a request without the authority's seal")
            count += keep_inquiry(seller=seller, inquiry=inquiry, message=message)
            road.acknowledge(acknowledge(inquiry, sender=settings.INVOICE_PROVIDER_TAX_CODE, at=now))
    except (TryAgainLater, WillNotSucceed, Refused) as reason:
        logger.warning("Requests of the tax authority for %s wait: %s", seller.slug, reason)
    return count


@transaction.atomic
def keep_inquiry(*, seller: Cooperative, inquiry: AuthorityInquiry, message: bytes) -> bool:
    """Whether it was new. Writes: Inquiry, InquiredInvoice. Idempotent by message."""
    request, is_new = Inquiry.objects.get_or_create(
        message_id=inquiry.message_id,
        defaults={
            "seller": seller,
            "number": inquiry.number,
            "noticed_on": inquiry.noticed_on,
            "due_on": inquiry.due_on,
            "turn": inquiry.turn,
            "body": message,
            "sha256": hashlib.sha256(message).hexdigest(),
        },
    )
    if is_new:
        InquiredInvoice.objects.bulk_create(
            InquiredInvoice(
                request=request, invoice=_found(seller, named), named=str(named), reason=named.reason[:255]
            )
            for named in inquiry.invoices
        )
    return is_new


@transaction.atomic
def settle(*, row: InquiredInvoice, how: str, by: Any) -> InquiredInvoice:
    """Answered by other means than a notice: a letter, a visit, a corrected invoice. ``how`` says which.

    Locks/Writes: InquiredInvoice. Raises: ValueError if it is answered already.
    """
    locked = InquiredInvoice.objects.select_for_update().get(pk=row.pk)
    if not open_rows(InquiredInvoice.objects.filter(pk=locked.pk)).exists():
        raise ValueError(f"{locked} is answered")
    locked.settled_at, locked.settled_by, locked.settlement = timezone.now(), by, how
    locked.save(update_fields=["settled_at", "settled_by", "settlement"])
    return locked


def _found(seller: Cooperative, named: NamedInvoice) -> Invoice | None:
    """Our invoice of that name; by the provider's books where it numbers invoices itself."""
    own = Invoice.objects.filter(seller=seller)
    official = own.filter(
        official__form=named.form, official__series=named.series, official__number=named.number
    ).first()
    if official or not named.form.isdecimal():
        return official
    by_us = own.filter(series__form=int(named.form), series__symbol=named.series, number=named.number)
    return by_us.filter(official=None).first()
