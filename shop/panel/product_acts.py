"""What is done on a product's page beside its form: steps of approval, packs, prices for many, harvests."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from catalog import harvests, packs, tiers
from catalog.models import ApprovalState, Harvest, ProductSheet
from catalog.services import NotReadyToPublish, StockBelowReserved, message_of
from shop.accounts.roles import roles_of
from shop.sellers import takedowns

from .product_forms import SMALL_FORMS, Answered, small_form
from .product_pages import STEPS, TAKEN_DOWN, ProductForm, put
from .sending import once


class ProductAct(ProductForm):
    """One button of the product's page; a small form that is wrong comes back on that page, with nothing lost."""

    http_method_names = ("post",)
    sheet: ProductSheet

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        act = request.POST.get("act", "")
        if act in STEPS:
            return self._step(act)
        if act == "close":
            harvests.close_harvest(harvest=self._harvest())
            messages.success(request, _("Đã đóng đợt thu hoạch."))
            return self._back()
        if act not in SMALL_FORMS:
            raise Http404
        return once(request, lambda: self._carry_out(act))

    def _back(self) -> HttpResponse:
        return redirect("panel:product", pk=self.sheet.pk)

    def _step(self, act: str) -> HttpResponse:
        froms, to, who = STEPS[act]
        reason = self.request.POST.get("reason", "").strip()[:255]
        if who not in roles_of(self.request.user):
            raise Http404
        if self.sheet.state not in froms:
            messages.error(self.request, _("Món này vừa đổi tình trạng. Bạn xem lại nhé."))
        elif act == "return" and not reason:
            messages.error(self.request, _("Bạn ghi lý do để hợp tác xã biết cần sửa gì."))
        else:
            try:
                takedowns.step(sheet=self.sheet, state=to, note=reason)
            except takedowns.StillTakenDown:
                messages.error(self.request, TAKEN_DOWN)
            except NotReadyToPublish as error:
                messages.error(self.request, " ".join(message_of(each) for each in error.missing))
            else:
                label = ApprovalState(to).label
                messages.success(self.request, _("Tình trạng mới: %(state)s") % {"state": label})
        return self._back()

    def _carry_out(self, act: str) -> HttpResponse:
        """The small form of the act, for the size or harvest that was meant."""
        harvest = self._harvest() if act == "arrival" else None
        product = self._product_id() if act in ("tiers", "harvest") else 0
        key = harvest.pk if harvest else product
        form = small_form(act, key, self.request.POST)
        said = ""
        if form.is_valid():
            try:
                said = self._change(act, form, harvest, product)
            except StockBelowReserved:
                put(form, ValidationError({"stock": _("Không ghi được: khách đã đặt nhiều hơn số này.")}))
            except ValidationError as error:
                put(form, error)
            except harvests.ArrivedMeanwhile:
                messages.error(self.request, _("Đợt này vừa có người ghi. Bạn xem lại rồi ghi tiếp nếu cần."))
                return self._back()
        if form.errors:
            self.answered = Answered(act, key, form)
            return self.render_to_response(self.get_context_data(), status=422)
        messages.success(self.request, said)
        return self._back()

    def _change(self, act: str, form: Any, harvest: Harvest | None, product: int) -> str:
        """What was said afterwards. Raises: ValidationError, StockBelowReserved, ArrivedMeanwhile."""
        if act == "pack":
            pack = packs.save_pack(sheet=self.sheet, **form.cleaned_data)
            return _("Đã lưu quy cách %(name)s.") % {"name": pack.name}
        if act == "tiers":
            tiers.set_tiers(product_id=product, tiers=form.tiers)
            return _("Đã lưu giá mua nhiều.")
        if harvest:
            harvests.record_arrival(harvest=harvest, **form.cleaned_data)
            return _("Đã ghi hàng về; khách mua được ngay.")
        bought = type(self.sheet.product)._default_manager.get(pk=product)
        harvests.plan_harvest(product=bought, **form.cleaned_data)
        return _("Đã mở đặt trước.")

    def _product_id(self) -> int:
        """The size that was meant; one of another product does not exist here."""
        wanted = self.request.POST.get("product", "")
        for offer in self.sheet.offers:
            if str(offer.product_id) == wanted:
                return offer.product_id
        raise Http404

    def _harvest(self) -> Harvest:
        wanted = self.request.POST.get("harvest", "")
        own = Harvest.objects.filter(product_id__in=[offer.product_id for offer in self.sheet.offers])
        return get_object_or_404(
            own, pk=int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 18 else 0
        )
