"""A cooperative's lots: the list, one lot's book, corrections, recall. The operator looks on and recalls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.lot_book import balance_of, chain_faults
from catalog.lots import CORRECTABLE, correct_step, record_step
from catalog.models import Lot, LotEvent, LotEventKind, LotStatus
from catalog.numbers import set_gtin
from catalog.recalls import made_from
from catalog.trace_views import amount_text, steps_of
from shop.accounts.doors import may_open
from shop.accounts.roles import Role, roles_of
from shop.orders.services import recall_lot

from .lot_forms import CorrectionForm, GtinForm, RecallForm, StepForm, done_or_shown, instant_of
from .screens import Screen, Tab, page_of, query_without_page
from .selectors import handed_out_for, lots_for
from .sending import draft_of, once

STATUS_KEY = "tinh-trang"
PER_PAGE = 25


class LotList(Screen):
    template_name = "panel/lots.html"
    page_title = gettext_lazy("Lô hàng")
    header_icon = "clipboard-list"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        own = lots_for(self.request.user)
        status = self.request.GET.get(STATUS_KEY, "")
        rows = own.select_related("sheet__product", "sheet__cooperative")
        if status in LotStatus.values:
            rows = rows.filter(status=status)
        counts = dict(own.order_by().values_list("status").annotate(Count("pk")))
        here = reverse("panel:lots")
        tabs = [Tab(_("Tất cả"), here, status not in LotStatus.values, sum(counts.values()))]
        tabs += [
            Tab(str(one.label), f"{here}?{STATUS_KEY}={one}", status == one, counts.get(one, 0))
            for one in LotStatus
        ]
        context.update(
            page=page_of(rows, self.request, PER_PAGE),
            page_link=query_without_page(self.request),
            tabs=tabs,
            shows_cooperative=Role.OPERATOR in roles_of(self.request.user),
            can_open=may_open(self.request.user, "panel:lot_open"),
        )
        return context


class LotPage(Screen):
    template_name = "panel/lot.html"
    header_icon = "clipboard-list"
    bound: forms.Form | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        book = LotEvent.objects.select_related("counterpart__sheet__product", "actor").order_by("number")
        rows = lots_for(request.user).select_related("sheet__product", "sheet__cooperative", "sheet__gtin")
        self.lot = get_object_or_404(rows.prefetch_related(Prefetch("events", book)), pk=kwargs["pk"])

    def get_page_title(self) -> str:
        return _("Lô %(code)s") % {"code": self.lot.grouped_code}

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:lots"), "label": _("Lô hàng")},
            {"url": "", "label": self.lot.grouped_code},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        lot, user = self.lot, self.request.user
        balance = balance_of(lot.events.all())
        amounts = (
            (_("Vào lô"), balance.harvested),
            (_("Hao khi chế biến"), balance.harvested - balance.available),
            (_("Đã đóng gói"), balance.packed),
            (_("Đưa vào chế biến"), balance.used),
            (_("Xuất đi"), balance.dispatched),
            (_("Bán qua chợ"), balance.sold),
            (_("Hao hụt"), balance.lost),
        )
        forms_here = {
            "step_form": StepForm(unit=lot.unit),
            "gtin_form": GtinForm(
                initial={"gtin": lot.sheet.gtin.number if hasattr(lot.sheet, "gtin") else ""}
            ),
        }
        if self.bound:
            name = {StepForm: "step_form", GtinForm: "gtin_form"}.get(type(self.bound), "correction_form")
            forms_here[name] = self.bound
        context.update(
            lot=lot,
            steps=steps_of(lot),
            balance=[(label, amount_text(amount, lot.unit)) for label, amount in amounts if amount],
            left=amount_text(balance.left, lot.unit),
            faults=chain_faults(lot),
            correctable=CORRECTABLE,
            unit=lot.unit,
            can_write=may_open(user, "panel:lot_step"),
            can_print=lot.status != LotStatus.RECALLED,
            can_recall=may_open(user, "panel:lot_recall") and lot.status != LotStatus.RECALLED,
            buyers_count=handed_out_for(user, lot).count(),
            made=Lot.objects.filter(pk__in=made_from(lot)).select_related("sheet__product"),
            **forms_here,
            **draft_of(self.request, f"lot/{lot.pk}"),
        )
        return context

    def answer(self, form: forms.Form, write: Callable[[], Any], message: str) -> HttpResponse:
        """Write what the form says and come back, or show the form with what is wrong."""
        self.bound = form
        if done_or_shown(form, write) is None:
            self.lot.refresh_from_db()
            return self.render_to_response(self.get_context_data(), status=422)
        messages.success(self.request, message)
        return redirect("panel:lot", pk=self.lot.pk)


class WriteStep(LotPage):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = StepForm(request.POST, unit=self.lot.unit)

        def write() -> LotEvent:
            chosen = dict(form.cleaned_data)
            at = instant_of(chosen.pop("day"))
            return record_step(lot=self.lot, at=at, actor=request.user, **chosen)

        return once(request, lambda: self.answer(form, write, _("Đã ghi vào sổ lô.")))


class CorrectStep(LotPage):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        number = request.POST.get("number", "")
        line = next((line for line in self.lot.events.all() if str(line.number) == number), None)
        unit = line.counterpart.unit if line and line.counterpart else self.lot.unit
        form = CorrectionForm(request.POST, unit=unit)

        def write() -> LotEvent:
            return correct_step(lot=self.lot, actor=request.user, **form.cleaned_data)

        return self.answer(form, write, _("Đã ghi dòng sửa. Dòng cũ vẫn còn trong sổ."))


class NameGtin(LotPage):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = GtinForm(request.POST)

        def write() -> bool:
            set_gtin(sheet=self.lot.sheet, number=form.cleaned_data["gtin"])
            return True

        return self.answer(form, write, _("Đã ghi mã GTIN của món."))


class RecallLot(LotPage):
    """Shows who has goods of the lot before it is recalled; takes the reason."""

    template_name = "panel/lot_recall.html"
    form: RecallForm | None = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        user = self.request.user
        context.update(
            form=self.form or RecallForm(has_made=bool(made_from(self.lot))),
            buyers=handed_out_for(user, self.lot),
            recall_line=next((e for e in self.lot.events.all() if e.kind == LotEventKind.RECALL), None),
        )
        return context

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self.form = RecallForm(request.POST, has_made=True)
        within = None if Role.OPERATOR in roles_of(request.user) else self.lot.sheet.cooperative

        def write() -> Any:
            return recall_lot(lot=self.lot, by=request.user, within=within, **form.cleaned_data)

        done = done_or_shown(form, write)
        if done is None:
            return self.render_to_response(self.get_context_data(), status=422)
        text = _("Đã thu hồi %(lots)s lô, ngừng bán và viết thư cho %(buyers)s người mua.")
        messages.success(request, text % {"lots": len(done.lots), "buyers": done.buyers})
        return redirect("panel:lot_recall", pk=pk)
