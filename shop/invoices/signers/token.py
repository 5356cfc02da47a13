"""A signer whose key never leaves a USB token or HSM, reached through its PKCS#11 module.

Source: PKCS#11 v2.40 (OASIS), mechanism ``CKM_SHA256_RSA_PKCS``. Tested with SoftHSM2.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from pkcs11 import Attribute, Mechanism, ObjectClass
from pkcs11.exceptions import PinIncorrect, PinLocked, PKCS11Error

from shop.invoices.signer import SigningFailed

_LOCK = threading.Lock()
"""Log-in to a token is per process, so one thread talks to a module at a time."""

_refused_pins: set[tuple[str, str, str]] = set()


@dataclass(frozen=True)
class TokenPlace:
    """Which key: ``module`` is the maker's library, ``token`` and ``key`` are labels."""

    module: str
    token: str
    key: str


class TokenSigner:
    """See :class:`shop.invoices.signer.Signer`. Raises: SigningFailed when the token is away or holds no such key."""

    is_remote = False

    def __init__(self, place: TokenPlace, *, pin: str) -> None:
        self._place = place
        self._pin = pin
        with self._session() as session:
            found = list(
                session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.LABEL: place.key})
            )
            if len(found) != 1:
                raise SigningFailed(f"token {place.token!r} holds {len(found)} certificates {place.key!r}")
            self.certificate = x509.load_der_x509_certificate(bytes(found[0][Attribute.VALUE]))
        if not isinstance(self.certificate.public_key(), rsa.RSAPublicKey):
            raise SigningFailed("an invoice is signed with an RSA key")

    def sign(self, data: bytes) -> bytes:
        """See :class:`shop.invoices.signer.Signer`."""
        with self._session() as session:
            key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=self._place.key)
            return bytes(key.sign(data, mechanism=Mechanism.SHA256_RSA_PKCS))

    @contextmanager
    def _session(self) -> Iterator[Any]:
        """A logged-in session. A PIN refused once is not tried again: a few wrong tries lock a token for good."""
        tried = (self._place.module, self._place.token, self._pin)
        with _LOCK:
            if tried in _refused_pins:
                raise SigningFailed(
                    f"token {self._place.token!r} refused its PIN; set the right one, restart"
                )
            try:
                token = pkcs11.lib(self._place.module).get_token(token_label=self._place.token)
                with token.open(user_pin=self._pin) as session:
                    yield session
            except (PinIncorrect, PinLocked) as reason:
                _refused_pins.add(tried)
                raise SigningFailed(f"token {self._place.token!r} refused its PIN") from reason
            except (PKCS11Error, RuntimeError) as reason:  # RuntimeError: the module cannot be loaded
                detail = str(reason) or type(reason).__name__
                raise SigningFailed(f"token {self._place.token!r}: {detail}") from reason
