"""Who holds a key, and whose certificates count: the interface, and keys kept in files.

In production the key lies on an HSM, a USB token or with a licensed authority for remote signing: nothing but
``Signer.sign`` ever touches it. A certificate for invoices names its holder's tax code in the subject as
``UID=MST:<code>`` (Decision 1271/QĐ-CT).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

TAX_CODE_MARK = "MST:"


@dataclass(frozen=True)
class Trust:
    """Whose certificates count. Each is either a certificate authority or a pinned certificate itself.

    ``authority`` is kept apart: a taxpayer's certificate must never pass for the tax authority's.
    """

    parties: Sequence[x509.Certificate] = ()
    authority: Sequence[x509.Certificate] = ()


class SigningFailed(Exception):
    """The key could not be used: token unplugged, service away, PIN refused. Nothing was signed."""


class Signer(Protocol):
    """Signs for one party. ``is_remote``: signing goes over the network, so never inside a transaction."""

    certificate: x509.Certificate
    is_remote: bool

    def sign(self, data: bytes) -> bytes:
        """The RSA PKCS#1 v1.5 signature with SHA-256 over ``data``. Raises: SigningFailed."""
        ...


class FileSigner:
    """A signer whose key lies in a file."""

    is_remote = False

    def __init__(self, key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> None:
        self.certificate = certificate
        self.key = key

    @classmethod
    def from_pkcs12(cls, path: Path, password: str) -> FileSigner:
        """A ``.p12`` or ``.pfx`` file. Raises: ValueError on a wrong password or without an RSA key."""
        key, certificate, _ = pkcs12.load_key_and_certificates(path.read_bytes(), password.encode())
        return cls._checked(key, certificate)

    @classmethod
    def from_pem(cls, path: Path, certificate_path: Path | None = None, password: str = "") -> FileSigner:
        """A PEM key with its certificate, in one file or two. Raises: ValueError if they do not fit."""
        key_pem = path.read_bytes()
        return cls.from_pem_bytes(
            key_pem, certificate_path.read_bytes() if certificate_path else key_pem, password
        )

    @classmethod
    def from_pem_bytes(cls, key: bytes, certificate: bytes = b"", password: str = "") -> FileSigner:
        """The same from memory; without ``certificate`` it stands behind the key. Raises: ValueError."""
        return cls._checked(
            serialization.load_pem_private_key(key, password.encode() or None),
            x509.load_pem_x509_certificate(certificate or key),
        )

    @classmethod
    def _checked(cls, key: object, certificate: x509.Certificate | None) -> FileSigner:
        if not isinstance(key, rsa.RSAPrivateKey) or certificate is None:
            raise ValueError("an invoice is signed with an RSA key and its certificate")
        if key.public_key() != certificate.public_key():
            raise ValueError("the key does not belong to the certificate")
        return cls(key, certificate)

    def sign(self, data: bytes) -> bytes:
        """See :class:`Signer`."""
        return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def tax_code_of(certificate: x509.Certificate) -> str:
    """The tax code in the certificate's subject, or an empty text."""
    for attribute in certificate.subject.get_attributes_for_oid(NameOID.USER_ID):
        value = str(attribute.value)
        if value.startswith(TAX_CODE_MARK):
            return value.removeprefix(TAX_CODE_MARK)
    return ""


def holder_of(certificate: x509.Certificate) -> str:
    """The name of the certificate's holder, or an empty text."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""
