"""A parcel that is paid at the door: its slip, the card terminal of the stall, and goods that come back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_GET

from shop.money import format_amount
from shop.orders import services, terminals
from shop.orders.slips import slip_pdf
from shop.payments.cards import holds_card_number
from shop.payments.models import TerminalPayment

from .card_form import CardForm
from .consignments import ConsignmentPage, too_late
from .selectors import consignments_for


@require_GET
def slip(request: HttpRequest, pk: int) -> HttpResponse:
    """The slip for the parcel, to print (A6)."""
    rows = consignments_for(request.user).select_related("cooperative", "order__sheet")
    consignment = get_object_or_404(rows.prefetch_related("lines__reductions"), pk=pk)
    return HttpResponse(
        slip_pdf(consignment),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="phieu-{consignment.code}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )


class EnterCard(ConsignmentPage):
    """Takes the terminal's form of the consignment's page; shows the page again when it has errors."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self.card_form = CardForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        try:
            terminals.enter(consignment=self.consignment, by=request.user, **form.cleaned_data)
        except terminals.MoreThanOwed as refusal:
            form.add_error(
                "amount", _("Kiện này chỉ còn nợ %(most)s.") % {"most": format_amount(refusal.most)}
            )
            return self.render_to_response(self.get_context_data(), status=422)
        except terminals.KnownReference:
            form.add_error("reference", _("Mã giao dịch này của máy đã ghi rồi."))
            return self.render_to_response(self.get_context_data(), status=422)
        except services.IllegalStep:
            messages.error(request, _("Kiện này không quẹt thẻ được, hoặc đã trả đủ tiền."))
        else:
            messages.success(request, _("Đã ghi khoản quẹt thẻ vào đơn."))
        return redirect("panel:consignment", pk=pk)


class ReverseCard(View):
    """A second person takes a card payment back that was entered wrongly."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int, payment: int) -> HttpResponse:
        consignment = get_object_or_404(consignments_for(request.user), pk=pk)
        found = get_object_or_404(TerminalPayment, pk=payment, parcel_code=consignment.code)
        reason = request.POST.get("reason", "").strip()[:255]
        if not reason:
            messages.error(request, _("Bạn ghi vì sao hủy khoản này nhé."))
            return redirect("panel:consignment", pk=pk)
        if holds_card_number(reason):
            messages.error(request, _("Chợ không giữ số thẻ. Bạn ghi lý do khác nhé."))
            return redirect("panel:consignment", pk=pk)
        try:
            terminals.reverse(found.pk, by=request.user, reason=reason)
        except terminals.SamePerson:
            messages.error(request, _("Người đã ghi không tự hủy được. Bạn nhờ người khác nhé."))
        except services.IllegalStep:
            messages.error(request, _("Khoản này đã hủy, hoặc đơn đã có tiền hoàn: không hủy được nữa."))
        else:
            messages.success(request, _("Đã hủy khoản quẹt thẻ. Kiện lại chờ tiền."))
        return redirect("panel:consignment", pk=pk)


class TakeBackParcel(View):
    """The parcel was not taken at the door and is at the stall again."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        consignment = get_object_or_404(consignments_for(request.user), pk=pk)
        try:
            services.take_back(
                consignment=consignment,
                by=request.user,
                is_sellable=request.POST.get("is_sellable") == "1",
                reason=request.POST.get("reason", "").strip()[:255],
            )
        except services.IllegalStep:
            messages.error(request, too_late(consignment))
        else:
            done = _("Đã ghi: kiện %(code)s trả về, người mua không phải trả gì.")
            messages.success(request, done % {"code": consignment.code})
        return redirect("panel:consignment", pk=pk)
