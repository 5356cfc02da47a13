"""Signing invoices and notices: an XML signature is put on without touching a byte that was there.

Namespaces: inclusive C14N copies the namespaces in scope into what is signed. ``HDon`` therefore carries no
namespace declaration, so that it can be put into a ``TDiep`` and lifted out again; see ``reading.cut_out`` for
envelopes of others that declare some.

Source: see :mod:`shop.invoices.xmldsig`. Every new signature is verified before it is returned.
"""

from __future__ import annotations

import base64
import datetime as dt
import functools
import uuid
from collections.abc import Sequence
from xml.sax.saxutils import escape

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from lxml import etree

from shop.invoices.reading import layout, parse
from shop.invoices.signer import Signer
from shop.invoices.verifying import verify
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
    digest,
)


def sign(xml: bytes, signer: Signer, *, place: str, at: dt.datetime) -> bytes:
    """``xml`` (an ``HDon``, a ``TBao``, a ``TDiep``) with the signature of ``place`` (NBan, CQT, NNT, CKSNNT) added.

    All bytes that were there stay as they were. Raises: ValueError if the document cannot be signed there, or
    the new signature does not verify.
    """
    root = parse(xml)
    parts = SIGNED_PARTS.get(root.tag, {}).get(place)
    box = place if root.tag == MESSAGE else f"DSCKS/{place}"
    if parts is None or root.find(box) is not None:
        raise ValueError(f"{root.tag} takes no signature at {place}")
    element = f"<{place}>{_signature(root, parts, signer, place, at)}</{place}>"
    if root.find("DSCKS") is not None:
        at_byte = layout(xml, depth=2)[root.tag, "DSCKS"][0].inner_end
    else:
        at_byte = xml.rindex(b"</")  # the root's end tag: no comment or instruction can follow it
        element = element if root.tag == MESSAGE else f"<DSCKS>{element}</DSCKS>"
    signed = xml[:at_byte] + element.encode() + xml[at_byte:]
    faults = [found.faults for found in verify(signed) if found.place == place]
    if faults != [()]:
        raise ValueError(f"the new signature does not verify: {faults}")
    return signed


def _signature(
    root: etree._Element, parts: Sequence[str], signer: Signer, place: str, at: dt.datetime
) -> str:
    """The ``Signature`` element over ``parts`` as text; what it signs itself is written in canonical form."""
    object_id = f"SigningTime-{uuid.uuid4().hex}"
    when = at.astimezone(VIETNAM).strftime("%Y-%m-%dT%H:%M:%S")
    time_object = (
        f'<Object Id="{object_id}"><SignatureProperties><SignatureProperty Target="#{place}">'
        f"<SigningTime>{when}</SigningTime></SignatureProperty></SignatureProperties></Object>"
    )
    references = ""
    for tag in parts:
        element = root.find(tag)
        identity = element.get("Id") if element is not None else None
        if not identity:
            raise ValueError(f"{tag} is missing or has no Id")
        if element.nsmap:
            raise ValueError(
                "the document declares namespaces: lifted out of an envelope it would no longer verify"
            )
        references += _reference(identity, canonical_of(element), enveloped=place != "CQT")
    references += _reference(object_id, _in_signature(time_object), enveloped=False)
    signed_info = (
        f'<SignedInfo><CanonicalizationMethod Algorithm="{C14N}"></CanonicalizationMethod>'
        f'<SignatureMethod Algorithm="{RSA_SHA256}"></SignatureMethod>{references}</SignedInfo>'
    )
    value = base64.b64encode(signer.sign(_in_signature(signed_info))).decode()
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


def _in_signature(element: str) -> bytes:
    """The element with the namespace that it inherits inside a ``Signature``."""
    name = element[1 : min(at for at in (element.find(" "), element.find(">")) if at > 0)]
    return f'<{name} xmlns="{DS}"{element[len(name) + 1 :]}'.encode()


def _reference(identity: str, canonical: bytes, *, enveloped: bool) -> str:
    transform = f'<Transforms><Transform Algorithm="{ENVELOPED}"></Transform></Transforms>'
    return (
        f'<Reference URI="#{escape(identity)}">{transform if enveloped else ""}'
        f'<DigestMethod Algorithm="{SHA256}"></DigestMethod>'
        f"<DigestValue>{digest(canonical)}</DigestValue></Reference>"
    )
