"""Certificates that invoices are signed with: looked at every day, so that nobody learns of an end by a refusal.

An ended certificate stops a seller's invoices (``shop.invoices.services.issue``); a new one takes days to get.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from catalog.models import Cooperative
from shop.invoices.delegation import delegation_on
from shop.invoices.keys import signer_for
from shop.invoices.models import Invoice, SeriesRegistration, SigningCertificate
from shop.invoices.signer import SigningFailed

MARKS = (30, 14, 3)
"""Days before the end on which letters are written; one more after it."""
PAUSE = 6 * 3600  # seconds between two looks: tokens and remote services are slow


def look_at_certificates(now: dt.datetime) -> int:
    """How many certificates were looked at now; nothing if that was done in the last hours."""
    return read_certificates(now) if cache.add("signing-certificates", 1, PAUSE) else 0


def read_certificates(now: dt.datetime) -> int:
    """Read the certificate of everybody who signs, and forget those who sign no more. Writes: SigningCertificate."""
    known = dict(_signing_parties(timezone.localdate(now)))
    for tax_code, holder in known.items():
        values: dict[str, object] = {"holder": holder, "seen_at": now, "trouble": ""}
        try:
            certificate = signer_for(tax_code=tax_code, name=holder).certificate
            values |= {
                "serial": f"{certificate.serial_number:X}",
                "valid_to": certificate.not_valid_after_utc,
            }
        except SigningFailed as reason:
            values["trouble"] = str(reason)[:255]
        SigningCertificate.objects.update_or_create(tax_code=tax_code, defaults=values)
    SigningCertificate.objects.exclude(tax_code__in=known).delete()
    return len(known)


def ending(now: dt.datetime) -> QuerySet[SigningCertificate]:
    """Those that end within a month, have ended, or cannot be read."""
    soon = now + dt.timedelta(days=MARKS[0])
    return SigningCertificate.objects.filter(Q(valid_to__lte=soon) | ~Q(trouble=""))


def days_left(certificate: SigningCertificate, now: dt.datetime) -> int | None:
    """Whole days to the end, negative after it; None for one that was never read."""
    return None if certificate.valid_to is None else (certificate.valid_to - now) // dt.timedelta(days=1)


def mark_of(certificate: SigningCertificate, now: dt.datetime) -> int | None:
    """The last mark that is reached, 0 after the end; None before the first, and for one that was never read."""
    left = days_left(certificate, now)
    if left is None or left < 0:
        return left and 0
    return min((mark for mark in MARKS if left <= mark), default=None)


def _signing_parties(today: dt.date) -> Iterator[tuple[str, str]]:
    """Tax code and name of everybody who signs: sellers, or whom they have authorised."""
    numbered = Invoice.objects.filter(seller=OuterRef("pk"), number__isnull=False)
    registered = SeriesRegistration.objects.filter(seller=OuterRef("pk"), stopped_on=None)
    sellers = Cooperative.objects.filter(Exists(numbered) | Exists(registered), is_open=True)
    for seller in sellers.order_by("pk"):
        if contract := delegation_on(seller, today):
            yield contract.issuer_tax_code, contract.issuer_name
        else:
            yield seller.tax_code, seller.legal_name
