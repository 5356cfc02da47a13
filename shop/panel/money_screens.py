"""An order's money on one time line, the health of the sources, and the daily reconciliation."""

from __future__ import annotations

import csv
import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from catalog.clock import today
from shop.money import format_amount
from shop.orders import services
from shop.orders.disputes import standing_now
from shop.orders.statuses import OrderStatus
from shop.orders.told import messages_of
from shop.payments import services as payments
from shop.payments.models import EventKind, PaymentAttempt, PaymentEvent
from shop.payments.refunds import TooMuch, refundable_amount

from .losses import LossForm, losses_of, take_proposal
from .messages_log import shown_messages
from .money import health_of_sources, sums_of, time_line, won_for
from .screens import Screen
from .selectors import money_orders_for

DAY_KEY = "ngay"


class AgreeForm(forms.Form):
    """A refund that was agreed with the buyer."""

    # Not an IntegerField: it reads "1.000", a thousand here, as one.
    amount = forms.RegexField(
        r"^[0-9]{1,12}$",
        label=gettext_lazy("Số tiền hoàn (đồng)"),
        error_messages={"invalid": gettext_lazy("Ghi số tiền bằng chữ số, không có dấu chấm.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    note = forms.CharField(label=gettext_lazy("Lý do, thỏa thuận với ai"), max_length=255)

    def clean_amount(self) -> int:
        amount = int(self.cleaned_data["amount"])
        if not amount:
            raise forms.ValidationError(_("Số tiền phải lớn hơn 0."), code="min_value")
        return amount


class DecideForm(forms.Form):
    """What becomes of money from a dispute that was won after the order had ended."""

    note = forms.CharField(label=gettext_lazy("Vì sao, đã trao đổi với ai"), max_length=255)


class OrderMoney(Screen):
    """Attempts, movements, refunds and people's steps of one order."""

    template_name = "panel/order_money.html"
    header_icon = "history"
    form: AgreeForm | None = None
    decide_form: DecideForm | None = None
    loss_form: LossForm | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        rows = money_orders_for(request.user).select_related("sheet")
        self.order = get_object_or_404(rows, number=kwargs["number"])

    def get_page_title(self) -> str:
        return _("Tiền của đơn %(number)s") % {"number": self.order.number}

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:transfers"), "label": _("Tiền về")},
            {"url": "", "label": self.order.number},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context.update(
            order=self.order,
            state=OrderStatus(self.order.status).label,
            sheet=self.order.sheet,
            held=payments.paid_amount(self.order),
            usable=payments.usable_amount(self.order),
            moments=time_line(self.order),
            told=shown_messages(messages_of(self.order)),
            refunds=[refund for attempt in self._attempts() for refund in attempt.refunds.all()],
            form=self.form or AgreeForm(),
            won=self._won(),
            decide_form=self.decide_form or DecideForm(),
            can_refund=self.order.status == OrderStatus.PAID and self._charged() is not None,
            **losses_of(self.order, self.request.user, self.loss_form),
        )
        return context

    def _won(self) -> PaymentEvent | None:
        """Money of this order that waits for a decision."""
        return next(
            (event for event in won_for(self.request.user) if event.attempt.order == self.order), None
        )

    def _attempts(self) -> list[PaymentAttempt]:
        return list(self.order.payment_attempts.prefetch_related("refunds"))

    def _charged(self) -> PaymentAttempt | None:
        """The attempt whose money can be given back; the one with most of it left."""
        charged = [
            attempt
            for attempt in self.order.payment_attempts.filter(events__kind=EventKind.CHARGE).distinct()
            if refundable_amount(attempt) > 0
        ]
        return max(charged, key=refundable_amount, default=None)


class AgreeRefund(OrderMoney):
    """Takes the form of the order's money page."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        form = self.form = AgreeForm(request.POST)
        attempt = self._charged()
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        if attempt is None:
            messages.error(request, _("Đơn này không còn khoản nào để hoàn."))
            return redirect("panel:order_money", number=number)
        try:
            refund = services.agree_refund(attempt.pk, by=request.user, **form.cleaned_data)
        except TooMuch as error:
            most = format_amount(max(error.most, 0))
            form.add_error("amount", _("Nhiều nhất còn hoàn được %(most)s.") % {"most": most})
            return self.render_to_response(self.get_context_data(), status=422)
        except services.IllegalStep:
            messages.error(request, _("Chỉ hoàn được cho đơn đã trả đủ tiền."))
            return redirect("panel:order_money", number=number)
        return redirect("panel:refund", pk=refund.pk)


class DecideWon(OrderMoney):
    """Money of a won dispute goes back to the buyer, or the market keeps it, and says why."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        form = self.decide_form = DecideForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        event = self._won()
        try:
            if event is None:
                raise services.IllegalStep(self.order.status, "")
            refund = services.decide_won(
                event.pk, is_kept="giu" in request.POST, by=request.user, note=form.cleaned_data["note"]
            )
        except services.IllegalStep:
            messages.error(request, _("Khoản này đã có người xử lý rồi."))
            return redirect("panel:order_money", number=number)
        if refund is None:
            messages.success(request, _("Đã ghi là chợ giữ khoản này."))
            return redirect("panel:order_money", number=number)
        return redirect("panel:refund", pk=refund.pk)


class ProposeLoss(OrderMoney):
    """Who bears the money of a lost dispute, for a second person to decide."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        standing = standing_now(self.order)
        form = self.loss_form = LossForm(request.POST, order=self.order, standing=standing)
        answer = take_proposal(form, request, self.order)
        return answer or self.render_to_response(self.get_context_data(), status=422)


class SourceHealth(Screen):
    template_name = "panel/sources.html"
    page_title = gettext_lazy("Nơi báo tiền")
    header_icon = "site"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context.update(sources=health_of_sources())
        return context


class Reconciliation(Screen):
    """One day: what was reported, what is booked, and what is left over; also as CSV."""

    template_name = "panel/reconciliation.html"
    page_title = gettext_lazy("Đối soát ngày")
    header_icon = "table"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        day = _day(self.request)
        rows = sums_of(day)
        context.update(day=day, rows=rows, is_even=not any(row.difference for row in rows))
        return context


@require_GET
def reconciliation_csv(request: HttpRequest) -> HttpResponse:
    """The day's sums for a spreadsheet: UTF-8 with its mark, amounts as plain numbers."""
    day = _day(request)
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="doi-soat-{day:%Y-%m-%d}.csv"'
    writer = csv.writer(response)
    writer.writerow(
        [_("Ngày"), _("Nơi báo"), _("Báo về"), _("Đã ghi cho đơn"), _("Chưa khớp"), _("Trả người gửi"),
         _("Tiền thu hộ nộp về"), _("Tiền chi quay về"), _("Đã hoàn"), _("Chênh lệch")]
    )  # fmt: skip
    for row in sums_of(day):
        writer.writerow(
            [
                day,
                row.source,
                row.reported,
                row.booked,
                row.unmatched,
                row.returned,
                row.remitted,
                row.paid_back,
                row.refunded,
                row.difference,
            ]
        )
    return response


def _day(request: HttpRequest) -> dt.date:
    wanted = request.GET.get(DAY_KEY, "")
    if not wanted:
        return today()
    try:
        return dt.date.fromisoformat(wanted)
    except ValueError:
        raise Http404 from None
