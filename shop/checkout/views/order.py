"""The order page: what becomes of each stall's parcel, opened by number and token."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shop.checkout.privacy import personal
from shop.invoices.models import Invoice, InvoiceKind, InvoiceStatus
from shop.orders.models import Consignment, OrderSheet
from shop.orders.statuses import ConsignmentStatus, OrderStatus
from shop.orders.tokens import find_order
from shop.shipping.couriers import tracking_url

DONE, NOW, NEXT = "done", "now", "next"


@dataclass(frozen=True)
class Step:
    """One step of a parcel: ``state`` is done, now or next."""

    text: str
    state: str
    at: dt.datetime | None = None


@dataclass(frozen=True)
class Parcel:
    """One consignment as its buyer sees it."""

    consignment: Consignment
    steps: list[Step]
    invoice: Invoice | None

    @property
    def tracking_url(self) -> str:
        return tracking_url(self.consignment.courier, self.consignment.tracking_number)

    @property
    def is_awaited(self) -> bool:
        """Whether the promised days still say something: the goods are on their way or to be."""
        return bool(self.consignment.promised_from) and self.consignment.status != ConsignmentStatus.CANCELLED


@personal
@require_GET
def order_page(request: HttpRequest, number: str, token: str) -> HttpResponse:
    sheet = find_order(number, token)
    if sheet is None:
        raise Http404
    consignments = (
        Consignment.objects.filter(order=sheet.order)
        .select_related("cooperative__commune__province")
        .prefetch_related("lines")
        .order_by("pk")
    )
    parcels = read_parcels(sheet, list(consignments))
    context = {
        "order": sheet.order,
        "sheet": sheet,
        "parcels": parcels,
        "goods_amount": sum(parcel.consignment.goods_amount for parcel in parcels),
        "discount_amount": sum(parcel.consignment.discount_amount for parcel in parcels),
        "shipping_amount": sum(parcel.consignment.shipping_amount for parcel in parcels),
        "is_unpaid": sheet.order.status == OrderStatus.PENDING_PAYMENT,
        "attempt": sheet.order.payment_attempts.latest("pk"),
        "is_own": request.user.is_authenticated and sheet.order.user_id == request.user.pk,
        "may_claim": request.user.is_authenticated and sheet.order.user_id is None,
    }
    return render(request, "checkout/order.html", context)


def read_parcels(sheet: OrderSheet, consignments: list[Consignment]) -> list[Parcel]:
    """The consignments with their steps and issued invoices, in two queries whatever their number."""
    codes = [consignment.code for consignment in consignments]
    issued = Invoice.objects.filter(source_reference__in=codes).exclude(status=InvoiceStatus.TO_ISSUE)
    # The one in force: a replacement comes after what it replaces, an adjustment stands beside it.
    issued = issued.exclude(kind=InvoiceKind.ADJUSTMENT)
    invoices = {invoice.source_reference: invoice for invoice in issued.select_related("series")}
    return [
        Parcel(consignment, steps_of(sheet, consignment), invoices.get(consignment.code))
        for consignment in consignments
    ]


def steps_of(sheet: OrderSheet, consignment: Consignment) -> list[Step]:
    """The line of states of one parcel, in plain words."""
    order: Any = sheet.order
    placed = Step(_("Bạn đã đặt hàng"), DONE, order.date_placed)
    if consignment.status == ConsignmentStatus.CANCELLED:
        reason = (
            _("Đơn hết hạn trả tiền, hàng không được giữ nữa")
            if order.status == OrderStatus.EXPIRED
            else _("Kiện hàng đã hủy")
        )
        return [placed, Step(reason, NOW)]
    is_paid = consignment.status != ConsignmentStatus.AWAITING_PAYMENT
    is_packed = consignment.status in (ConsignmentStatus.PACKED, ConsignmentStatus.HANDED_OVER)
    is_sent = consignment.status == ConsignmentStatus.HANDED_OVER
    marks = [
        (is_paid, _("Đã nhận đủ tiền"), _("Chờ bạn trả tiền"), sheet.paid_at),
        (is_packed, _("Bà con đã đóng gói"), _("Bà con đang chuẩn bị hàng"), consignment.packed_at),
        (
            is_sent,
            _("Đã giao cho đơn vị vận chuyển"),
            _("Chờ giao cho đơn vị vận chuyển"),
            consignment.handed_over_at,
        ),
    ]
    steps = [placed]
    for is_done, done, waiting, at in marks:
        if is_done:
            steps.append(Step(done, DONE, at))
        else:
            steps.append(Step(waiting, NOW if steps[-1].state == DONE else NEXT))
    return steps
