"""Whose key signs for which seller, and whose certificates we trust. Keys lie in ``INVOICE_KEYS_DIR``."""

from __future__ import annotations

from django.conf import settings

from catalog.models import Cooperative
from shop.invoices.gateway import InvoiceGateway
from shop.invoices.gateways.sandbox import SandboxGateway
from shop.invoices.sandbox_keys import sandbox_signer, sandbox_trust
from shop.invoices.signer import Signer, Trust


def signer_of(seller: Cooperative) -> Signer:
    """The seller's signer; in the sandbox its certificate is made at first use."""
    return sandbox_signer(settings.INVOICE_KEYS_DIR, tax_code=seller.tax_code, name=seller.legal_name)


def trusted() -> Trust:
    """The certificates under which invoices of this market verify."""
    return sandbox_trust(settings.INVOICE_KEYS_DIR)


def gateway() -> InvoiceGateway:
    """The road to the tax authority that the settings chose."""
    return SandboxGateway(f"{settings.SANDBOX_URL}/tax")
