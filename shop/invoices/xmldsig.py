"""The forms of XML Signature that the decision allows, and canonical forms of what is signed.

Source: Decision 1271/QĐ-CT (RSA-SHA256, inclusive C14N 1.0, the signing time signed too); W3C XML Signature; W3C
Canonical XML 1.0.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import NamedTuple
from zoneinfo import ZoneInfo

from lxml import etree

from shop.invoices.reading import DECLARATION

DS = "http://www.w3.org/2000/09/xmldsig#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
ENVELOPED = DS + "enveloped-signature"
MESSAGE = "TDiep"
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

SIGNED_PARTS: dict[str, dict[str, tuple[str, ...]]] = {
    "HDon": {"NBan": ("DLHDon",), "NMua": ("DLHDon",), "CQT": ("DLHDon", "MCCQT")},
    "TBao": {"NNT": ("DLTBao",), "CQT": ("DLTBao",)},
    "TKhai": {"NNT": ("DLTKhai",)},
    "BKe": {"NBan": ("NDBKe",)},
    "TDiep": {"CKSNNT": ("DLieu",)},
}
"""What each party must have signed, by document and place under ``DSCKS``; in a message the place stands alone."""

_BEGINNING = re.compile(re.escape(DECLARATION) + rb'<(\w+)><(\w+) Id="([\w-]+)">', re.ASCII)
_NOT_OF_TAGS = bytes(set(range(256)) - set(b"<>&\"'!?\r\n\t"))
_XML = "{http://www.w3.org/XML/1998/namespace}"
_ONLY_SIGNATURES = {None: DS}
_OF_SIGNATURES = f"{{{DS}}}"


def digest_of(fragment: bytes) -> str:
    """Base64 SHA-256 of the canonical form of an element that stands alone."""
    return digest(canonical_of(etree.fromstring(fragment)))


def digest(canonical: bytes) -> str:
    """Base64 SHA-256 of a canonical form."""
    return base64.b64encode(hashlib.sha256(canonical).digest()).decode()


def canonical_of(element: etree._Element) -> bytes:
    """Inclusive C14N 1.0 of an element, with the namespaces in scope around it.

    Raises: ValueError where there is none (a namespace that is a relative address), or an element around it has an
    ``xml:`` attribute, which would be a part of it too.
    """
    if any(name.startswith(_XML) for parent in element.iterancestors() for name in parent.attrib):
        raise ValueError("xml: attributes around what is signed")
    try:
        # lxml writes a false xmlns="" into a sub-element that has namespaces: it has to stand alone.
        if element.nsmap == _ONLY_SIGNATURES and element.tag.startswith(_OF_SIGNATURES):
            return etree.tostring(element.__copy__(), method="c14n", with_tail=False)
        text = etree.tostring(element, method="c14n")
        if b"xmlns" in text and element.getparent() is not None:
            # A copy would lose namespaces that are declared around it and not used in it.
            text = etree.tostring(etree.fromstring(etree.tostring(element, with_tail=False)), method="c14n")
    except etree.LxmlError as reason:
        raise ValueError(str(reason)) from reason
    return text


class FirstPart(NamedTuple):
    """The first part of a document, the one that carries its content."""

    root_tag: str
    tag: str
    identity: str
    canonical: bytes


def first_part_as_written(xml: bytes) -> FirstPart | None:
    """The first part of a well-formed document if its bytes surely are its canonical form; None where that is not sure.

    That is how we write invoices: no tag around or inside has an attribute, its own start tag only the ``Id``; its end
    tag is the only one of that name; tags are written without spaces, and nothing is written as a reference.
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
    return FirstPart(root_tag.decode(), tag.decode(), identity.decode(), part)
