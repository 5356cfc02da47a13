"""Correcting an issued invoice: what went wrong, which document that takes, and its draft.

Source: Circular 91/2026/TT-BTC art. 10. Nothing here changes or cancels what was issued; each way ends in a draft
that the desk previews and issues like any other invoice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from shop.accounts.doors import may_open
from shop.invoices import corrections, notices, services
from shop.invoices.corrections import NotCorrectable, Obstacle
from shop.invoices.findings import finding
from shop.invoices.inquiries import open_rows
from shop.invoices.keys import NoAccount
from shop.invoices.listing import has_companions
from shop.invoices.models import ErrorNotice, InquiredInvoice, Invoice, InvoiceKind, TaxOffice
from shop.invoices.passed_notices import NoticeResult, NotToSettle, settle_notice
from shop.invoices.signer import SigningFailed
from shop.orders.adjusting import in_force, open_adjustment

from .correction_forms import ContentForm, NoticeForm, NoticeResultForm, ReasonForm, ReturnForm
from .invoices import InvoicePage, as_file
from .screens import Screen, page_of, query_without_page
from .selectors import invoices_for, unadjusted_for

PER_PAGE = 50
ANSWERS_KEY = "tra-loi"
PAID_BACK = "Hoàn tiền cho khách sau khi giao"  # kept with the invoice: Vietnamese whoever reads


class Unadjusted(Screen):
    """Consignments of which money went back after hand-over, until an adjustment of their invoice says so."""

    template_name = "panel/unadjusted.html"
    page_title = gettext_lazy("Hóa đơn cần điều chỉnh")
    header_icon = "doc-full"

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:invoices"), "label": _("Hóa đơn")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = unadjusted_for(self.request.user).select_related("cooperative", "order__sheet")
        page = page_of(rows.order_by("pk"), self.request, PER_PAGE)
        names = [name for each in page for name in (each.code, each.list_number) if name]
        bases = invoices_for(self.request.user).filter(source_reference__in=names)
        bases = bases.exclude(kind=InvoiceKind.ADJUSTMENT).select_related("series").order_by("pk")
        invoices = {
            (each.seller_id, each.source_reference): each for each in bases
        }  # the last one is in force
        can_adjust = may_open(self.request.user, "panel:adjust_returned")
        found = []
        for consignment in page:
            seller = consignment.cooperative_id
            own = invoices[seller, consignment.code]
            invoice = invoices[seller, consignment.list_number or consignment.code]
            obstacle = corrections.ways_to_correct(invoice).take_back
            found.append((consignment, own, invoice, obstacle))
        return {
            **super().get_context_data(**kwargs),
            "page": page,
            "page_link": query_without_page(self.request),
            "rows": found,
            "can_adjust": can_adjust,
        }


class OnInvoice(Screen):
    """A screen about one invoice that the person may see."""

    header_icon = "doc-full"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        rows = invoices_for(request.user).select_related("seller", "series")
        self.invoice = get_object_or_404(rows, pk=kwargs["pk"])

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:invoices"), "label": _("Hóa đơn")},
            {"url": reverse("panel:invoice", args=[self.invoice.pk]), "label": str(self.invoice)},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "invoice": self.invoice}


class Correct(OnInvoice):
    """The guided choice: what went wrong decides which document is made."""

    template_name = "panel/correct.html"
    page_title = gettext_lazy("Sửa hóa đơn")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "ways": corrections.ways_to_correct(self.invoice),
            "is_replaced": corrections.corrections_of(self.invoice)
            .filter(kind=InvoiceKind.REPLACEMENT)
            .first(),
            "is_one_of_many": has_companions(self.invoice),
        }


class _CorrectionScreen(OnInvoice):
    """A form that ends in the draft of a correcting invoice."""

    template_name = "panel/correction.html"
    button = gettext_lazy("Tạo bản nháp để xem lại")
    form: ReasonForm | None = None
    lead: Any = ""

    def obstacle(self) -> Obstacle | None:
        raise NotImplementedError

    def make_form(self, *args: Any) -> ReasonForm:
        raise NotImplementedError

    def open_draft(self, form: Any) -> Invoice:
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**context, "form": self.form or self.make_form(), "lead": self.lead}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if obstacle := self.obstacle():
            return _refuse(request, self.invoice, obstacle)
        return self.render_to_response(self.get_context_data(**kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if obstacle := self.obstacle():
            return _refuse(request, self.invoice, obstacle)
        form = self.form = self.make_form(request.POST)
        if form.is_valid():
            try:
                draft = self.open_draft(form)
            except NotCorrectable as refusal:
                form.add_error(None, str(refusal.obstacle.label))
            else:
                messages.success(request, _("Đã có bản nháp. Xem lại rồi bấm “Lập và gửi hóa đơn”."))
                return redirect("panel:invoice", pk=draft.pk)
        return self.render_to_response(self.get_context_data(**kwargs), status=422)


class AdjustReturned(OnInvoice):
    """The draft that takes off an invoice what was paid back after hand-over; by hand where that does not go."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        consignment = unadjusted_for(request.user).filter(code=self.invoice.source_reference).first()
        if consignment is None:
            messages.info(request, _("Kiện này không còn gì phải điều chỉnh."))
            return redirect("panel:unadjusted")
        try:
            draft = open_adjustment(consignment=consignment, reason=PAID_BACK, by=request.user)
        except NotCorrectable as refusal:
            if refusal.obstacle == Obstacle.DOES_NOT_FIT:
                messages.error(
                    request, _("Hóa đơn này đã sửa tay nên chợ không tự điền được. Bạn ghi giúp nhé.")
                )
                return redirect("panel:take_back", pk=in_force(consignment).pk)
            messages.error(request, str(refusal.obstacle.label))
            return redirect("panel:unadjusted")
        messages.success(request, _("Đã có bản nháp. Xem lại rồi bấm “Lập và gửi hóa đơn”."))
        return redirect("panel:invoice", pk=draft.pk)


class _ByContent(_CorrectionScreen):
    service: Callable[..., Invoice]

    def make_form(self, *args: Any) -> ContentForm:
        return ContentForm(corrections.standing_sale(self.invoice), *args)

    def open_draft(self, form: ContentForm) -> Invoice:
        return type(self).service(
            invoice=self.invoice,
            after=form.sale_after(),
            reason=form.cleaned_data["reason"],
            by=self.request.user,
        )


class Adjust(_ByContent):
    page_title = gettext_lazy("Lập hóa đơn điều chỉnh")
    lead = gettext_lazy("Sửa thành con số đúng. Hóa đơn điều chỉnh chỉ ghi phần chênh lệch, tăng hoặc giảm.")
    service = staticmethod(corrections.open_adjustment)

    def obstacle(self) -> Obstacle | None:
        return corrections.ways_to_correct(self.invoice).adjust


class Replace(_ByContent):
    page_title = gettext_lazy("Lập hóa đơn thay thế")
    lead = gettext_lazy("Sửa thành nội dung đúng. Hóa đơn thay thế ghi lại toàn bộ, hóa đơn cũ hết giá trị.")
    service = staticmethod(corrections.open_replacement)

    def obstacle(self) -> Obstacle | None:
        return corrections.ways_to_correct(self.invoice).replace


class TakeBack(_CorrectionScreen):
    page_title = gettext_lazy("Hàng trả lại")
    lead = gettext_lazy(
        "Ghi số lượng người mua trả lại. Hóa đơn điều chỉnh giảm trừ đúng phần tiền của số hàng đó."
    )

    def obstacle(self) -> Obstacle | None:
        return corrections.ways_to_correct(self.invoice).take_back

    def make_form(self, *args: Any) -> ReturnForm:
        return ReturnForm(corrections.standing_sale(self.invoice), *args)

    def open_draft(self, form: ReturnForm) -> Invoice:
        return corrections.open_return(
            invoice=self.invoice,
            counts=form.counts(),
            reason=form.cleaned_data["reason"],
            by=self.request.user,
        )


class Notify(_CorrectionScreen):
    """Signs a notice 04/SS; the invoice itself stays as it is."""

    page_title = gettext_lazy("Lập thông báo 04/SS")
    lead = gettext_lazy("Thông báo được ký số, gửi cơ quan thuế và lưu cùng hóa đơn. Nhớ báo cho người mua.")
    button = gettext_lazy("Ký và gửi cơ quan thuế")

    def asked(self) -> InquiredInvoice | None:
        """The authority's question that this notice answers, named in the address."""
        asked = self.request.GET.get(ANSWERS_KEY, "")
        rows = open_rows(self.invoice.inquiries.all())
        return rows.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 10 else None

    def obstacle(self) -> Obstacle | None:
        return corrections.ways_to_correct(self.invoice).notice

    def make_form(self, *args: Any) -> NoticeForm:
        return NoticeForm(self.invoice, *args)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if obstacle := self.obstacle():
            return _refuse(request, self.invoice, obstacle)
        form = self.form = self.make_form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(**kwargs), status=422)
        office = {name: form.cleaned_data[name] for name in ("code", "name", "place")}
        TaxOffice.objects.update_or_create(seller_id=self.invoice.seller_id, defaults=office)
        notice = notices.open_notice(
            invoice=self.invoice,
            reason=form.cleaned_data["reason"],
            by=request.user,
            answers=self.asked(),
        )
        try:
            notice = notices.sign_notice(notice=notice)
        except NoAccount as reason:
            messages.error(request, finding("no_account", "", reason).message_vi)
        except SigningFailed:
            messages.error(request, _("Chưa ký được thông báo 04/SS: kiểm tra chứng thư số của người bán."))
        else:
            is_sent = notice.next_try_at is not None
            said = (
                _("Đã ký thông báo 04/SS, đang gửi cơ quan thuế.") if is_sent else _("Đã ký thông báo 04/SS.")
            )
            messages.success(request, said)
        return redirect("panel:invoice", pk=self.invoice.pk)


def notice_xml(request: HttpRequest, pk: int, notice: int) -> HttpResponse:
    """The signed form as it was sent."""
    signed = ErrorNotice.objects.filter(invoice__in=invoices_for(request.user)).exclude(document=None)
    found = get_object_or_404(signed, pk=notice, invoice_id=pk)
    return as_file(notices.notice_xml(found), services.filename_of(found.invoice, f"04SS-{found.pk}.xml"))


class SettleNotice(View):
    """Notes what somebody found out about a notice at the provider's site."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int, notice: int) -> HttpResponse:
        found = get_object_or_404(
            ErrorNotice.objects.filter(invoice__in=invoices_for(request.user)), pk=notice, invoice_id=pk
        )
        form = NoticeResultForm(found, request.POST)
        if not form.results:
            messages.error(request, _("Thông báo này không chờ ghi kết quả nữa."))
            return redirect("panel:invoice", pk=pk)
        if not form.is_valid():
            again = InvoicePage(refused_form=form, refused_notice=found.pk)
            again.setup(request, pk=pk)
            return again.render_to_response(again.get_context_data(), status=422)
        result = NoticeResult(form.cleaned_data["found"])
        try:
            settle_notice(notice=found, found=result, text=form.cleaned_data["text"], by=request.user)
        except NotToSettle:
            messages.error(request, _("Thông báo này không chờ ghi kết quả nữa."))
        else:
            if result == NoticeResult.AGAIN:
                notices.transmit_notice_soon.enqueue(found.pk)
            messages.success(request, _("Đã ghi kết quả của thông báo 04/SS."))
        return redirect("panel:invoice", pk=pk)


class DropDraft(View):
    """Forgets a correction that was never issued."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        correction = get_object_or_404(invoices_for(request.user), pk=pk)
        try:
            corrections.drop_draft(correction=correction)
        except ValueError:
            messages.error(request, _("Chỉ bỏ được bản nháp sửa hóa đơn. Hóa đơn đã lập thì không hủy được."))
            return redirect("panel:invoice", pk=pk)
        messages.success(request, _("Đã bỏ bản nháp."))
        return redirect("panel:invoice", pk=correction.corrects_id)


def _refuse(request: HttpRequest, invoice: Invoice, obstacle: Obstacle) -> HttpResponse:
    messages.error(request, str(obstacle.label))
    return redirect("panel:invoice", pk=invoice.pk)
