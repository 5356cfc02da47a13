"""The pay page: the QR code and everything a payer needs, until the money is in."""

from __future__ import annotations

import logging
import uuid
from typing import Any

import requests
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from shop.checkout.banks import bank_name
from shop.checkout.privacy import personal
from shop.orders.statuses import OrderStatus
from shop.payments.models import AttemptStatus, PaymentAttempt
from shop.payments.provider import Instructions, ShowQr
from shop.payments.services import next_step, paid_amount
from shop.payments.vietqr import qr_png, qr_svg

logger = logging.getLogger(__name__)

PAID, EXPIRED, CANCELLED, PARTIAL, WAITING = "paid", "expired", "cancelled", "partially-paid", "waiting"
SANDBOX_SECONDS = (2, 5)  # connect, read


@personal
@require_GET
def pay(request: HttpRequest, attempt: uuid.UUID) -> HttpResponse:
    found = _attempt(attempt)
    state, step = _read(found)
    context = {
        "attempt": found,
        "order": found.order,
        "sheet": found.order.sheet,
        "state": state,
        "step": step,
        "has_qr": isinstance(step, ShowQr),
        "bank": bank_name(step.bank_bin) if step else "",
        "paid_amount": paid_amount(found.order) if state == PARTIAL else 0,
        "time_left": _time_left(found),
    }
    return render(request, "checkout/pay.html", context)


@personal
@require_GET
def status(request: HttpRequest, attempt: uuid.UUID) -> JsonResponse:
    """What the waiting page asks for: the state, what is still open, and the time left in words."""
    found = _attempt(attempt)
    state, step = _read(found)
    return JsonResponse(
        {"state": state, "open_amount": step.amount if step else 0, "time_left": _time_left(found)}
    )


@personal
@require_GET
def qr_picture(request: HttpRequest, attempt: uuid.UUID, kind: str) -> HttpResponse:
    """The QR code as SVG for the page or PNG for the phone's gallery; none once nothing is to be paid."""
    found = _attempt(attempt)
    _word, step = _read(found)
    if not isinstance(step, ShowQr):
        raise Http404
    if kind == "svg":
        return HttpResponse(qr_svg(step.payload), content_type="image/svg+xml")
    response = HttpResponse(qr_png(step.payload), content_type="image/png")
    response["Content-Disposition"] = f'attachment; filename="{found.reference}.png"'
    return response


@personal
@require_POST
def sandbox_pay(request: HttpRequest, attempt: uuid.UUID) -> HttpResponse:
    """Ask the sandbox bank to transfer what is open; it answers by webhook like a real bank."""
    if not settings.SANDBOX:
        raise Http404
    found = _attempt(attempt)
    _word, step = _read(found)
    if step is not None:
        try:
            answer = requests.post(
                f"{settings.SANDBOX_URL}/bank/transfers",
                json={"amount": step.amount, "memo": step.memo},
                timeout=SANDBOX_SECONDS,
            )
            answer.raise_for_status()
        except requests.RequestException as error:
            logger.warning("The sandbox bank did not take a transfer: %s", error)
            messages.error(
                request,
                _(
                    "Ngân hàng thử nghiệm không trả lời, chưa có tiền nào được chuyển. Bạn đợi rồi bấm lại nhé."
                ),
            )
        else:
            messages.success(
                request, _("Ngân hàng thử nghiệm đã nhận lệnh. Tin báo tiền về sẽ đến trong vài giây.")
            )
    return redirect("checkout:pay", found.public_id)


def _attempt(public_id: uuid.UUID) -> PaymentAttempt:
    rows = PaymentAttempt.objects.select_related("order__sheet")
    found: PaymentAttempt = get_object_or_404(rows, public_id=public_id)
    return found


def _read(attempt: PaymentAttempt) -> tuple[str, Instructions | None]:
    """The state and, while money is awaited, what the payer does next.

    The bank may tell us between the two reads: then nothing is open any more, and the payer is told that.
    """
    state = _state(attempt)
    if state not in (WAITING, PARTIAL):
        return state, None
    step = next_step(attempt)
    return (state, step) if step else (PAID, None)


def _state(attempt: PaymentAttempt) -> str:
    """One word for what the payer should know; money that came late still counts as paid."""
    order: Any = attempt.order
    if attempt.status == AttemptStatus.SUCCEEDED or order.status == OrderStatus.PAID:
        return PAID
    if order.status == OrderStatus.CANCELLED:
        return CANCELLED
    if order.status == OrderStatus.EXPIRED or attempt.status == AttemptStatus.EXPIRED:
        return EXPIRED
    return PARTIAL if attempt.status == AttemptStatus.PARTIALLY_PAID else WAITING


def _time_left(attempt: PaymentAttempt) -> str:
    """How long the goods are kept, in words; empty when the time is over."""
    minutes = int((attempt.order.sheet.pay_by - timezone.now()).total_seconds() // 60)
    if minutes < 0:
        return ""
    if minutes < 1:
        return _("Còn chưa đầy 1 phút")
    hours, rest = divmod(minutes, 60)
    if not hours:
        return ngettext("Còn %(count)d phút", "Còn %(count)d phút", rest) % {"count": rest}
    return _("Còn %(hours)d giờ %(minutes)d phút") % {"hours": hours, "minutes": rest}
