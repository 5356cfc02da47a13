"""The ways of paying and the sources of events that this software knows, by code, and which are on offer."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from shop.payments.provider import EventSource, PaymentProvider, Purchase

from .casso import Casso
from .cod import CashOnDelivery
from .momo import MoMo
from .own_account import OwnAccount
from .payos import PayOs
from .practice import Practice
from .sepay import SePay
from .stripe import Stripe
from .vietqr import VietQr
from .vnpay import VnPay
from .zalopay import ZaloPay

_PAYOS, _VNPAY, _MOMO, _ZALOPAY = PayOs(), VnPay(), MoMo(), ZaloPay()
_STRIPE, _PRACTICE = Stripe(), Practice()

PROVIDERS: dict[str, PaymentProvider] = {
    provider.code: provider
    for provider in (
        VietQr(),
        OwnAccount(),
        CashOnDelivery(),
        _PAYOS,
        _VNPAY,
        _MOMO,
        _ZALOPAY,
        _STRIPE,
        _PRACTICE,
    )
}
"""Also those that are switched off: attempts of earlier times are asked about and refunded."""

SOURCES: dict[str, EventSource] = {
    source.code: source for source in (SePay(), _PAYOS, Casso(), _VNPAY, _MOMO, _ZALOPAY, _STRIPE, _PRACTICE)
}

BANK_SOURCES = ("sepay", "payos", "casso")

NAMES: dict[str, Any] = {
    "vietqr": "VietQR", "vnpay": "VNPay", "momo": "MoMo", "zalopay": "ZaloPay", "stripe": "Stripe",
    "sepay": "SePay", "payos": "payOS", "casso": "Casso",
    "own-account": _("Số tài khoản riêng"), "cod": _("Trả khi nhận hàng"), "pos": _("Máy quẹt thẻ"),
    "statement": _("Sao kê ngân hàng"), "practice": _("Trả thử"),
}  # fmt: skip
"""How each company or scheme writes its own name, by code; the same in every language. Our own ways are translated."""


def chosen_ways() -> list[PaymentProvider]:
    """The ways of paying of this market, in the order of its settings."""
    return [PROVIDERS[code] for code in settings.PAYMENT_METHODS]


def offered(purchase: Purchase) -> list[PaymentProvider]:
    """The ways in which this purchase can be paid here."""
    return [way for way in chosen_ways() if not way.refusal(purchase)]


def is_listening(code: str) -> bool:
    """Whether the door of this source is open: of the bank sources only the chosen one.

    Two watchers of one account would report each transfer twice, under different names. payOS is also heard for the
    links that it made for us. The one to practise with is heard in the sandbox only.
    """
    if code == _PRACTICE.code:
        return settings.SANDBOX
    if code == _PAYOS.code and settings.PAYOS_API_KEY:
        return True
    return code in SOURCES and (code not in BANK_SOURCES or code == settings.BANK_EVENTS)


__all__ = ["BANK_SOURCES", "NAMES", "PROVIDERS", "SOURCES", "chosen_ways", "is_listening", "offered"]
