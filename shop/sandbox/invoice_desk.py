"""How the sandbox tax authority looks at one invoice by itself: its content, and the seal of its seller."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence

from cryptography import x509
from lxml import etree

from shop.sandbox import delegation_desk, registry, tax_rules, tax_seals
from shop.sandbox.tax_rules import AT_TILL, CODED

Faults = list[tuple[str, str, str]]


def faults_of(
    document: bytes,
    root: etree._Element,
    *,
    today: dt.date,
    anchors: Sequence[x509.Certificate],
    kind: str = CODED,
) -> Faults:
    """Code, text and path of all that is wrong; an invoice from a cash register needs no seal."""
    found = [
        (code, tax_rules.TEXTS[code], path)
        for code, path in tax_rules.faults_of(root, today=today, kind=kind)
    ]
    if kind == AT_TILL and root.find("DSCKS") is None:
        return found
    issued = _text(root, "DLHDon/TTChung/NLap")
    sealed = tax_seals.seal_faults(
        document,
        place="DSCKS/NBan",
        part="DLHDon",
        parties=[
            _text(root, "DLHDon/TTChung/MSTDVNUNLHDon") or _text(root, "DLHDon/NDHDon/NBan/MST"),
        ],
        anchors=anchors,
        issued_on=dt.date.fromisoformat(issued) if not found else None,
    )
    return [*found, *((code, tax_seals.TEXTS[code], "DSCKS/NBan") for code in sealed)]


def is_registered(
    database: sqlite3.Connection, document: bytes, root: etree._Element, *, kind: str = CODED
) -> bool:
    """Whether the seller declared the certificate, the form and the kind of this invoice."""
    seller, issuer = _text(root, "DLHDon/NDHDon/NBan/MST"), _text(root, "DLHDon/TTChung/MSTDVNUNLHDon")
    form, serial = _text(root, "DLHDon/TTChung/KHMSHDon"), tax_seals.serial_of(document, "DSCKS/NBan")
    if not registry.declares(database, tax_code=seller, form=form, kind=kind):
        return False
    if issuer:
        return delegation_desk.may_sign(database, seller=seller, issuer=issuer, serial=serial)
    return registry.owns(database, seller, serial)


def _text(root: etree._Element, path: str) -> str:
    return root.findtext(path) or ""
