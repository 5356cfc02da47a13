"""What every counterpart is: a small HTTP server that remembers payments and can be told what payers do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from tests.support.loopback import serving

Reply = tuple[int, dict[str, Any]]
Raw = tuple[int, bytes]
"""An answer that is no JSON, such as a PDF."""


class Gateway:
    """Routes by method and path; ``trouble`` makes the next answers fail in the way named."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, Any], dict[str, str]]] = []
        self.trouble: list[str] = []
        self.url = ""

    def answer(self, method: str, path: str, fields: dict[str, Any], headers: dict[str, str]) -> Reply | Raw:
        raise NotImplementedError


class _Requests(BaseHTTPRequestHandler):
    """Reads a request, asks the gateway, writes its reply or the trouble it is told to make."""

    server: _Server

    def do_GET(self) -> None:
        self._serve("GET", b"")

    def do_DELETE(self) -> None:
        self._serve("DELETE", b"")

    def do_POST(self) -> None:
        self._serve("POST", self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def log_message(self, *args: object) -> None:
        pass

    def _serve(self, method: str, body: bytes) -> None:
        gateway = self.server.gateway
        path, _, query = self.path.partition("?")
        is_json = "json" in self.headers.get("Content-Type", "")
        raw = body.decode() or query
        fields = json.loads(raw) if is_json and raw else {k: v[0] for k, v in parse_qs(raw).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        gateway.asked.append((method, path, fields, headers))
        trouble = gateway.trouble.pop(0) if gateway.trouble else ""
        if trouble == "down":
            self._write(503, b"<html>upstream</html>", "text/html")
            return
        status, reply = gateway.answer(method, path, fields, headers)
        if trouble == "lost":  # done, but nobody hears of it
            self.close_connection = True
            return
        if isinstance(reply, bytes):
            self._write(status, reply, "application/octet-stream")
        else:
            self._write(status, json.dumps(reply, ensure_ascii=False).encode(), "application/json")

    def _write(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, gateway: Gateway) -> None:
        super().__init__(("127.0.0.1", 0), _Requests)
        self.gateway = gateway


@contextmanager
def running(gateway: Gateway) -> Iterator[Gateway]:
    """The gateway on a free port of the loopback interface."""
    with serving(_Server(gateway)) as server:
        gateway.url = f"http://127.0.0.1:{server.server_port}"
        yield gateway


Delivery = tuple[dict[str, str], bytes]
"""What a gateway sends to the market: headers and body (the query string for a GET)."""
