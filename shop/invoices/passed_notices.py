"""Notices 04/SS at a provider: passed on once where it can, and what people find out about them.

A provider numbers the message by itself and can't be asked by a key of ours. So a notice is marked *unclear* before the
call and stays it if no answer comes: sending it again by itself could tell the authority twice. Somebody looks at the
provider's site and notes here what is true.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.invoices.archive import keep_messages
from shop.invoices.gateway import NoticeCarrier, TryAgainLater, WillNotSucceed
from shop.invoices.models import ErrorNotice, NoticeStatus

logger = logging.getLogger(__name__)


class NoticeResult(models.TextChoices):
    """What somebody saw at the provider's site."""

    HANDED_IN = "handed-in", _("Đã nộp, cơ quan thuế chưa trả lời")
    ACCEPTED = "accepted", _("Cơ quan thuế đã nhận")
    REJECTED = "rejected", _("Cơ quan thuế không nhận")
    AGAIN = "again", _("Chưa tới nhà cung cấp: gửi lại")


class NotToSettle(ValueError):
    """Nobody waits for what people find out about this notice."""


def results_for(notice: ErrorNotice) -> list[NoticeResult]:
    """What may be noted of the notice as it stands; nothing where the exchange goes by itself or is over."""
    if notice.message_id or notice.next_try_at is not None:
        return []
    if notice.status == NoticeStatus.UNCLEAR:
        return list(NoticeResult)
    if notice.status == NoticeStatus.SIGNED:
        return [NoticeResult.HANDED_IN, NoticeResult.ACCEPTED, NoticeResult.REJECTED]
    return [NoticeResult.ACCEPTED, NoticeResult.REJECTED] if notice.status == NoticeStatus.SENT else []


def pass_on(notice: ErrorNotice, road: NoticeCarrier, xml: bytes) -> ErrorNotice:
    """Hands a signed notice to the provider, once; no transaction is open during the call.

    Writes: ErrorNotice, InvoiceDocument. What dies or fails on the way leaves it unclear.
    """
    is_ours = ErrorNotice.objects.filter(pk=notice.pk, status=NoticeStatus.SIGNED).update(
        status=NoticeStatus.UNCLEAR, next_try_at=None
    )
    notice.refresh_from_db()
    if not is_ours:
        return notice
    try:
        passed = road.pass_on(xml)
    except TryAgainLater as reason:
        logger.warning("Whether notice %s arrived is unclear: %s", notice, reason)
        return notice
    except WillNotSucceed as reason:
        changes = {"status": NoticeStatus.REJECTED, "rejection": str(reason)}
    else:
        keep_messages(notice.invoice, passed.exchanged)
        changes = {"status": NoticeStatus.SENT, "passed_as": passed.number}
    ErrorNotice.objects.filter(pk=notice.pk, status=NoticeStatus.UNCLEAR).update(**changes)
    notice.refresh_from_db()
    return notice


@transaction.atomic
def settle_notice(*, notice: ErrorNotice, found: NoticeResult, text: str, by: Any) -> ErrorNotice:
    """Notes what somebody found out. ``text``: the reason of a refusal, or the number under which it was handed in.

    Locks/Writes: ErrorNotice. Raises: NotToSettle. Audited.
    """
    locked = ErrorNotice.objects.select_for_update(of=("self",)).select_related("invoice").get(pk=notice.pk)
    if found not in results_for(locked):
        raise NotToSettle(f"{locked} is {locked.status}")
    locked.status = {
        NoticeResult.HANDED_IN: NoticeStatus.SENT,
        NoticeResult.ACCEPTED: NoticeStatus.ACCEPTED,
        NoticeResult.REJECTED: NoticeStatus.REJECTED,
        NoticeResult.AGAIN: NoticeStatus.SIGNED,
    }[found]
    if found == NoticeResult.REJECTED:
        locked.rejection = text
    elif found == NoticeResult.AGAIN:
        locked.next_try_at = timezone.now()
    elif text:
        locked.passed_as = text
    locked.save(update_fields=["status", "rejection", "next_try_at", "passed_as"])
    record(
        Verb.NOTICE_SETTLED,
        about=str(locked.invoice),
        cooperative_id=locked.invoice.seller_id,
        reference=f"invoice:{locked.invoice_id}",
        reason=f"{found.label}. {text}".strip(),
        by=by,
    )
    return locked
