"""The complaints door at ``/khieu-nai/``: report, get a ticket number, look it up. No log-in, no cookie."""

from __future__ import annotations

import unicodedata
from email.utils import parseaddr

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.lot_codes import MistypedCode, read_code
from shop.checkout.origin import is_from_our_pages
from shop.checkout.privacy import personal
from shop.checkout.views.order import sheet_or_404
from shop.orders.models import GoodsReport

from .appeals import NotYet, take_to_market
from .forms import ComplaintForm, form_of_link
from .limits import is_flood
from .models import Complaint, ComplaintKind, NoteKind
from .promises import PROMISES
from .services import Subject, file_complaint, ticket_path


class TicketForm(forms.Form):
    ma = forms.CharField(
        label=_("Số phiếu"),
        max_length=40,
        help_text=_("11 chữ và số chợ đã đưa khi bạn báo. Viết hoa hay thường đều được."),
        error_messages={"required": _("Bạn nhập số phiếu giúp nhé.")},
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


@csrf_exempt  # no log-in and no cookie: there is nothing to borrow; the origin is checked instead
@personal
@require_http_methods(["GET", "HEAD", "POST"])
def door(request: HttpRequest) -> HttpResponse:
    """The form and the times promised; sent, it gives a ticket. 403 from other sites, 429 in a flood."""
    if request.method != "POST":
        form, subject = form_of_link(request.GET)
        return _page(request, form, subject)
    form = ComplaintForm(request.POST)
    is_valid = form.is_valid()
    if not is_from_our_pages(request):
        form.add_error(None, _("Trang khác gửi thay bạn nên chợ không nhận. Bạn gửi lại từ trang này nhé."))
        return _page(request, form, form.subject, status=403)
    if not is_valid:
        return _page(request, form, form.subject, status=422)
    if is_flood(request):
        form.add_error(
            None,
            _(
                "Chợ đang nhận quá nhiều phiếu từ mạng của bạn. Bạn đợi một giờ rồi gửi lại, hoặc viết thư cho chợ."
            ),
        )
        return _page(request, form, form.subject, status=429)
    fields = form.cleaned_data
    complaint = file_complaint(
        sent_key=fields["khoa"],
        kind=fields["loai"],
        text=fields["noi_dung"],
        subject=form.subject,
        phone=fields["dien_thoai"],
        email=fields["thu"],
        language=get_language() or settings.LANGUAGE_CODE,
    )
    return redirect(ticket_path(complaint))


def _page(request: HttpRequest, form: ComplaintForm, subject: Subject, *, status: int = 200) -> HttpResponse:
    if subject.certificate is not None or subject.sheet is not None or (subject.lot and not form.is_bound):
        form.fields["lo"].widget = forms.HiddenInput()
    context = {
        "form": form,
        "about": str(subject),
        "promises": [(kind.label, PROMISES[kind]) for kind in ComplaintKind],
        "market_email": parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
    }
    return render(request, "complaints/door.html", context, status=status)


@personal
@require_safe
def ticket(request: HttpRequest) -> HttpResponse:
    """Where a complaint stands, for whoever has its number; the contact left with it is not shown."""
    form = TicketForm(request.GET if "ma" in request.GET else None)
    complaint = _complaint(form.cleaned_data["ma"]) if form.is_bound and form.is_valid() else None
    is_unknown = form.is_bound and form.is_valid() and complaint is None
    if is_unknown:
        form.add_error("ma", _("Chưa thấy phiếu nào có số này. Bạn xem lại từng chữ nhé."))
    notes = complaint.notes.exclude(kind=NoteKind.INTERNAL) if complaint else []
    context = {"form": form, "complaint": complaint, "notes": notes}
    return render(request, "complaints/ticket.html", context, status=404 if is_unknown else 200)


class AppealForm(forms.Form):
    vi_sao = forms.CharField(required=False, max_length=2000)

    def clean_vi_sao(self) -> str:
        return unicodedata.normalize("NFC", self.cleaned_data["vi_sao"])


@personal
@require_POST
def appeal(request: HttpRequest, number: str, token: str, report: int) -> HttpResponse:
    """What a stall said no, or nothing, to becomes a complaint; opened by the order's number and token."""
    sheet = sheet_or_404(number, token)
    rows = GoodsReport.objects.select_related("consignment__cooperative", "consignment__order__sheet")
    found = get_object_or_404(rows, pk=report, consignment__order=sheet.order_id)
    form = AppealForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("Dài quá: nhiều nhất 2000 chữ cái."))
        return redirect("checkout:report", number, token, report)
    try:
        complaint = take_to_market(found, text=form.cleaned_data["vi_sao"])
    except NotYet:
        messages.error(request, gettext("Gian hàng còn hạn trả lời, bạn chờ thêm nhé."))
    else:
        messages.success(
            request, gettext("Đã gửi cho chợ. Số phiếu %(code)s.") % {"code": complaint.grouped_code}
        )
    return redirect("checkout:report", number, token, report)


def _complaint(text: str) -> Complaint | None:
    try:
        return Complaint.objects.filter(code=read_code(text)).first()
    except MistypedCode:
        return None
