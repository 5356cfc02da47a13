"""Bank transfer by VietQR to the market's account; SePay reports what came in.

A bank transfer cannot be refunded by program: refunds wait for staff (``shop.payments.models.Refund``).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from shop.payments.provider import Instructions, PaymentRequest, ProviderEvent, ShowQr
from shop.payments.vietqr import TRANSFER_CEILING, Transfer, payload_of

from . import sepay


class VietQr:
    code = "vietqr"

    def start(self, request: PaymentRequest) -> Instructions:
        """A QR code for exactly this amount; above the ceiling of one transfer only the account in words."""
        words: dict[str, Any] = {
            "bank_bin": settings.VIETQR_BANK_BIN,
            "account": settings.VIETQR_ACCOUNT,
            "holder": settings.VIETQR_ACCOUNT_NAME,
            "amount": request.amount,
            "memo": request.reference,
        }
        if request.amount >= TRANSFER_CEILING:
            return Instructions(**words)
        transfer = Transfer(
            settings.VIETQR_BANK_BIN, settings.VIETQR_ACCOUNT, request.amount, request.reference
        )
        return ShowQr(**words, payload=payload_of(transfer))

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        secrets = (settings.SEPAY_WEBHOOK_SECRET, settings.SEPAY_WEBHOOK_SECRET_PREVIOUS)
        sepay.verify(headers, body, secrets=secrets, now=time.time())

    def read(self, body: bytes) -> list[ProviderEvent]:
        return [sepay.read(body, account=settings.VIETQR_ACCOUNT)]
