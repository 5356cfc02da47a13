"""Registering for e-invoices: the declaration 01/ĐKTĐ-HĐĐT (message 100), its receipt (102) and the decision (103).

Source: Decision 1271/QĐ-CT; Decree 254/2026/NĐ-CP. An invoice whose certificate is not registered is refused.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID

from shop.invoices.exchange import AUTHORITY, Envelope, Reason, tags, wrap
from shop.invoices.reading import DECLARATION, Refused, parse
from shop.invoices.signer import Signer
from shop.invoices.signing import sign
from shop.invoices.xmldsig import VIETNAM

REGISTER, RECEIVED, DECIDED = "100", "102", "103"
FORM, NAME = "01/ĐKTĐ-HĐĐT", "Tờ khai đăng ký/thay đổi thông tin sử dụng hóa đơn điện tử"


@dataclass(frozen=True, kw_only=True)
class Declarant:
    """Who declares: the seller as the tax office knows it."""

    name: str
    tax_code: str
    address: str
    email: str
    phone: str
    representative: str
    place: str
    office_code: str = ""
    office_name: str = ""
    """The tax office that manages the seller."""
    forms: str
    """Such as ``1`` or ``12``: VAT invoices, sales invoices."""
    with_code: bool = True
    without_code: bool = False
    at_till: bool = False
    """Which kinds of invoices are declared: with the authority's code, without, from a cash register."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The content of a 102, 103 or 104. ``till_code`` comes with an acceptance: five characters for cash registers."""

    is_accepted: bool
    message_id: str
    till_code: str
    reasons: tuple[Reason, ...]


def declaration(declarant: Declarant, *, signer: Signer, at: dt.datetime, is_change: bool = False) -> bytes:
    """The signed ``TKhai`` that registers the signer's certificate. Raises: ValueError, SigningFailed."""
    local = at.astimezone(VIETNAM)
    general = tags(
        PBan="2.1.0",
        MSo=FORM,
        Ten=NAME,
        HThuc="2" if is_change else "1",
        TNNT=declarant.name,
        MST=declarant.tax_code,
        NDDPLuat=declarant.representative,
        DCLHe=declarant.address,
        DCTDTu=declarant.email,
        DTLHe=declarant.phone,
        DDanh=declarant.place,
        NLap=local.date().isoformat(),
    )
    used = tags(HDGTGT=_flag("1" in declarant.forms), HDBHang=_flag("2" in declarant.forms), HDKhac="0")
    kinds = tags(
        CMa=_flag(declarant.with_code),
        KCMa=_flag(declarant.without_code),
        CMTMTTien=_flag(declarant.at_till),
    )
    certificate = f"<CTS>{certificate_row(signer.certificate)}</CTS>"
    content = (
        f"<NDTKhai><HTHDon>{kinds}</HTHDon>"
        f"<LHDSDung>{used}</LHDSDung><DSCTSSDung>{certificate}</DSCTSSDung></NDTKhai>"
    )
    return signed_form(general, content, signer=signer, at=at)


def signed_form(general: str, content: str, *, signer: Signer, at: dt.datetime) -> bytes:
    """A ``TKhai`` of these two parts, signed by the taxpayer. Raises: ValueError, SigningFailed."""
    identity = f"TK-{uuid.uuid4().hex}"
    text = f'<TKhai><DLTKhai Id="{identity}"><TTChung>{general}</TTChung>{content}</DLTKhai></TKhai>'
    return sign(DECLARATION + text.encode(), signer, place="NNT", at=at)


def register(document: bytes, *, message_id: str, kind: str = REGISTER, receiver: str = AUTHORITY) -> bytes:
    """Message 100, or of another ``kind``, with a signed declaration. The same arguments give the same bytes."""
    tax_code = parse(document).findtext("DLTKhai/TTChung/MST") or ""
    envelope = Envelope(
        sender=message_id[:-32], receiver=receiver, kind=kind, message_id=message_id, tax_code=tax_code
    )
    return wrap(envelope, [document])


def read_decision(document: bytes) -> Decision:
    """The content of the ``TBao`` in a 102 or 103. Raises: Refused."""
    content = parse(document).find("DLTBao")
    if content is None or content.find("THop") is None:
        raise Refused("not_xml", "no answer to a declaration")
    return Decision(
        is_accepted=content.findtext("THop") == "1",
        message_id=content.findtext("MGDDTu") or "",
        till_code=content.findtext("MCQTCap") or "",
        reasons=_reasons(
            [(row.findtext("MLoi") or "", row.findtext("MTLoi") or "") for row in content.iter("LDo")]
        ),
    )


def _reasons(rows: Sequence[tuple[str, str]]) -> tuple[Reason, ...]:
    return tuple(Reason(code=code, text=text) for code, text in rows)


def _flag(is_on: object) -> str:
    return "1" if is_on else "0"


def certificate_row(certificate: x509.Certificate) -> str:
    """The content of a ``CTS`` that adds a certificate."""
    issuer = certificate.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
    return tags(
        STT="1",
        TTChuc=str(issuer[0].value) if issuer else "",
        Seri=f"{certificate.serial_number:X}",
        TNgay=f"{certificate.not_valid_before_utc.astimezone(VIETNAM):%Y-%m-%dT%H:%M:%S}",
        DNgay=f"{certificate.not_valid_after_utc.astimezone(VIETNAM):%Y-%m-%dT%H:%M:%S}",
        HThuc="1",
    )
