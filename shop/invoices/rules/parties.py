"""Rules of seller, buyer, solution provider and authorised issuer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from shop.invoices.findings import Finding, finding
from shop.invoices.rules.values import CONTENT, GENERAL, child
from shop.invoices.tax_codes import is_tax_code

_CONSUMER = "Bán cho người tiêu dùng"
_PHONE = re.compile(r"\+?[\d .()-]{6,20}", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def check_parties(content: etree._Element) -> Iterator[Finding]:
    """Every rule of the parties that the invoice breaks."""
    general = child(content, "TTChung")
    seller, buyer = child(content, "NDHDon/NBan"), child(content, "NDHDon/NMua")
    for path in ("TTChung/MSTTCGP", "TTChung/MSTDVNUNLHDon", "NDHDon/NBan/MST", "NDHDon/NMua/MST"):
        code = content.findtext(path)
        if code and not is_tax_code(code):
            yield finding("tax_code", f"HDon/DLHDon/{path}", code)
    for tag, party in (("NBan", seller), ("NMua", buyer)):
        yield from _check_contact(party, f"{CONTENT}/{tag}")
    yield from _check_buyer(buyer)
    if buyer.findtext("MST") and buyer.findtext("MST") == seller.findtext("MST"):
        yield finding("sold_to_oneself", f"{CONTENT}/NMua/MST")
    yield from _check_issuer(general, seller.findtext("MST") or "")


def _check_contact(party: etree._Element, path: str) -> Iterator[Finding]:
    phone, email = party.findtext("SDThoai"), party.findtext("DCTDTu")
    if phone and not _PHONE.fullmatch(phone):
        yield finding("phone", f"{path}/SDThoai", phone[:30])
    if email and not _EMAIL.fullmatch(email):
        yield finding("email", f"{path}/DCTDTu", email[:60])
    if party.findtext("TNHang") and not party.findtext("STKNHang"):
        yield finding("bank_half", f"{path}/STKNHang")


def _check_buyer(buyer: etree._Element) -> Iterator[Finding]:
    path = f"{CONTENT}/NMua"
    name, person, code = buyer.findtext("Ten"), buyer.findtext("HVTNMHang"), buyer.findtext("MST") or ""
    if not (name or person):
        yield finding("buyer_unnamed", path)
    if code and not (name and buyer.findtext("DChi")):
        yield finding("buyer_unit", path)
    if code and _CONSUMER in (name, person):
        yield finding("consumer_with_tax_code", f"{path}/MST")
    citizen = buyer.findtext("CCCDan") or ""
    if len(code) == 12 and citizen and citizen != code:
        yield finding("identity_differs", f"{path}/CCCDan")
    if citizen and buyer.findtext("SHChieu"):
        yield finding("two_identities", f"{path}/SHChieu")
    budget = buyer.findtext("MDVQHNSach")
    if budget and not re.fullmatch(r"\d{7}", budget, re.ASCII):
        yield finding("budget_code", f"{path}/MDVQHNSach", budget[:20])


def _check_issuer(general: etree._Element, seller: str) -> Iterator[Finding]:
    issuer = [general.findtext(f"{tag}DVNUNLHDon") for tag in ("MST", "T", "DC")]
    if any(issuer) and not all(issuer):
        yield finding("issuer", GENERAL)
    if issuer[0] and issuer[0] == seller:
        yield finding("issuer_is_seller", f"{GENERAL}/MSTDVNUNLHDon")
