"""Whether the market lives and is ready: for load balancers and for people who watch it."""

from __future__ import annotations

import datetime as dt
import shutil

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from shop.invoices.models import Invoice, InvoiceStatus
from shop.messages.models import Letter, LetterState
from shop.payments.models import InboundEvent, InboundOutcome

OLDEST_DELIVERY = dt.timedelta(minutes=5)
OLDEST_LETTER = dt.timedelta(minutes=30)
OLDEST_INVOICE = dt.timedelta(hours=6)
LEAST_FREE_BYTES = 200 * 1024 * 1024


@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers; asks nobody else."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200, or 503 with the reasons: database away, money, letters or invoices waiting too long, disk nearly full."""
    reasons = [*_disk(), *_queues()]
    return JsonResponse({"ready": not reasons, "reasons": reasons}, status=503 if reasons else 200)


def _disk() -> list[str]:
    directory = settings.MEDIA_DIR
    while not directory.exists():  # before the first upload
        directory = directory.parent
    free = shutil.disk_usage(directory).free
    return [f"disk: {free // 1024**2} MB free"] if free < LEAST_FREE_BYTES else []


def _queues() -> list[str]:
    now = timezone.now()
    try:
        connection.ensure_connection()
        delivery = InboundEvent.objects.filter(outcome=InboundOutcome.RECEIVED).order_by("pk").first()
        letter = Letter.objects.filter(state=LetterState.QUEUED).order_by("created_at").first()
        waiting = Invoice.objects.filter(status__in=(InvoiceStatus.SIGNED, InvoiceStatus.SENT))
        invoice = waiting.order_by("created_at").first()
    except DatabaseError as error:
        return [f"database: {type(error).__name__}"]
    reasons = []
    if delivery and now - delivery.received_at > OLDEST_DELIVERY:
        reasons.append(f"deliveries: oldest waits {_minutes(now - delivery.received_at)} minutes")
    if letter and now - letter.created_at > OLDEST_LETTER:
        reasons.append(f"letters: oldest waits {_minutes(now - letter.created_at)} minutes")
    if invoice and now - invoice.created_at > OLDEST_INVOICE:
        reasons.append(f"invoices: oldest waits {_minutes(now - invoice.created_at)} minutes")
    return reasons


def _minutes(age: dt.timedelta) -> int:
    return int(age.total_seconds() // 60)
