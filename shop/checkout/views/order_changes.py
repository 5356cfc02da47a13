"""What a buyer may still do after ordering: cancel, choose when goods are missing, buy the same again.

All of it is opened by the order's number and token, like the order page that leads here.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from shop.checkout.baskets import BasketClosed
from shop.checkout.forms import PlainField
from shop.checkout.middleware import live_basket
from shop.checkout.privacy import personal
from shop.checkout.reorder import put_in_again
from shop.money import format_amount
from shop.orders import services
from shop.orders.models import Consignment, OrderSheet, Shortfall
from shop.orders.shortfalls import choices_of, refund_of, silence_means
from shop.orders.statuses import ConsignmentStatus, OrderStatus, ShortfallChoice

from .order import sheet_or_404


class ReasonForm(forms.Form):
    reason = PlainField(
        label=gettext_lazy("Vì sao bạn hủy?"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Không ghi cũng được."),
    )


class ChoiceForm(forms.Form):
    """One of the choices that the stall gives."""

    choice = forms.ChoiceField(
        label=gettext_lazy("Bạn muốn thế nào?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Bạn chọn một cách giúp nhé."),
            "invalid_choice": gettext_lazy("Cách này không có trong các cách gian hàng đưa ra."),
        },
    )

    def __init__(self, *args: Any, shortfall: Shortfall, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["choice"].choices = [  # type: ignore[attr-defined]
            (choice.value, _with_refund(choice, refund_of(shortfall, choice), shortfall))
            for choice in choices_of(shortfall)
        ]


_AT_DOOR = {
    ShortfallChoice.SHIP_REST: gettext_lazy("Giao phần còn lại, bớt tiền phần thiếu"),
    ShortfallChoice.CANCEL: gettext_lazy("Hủy cả kiện"),
}
"""The choices of those who have not paid yet."""


def _label(choice: ShortfallChoice, sheet: OrderSheet) -> str:
    return str(choice.label if sheet.paid_at else _AT_DOOR.get(choice, choice.label))


def _with_refund(choice: ShortfallChoice, amount: int, shortfall: Shortfall) -> str:
    sheet: OrderSheet = shortfall.consignment.order.sheet
    if not amount or not sheet.paid_at:
        return _label(choice, sheet)
    return _("%(choice)s: bạn nhận lại %(amount)s") % {
        "choice": choice.label,
        "amount": format_amount(amount),
    }


@personal
@require_http_methods(["GET", "POST"])
def cancel_order(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """Ask, then cancel the whole order, as long as nobody has paid it."""
    sheet = sheet_or_404(number, token)
    if sheet.order.status != OrderStatus.PENDING_PAYMENT:
        return _no_order_to_cancel(request, sheet)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"sheet": sheet, "order": sheet.order, "form": form}
        return render(request, "checkout/cancel.html", context, status=422 if form.is_bound else 200)
    try:
        services.cancel_order(
            order_id=sheet.order_id, by=_person(request), reason=form.cleaned_data["reason"]
        )
    except services.IllegalStep:
        return _no_order_to_cancel(request, sheet_or_404(number, token))
    messages.success(request, _("Đã hủy đơn. Bạn không phải trả gì nữa."))
    return _back(sheet)


@personal
@require_http_methods(["GET", "POST"])
def cancel_parcel(request: HttpRequest, number: str, token: str, parcel: str) -> HttpResponse:
    """Ask, then cancel one stall's parcel, as long as it is not packed."""
    sheet = sheet_or_404(number, token)
    rows = Consignment.objects.select_related("cooperative").prefetch_related("lines__reductions")
    consignment = get_object_or_404(rows, order=sheet.order_id, code=parcel)
    if consignment.status != ConsignmentStatus.TO_PACK:
        return _no_parcel_to_cancel(request, sheet, consignment)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        added = consignment.companions.exclude(status=ConsignmentStatus.CANCELLED).select_related("order")
        context = {
            "sheet": sheet,
            "order": sheet.order,
            "consignment": consignment,
            "added": added,
            "form": form,
        }
        return render(request, "checkout/cancel.html", context, status=422 if form.is_bound else 200)
    try:
        services.cancel_consignment(
            consignment=consignment, by=_person(request), reason=form.cleaned_data["reason"]
        )
    except services.IllegalStep:
        consignment.refresh_from_db(fields=["status"])
        return _no_parcel_to_cancel(request, sheet, consignment)
    text = (
        _("Đã hủy kiện của %(stall)s. Chợ hoàn tiền kiện này cho bạn.")
        if sheet.paid_at
        else _("Đã hủy kiện của %(stall)s. Bạn không phải trả gì cho kiện này.")
    )
    messages.success(request, text % {"stall": consignment.cooperative.name})
    return _back(sheet)


@personal
@require_http_methods(["GET", "POST"])
def shortfall(request: HttpRequest, number: str, token: str, shortfall: int) -> HttpResponse:
    """What is missing in a parcel, and what the buyer wants done about it."""
    sheet = sheet_or_404(number, token)
    rows = Shortfall.objects.select_related("consignment__cooperative", "answer").prefetch_related(
        "consignment__lines__reductions", "missing__line__reductions"
    )
    found = get_object_or_404(rows, pk=shortfall, consignment__order=sheet.order_id)
    if hasattr(found, "answer"):
        return _answered(request, sheet, ShortfallChoice(found.answer.choice))
    form = ChoiceForm(request.POST if request.method == "POST" else None, shortfall=found)
    if not form.is_valid():
        context = {
            "sheet": sheet,
            "order": sheet.order,
            "consignment": found.consignment,
            "shortfall": found,
            "silence": _label(silence_means(found), sheet),
            "form": form,
        }
        return render(request, "checkout/shortfall.html", context, status=422 if form.is_bound else 200)
    answer = services.answer_shortfall(
        shortfall_pk=found.pk, choice=ShortfallChoice(form.cleaned_data["choice"]), by=_person(request)
    )
    return _answered(request, sheet, ShortfallChoice(answer.choice))


@personal
@require_POST
def reorder(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """The goods of this order into the basket, and what cannot be had by name."""
    sheet = sheet_or_404(number, token)
    try:
        again = put_in_again(request.basket, sheet.order)  # type: ignore[attr-defined]
    except BasketClosed:  # ordered in another tab meanwhile
        again = put_in_again(live_basket(request), sheet.order)
    if again.taken:
        messages.success(request, _("Đã bỏ vào giỏ: %(titles)s") % {"titles": ", ".join(again.taken)})
    for title, reason in again.missing:
        messages.warning(request, f"{title}: {reason}")
    return redirect("checkout:basket")


def _back(sheet: OrderSheet) -> HttpResponse:
    return redirect("checkout:order", sheet.order.number, sheet.token)


def _person(request: HttpRequest) -> Any:
    """Who did it, where that is known: the address opens without a log-in."""
    return request.user if request.user.is_authenticated else None


def _answered(request: HttpRequest, sheet: OrderSheet, choice: ShortfallChoice) -> HttpResponse:
    messages.success(request, _("Đã ghi: %(choice)s.") % {"choice": _label(choice, sheet)})
    return _back(sheet)


def _no_order_to_cancel(request: HttpRequest, sheet: OrderSheet) -> HttpResponse:
    if sheet.order.status == OrderStatus.CANCELLED:
        messages.info(request, _("Đơn này đã hủy rồi."))
    elif sheet.order.status == OrderStatus.EXPIRED:
        messages.info(request, _("Đơn đã hết hạn trả tiền, bạn không cần hủy nữa."))
    else:
        messages.error(request, _("Đơn đã trả đủ tiền. Bạn hủy từng kiện chưa đóng gói ở dưới đây nhé."))
    return _back(sheet)


def _no_parcel_to_cancel(request: HttpRequest, sheet: OrderSheet, consignment: Consignment) -> HttpResponse:
    if consignment.status == ConsignmentStatus.CANCELLED:
        messages.info(request, _("Kiện này đã hủy rồi."))
    elif consignment.status == ConsignmentStatus.AWAITING_PAYMENT:
        messages.error(request, _("Đơn chưa trả tiền. Bạn hủy cả đơn nhé."))
    else:
        messages.error(
            request,
            _("Bà con đã đóng gói rồi, không hủy được nữa. Bạn gọi %(stall)s %(phone)s nhé.")
            % {"stall": consignment.cooperative.name, "phone": consignment.cooperative.phone},
        )
    return _back(sheet)
