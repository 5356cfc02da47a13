"""Rules of seller, buyer, solution provider and authorised issuer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shop.invoices.findings import Finding, finding
from shop.invoices.rules.values import CONTENT, GENERAL, Parts, Texts
from shop.invoices.tax_codes import is_tax_code

_CONSUMER = "Bán cho người tiêu dùng"
_PHONE = re.compile(r"\+?[\d .()-]{6,20}", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def check_parties(parts: Parts) -> Iterator[Finding]:
    """Every rule of the parties that the invoice breaks."""
    general, seller, buyer = parts.general, parts.seller, parts.buyer
    for path, code in (
        (f"{GENERAL}/MSTTCGP", general.get("MSTTCGP")),
        (f"{GENERAL}/MSTDVNUNLHDon", general.get("MSTDVNUNLHDon")),
        (f"{CONTENT}/NBan/MST", seller.get("MST")),
        (f"{CONTENT}/NMua/MST", buyer.get("MST")),
    ):
        if code and not is_tax_code(code):
            yield finding("tax_code", path, code)
    for tag, party in (("NBan", seller), ("NMua", buyer)):
        yield from _check_contact(party, f"{CONTENT}/{tag}")
    yield from _check_buyer(buyer)
    if buyer.get("MST") and buyer.get("MST") == seller.get("MST"):
        yield finding("sold_to_oneself", f"{CONTENT}/NMua/MST")
    yield from _check_issuer(general, seller.get("MST", ""))


def _check_contact(party: Texts, path: str) -> Iterator[Finding]:
    phone, email = party.get("SDThoai"), party.get("DCTDTu")
    if phone and not _PHONE.fullmatch(phone):
        yield finding("phone", f"{path}/SDThoai", phone[:30])
    if email and not _EMAIL.fullmatch(email):
        yield finding("email", f"{path}/DCTDTu", email[:60])
    if party.get("TNHang") and not party.get("STKNHang"):
        yield finding("bank_half", f"{path}/STKNHang")


def _check_buyer(buyer: Texts) -> Iterator[Finding]:
    path = f"{CONTENT}/NMua"
    name, person, code = buyer.get("Ten"), buyer.get("HVTNMHang"), buyer.get("MST", "")
    if not (name or person):
        yield finding("buyer_unnamed", path)
    if code and not (name and buyer.get("DChi")):
        yield finding("buyer_unit", path)
    if code and _CONSUMER in (name, person):
        yield finding("consumer_with_tax_code", f"{path}/MST")
    citizen = buyer.get("CCCDan", "")
    if len(code) == 12 and citizen and citizen != code:
        yield finding("identity_differs", f"{path}/CCCDan")
    if citizen and buyer.get("SHChieu"):
        yield finding("two_identities", f"{path}/SHChieu")
    budget = buyer.get("MDVQHNSach")
    if budget and not re.fullmatch(r"\d{7}", budget, re.ASCII):
        yield finding("budget_code", f"{path}/MDVQHNSach", budget[:20])


def _check_issuer(general: Texts, seller: str) -> Iterator[Finding]:
    issuer = [general.get(f"{tag}DVNUNLHDon") for tag in ("MST", "T", "DC")]
    if any(issuer) and not all(issuer):
        yield finding("issuer", GENERAL)
    if issuer[0] and issuer[0] == seller:
        yield finding("issuer_is_seller", f"{GENERAL}/MSTDVNUNLHDon")
