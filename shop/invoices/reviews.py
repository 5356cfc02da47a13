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
from shop.invoices.keys import NoAccount, gateway_of, trusted
from shop.invoices.models import ErrorNotice, Invoice, NoticeStatus, ReviewedInvoice, ReviewRequest
from shop.invoices.reading import Refused
from shop.invoices.review_exchange import NamedInvoice, Review, acknowledge, read_review
from shop.invoices.signing import is_sealed_by_authority

logger = logging.getLogger(__name__)
PAUSE = 600  # seconds between two looks into the inboxes: questions come with days to answer


def open_rows(rows: QuerySet[ReviewedInvoice]) -> QuerySet[ReviewedInvoice]:
    """Those that nobody has answered yet, the most urgent first. A refused notice is no answer."""
    answers = ErrorNotice.objects.filter(answers=OuterRef("pk")).exclude(status=NoticeStatus.REJECTED)
    waiting = rows.filter(~Exists(answers), settled_at=None)
    return waiting.order_by("request__due_on", "pk")


def look_for_reviews(now: dt.datetime) -> int:
    """As ``receive_reviews``, but not more often than every ten minutes, whatever the number of processes."""
    return receive_reviews(now) if cache.add("reviews-of-the-authority", 1, PAUSE) else 0


def receive_reviews(now: dt.datetime) -> int:
    """How many requests came for the sellers whose invoices were given codes. Calls the network.

    A request is acknowledged after it is kept: whatever dies between, it comes again and is kept once.
    Writes: ReviewRequest, ReviewedInvoice.
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
            review = read_review(message)
            if review.tax_code != seller.tax_code:
                raise Refused("not_xml", "a request for somebody else")
            if not is_sealed_by_authority(review.document, trusted()):
                raise Refused("not_xml", "a request without the authority's seal")
            count += keep_review(seller=seller, review=review, message=message)
            road.acknowledge(acknowledge(review, sender=settings.INVOICE_PROVIDER_TAX_CODE, at=now))
    except (TryAgainLater, WillNotSucceed, NoAccount, Refused) as reason:
        logger.warning("Requests of the tax authority for %s wait: %s", seller.slug, reason)
    return count


@transaction.atomic
def keep_review(*, seller: Cooperative, review: Review, message: bytes) -> bool:
    """Whether it was new. Writes: ReviewRequest, ReviewedInvoice. Idempotent by message."""
    request, is_new = ReviewRequest.objects.get_or_create(
        message_id=review.message_id,
        defaults={
            "seller": seller,
            "number": review.number,
            "noticed_on": review.noticed_on,
            "due_on": review.due_on,
            "turn": review.turn,
            "body": message,
            "sha256": hashlib.sha256(message).hexdigest(),
        },
    )
    if is_new:
        ReviewedInvoice.objects.bulk_create(
            ReviewedInvoice(
                request=request, invoice=_found(seller, named), named=str(named), reason=named.reason[:255]
            )
            for named in review.invoices
        )
    return is_new


@transaction.atomic
def settle(*, row: ReviewedInvoice, how: str, by: Any) -> ReviewedInvoice:
    """Answered by other means than a notice: a letter, a visit, a corrected invoice. ``how`` says which.

    Locks/Writes: ReviewedInvoice. Raises: ValueError if it is answered already.
    """
    locked = ReviewedInvoice.objects.select_for_update().get(pk=row.pk)
    if not open_rows(ReviewedInvoice.objects.filter(pk=locked.pk)).exists():
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
