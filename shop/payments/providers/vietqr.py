"""Bank transfer by VietQR to the market's account; whoever watches the account reports what came in.

A bank transfer cannot be asked about or refunded by program: staff transfer it back (``shop.payments.refunds``).
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from shop.payments.provider import (
    Instructions,
    PaymentRequest,
    PaymentState,
    RefundRequest,
    RefundState,
    Refused,
    ShowQr,
    Way,
)
from shop.payments.vietqr import TRANSFER_CEILING, Transfer, payload_of


class VietQr(Way):
    code = "vietqr"
    label = _("Chuyển khoản, quét mã VietQR")
    hint = _("Mọi ứng dụng ngân hàng và ví đều quét được.")
    is_online = False
    gives_back = False
    takes_any_amount = True

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

    def fetch(self, request: PaymentRequest) -> PaymentState:
        """Nothing: the bank tells us by itself, or by its statement."""
        return PaymentState()

    def close(self, request: PaymentRequest) -> None:
        """Nobody can stop a transfer; what comes late is booked and given back."""

    def refund(self, request: PaymentRequest, refund: RefundRequest) -> RefundState:
        raise Refused("a transfer is given back by a transfer")

    def fetch_refund(self, request: PaymentRequest, refund: RefundRequest) -> RefundState:
        raise Refused("a transfer is given back by a transfer")
