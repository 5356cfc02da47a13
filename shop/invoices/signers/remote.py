"""A signer whose key lies with a licensed remote-signing service, asked over HTTPS.

Source: Cloud Signature Consortium API 1.0.4, ``credentials/info``, ``credentials/authorize``, ``signatures/signHash``.
Only the SHA-256 digest of the SignedInfo travels, never the invoice.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import urlsplit

import requests
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from shop.invoices.signer import SigningFailed

SHA256_OID = "2.16.840.1.101.3.4.2.1"
RSA_SHA256_OID = "1.2.840.113549.1.1.11"
_TIMEOUT = (3.05, 20.0)
_MOST_BYTES = 64 * 1024


class RemoteSigner:
    """See :class:`shop.invoices.signer.Signer`; ``url`` ends before ``/credentials``.

    Raises: ValueError for plain HTTP beyond this machine, SigningFailed when the service refuses or is away.
    """

    is_remote = True

    def __init__(
        self,
        url: str,
        *,
        credential: str,
        token: str,
        pin: str,
        timeout: tuple[float, float] = _TIMEOUT,
    ) -> None:
        where = urlsplit(url)
        if where.scheme != "https" and where.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise ValueError("a remote-signing service is reached over https only")
        self._url = url.rstrip("/")
        self._credential = credential
        self._token = token
        self._pin = pin
        self._timeout = timeout
        self.certificate = self._certificate()

    def sign(self, data: bytes) -> bytes:
        """See :class:`shop.invoices.signer.Signer`."""
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        wanted = {"credentialID": self._credential, "hash": [digest]}
        leave = self._ask("credentials/authorize", {**wanted, "numSignatures": 1, "PIN": self._pin})
        said = self._ask(
            "signatures/signHash",
            {**wanted, "SAD": leave.get("SAD"), "hashAlgo": SHA256_OID, "signAlgo": RSA_SHA256_OID},
        )
        return self._decoded(said, "signatures")

    def _certificate(self) -> x509.Certificate:
        said = self._ask("credentials/info", {"credentialID": self._credential, "certificates": "single"})
        described = said.get("cert")
        der = self._decoded(described if isinstance(described, dict) else {}, "certificates")
        try:
            certificate = x509.load_der_x509_certificate(der)
        except ValueError as reason:
            raise SigningFailed(f"the remote certificate cannot be read: {reason}") from reason
        if not isinstance(certificate.public_key(), rsa.RSAPublicKey):
            raise SigningFailed("an invoice is signed with an RSA key")
        return certificate

    def _ask(self, path: str, wanted: dict[str, Any]) -> dict[str, Any]:
        try:
            response = requests.post(
                f"{self._url}/{path}",
                json=wanted,
                headers={"Authorization": f"Bearer {self._token}"},
                timeout=self._timeout,
                allow_redirects=False,
            )
            said = response.json() if len(response.content) <= _MOST_BYTES else None
        except (requests.RequestException, ValueError) as reason:
            raise SigningFailed(f"the remote-signing service does not answer: {reason}") from reason
        if response.status_code != requests.codes.ok or not isinstance(said, dict):
            error = said.get("error", "") if isinstance(said, dict) else ""
            raise SigningFailed(f"the remote-signing service answers {response.status_code} {error}".strip())
        return said

    @staticmethod
    def _decoded(said: dict[str, Any], name: str) -> bytes:
        values = said.get(name)
        if not isinstance(values, list) or len(values) != 1 or not isinstance(values[0], str):
            raise SigningFailed(f"the remote-signing service gave no {name}")
        try:
            return base64.b64decode(values[0], validate=True)
        except ValueError as reason:
            raise SigningFailed(f"the remote-signing service gave broken {name}") from reason
