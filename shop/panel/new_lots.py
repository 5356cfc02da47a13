"""Opening a lot: of a harvest, or made from other lots."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.lot_book import balance_of
from catalog.lot_codes import MistypedCode, read_code
from catalog.lot_making import Ingredient, make_lot_from
from catalog.lots import open_lot
from catalog.models import Lot, LotStatus, NetUnit, ProductSheet
from catalog.tenancy import cooperatives_of
from catalog.trace_views import amount_text

from .lot_forms import FirstPageForm, MakingForm, done_or_shown
from .screens import Screen
from .selectors import lots_for, sheets_for
from .sending import draft_of, once

PRODUCT_KEY = "mon"


class _NewLot(Screen):
    """First which product, then its form: the unit follows from the product."""

    template_name = "panel/lot_new.html"
    header_icon = "plus"
    form: FirstPageForm | None = None

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:lots"), "label": _("Lô hàng")},
            {"url": "", "label": self.get_page_title()},
        ]

    @cached_property
    def sheets(self) -> list[ProductSheet]:
        own = sheets_for(self.request.user).filter(cooperative__in=cooperatives_of(self.request.user))
        return list(own.select_related("product").order_by("product__title", "pk"))

    @cached_property
    def sheet(self) -> ProductSheet | None:
        asked = self.request.GET.get(PRODUCT_KEY)
        found = next((sheet for sheet in self.sheets if str(sheet.pk) == asked), None)
        if asked and found is None:
            raise Http404
        return found

    def new_form(self, sheet: ProductSheet, data: Any = None) -> FirstPageForm:
        raise NotImplementedError

    def open(self, sheet: ProductSheet, form: FirstPageForm) -> Lot:
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context.update(
            sheets=self.sheets,
            sheet=self.sheet,
            form=self.form or (self.new_form(self.sheet) if self.sheet else None),
        )
        if self.sheet:
            context.update(draft_of(self.request, f"{self.request.path}{self.sheet.pk}"))
        return context

    def post(self, request: HttpRequest) -> HttpResponse:
        sheet = self.sheet
        if sheet is None:
            return redirect(request.path)
        return once(request, lambda: self._take(request, sheet))

    def _take(self, request: HttpRequest, sheet: ProductSheet) -> HttpResponse:
        form = self.form = self.new_form(sheet, request.POST)
        lot = done_or_shown(form, lambda: self.open(sheet, form))
        if lot is None:
            return self.render_to_response(self.get_context_data(), status=422)
        messages.success(
            request,
            _("Đã mở lô %(code)s: %(amount)s.")
            % {"code": lot.grouped_code, "amount": amount_text(lot.quantity, lot.unit)},
        )
        return redirect("panel:lot", pk=lot.pk)


class OpenLot(_NewLot):
    page_title = gettext_lazy("Mở lô thu hoạch")

    def new_form(self, sheet: ProductSheet, data: Any = None) -> FirstPageForm:
        return FirstPageForm(data, sheet=sheet)

    def open(self, sheet: ProductSheet, form: FirstPageForm) -> Lot:
        facts = form.facts()
        return open_lot(
            sheet=sheet,
            unit=sheet.net_unit,
            harvested_at=facts.pop("at"),
            actor=self.request.user,
            **facts,
        )


class MakeLot(_NewLot):
    page_title = gettext_lazy("Lô làm từ lô khác")

    def new_form(self, sheet: ProductSheet, data: Any = None) -> FirstPageForm:
        own = lots_for(self.request.user).filter(
            sheet__cooperative=sheet.cooperative_id, status=LotStatus.ON_SALE
        )
        sources = [(str(lot.pk), _line_of(lot)) for lot in own.select_related("sheet__product")]
        return MakingForm(data, sheet=sheet, sources=sources)

    def open(self, sheet: ProductSheet, form: FirstPageForm) -> Lot:
        facts = form.facts()
        return make_lot_from(
            ingredients=_ingredients(form, facts),
            sheet=sheet,
            unit=sheet.net_unit,
            made_at=facts.pop("at"),
            actor=self.request.user,
            **facts,
        )


def _line_of(lot: Lot) -> str:
    left = amount_text(balance_of(lot.events.select_related("counterpart")).left, lot.unit)
    text = _("%(title)s · %(code)s · còn %(left)s")
    return text % {"title": lot.sheet.product.title, "code": lot.grouped_code, "left": left}


def _ingredients(form: FirstPageForm, facts: dict[str, Any]) -> list[Ingredient]:
    """The rows that were filled in; takes their answers out of ``facts``."""
    found = []
    for row in MakingForm.rows:
        key, code, amount = (facts.pop(f"{name}_{row}") for name in ("lot", "code", "amount"))
        if not (key or code or amount):
            continue
        lot = Lot.objects.filter(pk=key).first() if key else _lot_of(code, f"code_{row}")
        if amount is None:
            raise ValidationError({f"amount_{row}": _("Cần ghi số lượng.")})
        if lot is None:
            raise ValidationError({f"lot_{row}": _("Chọn lô, hoặc gõ mã lô.")})
        is_counted = lot.unit not in (NetUnit.GRAM, NetUnit.MILLILITRE)
        found.append(Ingredient(amount // 1000 if is_counted else amount, lot))
    name, amount = facts.pop("other_name"), facts.pop("other_amount")
    if name or amount:
        if not (name and amount):
            raise ValidationError({"other_amount": _("Ghi cả tên và số lượng của thứ cho thêm.")})
        found.append(Ingredient(amount, name=name))
    return found


def _lot_of(code: str, field: str) -> Lot | None:
    try:
        lot = Lot.objects.filter(code=read_code(code)).first() if code else None
    except MistypedCode:
        raise ValidationError({field: _("Mã lô gõ nhầm, bà con so lại với tem.")}) from None
    if code and lot is None:
        raise ValidationError({field: _("Chợ chưa phát mã này cho lô nào.")})
    return lot
