"""Declaring that another party issues in the seller's name (*ủy nhiệm*): message 101, and the decision on it (104).

The receipt is a 102 as for a registration. The layout is known from public code written after Decision
1450/QĐ-TCT (format 2.0), of which we have no text: likely, not certain (``docs/decisions/0054``). The form is
01/ĐKTĐ-HĐĐT, as for a registration. Source: Circular 91/2026/TT-BTC art. 9; Decision 1271/QĐ-CT.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cryptography import x509

from shop.invoices.draft import TITLES
from shop.invoices.exchange import AUTHORITY, Reason, tags
from shop.invoices.reading import Refused, parse
from shop.invoices.registration import (
    FORM,
    NAME,
    Decision,
    Declarant,
    certificate_row,
    register,
    signed_form,
)
from shop.invoices.signer import Signer
from shop.invoices.xmldsig import VIETNAM

DELEGATE, DELEGATION_DECIDED = "101", "104"
_DELEGATES, _ACCEPTED = "1", "1"


@dataclass(frozen=True, kw_only=True)
class Contract:
    """The contract that is declared: who may issue in the seller's name, what for, and from when until when."""

    issuer_tax_code: str
    issuer_name: str
    purpose: str
    first_day: dt.date
    last_day: dt.date
    certificate: x509.Certificate
    """What the authorised party signs with."""
    payment: str = "3"
    """How buyers pay: cash 1, transfer 2, both 3."""


def delegation(
    declarant: Declarant, contract: Contract, *, signer: Signer, at: dt.datetime, is_change: bool = False
) -> bytes:
    """The ``TKhai`` that declares the contract for the declarant's forms, signed by the seller.

    Raises: ValueError, SigningFailed.
    """
    general = tags(
        PBan="2.1.0",
        MSo=FORM,
        Ten=NAME,
        HThuc="2" if is_change else "1",
        LDKUNhiem=_DELEGATES,
        TNNT=declarant.name,
        MST=declarant.tax_code,
        CQTQLy=declarant.office_name,
        MCQTQLy=declarant.office_code,
        NLHe=declarant.representative,
        DCLHe=declarant.address,
        DCTDTu=declarant.email,
        DTLHe=declarant.phone,
        DDanh=declarant.place,
        NLap=at.astimezone(VIETNAM).date().isoformat(),
    )
    rows = "".join(
        f"<DKUNhiem>{_row(place, form, contract)}</DKUNhiem>"
        for place, form in enumerate(declarant.forms, start=1)
    )
    content = (
        f"<NDTKhai><DSCTSSDung><CTS>{certificate_row(contract.certificate)}</CTS></DSCTSSDung>"
        f"<DSDKUNhiem>{rows}</DSDKUNhiem></NDTKhai>"
    )
    return signed_form(general, content, signer=signer, at=at)


def delegate(document: bytes, *, message_id: str, receiver: str = AUTHORITY) -> bytes:
    """Message 101 with a signed declaration. The same arguments give the same bytes."""
    return register(document, message_id=message_id, kind=DELEGATE, receiver=receiver)


def read_delegation(document: bytes) -> Decision:
    """The content of the ``TBao`` in a 104: accepted if it is for each authorised party. Raises: Refused."""
    content = parse(document).find("DLTBao")
    parties = content.findall("DSTTUNhiem/TTUNhiem") if content is not None else []
    if content is None or not parties:
        raise Refused("not_xml", "no answer to a declaration of delegated issuing")
    return Decision(
        is_accepted=all(party.findtext("KQua") == _ACCEPTED for party in parties),
        message_id=content.findtext("MGDDTu") or "",
        till_code="",
        reasons=tuple(
            Reason(code=row.findtext("MLoi") or "", text=row.findtext("MTa") or "")
            for party in parties
            for row in party.iterfind("DSLDKCNhan/LDo")
        ),
    )


def _row(place: int, form: str, contract: Contract) -> str:
    return tags(
        STT=str(place),
        TLHDon=TITLES[form],
        KHMSHDon=form,
        MST=contract.issuer_tax_code,
        TTChuc=contract.issuer_name,
        MDich=contract.purpose,
        TNgay=contract.first_day.isoformat(),
        DNgay=contract.last_day.isoformat(),
        PThuc=contract.payment,
    )
