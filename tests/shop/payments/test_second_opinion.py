"""Stripe as somebody else understood it: localstripe, which we did not write, over real HTTP.

It knows no Checkout Sessions, so it judges what it can: refunds, and the signature of its messages. It is a program of
its own (GPL-3), run beside the tests and never imported.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from django.utils import timezone

from shop.management.commands.serve import free_port
from shop.payments.provider import BadSignature, EventKind, RefundProgress, RefundRequest
from shop.payments.providers.stripe import Stripe
from tests.support.gateways import request_for
from tests.support.loopback import serving

SECRET = "whsec_second_opinion"
KEY = "sk_test_second_opinion"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """localstripe, empty, on a free port of the loopback interface."""
    port = free_port()
    program = Path(sys.executable).with_name("localstripe")
    process = subprocess.Popen(
        [program, "--from-scratch", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until_open(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def wait_until_open(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("localstripe did not start")


@pytest.fixture
def paid(address: str, settings: Any) -> str:
    """A card payment of 130.000 ₫ that went through; its id."""
    settings.STRIPE_API_BASE, settings.STRIPE_SECRET_KEY = address, KEY
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    return pay(address)


def pay(address: str) -> str:
    fields = {"amount": 130_000, "currency": "vnd", "payment_method": "pm_card_visa", "confirm": "true"}
    answer = requests.post(f"{address}/v1/payment_intents", fields, auth=(KEY, ""), timeout=10)
    answer.raise_for_status()
    assert answer.json()["status"] == "succeeded"
    return str(answer.json()["id"])


def refund_of(charge: str, amount: int, **changes: str) -> RefundRequest:
    return RefundRequest("HR2345678X1", amount, charge, 130_000, timezone.now(), "7", **changes)


def test_a_refund_is_taken_and_found_again_by_either_name(paid: str) -> None:
    request = request_for()
    made = Stripe().refund(request, refund_of(paid, 30_000))
    assert made.progress == RefundProgress.DONE and made.provider_reference
    by_its_name = refund_of(paid, 30_000, provider_reference=made.provider_reference)
    assert Stripe().fetch_refund(request, by_its_name).progress == RefundProgress.DONE
    assert Stripe().fetch_refund(request, refund_of(paid, 30_000)).progress == RefundProgress.DONE


def test_a_refund_nobody_asked_for_is_unknown(paid: str) -> None:
    assert Stripe().fetch_refund(request_for(), refund_of(paid, 30_000)).progress == RefundProgress.UNKNOWN


def test_its_signature_is_good_and_one_changed_byte_is_not(address: str, paid: str) -> None:
    heard: list[tuple[dict[str, str], bytes]] = []
    came = threading.Event()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            came.set()

        def log_message(self, *args: object) -> None:
            pass

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Door)) as server:
        hook = {"url": f"http://127.0.0.1:{server.server_port}/", "secret": SECRET}
        hook |= {"events": ["payment_intent.succeeded"]}
        requests.post(f"{address}/_config/webhooks/ours", json=hook, timeout=10).raise_for_status()
        pay(address)
        assert came.wait(15)
    headers, body = heard[0]
    (event,) = Stripe().read_event(headers, body)
    assert event.kind == EventKind.HINT and json.loads(body)["type"] == "payment_intent.succeeded"
    with pytest.raises(BadSignature):
        Stripe().read_event(headers, body.replace(b"130000", b"130001"))
