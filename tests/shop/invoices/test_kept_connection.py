"""One connection to the authority for many calls; closed ones are opened again, and no message goes out twice."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import pytest

from shop.invoices.gateway import TryAgainLater
from shop.invoices.gateways import kept
from shop.invoices.gateways.sandbox import SandboxGateway
from shop.sandbox.mounts import Reply
from shop.sandbox.server import SandboxServer
from tests.support.loopback import serving


class Counting(SandboxServer):
    """The sandbox server with a mount that says nothing new, counting connections and requests."""

    connections = 0

    def __init__(self) -> None:
        self.requests: list[str] = []
        super().__init__(("127.0.0.1", 0), {"tax": self._said})

    def _said(self, method: str, path: str, body: bytes) -> Reply:
        self.requests.append(f"{method} {path}")
        return Reply(204)

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        self.connections += 1
        return super().get_request()


class Closing(BaseHTTPRequestHandler):
    """Promises to keep the connection, and closes it after every answer; can also break off before one."""

    protocol_version = "HTTP/1.1"
    served: ClassVar[list[str]] = []
    breaks_off: ClassVar[bool] = False

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.served.append(self.path)
        if not self.breaks_off:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


class ClosingServer(HTTPServer):
    """Tells when it has closed a connection."""

    closed: ClassVar[threading.Event] = threading.Event()

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self.closed.set()


def acknowledge_at(gateway: SandboxGateway) -> None:
    """A message, after whose answer the other side has closed the connection."""
    ClosingServer.closed.clear()
    gateway.acknowledge(b"<TDiep/>")
    assert ClosingServer.closed.wait(5)


@pytest.fixture
def server() -> Iterator[Counting]:
    with serving(Counting()) as made:
        yield made


@pytest.fixture
def closing() -> Iterator[str]:
    Closing.served, Closing.breaks_off = [], False
    with serving(ClosingServer(("127.0.0.1", 0), Closing)) as made:
        yield f"http://127.0.0.1:{made.server_port}/tax"


def test_two_calls_use_one_connection(server: Counting) -> None:
    for gateway in (SandboxGateway(f"{server.url}/tax"), SandboxGateway(f"{server.url}/tax")):
        gateway.fetch("X" * 42)
    assert (server.connections, len(server.requests)) == (1, 2)


def test_calls_at_the_same_time_do_not_share_a_connection(server: Counting) -> None:
    gateway, start = SandboxGateway(f"{server.url}/tax"), threading.Barrier(4)

    def ask() -> None:
        start.wait(5)
        for _ in range(5):
            gateway.fetch("X" * 42)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(server.requests) == 20
    assert server.connections <= 4


def test_a_connection_closed_meanwhile_is_opened_again_and_each_message_is_sent_once(closing: str) -> None:
    gateway = SandboxGateway(closing)
    for _ in range(3):
        acknowledge_at(gateway)
    assert Closing.served == ["/tax/messages"] * 3


def test_a_call_that_breaks_off_is_not_repeated(closing: str) -> None:
    gateway = SandboxGateway(closing)
    acknowledge_at(gateway)
    Closing.breaks_off = True
    with pytest.raises(TryAgainLater):
        gateway.acknowledge(b"<TDiep/>")
    assert Closing.served == ["/tax/messages"] * 2


def test_a_forked_process_begins_with_connections_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = kept.session()
    assert kept.session() is mine
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert kept.session() is not mine


def test_a_body_that_is_not_read_ends_the_connection(server: Counting) -> None:
    with socket.create_connection(server.server_address[:2], 5) as line:
        line.sendall(b"POST /tax/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\nGET /tax/a")
        answer = b"".join(iter(lambda: line.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"Connection: close" in answer
    assert answer.count(b"HTTP/1.1") == 1
    assert server.requests == []
