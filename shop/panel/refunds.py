"""Money that goes back: the list, and one refund with the step that comes next."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.money import format_amount
from shop.payments import refunds
from shop.payments.models import REFUND_STEPS, RefundState, RefundWay
from shop.payments.provider import Refused

from .money import lost_for, won_for
from .screens import Screen, Tab, page_of, query_without_page
from .selectors import refunds_for

STATE_KEY = "tinh-trang"
PER_PAGE = 50


class RefundList(Screen):
    template_name = "panel/refunds.html"
    page_title = gettext_lazy("Hoàn tiền")
    header_icon = "rotate"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        rows = refunds_for(self.request.user)
        state = self.request.GET.get(STATE_KEY, RefundState.REQUESTED)
        if state not in RefundState.values:
            state = RefundState.REQUESTED
        counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
        here = reverse("panel:refunds")
        rows = rows.filter(state=state)
        context.update(
            page=page_of(rows, self.request, PER_PAGE),
            page_link=query_without_page(self.request),
            won=won_for(self.request.user),
            lost=lost_for(self.request.user),
            total=rows.order_by().aggregate(total=Sum("amount"))["total"] or 0,
            tabs=[
                Tab(str(choice.label), f"{here}?{STATE_KEY}={choice}", state == choice, counts.get(choice, 0))
                for choice in RefundState
            ],
        )
        return context


class PrepareForm(forms.Form):
    """Where the money goes. Shape: an account only for a transfer."""

    way = forms.ChoiceField(label=gettext_lazy("Hoàn bằng cách nào"), choices=RefundWay)
    bank_bin = forms.RegexField(
        r"^[0-9]{6}$",
        label=gettext_lazy("Mã ngân hàng (BIN)"),
        required=False,
        help_text=gettext_lazy("6 chữ số, ví dụ 970436 là Vietcombank."),
        error_messages={"invalid": gettext_lazy("Mã ngân hàng có 6 chữ số.")},
    )
    account = forms.RegexField(
        r"^[0-9A-Za-z]{1,19}$",
        label=gettext_lazy("Số tài khoản"),
        required=False,
        error_messages={"invalid": gettext_lazy("Số tài khoản chỉ gồm chữ và số, nhiều nhất 19 ký tự.")},
    )
    name = forms.CharField(label=gettext_lazy("Chủ tài khoản"), required=False, max_length=100)

    def __init__(self, *args: Any, can_use_provider: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = RefundWay.choices if can_use_provider else RefundWay.choices[:1]
        self.fields["way"].choices = ways  # type: ignore[attr-defined]
        self.initial.setdefault("way", RefundWay.PROVIDER if can_use_provider else RefundWay.TRANSFER)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("way") == RefundWay.TRANSFER:
            for field in ("bank_bin", "account", "name"):
                if not cleaned.get(field) and field not in self.errors:
                    self.add_error(field, _("Chuyển khoản thì cần ghi ô này."))
        return cleaned

    @property
    def payee(self) -> refunds.Payee | None:
        """The account, or None to give it back where it came from."""
        cleaned = self.cleaned_data
        if cleaned["way"] == RefundWay.PROVIDER:
            return None
        return refunds.Payee(cleaned["bank_bin"], cleaned["account"], cleaned["name"])


class RefundPage(Screen):
    template_name = "panel/refund.html"
    header_icon = "rotate"
    form: PrepareForm | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        rows = refunds_for(request.user).select_related("inbound", "prepared_by", "approved_by", "cause")
        self.refund = get_object_or_404(rows, pk=kwargs["pk"])

    def get_page_title(self) -> str:
        return _("Hoàn %(amount)s") % {"amount": format_amount(self.refund.amount)}

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:refunds"), "label": _("Hoàn tiền")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        refund, state = self.refund, self.refund.state
        context.update(
            refund=refund,
            steps=refund.steps.select_related("actor"),
            form=self.form or self._form(),
            can_prepare=RefundState.PREPARED in REFUND_STEPS[state],
            can_approve=state == RefundState.PREPARED and refund.prepared_by_id != self.request.user.pk,
            is_own=state == RefundState.PREPARED and refund.prepared_by_id == self.request.user.pk,
            can_send=state == RefundState.APPROVED and refund.way == RefundWay.TRANSFER,
            can_finish=state == RefundState.SENT,
        )
        return context

    def _form(self, *args: Any) -> PrepareForm:
        return PrepareForm(*args, can_use_provider=refunds.charge_of(self.refund) is not None)


class Prepare(RefundPage):
    """Takes the form of the refund's page; shows the page again when it has errors."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self.form = self._form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        try:
            refunds.prepare(pk, by=request.user, payee=form.payee)
        except (refunds.IllegalRefundStep, Refused):
            messages.error(request, _("Khoản này đã sang bước khác. Bạn xem lại nhé."))
        else:
            messages.success(request, _("Đã ghi. Một người khác duyệt thì tiền mới được hoàn."))
        return redirect("panel:refund", pk=pk)


class StepForm(forms.Form):
    """Which step, and what is to be remembered of it."""

    step = forms.ChoiceField(choices=[(step, step) for step in ("approve", "back", "sent", "done", "failed")])
    note = forms.CharField(max_length=120, required=False)


class TakeStep(RefundPage):
    """One step of a refund, by the person logged in."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = StepForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        note = form.cleaned_data["note"]
        try:
            match form.cleaned_data["step"]:
                case "approve":
                    refund = refunds.approve(pk, by=request.user)
                    if refund.way == RefundWay.PROVIDER:
                        refunds.send(pk, timezone.now())
                case "back":
                    refunds.send_back(pk, by=request.user, note=note)
                case "sent":
                    refunds.mark_sent(pk, by=request.user, bank_reference=note)
                case "done":
                    refunds.mark_done(pk, by=request.user, note=note)
                case _:
                    refunds.mark_failed(pk, by=request.user, note=note)
        except refunds.SamePerson:
            messages.error(request, _("Người ghi khoản hoàn không tự duyệt được. Bạn nhờ người khác nhé."))
        except refunds.IllegalRefundStep:
            messages.error(request, _("Khoản này đã sang bước khác. Bạn xem lại nhé."))
        else:
            messages.success(request, _("Đã ghi."))
        return redirect("panel:refund", pk=pk)
