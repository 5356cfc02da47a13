"""A key in software: what a telephone does for WebAuthn, so that each of its promises can be broken one by one.

Source: W3C Web Authentication Level 3, sections 6.1 (authenticator data) and 8.7 (attestation "none"); RFC 9053 (COSE).
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class SoftKey:
    """One key on one device. ``counter`` is what it says it has signed; 0 for ever where ``counts`` is false."""

    origin: str
    host: str
    counts: bool = True
    counter: int = 0
    handle: str = ""
    key_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def make(self, options: str, *, is_verified: bool = True, **lies: str) -> str:
        """The answer to ``navigator.credentials.create``; ``origin``, ``host``, ``challenge`` may be lied about."""
        asked = json.loads(options)
        self.handle = asked["user"]["id"]
        numbers = self.private.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.key_id).to_bytes(2, "big") + self.key_id + cbor2.dumps(public)
        data = self._data(ATTESTED, is_verified, lies.get("host")) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            clientDataJSON=self._client("webauthn.create", asked["challenge"], lies),
            attestationObject=attestation,
        )

    def sign(self, options: str, *, is_verified: bool = True, handle: str | None = None, **lies: str) -> str:
        """The answer to ``navigator.credentials.get``."""
        self.counter += self.counts
        client = self._client("webauthn.get", json.loads(options)["challenge"], lies)
        data = self._data(0, is_verified, lies.get("host"))
        signature = self.private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            clientDataJSON=client,
            authenticatorData=data,
            signature=signature,
            userHandle=base64url_to_bytes(self.handle if handle is None else handle),
        )

    def _client(self, kind: str, challenge: str, lies: dict[str, str]) -> bytes:
        told = {
            "type": lies.get("kind", kind),
            "challenge": lies.get("challenge", challenge),
            "origin": lies.get("origin", self.origin),
            "crossOrigin": False,
        }
        return json.dumps(told).encode()

    def _data(self, flags: int, is_verified: bool, host: str | None) -> bytes:
        flags |= PRESENT | (VERIFIED if is_verified else 0)
        return (
            hashlib.sha256((host or self.host).encode()).digest()
            + bytes([flags])
            + self.counter.to_bytes(4, "big")
        )

    def _answer(self, **response: bytes) -> str:
        written: dict[str, Any] = {
            "id": bytes_to_base64url(self.key_id),
            "rawId": bytes_to_base64url(self.key_id),
            "type": "public-key",
            "response": {name: bytes_to_base64url(value) for name, value in response.items()},
            "clientExtensionResults": {},
        }
        return json.dumps(written)
