"""The order page: what becomes of each stall's parcel, opened by number and token."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.views.decorators.http import require_GET

from shop.checkout.parcels import parcels_of, refund_text
from shop.checkout.privacy import personal
from shop.orders.door import is_at_door
from shop.orders.models import Consignment, OrderSheet
from shop.orders.slips import door_step
from shop.orders.statuses import OrderStatus
from shop.orders.tokens import find_order, find_order_by_short
from shop.payments.models import Refund
from shop.payments.provider import ShowQr
from shop.payments.vietqr import qr_svg


def sheet_or_404(number: str, token: str) -> OrderSheet:
    """The order that this address opens. Raises: Http404."""
    sheet = find_order(number, token)
    if sheet is None:
        raise Http404
    return sheet


@personal
@require_GET
def short_link(request: HttpRequest, number: str, start: str) -> HttpResponse:
    """From the link of an SMS to the order page in the buyer's language."""
    sheet = find_order_by_short(number, start)
    if sheet is None:
        raise Http404
    with translation.override(sheet.language):
        return redirect("checkout:order", number, sheet.token)


@personal
@require_GET
def door_qr(request: HttpRequest, number: str, token: str, parcel: str) -> HttpResponse:
    """The QR code with which one parcel is paid at the door; none once nothing is owed for it."""
    sheet = sheet_or_404(number, token)
    consignment = get_object_or_404(
        Consignment.objects.select_related("order__sheet"), order=sheet.order_id, code=parcel
    )
    step = door_step(consignment)
    if not isinstance(step, ShowQr):
        raise Http404
    return HttpResponse(qr_svg(step.payload), content_type="image/svg+xml")


@personal
@require_GET
def order_page(request: HttpRequest, number: str, token: str) -> HttpResponse:
    sheet = sheet_or_404(number, token)
    parcels = parcels_of(sheet)
    own = [parcel.consignment for parcel in parcels]
    other_refunds = Refund.objects.filter(attempt__order=sheet.order, for_consignment=None).order_by("pk")
    due_amount = sum(consignment.due_amount for consignment in own)
    context = {
        "order": sheet.order,
        "sheet": sheet,
        "parcels": parcels,
        "goods_amount": sum(consignment.goods_amount for consignment in own),
        "discount_amount": sum(consignment.discount_amount for consignment in own),
        "shipping_amount": sum(consignment.shipping_amount for consignment in own),
        "less_amount": sheet.total_amount - due_amount if sheet.paid_at or is_at_door(sheet.order) else 0,
        "is_at_door": sheet.order.status == OrderStatus.AT_DOOR,
        "owed_amount": sum(parcel.owed for parcel in parcels),
        "due_amount": due_amount,
        "other_refunds": [
            (refund_text(refund), refund.get_reason_display(), refund.done_at) for refund in other_refunds
        ],
        "is_unpaid": sheet.order.status == OrderStatus.PENDING_PAYMENT,
        "attempt": sheet.order.payment_attempts.latest("pk"),
        "is_own": request.user.is_authenticated and sheet.order.user_id == request.user.pk,
        "may_claim": request.user.is_authenticated and sheet.order.user_id is None,
    }
    return render(request, "checkout/order.html", context)
