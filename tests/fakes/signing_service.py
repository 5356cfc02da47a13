"""A remote-signing service as the CSC API 1.0.4 describes it, over real HTTP, with a key of its own."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from shop.invoices.signer import FileSigner
from tests.support.loopback import serving

CREDENTIAL, TOKEN, PIN = "HTX-01", "bearer-of-the-market", "246810"


class SigningService(ThreadingHTTPServer):
    """``asked`` lists the calls; ``broken`` makes every call fail in that way: an HTTP status, or "garbage"."""

    daemon_threads = True

    def __init__(self, signer: FileSigner) -> None:
        super().__init__(("127.0.0.1", 0), _Requests)
        self.signer = signer
        self.leaves: dict[str, str] = {}
        self.asked: list[str] = []
        self.broken: int | str = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/csc/v1"

    def reply(self, path: str, token: str, wanted: dict[str, Any]) -> tuple[int, object]:
        if token != f"Bearer {TOKEN}":
            return 401, {"error": "invalid_token"}
        if wanted.get("credentialID") != CREDENTIAL:
            return 400, {"error": "invalid_request"}
        if path == "credentials/info":
            der = self.signer.certificate.public_bytes(serialization.Encoding.DER)
            return 200, {"cert": {"status": "valid", "certificates": [base64.b64encode(der).decode()]}}
        if path == "credentials/authorize":
            if wanted.get("PIN") != PIN:
                return 400, {"error": "invalid_pin"}
            leave = secrets.token_hex(16)
            self.leaves[leave] = wanted["hash"][0]
            return 200, {"SAD": leave, "expiresIn": 300}
        if path == "signatures/signHash":
            digest = wanted["hash"][0]
            if self.leaves.pop(wanted.get("SAD", ""), "") != digest:
                return 400, {"error": "invalid_sad"}
            value = self.signer.key.sign(
                base64.b64decode(digest), padding.PKCS1v15(), Prehashed(hashes.SHA256())
            )
            return 200, {"signatures": [base64.b64encode(value).decode()]}
        return 404, {"error": "not_found"}


class _Requests(BaseHTTPRequestHandler):
    server: SigningService

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path = self.path.removeprefix("/csc/v1/")
        self.server.asked.append(path)
        if isinstance(self.server.broken, str):
            status, payload = 200, self.server.broken.encode()
        elif self.server.broken:
            status, payload = self.server.broken, b'{"error": "server_error"}'
        else:
            status, said = self.server.reply(path, self.headers.get("Authorization", ""), json.loads(body))
            payload = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def running_signing_service(signer: FileSigner) -> Iterator[SigningService]:
    with serving(SigningService(signer)) as service:
        yield service
