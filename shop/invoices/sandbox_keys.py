"""Certificates and keys of the sandbox: an authority of its own, sellers and the tax authority under it.

Not for production: keys lie unencrypted in a folder that the caller chooses, readable by their owner only.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from shop.invoices.signer import TAX_CODE_MARK, FileSigner, Trust

AUTHORITY_TAX_CODE = "0109999044"
AUTHORITY_NAME = "CỤC THUẾ (MÔ PHỎNG)"
# Wide, so that invoices of past demo orders can be signed and nothing ends while somebody is practising.
_VALID_FROM = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_VALID_TO = dt.datetime(2099, 12, 31, tzinfo=dt.UTC)


def sandbox_ca(folder: Path) -> FileSigner:
    """The certificate authority of the sandbox, made in ``folder`` on first use. Idempotent."""
    return _kept(folder / "ca.pem", lambda: _issue("CA thử nghiệm Chợ Phiên", "", None))


def sandbox_signer(folder: Path, *, tax_code: str, name: str) -> FileSigner:
    """A signer for ``tax_code`` under the sandbox's authority, made in ``folder`` on first use.

    Writes: the key with mode 0600. Idempotent: the same tax code gets the same key again.
    """
    return _kept(folder / f"{tax_code}.pem", lambda: _issue(name, tax_code, sandbox_ca(folder)))


def sandbox_authority(folder: Path) -> FileSigner:
    """The signer of the sandbox tax authority, made in ``folder`` on first use. Idempotent."""
    return _kept(
        folder / "authority.pem", lambda: _issue(AUTHORITY_NAME, AUTHORITY_TAX_CODE, sandbox_ca(folder))
    )


def sandbox_trust(folder: Path) -> Trust:
    """The trust under which documents of the sandbox verify."""
    return Trust(
        parties=(sandbox_ca(folder).certificate,), authority=(sandbox_authority(folder).certificate,)
    )


def issue_certificate(
    ca: FileSigner, *, tax_code: str, name: str, valid_from: dt.datetime, valid_to: dt.datetime
) -> FileSigner:
    """A signer under ``ca`` with chosen dates, kept nowhere: for training with certificates that have ended."""
    return _issue(name, tax_code, ca, valid_from, valid_to)


def new_key() -> rsa.RSAPrivateKey:
    """A key that nobody had before."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _issue(
    name: str,
    tax_code: str,
    ca: FileSigner | None,
    valid_from: dt.datetime = _VALID_FROM,
    valid_to: dt.datetime = _VALID_TO,
) -> FileSigner:
    key = new_key()
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        x509.NameAttribute(NameOID.COMMON_NAME, name[:64]),
    ]
    if tax_code:
        parts.append(x509.NameAttribute(NameOID.USER_ID, TAX_CODE_MARK + tax_code))
    subject = x509.Name(parts)
    key_identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(ca.certificate.subject if ca else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid_from)
        .not_valid_after(valid_to)
        .add_extension(
            x509.BasicConstraints(ca=ca is None, path_length=0 if ca is None else None), critical=True
        )
        .add_extension(key_identifier, critical=False)
    )
    return FileSigner(key, builder.sign(ca.key if ca else key, hashes.SHA256()))


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
    return _read(path.read_bytes())


@functools.lru_cache(maxsize=64)
def _read(pem: bytes) -> FileSigner:
    """The signer that :func:`_pem` wrote down; its primes are not tested again, which takes a tenth of a second."""
    key = serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
    return FileSigner(cast("rsa.RSAPrivateKey", key), x509.load_pem_x509_certificate(pem))


def _pem(signer: FileSigner) -> bytes:
    key = signer.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return key + signer.certificate.public_bytes(serialization.Encoding.PEM)
