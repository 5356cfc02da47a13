"""The forms of XML Signature that the decision allows, and canonical forms of what is signed.

Source: Decision 1271/QĐ-CT (RSA-SHA256, inclusive C14N 1.0, the signing time signed too); W3C XML Signature; W3C
Canonical XML 1.0.
"""

from __future__ import annotations

import base64
import copy
import hashlib
from zoneinfo import ZoneInfo

from lxml import etree

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
            return etree.tostring(copy.deepcopy(element), method="c14n", with_tail=False)
        text = etree.tostring(element, method="c14n")
        if b"xmlns" in text and element.getparent() is not None:
            # A copy would lose namespaces that are declared around it and not used in it.
            text = etree.tostring(etree.fromstring(etree.tostring(element, with_tail=False)), method="c14n")
    except etree.LxmlError as reason:
        raise ValueError(str(reason)) from reason
    return text


def in_signature(element: bytes, opening: bytes) -> bytes:
    """The canonical form of an element of a ``Signature`` that begins with ``opening`` and is canonical but for the
    namespace that it inherits there.
    """
    return b'%b xmlns="%b"%b' % (opening, DS.encode(), element.removeprefix(opening))
