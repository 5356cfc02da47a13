"""Who holds a key: the interface, the keys in files, and the sandbox's own certificates.

In production the key lies on an HSM, a USB token or with a licensed authority for remote signing: nothing but
``Signer.sign`` ever touches it. A certificate for invoices names its holder's tax code in the subject as
``UID=MST:<code>`` (Decision 1271/QĐ-CT).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

TAX_CODE_MARK = "MST:"
_DAYS = 3 * 365


class Signer(Protocol):
    """Signs for one party."""

    certificate: x509.Certificate

    def sign(self, data: bytes) -> bytes:
        """The RSA PKCS#1 v1.5 signature with SHA-256 over ``data``."""
        ...


class FileSigner:
    """A signer whose key lies in a file."""

    def __init__(self, key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> None:
        self.certificate = certificate
        self._key = key

    @classmethod
    def from_pkcs12(cls, path: Path, password: str) -> FileSigner:
        """A ``.p12`` or ``.pfx`` file. Raises: ValueError on a wrong password or without an RSA key."""
        key, certificate, _ = pkcs12.load_key_and_certificates(path.read_bytes(), password.encode())
        return cls._checked(key, certificate)

    @classmethod
    def from_pem(cls, path: Path, certificate_path: Path | None = None, password: str = "") -> FileSigner:
        """A PEM key with its certificate, in one file or two. Raises: ValueError if they do not fit."""
        key_pem = path.read_bytes()
        key = serialization.load_pem_private_key(key_pem, password.encode() or None)
        certificate_pem = certificate_path.read_bytes() if certificate_path else key_pem
        return cls._checked(key, x509.load_pem_x509_certificate(certificate_pem))

    @classmethod
    def _checked(cls, key: object, certificate: x509.Certificate | None) -> FileSigner:
        if not isinstance(key, rsa.RSAPrivateKey) or certificate is None:
            raise ValueError("an invoice is signed with an RSA key and its certificate")
        if key.public_key() != certificate.public_key():
            raise ValueError("the key does not belong to the certificate")
        return cls(key, certificate)

    def sign(self, data: bytes) -> bytes:
        """See :class:`Signer`."""
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


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


def sandbox_ca(folder: Path) -> FileSigner:
    """The certificate authority of the sandbox, made in ``folder`` on first use. Idempotent."""
    return _kept(folder / "ca.pem", lambda: _issue("CA thử nghiệm Chợ Phiên", "", None))


def sandbox_signer(folder: Path, *, tax_code: str, name: str) -> FileSigner:
    """A signer for ``tax_code`` under the sandbox's authority, made in ``folder`` on first use.

    Writes: the key with mode 0600. Idempotent: the same tax code gets the same key again.
    """
    return _kept(folder / f"{tax_code}.pem", lambda: _issue(name, tax_code, sandbox_ca(folder)))


def issue_certificate(
    ca: FileSigner, *, tax_code: str, name: str, valid_from: dt.datetime, valid_to: dt.datetime
) -> FileSigner:
    """A signer under ``ca`` with chosen dates, kept nowhere: for training with certificates that have ended."""
    return _issue(name, tax_code, ca, valid_from, valid_to)


def _issue(
    name: str,
    tax_code: str,
    ca: FileSigner | None,
    valid_from: dt.datetime | None = None,
    valid_to: dt.datetime | None = None,
) -> FileSigner:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"), x509.NameAttribute(NameOID.COMMON_NAME, name[:64])]
    if tax_code:
        parts.append(x509.NameAttribute(NameOID.USER_ID, TAX_CODE_MARK + tax_code))
    subject = x509.Name(parts)
    start = valid_from or dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    key_identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(ca.certificate.subject if ca else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(valid_to or start + dt.timedelta(days=_DAYS))
        .add_extension(x509.BasicConstraints(ca=ca is None, path_length=0 if ca is None else None), critical=True)
        .add_extension(key_identifier, critical=False)
    )
    return FileSigner(key, builder.sign(ca._key if ca else key, hashes.SHA256()))


def _kept(path: Path, make: Callable[[], FileSigner]) -> FileSigner:
    """The signer kept at ``path``, made first if missing. Two processes that race keep the same one."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        signer = make()
        beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(_pem(signer))
        with contextlib.suppress(FileExistsError):
            os.link(beside, path)
        beside.unlink()
    return FileSigner.from_pem(path)


def _pem(signer: FileSigner) -> bytes:
    key = signer._key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return key + signer.certificate.public_bytes(serialization.Encoding.PEM)
