"""The pay page: everything a payer needs, whatever the way of paying, until the money is in."""

from __future__ import annotations

import datetime as dt
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
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shop.checkout.banks import bank_name
from shop.checkout.privacy import personal
from shop.orders.door import purchase_of
from shop.orders.services import MethodNotOffered, NotPayable, ask, change_method
from shop.orders.statuses import OrderStatus
from shop.payments.models import AttemptStatus, PaymentAttempt
from shop.payments.provider import (
    Instructions,
    NextStep,
    PaymentProvider,
    Redirect,
    Refused,
    ShowQr,
    TryLater,
)
from shop.payments.providers import PROVIDERS, offered
from shop.payments.services import ask_soon, next_step, open_amount, paid_amount, start
from shop.payments.vietqr import qr_png, qr_svg

logger = logging.getLogger(__name__)

PAID, EXPIRED, CANCELLED, PARTIAL, WAITING = "paid", "expired", "cancelled", "partially-paid", "waiting"
AT_DOOR = "at-door"  # nothing is waited for: the goods come first
FAILED, CHANGED = "failed", "changed"  # of this attempt; the order still waits for its money
SANDBOX_SECONDS = (2, 5)  # connect, read
METHOD_KEY = "cach"
BACK_KEY = "ve"
"""In the address with which a provider sends the buyer back."""

ASK_ON_RETURN = dt.timedelta(seconds=10)
ASK_WHILE_WAITING = dt.timedelta(seconds=30)


@personal
@require_GET
def pay(request: HttpRequest, attempt: uuid.UUID) -> HttpResponse:
    """The page of one attempt; coming back from a provider is the moment to ask it."""
    found = _attempt(attempt)
    if BACK_KEY in request.GET and ask_soon(found, after=ASK_ON_RETURN) and ask(found.pk):
        found = _attempt(attempt)
    state, step = _read(found)
    is_open = state in (WAITING, PARTIAL, AT_DOOR, FAILED, CHANGED)
    context = {
        "attempt": found,
        "order": found.order,
        "sheet": found.order.sheet,
        "state": state,
        "step": step,
        "has_qr": isinstance(step, ShowQr),
        "bank": bank_name(step.bank_bin) if isinstance(step, Instructions) else "",
        "way": PROVIDERS[found.provider],
        "is_online": PROVIDERS[found.provider].is_online,
        "open_amount": open_amount(found) if is_open else 0,
        "ways": _ways(found, state) if is_open and state != AT_DOOR else [],
        "latest": found.order.payment_attempts.latest("pk") if state == CHANGED else found,
        "paid_amount": paid_amount(found.order) if state == PARTIAL else 0,
        "time_left": _time_left(found),
    }
    return render(request, "checkout/pay.html", context)


@personal
@require_GET
def status(request: HttpRequest, attempt: uuid.UUID) -> JsonResponse:
    """What the waiting page asks for: the state, what is still open, and the time left in words."""
    found = _attempt(attempt)
    if PROVIDERS[found.provider].is_online and ask_soon(found, after=ASK_WHILE_WAITING) and ask(found.pk):
        found = _attempt(attempt)
    state, step = _read(found)
    return JsonResponse(
        {"state": state, "open_amount": step.amount if step else 0, "time_left": _time_left(found)}
    )


@personal
@require_http_methods(["GET", "POST"])
def go(request: HttpRequest, attempt: uuid.UUID) -> HttpResponse:
    """On POST the attempt is started at its provider; the page then leads there by a plain link.

    A form may not be sent on to another site (``form-action``), a link may be followed.
    """
    found = _attempt(attempt)
    back = redirect("checkout:pay", found.public_id)
    if _state(found) not in (WAITING, PARTIAL) or not PROVIDERS[found.provider].is_online:
        return back
    if request.method == "POST":
        try:
            start(found.pk, client_ip=request.META.get("REMOTE_ADDR", ""))
        except TryLater:
            messages.error(
                request, _("Nơi thu tiền chưa trả lời, chưa có tiền nào được trả. Bạn đợi rồi bấm lại nhé.")
            )
            return back
        except Refused:
            messages.error(request, _("Cách trả này không dùng được cho đơn này. Bạn chọn cách khác nhé."))
            return back
        return redirect("checkout:go", found.public_id)
    step = next_step(found)
    if not isinstance(step, Redirect):
        return back
    context = {"attempt": found, "order": found.order, "step": step, "way": PROVIDERS[found.provider]}
    response = render(request, "checkout/go.html", context)
    response["Refresh"] = f"1; url={step.url}"
    return response


def begin(request: HttpRequest, attempt: PaymentAttempt) -> None:
    """Start an attempt that our own page shows, so that the buyer meets it there; else the page offers a button."""
    if not PROVIDERS[attempt.provider].is_shown_here:
        return
    try:
        start(attempt.pk, client_ip=request.META.get("REMOTE_ADDR", ""))
    except (TryLater, Refused) as error:
        logger.warning("payment attempt %s: not started (%s)", attempt.pk, error)


@personal
@require_POST
def change(request: HttpRequest, attempt: uuid.UUID) -> HttpResponse:
    """Another way of paying, or the same again after it failed; the goods stay reserved."""
    found = _attempt(attempt)
    try:
        chosen = change_method(order_id=found.order_id, provider=request.POST.get(METHOD_KEY, ""))
    except MethodNotOffered:
        messages.error(request, _("Cách trả này không dùng được cho đơn này. Bạn chọn cách khác nhé."))
        return redirect("checkout:pay", found.public_id)
    except NotPayable:
        return redirect("checkout:pay", found.public_id)
    begin(request, chosen)
    return redirect("checkout:pay", chosen.public_id)


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
    if isinstance(step, Instructions):
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


def _read(attempt: PaymentAttempt) -> tuple[str, NextStep | None]:
    """The state and, while money is awaited, what the payer does next.

    The bank may tell us between the two reads: then nothing is open any more, and the payer is told that.
    """
    state = _state(attempt)
    if state not in (WAITING, PARTIAL, AT_DOOR):
        return state, None
    step = next_step(attempt)
    if step is None and not (PROVIDERS[attempt.provider].is_online and open_amount(attempt)):
        return PAID, None
    return state, step


def _state(attempt: PaymentAttempt) -> str:
    """One word for what the payer should know; money that came late still counts as paid.

    An attempt that failed or was left behind is said to be so only while its order waits for money.
    """
    order: Any = attempt.order
    if order.status == OrderStatus.CANCELLED:  # also after it was paid
        return CANCELLED
    if attempt.status == AttemptStatus.SUCCEEDED or order.status == OrderStatus.PAID:
        return PAID
    if order.status == OrderStatus.AT_DOOR:
        return AT_DOOR if PROVIDERS[attempt.provider].is_at_door else CHANGED
    if order.status == OrderStatus.EXPIRED or attempt.status == AttemptStatus.EXPIRED:
        return EXPIRED
    words = {
        AttemptStatus.PARTIALLY_PAID: PARTIAL,
        AttemptStatus.FAILED: FAILED,
        AttemptStatus.CANCELLED: CHANGED,
    }
    return words.get(AttemptStatus(attempt.status), WAITING)


def _ways(attempt: PaymentAttempt, state: str) -> list[PaymentProvider]:
    """What else the buyer may choose; after a failure also the same again."""
    ways = offered(purchase_of(attempt.order, open_amount(attempt)))
    return ways if state == FAILED else [way for way in ways if way.code != attempt.provider]


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
