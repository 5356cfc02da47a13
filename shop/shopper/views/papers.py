"""A person's orders and invoices, and taking a guest's order into the account."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shop.invoices import services as invoicing
from shop.invoices.models import Invoice
from shop.orders.tokens import find_order
from shop.reviews.selectors import lines_of
from shop.shopper.door import own, person
from shop.shopper.own_things import invoices_of, orders_of
from shop.shopper.services import claim_order

PER_PAGE = 20
LARGEST = 2**63 - 1  # the databases refuse a larger number with an error


@own
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """The newest first; ``?truoc=`` goes on behind an order (keyset paging)."""
    rows = orders_of(person(request))
    if before := _number(request.GET.get("truoc", "")):
        rows = rows.filter(pk__lt=before)
    page = list(rows[: PER_PAGE + 1])
    context = {
        "orders": page[:PER_PAGE],
        "older": page[PER_PAGE - 1].pk if len(page) > PER_PAGE else None,
        "is_first": not before,
    }
    return render(request, "shopper/orders.html", context)


@own
@require_POST
def claim(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """Into the account with a guest's order; the token proves that the person has its link."""
    sheet = find_order(number, token)
    if sheet is None:
        raise Http404
    if claim_order(sheet, person(request)):
        messages.success(request, _("Đơn đã nằm trong tài khoản của bạn."))
    else:
        messages.error(request, _("Đơn này nằm trong tài khoản khác rồi."))
    return redirect("checkout:order", number, token)


@own
@require_safe
def reviews(request: HttpRequest) -> HttpResponse:
    """Goods that came, each with its review or the way to write one; paged like the orders."""
    rows = lines_of(person(request))
    if before := _number(request.GET.get("truoc", "")):
        rows = rows.filter(pk__lt=before)
    page = list(rows[: PER_PAGE + 1])
    context = {
        "lines": [line for line in page[:PER_PAGE] if line.left_quantity],
        "older": page[PER_PAGE - 1].pk if len(page) > PER_PAGE else None,
        "is_first": not before,
    }
    return render(request, "shopper/reviews.html", context)


@own
@require_safe
def invoices(request: HttpRequest) -> HttpResponse:
    """The newest first; ``?bo-qua=`` leaves out as many as were shown before."""
    skipped = min(_number(request.GET.get("bo-qua", "")), 10_000)
    page = list(invoices_of(person(request))[skipped : skipped + PER_PAGE + 1])
    context = {
        "invoices": page[:PER_PAGE],
        "older": skipped + PER_PAGE if len(page) > PER_PAGE else None,
    }
    return render(request, "shopper/invoices.html", context)


@own
@require_safe
def invoice_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    invoice = _own_invoice(request, pk)
    body = invoicing.pdf_of(invoice, base_url=settings.BASE_URL)
    return _attachment(body, "application/pdf", invoicing.filename_of(invoice, "pdf"))


@own
@require_safe
def invoice_xml(request: HttpRequest, pk: int) -> HttpResponse:
    invoice = _own_invoice(request, pk)
    name = invoicing.filename_of(invoice, "xml")
    return _attachment(invoicing.signed_xml(invoice), "application/xml", name)


def _own_invoice(request: HttpRequest, pk: int) -> Invoice:
    """While the authority has still to give its code there is no lawful document to hand out."""
    found = invoices_of(person(request)).filter(pk=pk)
    if pk > LARGEST or (invoice := found.first()) is None or not invoice.is_lawful:
        raise Http404
    return invoice


def _attachment(body: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
