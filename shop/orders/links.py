"""Absolute addresses for letters."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from catalog.models import Certificate, Lot
from shop.payments.models import PaymentAttempt

from .models import GoodsReport, OrderSheet, Shortfall
from .tokens import short_token


def pay_url(attempt: PaymentAttempt, *, language: str) -> str:
    return _absolute("checkout:pay", language, attempt.public_id)


def order_url(sheet: OrderSheet) -> str:
    """The order's page; its token opens it without a log-in."""
    return _absolute("checkout:order", sheet.language, sheet.order.number, sheet.token)


def short_url(sheet: OrderSheet) -> str:
    """The order's page in few letters, for an SMS; it leads on in the buyer's language."""
    return _absolute("checkout:short", settings.LANGUAGE_CODE, sheet.order.number, short_token(sheet.token))


def shortfall_url(shortfall: Shortfall) -> str:
    """Where the buyer says what to do about missing goods."""
    sheet: OrderSheet = shortfall.consignment.order.sheet
    return _absolute("checkout:shortfall", sheet.language, sheet.order.number, sheet.token, shortfall.pk)


def report_url(report: GoodsReport) -> str:
    """Where the buyer reads what became of a report."""
    sheet: OrderSheet = report.consignment.order.sheet
    return _absolute("checkout:report", sheet.language, sheet.order.number, sheet.token, report.pk)


def lookup_url(language: str) -> str:
    """Where anybody with the code finds an invoice."""
    return _absolute("lookup:invoice", language)


def certificate_url(certificate: Certificate, *, language: str) -> str:
    """The public page of a certificate; it exists while the goods are public."""
    return _absolute("catalogue:certificate", language, certificate.pk)


def lot_url(lot: Lot, *, language: str) -> str:
    """The public page of a lot."""
    return _absolute("catalogue:trace", language, lot.code)


def panel_url() -> str:
    return settings.BASE_URL + reverse("wagtailadmin_home")


def _absolute(name: str, language: str, *parts: object) -> str:
    with translation.override(language):
        return settings.BASE_URL + reverse(name, args=parts)
