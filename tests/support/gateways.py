"""Each online provider with its counterpart running, ready for the contract tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from shop.payments.codes import new_code
from shop.payments.provider import PaymentRequest
from shop.payments.providers import PROVIDERS, SOURCES
from tests.fakes.gateway import Gateway, running
from tests.fakes.momo import MoMoGateway
from tests.fakes.payos import PayOsGateway
from tests.fakes.practice import PracticeGateway
from tests.fakes.stripe import StripeGateway
from tests.fakes.vnpay import VnPayGateway
from tests.fakes.zalopay import ZaloPayGateway

CODES = ("payos", "vnpay", "momo", "zalopay", "stripe", "practice")
_SECRETS = {
    "payos": ("PAYOS_CHECKSUM_KEY", "PAYOS_CHECKSUM_KEY_PREVIOUS"),
    "vnpay": ("VNPAY_HASH_SECRET", "VNPAY_HASH_SECRET_PREVIOUS"),
    "momo": ("MOMO_SECRET_KEY", "MOMO_SECRET_KEY_PREVIOUS"),
    "zalopay": ("ZALOPAY_KEY2", "ZALOPAY_KEY2_PREVIOUS"),
    "stripe": ("STRIPE_WEBHOOK_SECRET", "STRIPE_WEBHOOK_SECRET_PREVIOUS"),
    "practice": ("PRACTICE_SECRET", "PRACTICE_SECRET_PREVIOUS"),
}


@dataclass
class Counterpart:
    """A provider of ours and who it talks to. ``failed`` is how the gateway calls a try that did not succeed."""

    code: str
    gateway: Any
    failed: Any
    settings: Any

    @property
    def provider(self) -> Any:
        return PROVIDERS[self.code]

    @property
    def source(self) -> Any:
        return SOURCES[self.code]

    def rotate(self) -> None:
        """A new secret is in the settings; the gateway still signs with the old one."""
        new, previous = _SECRETS[self.code]
        setattr(self.settings, previous, getattr(self.settings, new))
        setattr(self.settings, new, "the-next-secret")


@contextmanager
def counterpart(code: str, settings: Any) -> Iterator[Counterpart]:
    """The provider's settings pointing to its gateway on loopback; the market offers it."""
    settings.PAYMENT_METHODS = ["vietqr", code]
    build: dict[str, Callable[[], tuple[Gateway, Any, dict[str, str]]]] = {
        "payos": lambda: (
            PayOsGateway("client", "api-key", "checksum"),
            "cancelled",
            {
                "PAYOS_CLIENT_ID": "client",
                "PAYOS_API_KEY": "api-key",
                "PAYOS_CHECKSUM_KEY": "checksum",
                "BANK_EVENTS": "none",
            },
        ),
        "vnpay": lambda: (
            VnPayGateway("hash-secret", "TESTTMN1"),
            "24",
            {"VNPAY_TMN_CODE": "TESTTMN1", "VNPAY_HASH_SECRET": "hash-secret"},
        ),
        "momo": lambda: (
            MoMoGateway("MOMOTEST", "access", "momo-secret"),
            1006,
            {
                "MOMO_PARTNER_CODE": "MOMOTEST",
                "MOMO_ACCESS_KEY": "access",
                "MOMO_SECRET_KEY": "momo-secret",
            },
        ),
        "zalopay": lambda: (
            ZaloPayGateway(2554, "key-one", "key-two"),
            2,
            {"ZALOPAY_APP_ID": "2554", "ZALOPAY_KEY1": "key-one", "ZALOPAY_KEY2": "key-two"},
        ),
        "stripe": lambda: (
            StripeGateway("sk_test_x", "whsec_x"),
            "declined",
            {"STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_WEBHOOK_SECRET": "whsec_x"},
        ),
    }
    build["practice"] = lambda: (PracticeGateway("practice"), "declined", {"PRACTICE_SECRET": "practice"})
    gateway, failed, values = build[code]()
    with running(gateway):
        for name, value in values.items():
            setattr(settings, name, value)
        addresses = {"stripe": "STRIPE_API_BASE", "practice": "SANDBOX_URL"}
        setattr(settings, addresses.get(code, f"{code.upper()}_URL"), gateway.url)
        settings.PAYOS_PAGE_URL = gateway.url
        yield Counterpart(code, gateway, failed, settings)


def request_for(amount: int = 130_000, **changes: Any) -> PaymentRequest:
    """An attempt of a moment ago, of an order nobody has."""
    number = new_code()
    now = timezone.now()
    values: dict[str, Any] = {
        "reference": f"{number}L1",
        "amount": amount,
        "order_number": number,
        "created_at": now,
        "expires_at": now + dt.timedelta(hours=1),
        "return_url": "http://testserver/thanh-toan/x/?ve=1",
        "event_url": "http://testserver/webhooks/x/",
    }
    return PaymentRequest(**values | changes)
