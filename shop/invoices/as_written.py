"""Invoices in the very form in which we write and sign them: their bytes are their canonical form as they stand.

What has that form is signed and verified without canonicalising it; where that is not sure, the answer here is None,
and signing and verifying go the way that takes any lawful form. Source: W3C Canonical XML 1.0, section 1.1: a tag has
no space but before its attributes, these stand in double quotes, nothing is empty by ``/>``, references are written
out, and namespaces stand where they begin.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from shop.invoices.reading import DECLARATION
from shop.invoices.xmldsig import C14N, DS, ENVELOPED, RSA_SHA256, SHA256, in_signature

_BEGINNING = re.compile(re.escape(DECLARATION) + rb'<(\w+)><(\w+) Id="([\w-]+)">', re.ASCII)
_NOT_OF_TAGS = bytes(set(range(256)) - set(b"<>&\"'!?\r\n\t"))


class FirstPart(NamedTuple):
    """The first part of a document, the one that carries its content."""

    root_tag: str
    tag: str
    identity: str
    canonical: bytes
    end: int
    """The byte behind it."""


def first_part(xml: bytes) -> FirstPart | None:
    """The first part of a well-formed document if its bytes surely are its canonical form.

    No tag around or inside has an attribute, its own start tag only the ``Id``; its end tag is the only one of that
    name; no tag holds a space, and nothing is written as a reference.
    """
    begun = _BEGINNING.match(xml)
    if begun is None:
        return None
    start, ending = begun.start(2) - 1, b"</%b>" % begun[2]
    end = xml.find(ending) + len(ending)
    part = xml[start:end]
    # What is left are the marks of tags, in turn: nothing quoted but the Id, no reference, no ">" in a text.
    marks = part.translate(None, _NOT_OF_TAGS)
    if marks != b'<"">' + b"<>" * (len(marks) // 2 - 2) or b"/>" in part or b" >" in part:
        return None
    if xml.find(ending[:-1], end) >= 0:
        return None
    root_tag, tag, identity = begun.groups()
    return FirstPart(root_tag.decode(), tag.decode(), identity.decode(), part, end)


class SellersSignature(NamedTuple):
    """The signature of the seller, the only one of an invoice: what it says, nothing of which is proven yet."""

    digests: tuple[str, str]
    """Base64, of the content and of the signing time."""
    canonical_time: bytes
    canonical_info: bytes
    value: str
    certificate: str
    time: str


def sellers_signature(xml: bytes, part: FirstPart) -> SellersSignature | None:
    """The only signature of a well-formed invoice, if it stands behind ``part``, signs it and has our form."""
    found = _SIGNED.fullmatch(xml, part.end)
    if found is None or part.tag != "DLHDon":
        return None
    if found["signed"].decode() != part.identity or len({*found.group("id", "signed", "time_id")}) != 3:
        return None
    texts = (found[name].decode() for name in ("digest", "time_digest", "value", "certificate", "time"))
    digest, time_digest, value, certificate, time = texts
    return SellersSignature(
        (digest, time_digest),
        in_signature(found["object"], b"<Object"),
        in_signature(found["info"], b"<SignedInfo"),
        value,
        certificate,
        time,
    )


_DIGEST = f'<DigestMethod Algorithm="{re.escape(SHA256)}"></DigestMethod><DigestValue>(?P<%s>[\\w+/=]+)</DigestValue>'
_SIGNED = re.compile(
    (
        f'(?:<DLQRCode>[^<]*</DLQRCode>)?<DSCKS><NBan><Signature xmlns="{re.escape(DS)}" Id="(?P<id>[\\w-]+)">'
        "(?P<info><SignedInfo>"
        f'<CanonicalizationMethod Algorithm="{re.escape(C14N)}"></CanonicalizationMethod>'
        f'<SignatureMethod Algorithm="{re.escape(RSA_SHA256)}"></SignatureMethod>'
        '<Reference URI="#(?P<signed>[\\w-]+)">'
        f'<Transforms><Transform Algorithm="{re.escape(ENVELOPED)}"></Transform></Transforms>'
        f"{_DIGEST % 'digest'}</Reference>"
        f'<Reference URI="#(?P<time_id>[\\w-]+)">{_DIGEST % "time_digest"}</Reference>'
        "</SignedInfo>)<SignatureValue>(?P<value>[\\w+/=]+)</SignatureValue>"
        "<KeyInfo><X509Data><X509SubjectName>[^<]*</X509SubjectName>"
        "<X509Certificate>(?P<certificate>[\\w+/=]+)</X509Certificate></X509Data></KeyInfo>"
        '(?P<object><Object Id="(?P=time_id)"><SignatureProperties><SignatureProperty Target="#[\\w-]+">'
        "<SigningTime>(?P<time>[\\w:.+-]+)</SigningTime></SignatureProperty></SignatureProperties></Object>)"
        "</Signature></NBan></DSCKS></HDon>"
    ).encode(),
    re.ASCII,
)
