"""XML signatures of invoices and notices: put on without touching a signed byte, and verified.

Source: Decision 1271/QĐ-CT (RSA-SHA256, inclusive C14N 1.0, the signing time signed too); W3C XML Signature.

Namespaces: inclusive C14N copies the namespaces in scope into what is signed. ``HDon`` therefore carries no
namespace declaration, so that it can be put into a ``TDiep`` and lifted out again; see ``reading.cut_out`` for
envelopes of others that declare some.

Canonical forms are taken of re-parsed fragments, never of a sub-element in place: lxml writes a false
``xmlns=""`` there. Every new signature is verified with xmlsec, a second implementation, before it is returned.
"""

from __future__ import annotations

import base64
import datetime as dt
import functools
import hashlib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import xmlsec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from shop.invoices.reading import Span, layout, only, parse
from shop.invoices.signer import Signer, Trust, holder_of, tax_code_of

DS = "http://www.w3.org/2000/09/xmldsig#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
ENVELOPED = DS + "enveloped-signature"
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

SIGNED_PARTS: dict[str, dict[str, tuple[str, ...]]] = {
    "HDon": {"NBan": ("DLHDon",), "NMua": ("DLHDon",), "CQT": ("DLHDon", "MCCQT")},
    "TBao": {"NNT": ("DLTBao",), "CQT": ("DLTBao",)},
    "TKhai": {"NNT": ("DLTKhai",)},
    "BKe": {"NBan": ("NDBKe",)},
    "TDiep": {"CKSNNT": ("DLieu",)},
}
"""What each party must have signed, by document and place under ``DSCKS``; in a message the place stands alone."""

_MESSAGE = "TDiep"
_LEAST_KEY_BITS = 2048
_EVERY_ID = etree.XPath("//@Id | //@ID | //@id | //@xml:id", smart_strings=False)
_WITH_ID = etree.XPath("//*[@Id != '']")


@dataclass(frozen=True)
class Signature:
    """One signature as found. ``faults`` are codes of :mod:`shop.invoices.findings`; none means it holds."""

    place: str
    signer: str = ""
    tax_code: str = ""
    serial: str = ""
    signed_at: dt.datetime | None = None
    faults: tuple[str, ...] = ()


def sign(xml: bytes, signer: Signer, *, place: str, at: dt.datetime) -> bytes:
    """``xml`` (an ``HDon``, a ``TBao``, a ``TDiep``) with the signature of ``place`` (NBan, CQT, NNT, CKSNNT) added.

    All bytes that were there stay as they were. Raises: ValueError if the document cannot be signed there, or
    the new signature does not verify.
    """
    root = parse(xml)
    parts = SIGNED_PARTS.get(root.tag, {}).get(place)
    box = place if root.tag == _MESSAGE else f"DSCKS/{place}"
    if parts is None or root.find(box) is not None:
        raise ValueError(f"{root.tag} takes no signature at {place}")
    places = layout(xml, depth=2)
    spans = {tag: only(places.get((root.tag, tag), ()), (root.tag, tag)) for tag in parts}
    signature = _signature(xml, root, spans, signer, place, at)
    element = f"<{place}>{signature}</{place}>"
    if boxes := places.get((root.tag, "DSCKS")):
        at_byte = boxes[0].inner_end
    elif root.tag == _MESSAGE:
        at_byte = only(places[(root.tag,)], [root.tag]).inner_end
    else:
        at_byte, element = only(places[(root.tag,)], [root.tag]).inner_end, f"<DSCKS>{element}</DSCKS>"
    signed = xml[:at_byte] + element.encode() + xml[at_byte:]
    faults = [found.faults for found in verify(signed) if found.place == place]
    if faults != [()]:
        raise ValueError(f"the new signature does not verify: {faults}")
    return signed


def verify(xml: bytes, *, trust: Trust | None = None) -> list[Signature]:
    """Every signature of an ``HDon``, ``TBao``, ``BKe`` or ``TDiep``, each with what is wrong about it.

    The documents that a message carries are verified by themselves, cut out of it. Without ``trust`` the chain is
    not looked at. Signatures anywhere but at their lawful place are reported, and an ``Id`` that occurs twice spoils
    all of them. Raises: Refused if ``xml`` is not read at all.
    """
    return [
        replace(signature, faults=(*signature.faults, "certificate_not_trusted"))
        if trust and certificate and not _is_trusted(signature, certificate, trust)
        else signature
        for signature, certificate in _verify_bytes(xml)
    ]


@functools.lru_cache(maxsize=16)
def _verify_bytes(xml: bytes) -> tuple[tuple[Signature, x509.Certificate | None], ...]:
    """What the bytes alone say of their signatures, each with its certificate if that can be read.

    The same bytes are verified when they are signed, checked and sent: the arithmetic is done once.
    """
    root = parse(xml)
    places = SIGNED_PARTS.get(root.tag, {})
    twice = _ids_twice(root)
    found: list[tuple[Signature, x509.Certificate | None]] = []
    for node in root.iter(f"{{{DS}}}Signature"):
        box = node.getparent()
        above = box.getparent() if box is not None else None
        if root.tag == _MESSAGE:
            if any(parent.tag == "DLieu" and parent.getparent() is root for parent in node.iterancestors()):
                continue
            lawful = above is root and box.tag in places
        else:
            lawful = (
                above is not None and above.tag == "DSCKS" and above.getparent() is root and box.tag in places
            )
        if lawful:
            found.append(_verified(root, node, box.tag, twice))
        else:
            tag = box.tag if box is not None else ""
            found.append((Signature(tag, faults=("signature_misplaced",)), None))
    return tuple(found)


def is_sealed_by_authority(xml: bytes, trust: Trust) -> bool:
    """Whether the tax authority signed what stands there: anybody could claim to speak for it."""
    seals = [seal for seal in verify(xml, trust=trust) if seal.place == "CQT"]
    return bool(seals) and not any(seal.faults for seal in seals)


def digest_of(fragment: bytes) -> str:
    """Base64 SHA-256 of the canonical form of an element that stands alone."""
    canonical = etree.tostring(
        etree.fromstring(fragment), method="c14n", exclusive=False, with_comments=False
    )
    return base64.b64encode(hashlib.sha256(canonical).digest()).decode()


def _signature(
    xml: bytes, root: etree._Element, parts: Mapping[str, Span], signer: Signer, place: str, at: dt.datetime
) -> str:
    """The ``Signature`` element over ``parts`` (each tag with its bytes' place) as text."""
    object_id = f"SigningTime-{uuid.uuid4().hex}"
    when = at.astimezone(VIETNAM).strftime("%Y-%m-%dT%H:%M:%S")
    time_object = (
        f'<Object Id="{object_id}"><SignatureProperties><SignatureProperty Target="#{place}">'
        f"<SigningTime>{when}</SigningTime></SignatureProperty></SignatureProperties></Object>"
    )
    references = ""
    for tag, span in parts.items():
        element = root.find(tag)
        identity = element.get("Id") if element is not None else None
        if not identity:
            raise ValueError(f"{tag} is missing or has no Id")
        if span.namespaces:
            raise ValueError(
                "the document declares namespaces: lifted out of an envelope it would no longer verify"
            )
        digest = digest_of(xml[span.start : span.end])
        references += _reference(identity, digest, enveloped=place != "CQT")
    references += _reference(object_id, digest_of(_in_signature(time_object).encode()), enveloped=False)
    signed_info = (
        f'<SignedInfo><CanonicalizationMethod Algorithm="{C14N}"/>'
        f'<SignatureMethod Algorithm="{RSA_SHA256}"/>{references}</SignedInfo>'
    )
    canonical = etree.tostring(etree.fromstring(_in_signature(signed_info)), method="c14n")
    value = base64.b64encode(signer.sign(canonical)).decode()
    return (
        f'<Signature xmlns="{DS}" Id="{place}">{signed_info}<SignatureValue>{value}</SignatureValue>'
        f"{_key_info(signer.certificate)}{time_object}</Signature>"
    )


@functools.lru_cache(maxsize=256)
def _key_info(certificate: x509.Certificate) -> str:
    der = certificate.public_bytes(serialization.Encoding.DER)
    return (
        f"<KeyInfo><X509Data><X509SubjectName>{escape(certificate.subject.rfc4514_string())}</X509SubjectName>"
        f"<X509Certificate>{base64.b64encode(der).decode()}</X509Certificate></X509Data></KeyInfo>"
    )


def _in_signature(element: str) -> str:
    """The element with the namespace that it inherits inside a ``Signature``."""
    name = element[1 : min(at for at in (element.find(" "), element.find(">")) if at > 0)]
    return f'<{name} xmlns="{DS}"{element[len(name) + 1 :]}'


def _reference(identity: str, digest: str, *, enveloped: bool) -> str:
    transforms = f'<Transforms><Transform Algorithm="{ENVELOPED}"/></Transforms>' if enveloped else ""
    return (
        f'<Reference URI="#{escape(identity)}">{transforms}<DigestMethod Algorithm="{SHA256}"/>'
        f"<DigestValue>{digest}</DigestValue></Reference>"
    )


def _ids_twice(root: etree._Element) -> bool:
    """Whether two elements share an identifier, in any spelling that some tool takes for one."""
    ids = _EVERY_ID(root)
    return len(ids) != len(set(ids))


def _verified(
    root: etree._Element, node: etree._Element, place: str, twice: bool
) -> tuple[Signature, x509.Certificate | None]:
    faults = ["id_twice"] if twice else []
    faults += _form_faults(root, node, place)
    shown = _shown(node.findtext(f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate") or "")
    at = _signing_time(node)
    if shown is None:
        return Signature(place, signed_at=at, faults=(*faults, "certificate_missing")), None
    if not faults and not _holds(node, shown.key):
        faults.append("signature_broken")
    faults += _certificate_faults(root, shown, place, at)
    signature = Signature(place, shown.holder, shown.tax_code, shown.serial, at, tuple(faults))
    return signature, shown.certificate


def _form_faults(root: etree._Element, node: etree._Element, place: str) -> list[str]:
    """What the signature covers and with which methods, before any of it is computed."""
    faults = []
    info = node.findall(f"{{{DS}}}SignedInfo")
    if len(info) != 1:
        return ["signature_broken"]
    methods = {
        ("CanonicalizationMethod", C14N),
        ("SignatureMethod", RSA_SHA256),
        ("DigestMethod", SHA256),
        ("Transform", ENVELOPED),
        ("Transform", C14N),
    }
    used = {
        (etree.QName(part).localname, part.get("Algorithm"))
        for part in info[0].iter()
        if part.get("Algorithm")
    }
    if not used <= methods or info[0].find(f".//{{{DS}}}SignatureMethod") is None:
        faults.append("algorithm_refused")
    by_id = {part.get("Id"): part for part in _WITH_ID(root)}
    covered = []
    for reference in info[0].findall(f"{{{DS}}}Reference"):
        uri = reference.get("URI") or ""
        target = by_id.get(uri[1:]) if uri.startswith("#") else None
        if target is None:
            faults.append("reference_unresolved")
        covered.append(target)
    needed = [root.findall(tag) for tag in SIGNED_PARTS[root.tag][place]]
    if any(len(parts) != 1 or parts[0] not in covered for parts in needed):
        faults.append("part_not_signed")
    holder = _time_object(node)
    if holder is None or holder not in covered:
        faults.append("time_not_signed")
    return faults


def _time_object(node: etree._Element) -> etree._Element | None:
    """The only ``Object`` of the signature, if it holds one signing time and nothing else."""
    objects = node.findall(f"{{{DS}}}Object")
    if len(objects) != 1:
        return None
    tags = [etree.QName(part).localname for part in objects[0].iter()]
    return (
        objects[0] if tags == ["Object", "SignatureProperties", "SignatureProperty", "SigningTime"] else None
    )


def _signing_time(node: etree._Element) -> dt.datetime | None:
    holder = _time_object(node)
    try:
        text = "".join(holder.itertext()).strip() if holder is not None else ""
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(VIETNAM) if found.tzinfo else found.replace(tzinfo=VIETNAM)


@dataclass(frozen=True)
class _Shown:
    """What a certificate beside a signature says."""

    certificate: x509.Certificate
    key: xmlsec.Key
    """As xmlsec wants it; a context copies it."""
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
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        return _Shown(
            certificate,
            xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatCertPem),
            key.key_size,
            holder_of(certificate),
            tax_code_of(certificate),
            f"{certificate.serial_number:X}",
            certificate.not_valid_before_utc,
            certificate.not_valid_after_utc,
        )
    except (ValueError, TypeError, x509.InvalidVersion, UnsupportedAlgorithm, xmlsec.Error):
        return None


def _holds(node: etree._Element, key: xmlsec.Key) -> bool:
    """Digests and signature value, by xmlsec, with this key and no other."""
    context = xmlsec.SignatureContext()
    xmlsec.tree.add_ids(node.getroottree().getroot(), ["Id"])
    try:
        context.key = key
        context.verify(node)
    except xmlsec.Error:
        return False
    return True


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


def _is_trusted(signature: Signature, certificate: x509.Certificate, trust: Trust) -> bool:
    anchors = trust.authority if signature.place == "CQT" else trust.parties
    return any(_vouches(anchor, certificate, signature.signed_at) for anchor in anchors)


def _vouches(anchor: x509.Certificate, certificate: x509.Certificate, at: dt.datetime | None) -> bool:
    if anchor == certificate:
        return True
    if at is None or not anchor.not_valid_before_utc <= at <= anchor.not_valid_after_utc:
        return False
    return _issued(anchor, certificate)


@functools.lru_cache(maxsize=256)
def _issued(anchor: x509.Certificate, certificate: x509.Certificate) -> bool:
    """Whether ``anchor`` is an authority's and signed ``certificate``."""
    try:
        if not anchor.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        certificate.verify_directly_issued_by(anchor)
    except (x509.ExtensionNotFound, InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def _allowed_tax_codes(root: etree._Element, place: str) -> set[str] | None:
    """Tax codes that may sign at ``place``: the seller or the issuer it authorised; None where any may."""
    if root.tag == _MESSAGE:
        issuers = root.findall("DLieu/HDon/DLHDon/TTChung/MSTDVNUNLHDon")
        return {root.findtext("TTChung/MST") or "-", *(issuer.text or "-" for issuer in issuers)}
    if root.tag == "BKe":
        return {root.findtext("NDBKe/TTChung/MSTNBan") or "-"}
    if place == "NNT":
        return {root.findtext("DLTBao/MST") or root.findtext("DLTKhai/TTChung/MST") or "-"}
    if root.tag != "HDon" or place == "CQT":
        return None
    if place == "NMua":
        return {root.findtext("DLHDon/NDHDon/NMua/MST") or "-"}
    seller = root.findtext("DLHDon/NDHDon/NBan/MST") or "-"
    return {root.findtext("DLHDon/TTChung/MSTDVNUNLHDon") or seller}
