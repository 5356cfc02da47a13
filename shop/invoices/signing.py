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
import secrets
from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from shop.invoices.as_written import first_part
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
    in_signature,
)

_TRANSFORMS = f'<Transforms><Transform Algorithm="{ENVELOPED}"></Transform></Transforms>'


class _Task(NamedTuple):
    """What a signature is to cover, each part with its Id and canonical form, and where it is put."""

    covered: Sequence[tuple[str, bytes]]
    at_byte: int
    opens_box: bool
    """Whether it is the first signature, which has to bring the element around all of them."""


def sign(xml: bytes, signer: Signer, *, place: str, at: dt.datetime) -> bytes:
    """``xml`` (an ``HDon``, a ``TBao``, a ``TDiep``) with the signature of ``place`` (NBan, CQT, NNT, CKSNNT) added.

    All bytes that were there stay as they were. Raises: ValueError if the document cannot be signed there, or
    the new signature does not verify.
    """
    task = _as_written(xml, place) or _as_read(xml, place)
    element = f"<{place}>{_signature(task.covered, signer, place, at)}</{place}>"
    if task.opens_box:
        element = f"<DSCKS>{element}</DSCKS>"
    signed = xml[: task.at_byte] + element.encode() + xml[task.at_byte :]
    faults = [found.faults for found in verify(signed) if found.place == place]
    if faults != [()]:
        raise ValueError(f"the new signature does not verify: {faults}")
    return signed


def _as_written(xml: bytes, place: str) -> _Task | None:
    """What to sign in a document with no signature yet whose only part is in canonical form as it stands.

    None where that is not sure. Invoices are written like this, and not read before they are verified.
    """
    part = None if b"<DSCKS" in xml else first_part(xml)
    if part is None or SIGNED_PARTS.get(part.root_tag, {}).get(place) != (part.tag,):
        return None
    return _Task([(part.identity, part.canonical)], xml.rindex(b"</"), opens_box=True)


def _as_read(xml: bytes, place: str) -> _Task:
    """What to sign in any other document. Raises: ValueError if it takes no signature there."""
    root = parse(xml)
    parts = SIGNED_PARTS.get(root.tag, {}).get(place)
    box = place if root.tag == MESSAGE else f"DSCKS/{place}"
    if parts is None or root.find(box) is not None:
        raise ValueError(f"{root.tag} takes no signature at {place}")
    covered = []
    for tag in parts:
        element = root.find(tag)
        identity = element.get("Id") if element is not None else None
        if not identity:
            raise ValueError(f"{tag} is missing or has no Id")
        if element.nsmap:
            raise ValueError(
                "the document declares namespaces: lifted out of an envelope it would no longer verify"
            )
        covered.append((identity, canonical_of(element)))
    if root.find("DSCKS") is not None:
        return _Task(covered, layout(xml, depth=2)[root.tag, "DSCKS"][0].inner_end, opens_box=False)
    # Before the root's end tag: no comment or instruction can follow it.
    return _Task(covered, xml.rindex(b"</"), opens_box=root.tag != MESSAGE)


def _signature(covered: Sequence[tuple[str, bytes]], signer: Signer, place: str, at: dt.datetime) -> str:
    """The ``Signature`` element over ``covered`` as text; what it signs itself is written in canonical form."""
    object_id = f"SigningTime-{secrets.token_hex(16)}"
    when = at.astimezone(VIETNAM).replace(tzinfo=None).isoformat(timespec="seconds")
    time_object = (
        f'<Object Id="{object_id}"><SignatureProperties><SignatureProperty Target="#{place}">'
        f"<SigningTime>{when}</SigningTime></SignatureProperty></SignatureProperties></Object>"
    )
    enveloped = place != "CQT"
    references = "".join(
        [_reference(identity, canonical, enveloped=enveloped) for identity, canonical in covered]
    )
    references += _reference(object_id, in_signature(time_object.encode(), b"<Object"), enveloped=False)
    signed_info = (
        f'<SignedInfo><CanonicalizationMethod Algorithm="{C14N}"></CanonicalizationMethod>'
        f'<SignatureMethod Algorithm="{RSA_SHA256}"></SignatureMethod>{references}</SignedInfo>'
    )
    value = base64.b64encode(signer.sign(in_signature(signed_info.encode(), b"<SignedInfo"))).decode()
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


def _reference(identity: str, canonical: bytes, *, enveloped: bool) -> str:
    return (
        f'<Reference URI="#{escape(identity)}">{_TRANSFORMS if enveloped else ""}'
        f'<DigestMethod Algorithm="{SHA256}"></DigestMethod>'
        f"<DigestValue>{digest(canonical)}</DigestValue></Reference>"
    )
