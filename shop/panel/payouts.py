"""Paying stalls: make a batch, have it approved by somebody else, take its file to the bank, see what arrived."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.http import require_GET

from catalog.clock import today
from shop.checkout.forms import PlainField
from shop.ledger import bank_file
from shop.ledger.models import PayoutBatch, PayoutState
from shop.money import format_amount
from shop.orders import payouts
from shop.sellers.bank_accounts import payees

from .screens import Screen, page_of, query_without_page
from .selectors import payout_batches_for

PER_PAGE = 25
FILES = {
    "csv": ("text/csv; charset=utf-8", bank_file.as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", bank_file.as_xlsx),
}


class BatchForm(forms.Form):
    """For which days stalls are paid."""

    first_day = forms.DateField(
        label=gettext_lazy("Từ ngày"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    last_day = forms.DateField(
        label=gettext_lazy("Đến hết ngày"),
        help_text=gettext_lazy("Tiền được chi tính đến hết ngày này, kể cả phần của kỳ trước chưa chi."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if last and last > today():
            self.add_error("last_day", _("Ngày này chưa tới."))
        elif first and last and last < first:
            self.add_error("last_day", _("Ngày cuối phải từ ngày đầu trở đi."))
        return cleaned


class PayoutBatches(Screen):
    """Make a batch; the batches of before."""

    template_name = "panel/payouts.html"
    page_title = gettext_lazy("Chi tiền cho gian hàng")
    header_icon = "upload"
    form: BatchForm | None = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        rows = payout_batches_for(self.request.user).annotate(
            stalls=Count("payouts"),
            total=Sum("payouts__amount", default=0),
            open=Count("payouts", filter=Q(payouts__state=PayoutState.APPROVED)),
        )
        context.update(
            form=self.form or BatchForm(initial=_next_period(rows.filter(dropped_at=None).first())),
            page=page_of(rows.order_by("-pk"), self.request, PER_PAGE),
            page_link=query_without_page(self.request),
        )
        return context

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form = BatchForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        try:
            batch = payouts.make(**form.cleaned_data, payees=payees(), by=request.user)
        except payouts.NothingToPay:
            form.add_error(None, _("Không gian hàng nào có tiền được chi và tài khoản đã kiểm tên."))
            return self.render_to_response(self.get_context_data(), status=422)
        return redirect("panel:payout_batch", pk=batch.pk)


def _next_period(before: PayoutBatch | None) -> dict[str, dt.date]:
    """From the day after the last batch, else the first of the month, until yesterday."""
    last = today() - dt.timedelta(days=1)
    first = before.last_day + dt.timedelta(days=1) if before else last.replace(day=1)
    return {"first_day": min(first, last), "last_day": last}


class BatchPage(Screen):
    """One batch: who is paid how much to which account, who is left out, and the step that comes next."""

    template_name = "panel/payout_batch.html"
    header_icon = "upload"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        rows = payout_batches_for(request.user).select_related("made_by", "approved_by", "dropped_by")
        self.batch = get_object_or_404(rows, pk=kwargs["pk"])

    def get_page_title(self) -> str:
        return _("Đợt chi số %(number)s") % {"number": self.batch.pk}

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:payouts"), "label": _("Chi tiền cho gian hàng")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = list(self.batch.payouts.select_related("cooperative", "settled_by").order_by("pk"))
        is_own = self.batch.made_by_id == self.request.user.pk
        return super().get_context_data(**kwargs) | {
            "batch": self.batch,
            "rows": rows,
            "total": sum(row.amount for row in rows),
            "is_own": is_own,
            "has_open": any(row.state == PayoutState.APPROVED for row in rows),
        }


class ApproveBatch(View):
    """Approves it, as a second person."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        get_object_or_404(payout_batches_for(request.user), pk=pk)
        try:
            payouts.approve(pk, payees=payees(), by=request.user)
        except payouts.SamePerson:
            messages.error(request, _("Người lập đợt chi không tự duyệt được. Bạn nhờ người khác nhé."))
        except payouts.AccountChanged as changed:
            names = ", ".join(changed.names)
            text = _("Tài khoản đã đổi sau khi lập: %(names)s. Bạn bỏ đợt này rồi lập lại.") % {
                "names": names
            }
            messages.error(request, text)
        except payouts.IllegalPayoutStep:
            messages.error(request, _("Đợt chi này đã có người xử lý rồi."))
        else:
            messages.success(request, _("Đã duyệt. Bạn tải tệp và chuyển tiền ở ngân hàng."))
        return redirect("panel:payout_batch", pk=pk)


class ReasonForm(forms.Form):
    reason = PlainField(max_length=255)


class DropBatch(View):
    """Drops a batch that nobody has approved; its money waits for the next."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        get_object_or_404(payout_batches_for(request.user), pk=pk)
        form = ReasonForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Bạn ghi lý do nhé."))
            return redirect("panel:payout_batch", pk=pk)
        try:
            payouts.drop(pk, by=request.user, reason=form.cleaned_data["reason"])
        except payouts.IllegalPayoutStep:
            messages.error(request, _("Đợt chi này đã có người xử lý rồi."))
        else:
            messages.success(request, _("Đã bỏ. Tiền của các gian hàng chờ đợt sau."))
        return redirect("panel:payout_batch", pk=pk)


class SettlePayout(View):
    """What a person has seen of one transfer: it has left, or it did not arrive."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int, payout: int) -> HttpResponse:
        batch = get_object_or_404(payout_batches_for(request.user), pk=pk)
        row = get_object_or_404(batch.payouts, pk=payout)
        form, step = ReasonForm(request.POST), request.POST.get("step")
        if step not in ("paid", "failed"):
            raise Http404
        if not form.is_valid():
            messages.error(request, _("Bạn ghi lý do nhé."))
            return redirect("panel:payout_batch", pk=pk)
        act = payouts.mark_paid if step == "paid" else payouts.mark_failed
        try:
            act(row.pk, by=request.user, reason=form.cleaned_data["reason"])
        except payouts.IllegalPayoutStep:
            messages.error(request, _("Khoản này đã sang bước khác. Bạn xem lại nhé."))
        else:
            amount = format_amount(row.amount)
            messages.success(
                request, _("Đã ghi khoản %(code)s, %(amount)s.") % {"code": row.code, "amount": amount}
            )
        return redirect("panel:payout_batch", pk=pk)


@require_GET
def batch_file(request: HttpRequest, pk: int, table: str) -> HttpResponse:
    """What is still to be transferred of an approved batch, for the bank; that it was taken is in the log."""
    batch = get_object_or_404(payout_batches_for(request.user).exclude(approved_at=None), pk=pk)
    if table not in FILES:
        raise Http404
    content_type, write = FILES[table]
    payouts.note_file(batch, by=request.user)
    response = HttpResponse(write(batch), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="chi-tien-{batch.pk}.{table}"'
    response["Cache-Control"] = "private, no-store"
    return response
