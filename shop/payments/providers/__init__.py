"""The ways of paying that this market offers, by code."""

from __future__ import annotations

from shop.payments.provider import PaymentProvider

from .vietqr import VietQr

PROVIDERS: dict[str, PaymentProvider] = {provider.code: provider for provider in (VietQr(),)}

__all__ = ["PROVIDERS"]
