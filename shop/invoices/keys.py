"""Whose key signs for which seller, whose certificates we trust, and the road to the tax authority.

Keys of the sandbox lie in ``INVOICE_KEYS_DIR``; real ones where ``INVOICE_SIGNERS_FILE`` says. Anchors of trust are
PEM files under ``INVOICE_TRUST_DIR``: ``parties/`` for certificate authorities, ``authority/`` for the tax authority.
Where a provider signs the lawful invoice with a key it keeps, our own record of it is sealed with a key made here.
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
from shop.invoices.gateway import InvoiceGateway, TryAgainLater
from shop.invoices.gateways.accounts import read_accounts
from shop.invoices.gateways.sandbox import SandboxGateway
from shop.invoices.sandbox_keys import sandbox_ca, sandbox_signer, sandbox_trust
from shop.invoices.signer import Signer, SigningFailed, Trust
from shop.invoices.signers.chosen import BadChoice, Choice, read_choices
from shop.invoices.xmldsig import VIETNAM

SANDBOX = "sandbox"
_SECONDS_KEPT = 600
"""An opened signer is kept so long: reading a USB token takes a second, and a renewed certificate must be seen."""


class NoAccount(TryAgainLater):
    """The seller has no account at the provider that carries invoices: what is on its way waits for one."""


def signer_of(seller: Cooperative) -> Signer:
    """The seller's signer. Raises: SigningFailed."""
    return signer_for(tax_code=seller.tax_code, name=seller.legal_name)


def signer_for(*, tax_code: str, name: str) -> Signer:
    """The signer of a tax code; without a configured key one is made at first use: for the sandbox, or as a seal.

    Raises: SigningFailed.
    """
    path: Path | None = settings.INVOICE_SIGNERS_FILE
    if path is not None:
        try:
            choice = _choices(path, path.stat().st_mtime_ns).get(tax_code)
            if choice is not None:
                return _opened(choice, int(time.monotonic() // _SECONDS_KEPT))
        except (BadChoice, OSError, ValueError) as reason:
            raise SigningFailed(str(reason)) from reason
    return sandbox_signer(_made_keys(), tax_code=tax_code, name=name)


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
    if settings.INVOICE_GATEWAY == SANDBOX:
        sandbox = sandbox_trust(settings.INVOICE_KEYS_DIR)
        return Trust(parties=[*parties, *sandbox.parties], authority=[*authority, *sandbox.authority])
    return Trust(parties=[*parties, sandbox_ca(_made_keys()).certificate], authority=authority)


def gateway_of(seller: Cooperative) -> InvoiceGateway:
    """The road to the tax authority for this seller. Raises: NoAccount, BadAccount."""
    if settings.INVOICE_GATEWAY == SANDBOX:
        return SandboxGateway(f"{settings.SANDBOX_URL}/tax")
    path: Path | None = settings.INVOICE_ACCOUNTS_FILE
    if path is None:
        raise NoAccount("INVOICE_ACCOUNTS_FILE")
    roads = _roads(path, path.stat().st_mtime_ns, settings.INVOICE_GATEWAY, settings.INVOICE_GATEWAY_URL)
    if seller.tax_code not in roads:
        raise NoAccount(f"{seller.tax_code}, {settings.INVOICE_GATEWAY}")
    return roads[seller.tax_code]


def check_configuration() -> None:
    """Looks at the files that the settings name. Raises: BadChoice, BadAccount, ValueError with the reason."""
    if settings.INVOICE_SIGNERS_FILE is not None:
        read_choices(settings.INVOICE_SIGNERS_FILE, never_under=settings.MEDIA_DIR)
    if settings.INVOICE_GATEWAY != SANDBOX and settings.INVOICE_ACCOUNTS_FILE is not None:
        read_accounts(
            settings.INVOICE_ACCOUNTS_FILE,
            provider=settings.INVOICE_GATEWAY,
            url=settings.INVOICE_GATEWAY_URL,
            environment=os.environ,
        )
        if not trusted().authority:
            raise ValueError("INVOICE_TRUST_DIR holds no certificate of the tax authority under authority/")


def _made_keys() -> Path:
    """Keys that this market makes itself. A seal lies apart: it must never pass for the sandbox's."""
    folder: Path = settings.INVOICE_KEYS_DIR
    return folder if settings.INVOICE_GATEWAY == SANDBOX else folder / "seal"


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


@functools.lru_cache(maxsize=2)
def _roads(path: Path, _written_at: int, provider: str, url: str) -> dict[str, InvoiceGateway]:
    return read_accounts(path, provider=provider, url=url, environment=os.environ)


@functools.lru_cache(maxsize=256)
def _opened(choice: Choice, _slot: int) -> Signer:
    return choice.opened(os.environ)
