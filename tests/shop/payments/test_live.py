"""The providers' own test systems, asked over the Internet where the environment holds keys (``make test-live``).

Each needs its settings with ``LIVE_`` before their names, such as ``LIVE_STRIPE_SECRET_KEY=sk_test_…``. Without them a
provider is not asked, and the run says so.
"""

from __future__ import annotations

import dataclasses
import os
from contextlib import suppress
from typing import Any

import pytest

from shop.environment import PAYMENT_METHODS
from shop.payments.provider import Redirect, Refused
from shop.payments.providers import PROVIDERS
from tests.support.gateways import request_for

pytestmark = pytest.mark.live
ASKED = ("stripe", "vnpay", "momo", "zalopay", "payos", "own-account")
ALSO = {"vnpay": ("VNPAY_URL",), "momo": ("MOMO_URL",), "zalopay": ("ZALOPAY_URL",)}
"""Settings that may be given too; the market's own defaults are the test systems."""


@pytest.fixture(params=ASKED)
def provider(request: pytest.FixtureRequest, settings: Any) -> Any:
    for name in PAYMENT_METHODS[request.param]:
        if not os.environ.get(f"LIVE_{name}"):
            pytest.skip(f"not run: LIVE_{name} is not set")
    for name in (*PAYMENT_METHODS[request.param], *ALSO.get(request.param, ())):
        if value := os.environ.get(f"LIVE_{name}"):
            setattr(settings, name, value)
    return PROVIDERS[request.param]


def test_a_payment_is_opened_once_is_unpaid_and_can_be_closed(provider: Any) -> None:
    asked = request_for(return_url="https://cho.example/tra/", event_url="https://cho.example/webhooks/x/")
    step = provider.start(asked)
    assert provider.start(asked) == step
    if isinstance(step, Redirect):
        assert step.url.startswith("https://")
    opened = dataclasses.replace(asked, provider_reference=step.provider_reference)
    state = provider.fetch(opened)
    assert (state.events, state.is_over) == ((), False)
    with suppress(Refused):  # not every provider can close
        provider.close(opened)
