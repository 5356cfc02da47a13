"""Verifying the signatures of invoices, notices and messages.

Of XML Signature only the forms that the decision allows are read, and each has to cover what its place must have
signed: a signature that holds over something else is worth nothing (decision 0052). The sandbox authority and the tests
ask xmlsec, a second implementation, about the same documents.
Source: see :mod:`shop.invoices.xmldsig`.
"""

from __future__ import annotations

import base64
import datetime as dt
import functools
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from shop.invoices.as_written import first_part, sellers_signature
from shop.invoices.reading import parse
from shop.invoices.signer import Trust, holder_of, tax_code_of
from shop.invoices.xmldsig import (
    C14N,
    DS,
    ENVELOPED,
    MESSAGE,
    RSA_SHA256,
    SHA256,
    SIGNED_PARTS,
    VIETNAM,
    canonical_of,
)

_LEAST_KEY_BITS = 2048
_WITH_ATTRIBUTES = etree.XPath("//@*/..")
_ID_SPELLINGS = ("Id", "ID", "id", "{http://www.w3.org/XML/1998/namespace}id")
_INFO = {
    f"{{{DS}}}{tag}": letter
    for tag, letter in (
        ("SignedInfo", "I"),
        ("CanonicalizationMethod", "C"),
        ("SignatureMethod", "S"),
        ("Reference", "R"),
        ("Transforms", "T"),
        ("Transform", "t"),
        ("DigestMethod", "D"),
        ("DigestValue", "V"),
    )
}
_INFO_SHAPE = re.compile("ICS(R(Tt+)?DV)+")
_WITH_METHOD = "CStD"
_ALLOWED = {("C", C14N), ("S", RSA_SHA256), ("t", ENVELOPED), ("t", C14N), ("D", SHA256)}
_REFERENCE = f"{{{DS}}}Reference"
_DIGEST_VALUE = f"{{{DS}}}DigestValue"
_SIGNATURE_TAGS = [f"{{{DS}}}{tag}" for tag in ("SignedInfo", "SignatureValue", "KeyInfo")]
_CERTIFICATE_TAGS = [f"{{{DS}}}{tag}" for tag in ("KeyInfo", "X509Data", "X509Certificate")]
_TIME_TAGS = [
    f"{{{DS}}}{tag}" for tag in ("Object", "SignatureProperties", "SignatureProperty", "SigningTime")
]


@dataclass(frozen=True)
class Signature:
    """One signature as found. ``faults`` are codes of :mod:`shop.invoices.findings`; none means it holds."""

    place: str
    signer: str = ""
    tax_code: str = ""
    serial: str = ""
    signed_at: dt.datetime | None = None
    faults: tuple[str, ...] = ()


def verify(xml: bytes, *, trust: Trust | None = None) -> list[Signature]:
    """Every signature of an ``HDon``, ``TBao``, ``BKe`` or ``TDiep``, each with what is wrong about it.

    The documents that a message carries are verified by themselves, cut out of it. Without ``trust`` the chain is
    not looked at. Signatures anywhere but at their lawful place are reported, and an ``Id`` that occurs twice spoils
    all of them. Raises: Refused if ``xml`` is not read at all.
    """
    return [
        replace(signature, faults=(*signature.faults, "certificate_not_trusted"))
        if trust and shown and not _is_trusted(signature, shown, trust)
        else signature
        for signature, shown in _verify_bytes(xml)
    ]


@functools.lru_cache(maxsize=16)
def _verify_bytes(xml: bytes) -> tuple[tuple[Signature, _Shown | None], ...]:
    """What the bytes alone say of their signatures, each with its certificate if that can be read.

    The same bytes are verified when they are signed, checked and sent: the arithmetic is done once.
    """
    root = parse(xml)
    if as_written := _verified_as_written(xml, root):
        return (as_written,)
    places = SIGNED_PARTS.get(root.tag, {})
    named = _named(root)
    found: list[tuple[Signature, _Shown | None]] = []
    for node in root.iter(f"{{{DS}}}Signature"):
        box = node.getparent()
        above = box.getparent() if box is not None else None
        if root.tag == MESSAGE:
            if any(parent.tag == "DLieu" and parent.getparent() is root for parent in node.iterancestors()):
                continue
            lawful = above is root and box.tag in places
        else:
            lawful = (
                above is not None and above.tag == "DSCKS" and above.getparent() is root and box.tag in places
            )
        if lawful:
            found.append(_verified(root, node, box.tag, named))
        else:
            tag = box.tag if box is not None else ""
            found.append((Signature(tag, faults=("signature_misplaced",)), None))
    return tuple(found)


def is_sealed_by_authority(xml: bytes, trust: Trust) -> bool:
    """Whether the tax authority signed what stands there: anybody could claim to speak for it."""
    seals = [seal for seal in verify(xml, trust=trust) if seal.place == "CQT"]
    return bool(seals) and not any(seal.faults for seal in seals)


class _Named(NamedTuple):
    """The elements of a document by their identifiers. ``is_sound``: no two share one, in any spelling of it."""

    by_id: Mapping[str, etree._Element]
    is_sound: bool


class _Time(NamedTuple):
    """The ``Object`` that carries the signing time, and what stands there."""

    element: etree._Element
    text: str


def _named(root: etree._Element) -> _Named:
    by_id: dict[str, etree._Element] = {}
    seen: set[str] = set()
    is_sound = True
    for element in _WITH_ATTRIBUTES(root):
        for name, value in element.items():
            if name in _ID_SPELLINGS:
                is_sound = is_sound and value not in seen
                seen.add(value)
                if value and name == "Id":  # the only spelling that a reference may mean
                    by_id.setdefault(value, element)
    return _Named(by_id, is_sound)


def _verified_as_written(xml: bytes, root: etree._Element) -> tuple[Signature, _Shown] | None:
    """The only signature of an invoice in our own form, if it holds; the long way tells why one does not."""
    part = first_part(xml)
    found = sellers_signature(xml, part) if part else None
    shown = _shown(found.certificate) if found else None
    if not (part and found and shown):
        return None
    covered = list(zip(found.digests, (part.canonical, found.canonical_time), strict=True))
    if not _holds(covered, found.value, found.canonical_info, shown.key):
        return None
    at = _signing_time(found.time)
    return _signature(shown, "NBan", at, _certificate_faults(root, shown, "NBan", at)), shown


def _signature(shown: _Shown, place: str, at: dt.datetime | None, faults: Iterable[str]) -> Signature:
    return Signature(place, shown.holder, shown.tax_code, shown.serial, at, tuple(faults))


def _verified(
    root: etree._Element, node: etree._Element, place: str, named: _Named
) -> tuple[Signature, _Shown | None]:
    faults = [] if named.is_sound else ["id_twice"]
    time = _time(node)
    covered: list[etree._Element | None] = []
    if [part.tag for part in node[:3]] != _SIGNATURE_TAGS:
        faults.append("signature_broken")
    else:
        covered = [_target(reference, named) for reference in node[0].iterchildren(_REFERENCE)]
        faults += _form_faults(root, node[0], covered, time, place)
    shown = _shown(_text_at(node, *_CERTIFICATE_TAGS))
    at = _signing_time(time.text if time else "")
    if shown is None:
        return Signature(place, signed_at=at, faults=(*faults, "certificate_missing")), None
    if not faults and not _is_proven(node, covered, shown.key):
        faults.append("signature_broken")
    return _signature(shown, place, at, [*faults, *_certificate_faults(root, shown, place, at)]), shown


def _text_at(element: etree._Element, *tags: str) -> str:
    """The text at a path of tags; empty if there is none. lxml's own paths are read in Python, many times as slow."""
    for tag in tags:
        found = next(element.iterchildren(tag), None)
        if found is None:
            return ""
        element = found
    return element.text or ""


def _target(reference: etree._Element, named: _Named) -> etree._Element | None:
    """The element that a reference means, by its ``Id`` in the same document."""
    uri = reference.get("URI") or ""
    return named.by_id.get(uri[1:]) if uri.startswith("#") else None


def _form_faults(
    root: etree._Element,
    info: etree._Element,
    covered: Sequence[etree._Element | None],
    time: _Time | None,
    place: str,
) -> list[str]:
    """What the signature covers and with which methods, before any of it is computed."""
    faults = []
    named = [(_INFO.get(part.tag, "?"), part.get("Algorithm")) for part in info.iter()]
    if not _INFO_SHAPE.fullmatch("".join([letter for letter, _ in named])):
        faults.append("signature_broken")
    if not {each for each in named if each[0] in _WITH_METHOD} <= _ALLOWED:
        faults.append("algorithm_refused")
    faults += ["reference_unresolved"] * covered.count(None)
    needed = [list(root.iterchildren(tag)) for tag in SIGNED_PARTS[root.tag][place]]
    if any(len(parts) != 1 or parts[0] not in covered for parts in needed):
        faults.append("part_not_signed")
    if time is None or time.element not in covered:
        faults.append("time_not_signed")
    return faults


def _time(node: etree._Element) -> _Time | None:
    """The only ``Object`` of the signature, if it holds one signing time and nothing else."""
    objects = list(node.iterchildren(_TIME_TAGS[0]))
    parts = list(objects[0].iter()) if len(objects) == 1 else []
    if [part.tag for part in parts] != _TIME_TAGS:
        return None
    return _Time(objects[0], (parts[-1].text or "").strip())


def _signing_time(text: str) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(VIETNAM) if found.tzinfo else found.replace(tzinfo=VIETNAM)


@dataclass(frozen=True, eq=False)
class _Shown:
    """What a certificate beside a signature says, one object for all signatures with the same."""

    certificate: x509.Certificate
    key: rsa.RSAPublicKey
    key_bits: int
    holder: str
    tax_code: str
    serial: str
    since: dt.datetime
    until: dt.datetime


@functools.lru_cache(maxsize=256)
def _shown(text: str) -> _Shown | None:
    """The certificate of this base64 text, if it can be read whole; read once, as all of a seller's carry the same.

    One whose serial number is not positive is none (RFC 5280, section 4.1.2.2).
    """
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode("".join(text.split()), validate=True))
        key = certificate.public_key()
        if not isinstance(key, rsa.RSAPublicKey) or certificate.serial_number <= 0:
            return None
        return _Shown(
            certificate,
            key,
            key.key_size,
            holder_of(certificate),
            tax_code_of(certificate),
            f"{certificate.serial_number:X}",
            certificate.not_valid_before_utc,
            certificate.not_valid_after_utc,
        )
    except (ValueError, TypeError, x509.InvalidVersion, UnsupportedAlgorithm):
        return None


def _is_proven(node: etree._Element, covered: Sequence[etree._Element], key: rsa.RSAPublicKey) -> bool:
    """Whether the signature holds with this key and no other; the form of it all has been found lawful.

    The enveloped transform takes away the signature itself, which none of what may be signed holds: there is nothing to
    take away. The digest of something that does hold it does not fit.
    """
    info, value = node[0], node[1]
    try:
        said = [_text_at(reference, _DIGEST_VALUE) for reference in info.iterchildren(_REFERENCE)]
        forms = [canonical_of(target) for target in covered]
        return _holds(zip(said, forms, strict=True), value.text, canonical_of(info), key)
    except ValueError:
        return False


def _holds(
    covered: Iterable[tuple[str, bytes]], value: str | None, info: bytes, key: rsa.RSAPublicKey
) -> bool:
    """Whether each digest, in base64, is that of its canonical form, and ``value`` the signature of ``info``."""
    try:
        for said, canonical in covered:
            if _octets(said) != hashlib.sha256(canonical).digest():
                return False
        key.verify(_octets(value), info, padding.PKCS1v15(), hashes.SHA256())
    except (ValueError, InvalidSignature):
        return False
    return True


def _octets(text: str | None) -> bytes:
    """What base64 text stands for. Raises: ValueError."""
    return base64.b64decode("".join((text or "").split()), validate=True)


def _certificate_faults(
    root: etree._Element, shown: _Shown, place: str, at: dt.datetime | None
) -> Iterator[str]:
    if shown.key_bits < _LEAST_KEY_BITS:
        yield "key_too_small"
    if at is None:
        yield "time_unreadable"
    elif not shown.since <= at <= shown.until:
        yield "certificate_not_valid_then"
    allowed = _allowed_tax_codes(root, place)
    if allowed is not None and shown.tax_code not in allowed:
        yield "certificate_of_another"


def _is_trusted(signature: Signature, shown: _Shown, trust: Trust) -> bool:
    anchors = trust.authority if signature.place == "CQT" else trust.parties
    return any(_vouches(anchor, shown, signature.signed_at) for anchor in anchors)


def _vouches(anchor: x509.Certificate, shown: _Shown, at: dt.datetime | None) -> bool:
    if anchor == shown.certificate:
        return True
    span = _issued_within(anchor, shown)
    return span is not None and at is not None and span[0] <= at <= span[1]


@functools.lru_cache(maxsize=256)
def _issued_within(anchor: x509.Certificate, shown: _Shown) -> tuple[dt.datetime, dt.datetime] | None:
    """From when to when ``anchor`` is valid, if it is an authority's and signed what is shown."""
    try:
        if not anchor.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return None
        shown.certificate.verify_directly_issued_by(anchor)
    except (x509.ExtensionNotFound, InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return None
    return anchor.not_valid_before_utc, anchor.not_valid_after_utc


def _allowed_tax_codes(root: etree._Element, place: str) -> set[str] | None:
    """Tax codes that may sign at ``place``: the seller or the issuer it authorised; None where any may."""
    if root.tag == MESSAGE:
        issuers = root.findall("DLieu/HDon/DLHDon/TTChung/MSTDVNUNLHDon")
        return {_text_at(root, "TTChung", "MST") or "-", *(issuer.text or "-" for issuer in issuers)}
    if root.tag == "BKe":
        return {_text_at(root, "NDBKe", "TTChung", "MSTNBan") or "-"}
    if place == "NNT":
        return {_text_at(root, "DLTBao", "MST") or _text_at(root, "DLTKhai", "TTChung", "MST") or "-"}
    if root.tag != "HDon" or place == "CQT":
        return None
    if place == "NMua":
        return {_text_at(root, "DLHDon", "NDHDon", "NMua", "MST") or "-"}
    issuer = _text_at(root, "DLHDon", "TTChung", "MSTDVNUNLHDon")
    return {issuer or _text_at(root, "DLHDon", "NDHDon", "NBan", "MST") or "-"}
