"""A packed parcel at its courier: its number is fetched, and the courier's own label printed."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shop.orders import services, waybills
from shop.shipping.live import CourierRefuses, CourierUnavailable

from .consignments import ConsignmentPage, too_late
from .selectors import consignments_for


class RegisterParcel(ConsignmentPage):
    """The courier hears of the parcel and gives its number; pressed twice, it is the same one."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            registered = waybills.register(consignment=self.consignment)
        except CourierUnavailable:
            text = _("Đơn vị vận chuyển chưa trả lời. Bạn đợi một lát rồi bấm lại, không sợ ghi hai lần.")
            messages.error(request, text)
        except CourierRefuses as refusal:
            text = _("Đơn vị vận chuyển không nhận kiện này: %(reason)s")
            messages.error(request, text % {"reason": refusal})
        except services.IllegalStep:
            messages.error(request, too_late(self.consignment))
        else:
            text = _("Đã có mã vận đơn %(number)s. Bạn in nhãn, dán lên kiện.")
            messages.success(request, text % {"number": registered.tracking_number})
        return redirect("panel:consignment", pk=pk)


@require_GET
def courier_label(request: HttpRequest, pk: int) -> HttpResponse:
    """The courier's label as PDF; 404 for a parcel that its courier does not know."""
    rows = consignments_for(request.user).select_related("cooperative", "order__sheet")
    consignment = get_object_or_404(rows, pk=pk)
    try:
        pdf = waybills.label_pdf(consignment)
    except CourierUnavailable:
        messages.error(request, _("Đơn vị vận chuyển chưa gửi nhãn. Bạn đợi một lát rồi bấm lại nhé."))
        return redirect("panel:consignment", pk=pk)
    if pdf is None:
        raise Http404
    headers = {
        "Content-Disposition": f'inline; filename="nhan-{consignment.code}.pdf"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
