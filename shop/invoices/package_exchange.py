"""Messages of many finished invoices: 203 (without code) and 206 (from a cash register), and their result (204).

Source: Decision 1271/QĐ-CT part II. An invoice without code is signed by itself; those of a cash register are signed
together, over ``TDiep/DLieu``. The result is the authority's form 01/TB-KTDL. Likely, not certain: that of a package in
which only some invoices are wrong (LTBao 3) the others are taken.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from shop.invoices.exchange import AUTHORITY, Envelope, Reason, wrap
from shop.invoices.reading import MOST_BYTES, Refused, parse
from shop.invoices.roads import Road
from shop.invoices.signer import Signer
from shop.invoices.signing import sign

FORM = "01/TB-KTDL"
ALL_TAKEN, SOME_WRONG = "2", "3"
"""LTBao of a 204; 7 is a package from a cash register that is refused whole, 9 anything else."""

MOST_CONTENT = MOST_BYTES - 64 * 1024
"""Bytes of invoices in one message: what is left of 2 MB for the envelope and the signature."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The content of a 204 about a package. ``invoices`` are those named as wrong, by form, series and number."""

    is_taken: bool
    message_id: str
    reasons: tuple[Reason, ...]
    invoices: Mapping[tuple[str, str, int], tuple[Reason, ...]]


def packed(
    invoices: Sequence[bytes], *, road: Road, message_id: str, tax_code: str, receiver: str = AUTHORITY
) -> bytes:
    """Message 203 or 206, not signed. Raises: ValueError over 2 MB or without an invoice."""
    if not invoices:
        raise ValueError("a package holds an invoice at least")
    envelope = Envelope(
        sender=message_id[:-32],
        receiver=receiver,
        kind=road.value,
        message_id=message_id,
        tax_code=tax_code,
        count=len(invoices),
    )
    return wrap(envelope, invoices, identity=f"DL-{uuid.uuid4().hex}" if road is Road.TILL else "")


def signed_package(message: bytes, signer: Signer, *, at: dt.datetime) -> bytes:
    """Message 206 with the taxpayer's signature. Raises: ValueError, SigningFailed."""
    return sign(message, signer, place="CKSNNT", at=at)


def read_check(document: bytes) -> Checked:
    """The content of the ``TBao`` in a 204 about a package. Raises: Refused."""
    content = parse(document).find("DLTBao")
    if content is None or content.findtext("MSo") != FORM:
        raise Refused("not_xml", "no check result")
    kind = content.findtext("LTBao") or ""
    try:
        named = {_place(row): _reasons(row) for row in content.iterfind("LHDKMa/DSHDon/HDon")}
    except ValueError as reason:
        raise Refused("not_xml", str(reason)) from reason
    if kind == SOME_WRONG and not named:
        raise Refused("not_xml", "no invoice is named")
    general = [group for group in content if group.tag in ("LHDMTTien", "KHLKhac", "LCMa")]
    return Checked(
        is_taken=kind in (ALL_TAKEN, SOME_WRONG),
        message_id=content.findtext("MGDDTu") or "",
        reasons=tuple(reason for group in general for reason in _reasons(group)),
        invoices=named if kind == SOME_WRONG else {},
    )


def _place(row: etree._Element) -> tuple[str, str, int]:
    return row.findtext("KHMSHDon") or "", row.findtext("KHHDon") or "", int(row.findtext("SHDon") or "")


def _reasons(group: etree._Element) -> tuple[Reason, ...]:
    return tuple(
        Reason(
            code=row.findtext("MLoi") or "",
            text=row.findtext("MTLoi") or row.findtext("MTa") or "",
            advice=row.findtext("HDXLy") or "",
        )
        for row in group.iterfind("DSLDo/LDo")
    )
