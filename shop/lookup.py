"""The invoice look-up at ``/hoa-don/``: a look-up code opens the invoice's facts, its PDF and its XML.

Source: Decree 254/2026/NĐ-CP art. 10 (the seller names where and by which code the buyer finds the invoice).
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from shop.checkout.privacy import personal
from shop.invoices import services
from shop.invoices.corrections import correction_sentence, later_corrections
from shop.invoices.models import Invoice, InvoiceStatus
from shop.limits import counted, network_of

MOST_LOOKS = 120
MOST_MISSES = 20
"""Per network and hour: an office looks up many invoices, who guesses codes misses."""


class LookupForm(forms.Form):
    ma = forms.CharField(
        label=_("Mã tra cứu"),
        max_length=40,
        help_text=_("12 chữ và số, ở cuối tờ hóa đơn và trong thư gửi bạn. Viết hoa hay thường đều được."),
        error_messages={"required": _("Bạn nhập mã tra cứu giúp nhé.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


def issued(code: str) -> Invoice | None:
    """The issued invoice with that code, however it was typed; None if there is none."""
    code = "".join(code.split()).replace("-", "").upper()
    rows = Invoice.objects.exclude(status=InvoiceStatus.TO_ISSUE).select_related("seller", "series")
    return rows.filter(lookup_code=code).first()


@require_safe
@personal
def show(request: HttpRequest) -> HttpResponse:
    """The form; with ``?ma=`` the invoice, or 404 with a word about typing errors."""
    form = LookupForm(request.GET if "ma" in request.GET else None)
    if form.is_bound and _is_too_much(request):
        form.add_error("ma", _("Bạn đã tra quá nhiều lần. Một giờ nữa bạn thử lại nhé."))
        return render(request, "lookup.html", {"form": form}, status=429)
    invoice = issued(form.cleaned_data["ma"]) if form.is_bound and form.is_valid() else None
    is_unknown = form.is_bound and form.is_valid() and invoice is None
    if is_unknown:
        counted(_misses(request))
        form.add_error("ma", _("Chưa thấy hóa đơn nào có mã này. Bạn xem lại từng chữ, hoặc thử lại sau."))
    context: dict[str, Any] = {
        "form": form,
        "invoice": invoice,
        "is_lawful": invoice is not None and invoice.is_lawful,
    }
    if invoice is not None:
        context |= {"sentence": correction_sentence(invoice), "later": later_corrections(invoice)}
    return render(request, "lookup.html", context, status=404 if is_unknown else 200)


@require_safe
@personal
def pdf(request: HttpRequest, code: str) -> HttpResponse:
    if _is_too_much(request):
        return HttpResponse(status=429)
    invoice = _lawful_or_404(code)
    body = services.pdf_of(invoice, base_url=settings.BASE_URL)
    return _attachment(body, "application/pdf", services.filename_of(invoice, "pdf"))


@require_safe
@personal
def xml(request: HttpRequest, code: str) -> HttpResponse:
    if _is_too_much(request):
        return HttpResponse(status=429)
    invoice = _lawful_or_404(code)
    return _attachment(services.signed_xml(invoice), "application/xml", services.filename_of(invoice, "xml"))


def _is_too_much(request: HttpRequest) -> bool:
    """Whether this network has looked too often, or guessed too often; counts the look."""
    looks = counted(f"lookup:{network_of(request)}")
    return looks > MOST_LOOKS or cache.get(_misses(request), 0) >= MOST_MISSES


def _misses(request: HttpRequest) -> str:
    return f"lookup-missed:{network_of(request)}"


def _lawful_or_404(code: str) -> Invoice:
    """While the authority has still to give its code there is no lawful document to hand out."""
    invoice = issued(code)
    if invoice is None or not invoice.is_lawful:
        raise Http404
    return invoice


def _attachment(body: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
