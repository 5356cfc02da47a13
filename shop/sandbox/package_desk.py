"""The sandbox tax authority's desk for packages of finished invoices (203, 206), and its result (01/TB-KTDL).

Each invoice is looked at by itself; those that are in order are taken even if others are not. A package from a cash
register is one signed whole: if that seal is broken, none is taken. Layout of the result as in Decision 1271/QĐ-CT;
that the rest of a package with wrong invoices is taken is likely, not certain.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from cryptography import x509
from lxml import etree

from shop.invoices.exchange import Message
from shop.invoices.reading import DECLARATION, parse
from shop.sandbox import delegation_desk, invoice_desk, registry, series, tax_seals
from shop.sandbox.tax_rules import AT_TILL, UNCODED

UNCODED_PACKAGE, TILL_PACKAGE = "203", "206"
_KINDS = {UNCODED_PACKAGE: UNCODED, TILL_PACKAGE: AT_TILL}
_TAKEN, _SOME_WRONG, _TILL_WRONG, _OTHER = "2", "3", "7", "9"
_FOREIGN_CODE = ("9291", "Năm ký tự của mã không phải mã đã cấp cho người bán")
_USED_CODE = ("9292", "Mã của máy tính tiền đã dùng cho hóa đơn khác")
_UNREGISTERED_KIND = ("9293", "Người bán chưa đăng ký hình thức hóa đơn này với chứng thư số này")
_TWICE = ("9294", "Hóa đơn có hai lần trong một thông điệp")
_MEND = "Lập lại hóa đơn cùng số rồi gửi lại."

Fault = tuple[str, str]


@dataclass(frozen=True)
class Rules:
    """How strict the authority is today."""

    today: dt.date
    anchors: Sequence[x509.Certificate]
    is_strict: bool
    refuses_all: bool


def result(
    database: sqlite3.Connection, message: Message, body: bytes, *, rules: Rules, at: dt.datetime
) -> bytes:
    """The unsigned ``TBao`` of a 204; writes down the invoices that are taken."""
    kind = _KINDS[message.envelope.kind]
    if rules.refuses_all:
        fault = ("9199", "Cơ quan thuế thử nghiệm đang từ chối mọi hóa đơn.")
        return _notice(message, at, _OTHER, f"<KHLKhac>{_reasons([fault])}</KHLKhac>")
    if kind == AT_TILL and (faults := _package_faults(database, message, body, rules)):
        return _notice(message, at, _TILL_WRONG, f"<LHDMTTien>{_reasons(faults)}</LHDMTTien>")
    wrong, seen = "", set()
    for document in message.items:
        root = parse(document)
        faults = _invoice_faults(database, document, root, kind, rules)
        place = tuple(root.findtext(f"DLHDon/TTChung/{tag}") or "" for tag in ("KHMSHDon", "KHHDon", "SHDon"))
        if place in seen:
            faults.append(_TWICE)
        seen.add(place)
        if faults:
            wrong += _wrong_invoice(root, faults)
    if not wrong:
        return _notice(message, at, _TAKEN, "")
    return _notice(message, at, _SOME_WRONG, f"<LHDKMa><DSHDon>{wrong}</DSHDon></LHDKMa>")


def _package_faults(database: sqlite3.Connection, message: Message, body: bytes, rules: Rules) -> list[Fault]:
    """What is wrong with the seal over all invoices of a cash register."""
    roots = [parse(document) for document in message.items]
    named = {root.findtext("DLHDon/TTChung/MSTDVNUNLHDon") for root in roots}
    issuers = [issuer for issuer in named if issuer]
    seller = message.envelope.tax_code
    sealed = tax_seals.seal_faults(
        body,
        place="CKSNNT",
        part="DLieu",
        parties=[seller, *issuers],
        anchors=rules.anchors,
        boxes_at="CKSNNT",
    )
    if sealed:
        return [(code, tax_seals.TEXTS[code]) for code in sealed]
    if not rules.is_strict:
        return []
    serial = tax_seals.serial_of(body, "CKSNNT")
    forms = {root.findtext("DLHDon/TTChung/KHMSHDon") or "" for root in roots}
    is_declared = all(registry.declares(database, tax_code=seller, form=form, kind=AT_TILL) for form in forms)
    stands = registry.owns(database, seller, serial) or any(
        delegation_desk.may_sign(database, seller=seller, issuer=issuer, serial=serial) for issuer in issuers
    )
    return [] if is_declared and stands else [_UNREGISTERED_KIND]


def _invoice_faults(
    database: sqlite3.Connection, document: bytes, root: etree._Element, kind: str, rules: Rules
) -> list[Fault]:
    """What is wrong with an invoice; one without fault is kept in the books."""
    found = invoice_desk.faults_of(document, root, today=rules.today, anchors=rules.anchors, kind=kind)
    faults = [
        (code, f"{text} ({path})") for code, text, path in found or delegation_desk.undeclared(database, root)
    ]
    if faults:
        return faults
    must_be_known = kind == UNCODED and rules.is_strict
    if must_be_known and not invoice_desk.is_registered(database, document, root, kind=kind):
        return [_UNREGISTERED_KIND]
    invoice = series.placed(document)
    code = root.findtext("MCCQT") or series.without_code()
    if kind == AT_TILL:
        own = registry.till_code_of(database, invoice.seller)
        if code.split("-")[2] != own and (own or rules.is_strict):
            return [_FOREIGN_CODE]
        if series.holder_of(database, code) not in ("", invoice.digest):
            return [_USED_CODE]
    known, reasons = series.series_code(database, invoice)
    if not reasons and not known:
        series.keep(database, invoice, code)
    return [(reason.code, reason.text) for reason in reasons]


def _wrong_invoice(root: etree._Element, faults: Sequence[Fault]) -> str:
    named = "".join(
        _tag(tag, root.findtext(f"DLHDon/TTChung/{tag}") or "")
        for tag in ("KHMSHDon", "KHHDon", "SHDon", "NLap")
    )
    return f"<HDon>{named}{_reasons(faults)}</HDon>"


def _reasons(faults: Sequence[Fault]) -> str:
    rows = "".join(
        f"<LDo>{_tag('STT', str(place))}{_tag('MLoi', code)}{_tag('MTLoi', text[:255])}{_tag('HDXLy', _MEND)}</LDo>"
        for place, (code, text) in enumerate(faults, start=1)
    )
    return f"<DSLDo>{rows}</DSLDo>"


def _notice(message: Message, at: dt.datetime, kind: str, detail: str) -> bytes:
    first = parse(message.items[0])
    body = (
        _tag("PBan", "2.1.0")
        + _tag("MSo", "01/TB-KTDL")
        + _tag("Ten", "Thông báo về việc kết quả kiểm tra dữ liệu hóa đơn điện tử")
        + _tag("So", uuid.uuid4().hex[:12])
        + _tag("DDanh", "Hà Nội")
        + _tag("NTBao", at.date().isoformat())
        + _tag("MST", message.envelope.tax_code)
        + _tag("TNNT", first.findtext("DLHDon/NDHDon/NBan/Ten") or "")
        + _tag("TGGui", f"{at:%Y-%m-%dT%H:%M:%S}")
        + _tag("LTBao", kind)
        + _tag("CCu", "Kết quả kiểm tra gói dữ liệu hóa đơn")
        + _tag("MGDDTu", message.envelope.message_id)
        + _tag("SLuong", str(len(message.items)))
        + detail
    )
    return DECLARATION + f'<TBao><DLTBao Id="TB-{uuid.uuid4().hex}">{body}</DLTBao></TBao>'.encode()


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"
