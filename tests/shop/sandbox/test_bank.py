"""The sandbox bank speaks as SePay does, over HTTP, and repeats itself until it is heard."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from oscar.apps.order.models import Order

from shop.orders.following import receive_waiting
from shop.payments.models import InboundEvent
from shop.sandbox.bank import Bank, BankFront
from tests.factories import make_product
from tests.support.loopback import serving
from tests.support.orders import place_order


class Deaf(BaseHTTPRequestHandler):
    """A market that answers 503 as often as ``silence`` says, then 200."""

    silence = 2
    heard: list[tuple[dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).heard.append((dict(self.headers), body))
        is_awake = len(type(self).heard) > self.silence
        self.send_response(200 if is_awake else 503)
        self.end_headers()
        self.wfile.write(b'{"success": true}' if is_awake else b"")
        if is_awake:
            type(self).done.set()  # type: ignore[attr-defined]

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def market() -> Iterator[tuple[str, Any]]:
    listener: Any = type("Listener", (Deaf,), {"heard": [], "done": threading.Event()})
    with serving(HTTPServer(("127.0.0.1", 0), listener)) as server:
        yield f"http://127.0.0.1:{server.server_port}/webhooks/sepay/", listener


def test_a_transfer_is_repeated_until_the_market_hears_it(market: tuple[str, Any]) -> None:
    url, listener = market
    front = BankFront(Bank("secret", url), "0123456789", pauses=(0, 0, 0, 0, 0))
    reply = front("POST", "transfers", b'{"amount": 130000, "memo": "HT2345678X"}')
    assert reply.status == 202
    assert listener.done.wait(10)
    assert len(listener.heard) == 3
    assert len({body for _, body in listener.heard}) == 1
    message = json.loads(listener.heard[0][1])
    assert (message["transferAmount"], message["accountNumber"], message["transferType"]) == (
        130_000,
        "0123456789",
        "in",
    )
    assert "HT2345678X" in message["content"]


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b"null", b'{"amount": 1}', b'{"amount": "1", "memo": "x"}', b'{"amount": 0, "memo": "x"}',
     b'{"amount": true, "memo": "x"}', b'{"amount": 1.5, "memo": "x"}', b'{"amount": 1, "memo": 5}'],
)  # fmt: skip
def test_a_wish_the_bank_cannot_read_is_refused(body: bytes) -> None:
    front = BankFront(Bank("secret", "http://127.0.0.1:1/"), "0123456789", pauses=())
    assert front("POST", "transfers", body).status == 400


def test_the_bank_takes_nothing_but_transfers() -> None:
    front = BankFront(Bank("secret", "http://127.0.0.1:1/"), "0123456789", pauses=())
    assert [front("GET", "transfers", b"").status, front("POST", "loans", b"{}").status] == [404, 404]


def test_a_market_that_is_not_there_is_no_error() -> None:
    assert not Bank("secret", "http://127.0.0.1:1/").transfer("0123456789", 1000, "x")


def test_the_market_believes_the_bank(transactional_db: None, live_server: Any, settings: Any) -> None:
    placed = place_order((make_product(price=100_000), 1))
    url = f"{live_server.url}/webhooks/sepay/"
    assert not Bank("a guess", url).transfer(settings.VIETQR_ACCOUNT, 130_000, placed.order.number)
    assert not InboundEvent.objects.exists()
    assert Bank(settings.SEPAY_WEBHOOK_SECRET, url).transfer(
        settings.VIETQR_ACCOUNT, 130_000, placed.order.number
    )
    receive_waiting()
    assert Order.objects.get().status == "paid"
