"""The door for providers' messages: kept, then answered in the words each provider expects.

What a bank's watcher tells is booked right afterwards by ``shop.orders.following``; it only wants to know that it was
heard. Other providers read in the answer what became of their message, so theirs is booked before.
"""

from __future__ import annotations

import logging

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from shop.orders.services import ask_due, receive
from shop.payments.models import InboundEvent, InboundOutcome, InboundReason
from shop.payments.provider import Answer, BadSignature, Verdict
from shop.payments.providers import SOURCES, is_listening
from shop.payments.services import take_delivery

MOST_BYTES = 256 * 1024
logger = logging.getLogger(__name__)

_VERDICTS = {
    InboundReason.NO_ORDER_CODE: Verdict.UNKNOWN_PAYMENT,
    InboundReason.WRONG_AMOUNT: Verdict.WRONG_AMOUNT,
}


@csrf_exempt
def deliver(request: HttpRequest, source: str) -> HttpResponse:
    """The provider's own kind of answer; it sends again after any that does not say "taken"."""
    if not is_listening(source):
        raise Http404
    if request.method != SOURCES[source].method:
        return HttpResponseNotAllowed([SOURCES[source].method])
    # Django reads no further than this header says, so it bounds the body.
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > MOST_BYTES:
        return JsonResponse({"success": False}, status=413)
    body = request.META["QUERY_STRING"].encode() if request.method == "GET" else request.body
    try:
        verdict = _take(source, request, body)
    except BadSignature:
        verdict = Verdict.FORGED
    except Exception:
        logger.exception("a delivery of %s could not be taken", source)
        verdict = Verdict.BROKEN
    return _say(SOURCES[source].acknowledge(verdict))


def _take(source: str, request: HttpRequest, body: bytes) -> Verdict:
    rows = take_delivery(source, request.headers, body)
    if SOURCES[source].is_booked_later:
        return Verdict.TAKEN
    settled_before = all(row.outcome != InboundOutcome.RECEIVED for row in rows)
    rows = [receive(row.pk) if row.outcome == InboundOutcome.RECEIVED else row for row in rows]
    ask_due(rows)
    return _verdict(rows, settled_before=settled_before)


def _verdict(rows: list[InboundEvent], *, settled_before: bool) -> Verdict:
    reasons = [_VERDICTS[reason] for row in rows for reason in _VERDICTS if row.reason == reason]
    if reasons:
        return reasons[0]
    return Verdict.REPEATED if settled_before else Verdict.TAKEN


def _say(answer: Answer) -> HttpResponse:
    if answer.body is None:
        return HttpResponse(status=answer.status)
    return JsonResponse(answer.body, status=answer.status)
