"""Whose key signs for which seller, whose certificates we trust, and the road to the tax authority.

Keys of the sandbox lie in ``INVOICE_KEYS_DIR``; real ones where ``INVOICE_SIGNERS_FILE`` says. Anchors of trust are
PEM files under ``INVOICE_TRUST_DIR``: ``parties/`` for certificate authorities, ``authority/`` for the tax authority.
"""

from __future__ import annotations

import datetime as dt
import functools
import os
import time
from pathlib import Path

from cryptography import x509
from django.conf import settings

from catalog.models import Cooperative
from shop.invoices.findings import Finding, finding
from shop.invoices.gateway import InvoiceGateway
from shop.invoices.gateways.sandbox import SandboxGateway
from shop.invoices.sandbox_keys import sandbox_signer, sandbox_trust
from shop.invoices.signer import Signer, SigningFailed, Trust
from shop.invoices.signers.chosen import BadChoice, Choice, read_choices
from shop.invoices.signing import VIETNAM

_SECONDS_KEPT = 600
"""An opened signer is kept so long: reading a USB token takes a second, and a renewed certificate must be seen."""


class NoSigner(LookupError):
    """No key is configured for this tax code."""


def signer_of(seller: Cooperative) -> Signer:
    """The seller's signer. Raises: NoSigner, SigningFailed."""
    return signer_for(tax_code=seller.tax_code, name=seller.legal_name)


def signer_for(*, tax_code: str, name: str) -> Signer:
    """The signer of a tax code; in the sandbox one without a configured key gets one made at first use.

    Raises: NoSigner, SigningFailed.
    """
    path: Path | None = settings.INVOICE_SIGNERS_FILE
    if path is not None:
        try:
            choice = _choices(path, path.stat().st_mtime_ns).get(tax_code)
            if choice is not None:
                return _opened(choice, int(time.monotonic() // _SECONDS_KEPT))
        except (BadChoice, OSError, ValueError) as reason:
            raise SigningFailed(str(reason)) from reason
    if settings.INVOICE_GATEWAY != "sandbox":
        raise NoSigner(tax_code)
    return sandbox_signer(settings.INVOICE_KEYS_DIR, tax_code=tax_code, name=name)


def time_findings(certificate: x509.Certificate, *, at: dt.datetime) -> list[Finding]:
    """Why a certificate cannot sign at that moment: looked at before a number is taken."""
    if at > certificate.not_valid_after_utc:
        return [finding("certificate_ended", "", _written(certificate.not_valid_after_utc))]
    if at < certificate.not_valid_before_utc:
        return [finding("certificate_not_begun", "", _written(certificate.not_valid_before_utc))]
    return []


def trusted() -> Trust:
    """The certificates under which invoices of this market verify."""
    folder: Path | None = settings.INVOICE_TRUST_DIR
    parties = _anchors(folder / "parties") if folder else []
    authority = _anchors(folder / "authority") if folder else []
    if settings.INVOICE_GATEWAY == "sandbox":
        sandbox = sandbox_trust(settings.INVOICE_KEYS_DIR)
        parties, authority = [*parties, *sandbox.parties], [*authority, *sandbox.authority]
    return Trust(parties=parties, authority=authority)


def gateway() -> InvoiceGateway:
    """The road to the tax authority that the settings chose."""
    return SandboxGateway(f"{settings.SANDBOX_URL}/tax")


def _written(at: dt.datetime) -> str:
    return f"{at.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}"


def _anchors(folder: Path) -> list[x509.Certificate]:
    return [
        certificate
        for path in sorted(folder.glob("*.pem"))
        for certificate in _certificates(path, path.stat().st_mtime_ns)
    ]


@functools.lru_cache(maxsize=64)
def _certificates(path: Path, _written_at: int) -> tuple[x509.Certificate, ...]:
    return tuple(x509.load_pem_x509_certificates(path.read_bytes()))


@functools.lru_cache(maxsize=4)
def _choices(path: Path, _written_at: int) -> dict[str, Choice]:
    return read_choices(path, never_under=settings.MEDIA_DIR)


@functools.lru_cache(maxsize=256)
def _opened(choice: Choice, _slot: int) -> Signer:
    return choice.opened(os.environ)
