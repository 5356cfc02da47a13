"""What a cooperative does with a consignment: packs it, changes its lots, hands it over."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from shop.orders import services
from shop.orders.models import Consignment
from shop.orders.statuses import ConsignmentStatus

from .consignments import ConsignmentPage, HandOverForm, too_late
from .sending import told
from .weighing import read_weighings, weights_of


def _lots_from(request: HttpRequest, parcel: Sequence[Consignment]) -> dict[int, int]:
    """The lot chosen for each line, by line; lines without one and answers that are no number are left out."""
    lines = [line.pk for consignment in parcel for line in consignment.lines.all()]
    found = {line: request.POST.get(f"lo-{line}", "") for line in lines}
    return {line: int(text) for line, text in found.items() if _is_number(text)}


class Pack(ConsignmentPage):
    """Packed, each line from the lot that was chosen for it; shows the page again when a lot does not fit."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        wished = self.wished = _lots_from(request, self.parcel)
        weighings = self.weighings = read_weighings(self.parcel, request.POST.dict())
        seen = {self.consignment.pk, *(int(pk) for pk in request.POST.getlist("cung") if _is_number(pk))}
        if any(one.error for one in weighings) and self.consignment.status == ConsignmentStatus.TO_PACK:
            return self.render_to_response(self.get_context_data(), status=422)
        try:
            services.pack(
                consignment=self.consignment,
                by=request.user,
                lots=wished,
                weights=weights_of(weighings),
                seen=seen,
            )
        except services.LotUnfit as error:
            return self.show_unfit(error)
        except services.ParcelGrew as grown:
            text = _(
                "Khách vừa thêm hàng (%(codes)s) vào kiện này. Bạn lấy thêm hàng rồi bấm “Đã đóng gói” lại."
            )
            messages.warning(request, text % {"codes": ", ".join(one.code for one in grown.added)})
        except services.BuyerIsAsked:
            messages.error(request, _("Đang chờ khách chọn cách làm với phần thiếu, chưa đóng gói được."))
        except services.WeightUnfit:
            messages.error(request, _("Kiện vừa thay đổi. Bạn xem lại cân thực nhé."))
        except services.IllegalStep:
            messages.error(request, too_late(self.consignment))
        else:
            done = _("Đã ghi: kiện %(code)s đóng gói xong.")
            messages.success(request, done % {"code": self.consignment.code})
        return redirect("panel:consignment", pk=pk)


class ChangeLots(ConsignmentPage):
    """Other lots for a packed parcel, such as when one of them was recalled."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        wished = self.wished = _lots_from(request, [self.consignment])
        try:
            services.change_lots(consignment=self.consignment, lots=wished)
        except services.LotUnfit as error:
            return self.show_unfit(error)
        except services.IllegalStep:
            messages.error(request, too_late(self.consignment))
        else:
            messages.success(request, _("Đã đổi lô của kiện %(code)s.") % {"code": self.consignment.code})
        return redirect("panel:consignment", pk=pk)


class HandOver(ConsignmentPage):
    """Takes the hand-over form of the consignment's page; shows the page again when the form has errors."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self.hand_over_form = HandOverForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        try:
            services.hand_over(consignment=self.consignment, by=request.user, **form.cleaned_data)
        except services.LotUnfit as error:
            return self.show_unfit(error)
        except services.IllegalStep:
            messages.error(request, too_late(self.consignment))
        except services.NotHarvestedYet as error:
            messages.error(
                request,
                _("Chưa giao được: “%(title)s” là hàng đặt trước, chưa ghi hàng về.") % {"title": error},
            )
        else:
            messages.success(
                request,
                _("Đã ghi: kiện %(code)s đã giao cho %(carrier)s.")
                % {"code": self.consignment.code, "carrier": form.cleaned_data["carrier"]},
            )
        return told(request, redirect("panel:consignment", pk=pk))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
