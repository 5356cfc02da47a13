"""The door for providers' messages: kept, then applied, within one request of database work only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shop.orders.services import receive
from shop.payments.provider import BadSignature
from shop.payments.services import take_delivery

MOST_BYTES = 256 * 1024


@csrf_exempt
@require_POST
def sepay(request: HttpRequest) -> HttpResponse:
    """``{"success": true}`` once the delivery is kept; SePay sends it again after any other answer."""
    # Django reads no further than this header says, so it bounds the body.
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > MOST_BYTES:
        return JsonResponse({"success": False}, status=413)
    try:
        inbound = take_delivery("vietqr", request.headers, request.body)
    except BadSignature:
        return JsonResponse({"success": False}, status=401)
    for row in inbound:
        receive(row.pk)
    return JsonResponse({"success": True})
