"""The printed form of an invoice (bản thể hiện) as PDF, with the XML attached.

The XML is the invoice; the PDF shows it. Contents follow Decree 254/2026/NĐ-CP art. 10, the look Circular
91/2026/TT-BTC appendix V. On paper "." parts thousands and "," decimals; in the XML it is the other way.
"""

from __future__ import annotations

import datetime as dt
import functools
import io
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import segno

from catalog.typesetting import Form
from shop.invoices import formats
from shop.invoices.amounts import share_signed
from shop.invoices.draft import VAT_INVOICE, Draft, Line, LineKind
from shop.invoices.lookup_qr import lookup_text
from shop.invoices.reading import parse
from shop.invoices.rules import percent_of_rate
from shop.invoices.verifying import Signature, verify
from shop.invoices.xmldsig import VIETNAM
from shop.money import round_dong

_FORM = Form(Path(__file__).with_name("forms") / "invoice.typ")
_LEFT, _CENTRE, _RIGHT = 0, 1, 2
_MARKS = {LineKind.GIFT: "(hàng khuyến mại, không thu tiền)", LineKind.DISCOUNT: "(chiết khấu thương mại)"}
_RATE_NAMES = {"KCT": "Không chịu thuế", "KKKNT": "Không kê khai, tính nộp thuế"}
_SIGNED_TEXT = "Đã ký điện tử"
_AT_TILL = "(Khởi tạo từ máy tính tiền, không cần chữ ký số)"


def invoice_pdf(xml: bytes, *, lookup_url: str = "", lookup_code: str = "") -> bytes:
    """The PDF of a signed invoice. The same arguments give the same bytes.

    ``lookup_url`` and ``lookup_code`` tell the reader where to find the original. Raises: ValueError if ``xml`` is
    not an invoice.
    """
    draft = formats.read(xml)
    root = parse(xml)
    signatures = verify(xml)
    lookup = [f"Tra cứu hóa đơn tại: {lookup_url}", f"Mã tra cứu: {lookup_code}"] if lookup_url else []
    content = _content(
        draft, signatures, code=root.findtext("MCCQT") or "", qr=root.findtext("DLQRCode") or ""
    )
    content |= {"lookup": lookup, "subtitle": "(Bản thể hiện của hóa đơn điện tử)", "watermark": ""}
    times = [found.signed_at for found in signatures if found.signed_at]
    at = max(times, default=_midnight(draft))
    return _FORM.pdf(content, at=at, is_archival=True, xml=xml.decode())


def preview_pdf(draft: Draft) -> bytes:
    """The PDF of a draft as it would look, marked as one."""
    content = _content(draft, [], code="", qr="")
    content |= {"lookup": [], "subtitle": "(Bản xem trước, chưa có giá trị)", "watermark": "BẢN NHÁP"}
    return _FORM.pdf(content, at=_midnight(draft), is_archival=True)


def format_number(value: int | Decimal | None) -> str:
    """A number as printed forms write it.

    >>> format_number(1250000), format_number(Decimal("1234.500000")), format_number(None)
    ('1.250.000', '1.234,5', '')
    """
    if value is None:
        return ""
    whole, _, decimals = (
        f"{value:,f}".partition(".") if isinstance(value, Decimal) else (f"{value:,}", "", "")
    )
    decimals = decimals.rstrip("0")
    return whole.replace(",", ".") + (f",{decimals}" if decimals else "")


def _midnight(draft: Draft) -> dt.datetime:
    return dt.datetime.combine(draft.issued_on or dt.date(2000, 1, 1), dt.time(), VIETNAM)


def _content(draft: Draft, signatures: Sequence[Signature], *, code: str, qr: str) -> dict[str, Any]:
    """All text of the form, as plain strings."""
    with_vat = draft.form == VAT_INVOICE
    day = draft.issued_on
    number = str(draft.number or "")
    return {
        "title": draft.title,
        "series": draft.form + draft.series,
        "number": number,
        "date": f"Ngày {day:%d} tháng {day:%m} năm {day:%Y}" if day else "Ngày …… tháng …… năm ……",
        "code": code,
        "qr": _qr(draft, qr),
        "correction": draft.related.note if draft.related else "",
        "seller_name": draft.seller.name,
        "seller": _named(_seller(draft)),
        "buyer": _named(_buyer(draft)),
        "columns": _columns(with_vat),
        "widths": [0, -1, 15, 0, 0, *([14, 22, 20, 22] if with_vat else [28])],
        "aligns": [
            _CENTRE,
            _LEFT,
            _CENTRE,
            _RIGHT,
            _RIGHT,
            *([_CENTRE, _RIGHT, _RIGHT, _RIGHT] if with_vat else [_RIGHT]),
        ],
        "rows": _rows(draft, with_vat),
        "rate_columns": ["Thuế suất", "Thành tiền chưa thuế", "Tiền thuế GTGT", "Thành tiền có thuế"],
        "rates": [
            [
                _RATE_NAMES.get(rate.rate, rate.rate),
                format_number(rate.net_amount),
                format_number(rate.vat_amount or 0),
                format_number(rate.net_amount + (rate.vat_amount or 0)),
            ]
            for rate in draft.rates
        ],
        "totals": [
            [label, f"{format_number(amount)} đ"] for label, amount in _totals(draft) if amount is not None
        ],
        "words": draft.total_in_words,
        "signatures": _signature_blocks(signatures, at_till=formats.is_till_series(draft.series)),
        "footer": f"{draft.title} · {draft.form}{draft.series} · Số {number} · {draft.seller.name}",
        "file_name": f"{draft.form}{draft.series}-{number}.xml",
    }


def _qr(draft: Draft, text: str) -> str:
    if not text and draft.number and draft.issued_on:
        text = lookup_text(
            seller_tax_code=draft.seller.tax_code,
            form=draft.form,
            series=draft.series,
            number=draft.number,
            issued_on=draft.issued_on,
            total=draft.total,
        )
    if not text:
        return ""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", border=2, xmldecl=False)
    return drawn.getvalue().decode()


def _named(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(f"{label}:", value) for label, value in pairs if value]


def _seller(draft: Draft) -> list[tuple[str, str]]:
    seller = draft.seller
    return [
        ("Tên người bán", seller.name),
        ("Mã số thuế", seller.tax_code),
        ("Địa chỉ", seller.address),
        ("Cửa hàng", seller.shop_name),
        ("Điện thoại", seller.phone),
        ("Thư điện tử", seller.email),
        ("Số tài khoản", " – ".join(part for part in (seller.bank_account, seller.bank_name) if part)),
        ("Bên nhận ủy nhiệm lập hóa đơn", draft.issuer_name),
        ("Mã số thuế bên nhận ủy nhiệm", draft.issuer_tax_code),
        ("Địa chỉ bên nhận ủy nhiệm", draft.issuer_address),
    ]


def _buyer(draft: Draft) -> list[tuple[str, str]]:
    buyer = draft.buyer
    return [
        ("Họ tên người mua hàng", buyer.person),
        ("Tên người mua", buyer.name),
        ("Mã số thuế", buyer.tax_code),
        ("Số căn cước/định danh", buyer.personal_id),
        ("Số hộ chiếu", buyer.passport),
        ("Mã đơn vị quan hệ ngân sách", buyer.budget_code),
        ("Địa chỉ", buyer.address),
        ("Hình thức thanh toán", draft.payment_method),
        ("Số tài khoản", " – ".join(part for part in (buyer.bank_account, buyer.bank_name) if part)),
        ("Đồng tiền thanh toán", draft.currency),
    ]


def _columns(with_vat: bool) -> list[str]:
    shared = ["STT", "Tên hàng hóa, dịch vụ", "Đơn vị tính", "Số lượng", "Đơn giá"]
    vat = ["Thuế suất", "Thành tiền chưa thuế", "Tiền thuế GTGT", "Thành tiền có thuế"]
    return [*shared, *(vat if with_vat else ["Thành tiền"])]


def _rows(draft: Draft, with_vat: bool) -> list[list[str]]:
    vat = _vat_of_lines(draft)
    rows = []
    for line, line_vat in zip(draft.lines, vat, strict=True):
        name = f"{line.name} {_MARKS[line.kind]}" if line.kind in _MARKS else line.name
        effect = _effect(line)
        row = [
            format_number(line.position),
            name,
            line.unit,
            format_number(line.quantity),
            format_number(line.unit_price),
        ]
        if not with_vat:
            rows.append([*row, format_number(effect)])
        elif effect is None:
            rows.append([*row, line.rate, "", "", ""])
        else:
            rows.append(
                [
                    *row,
                    line.rate,
                    format_number(effect),
                    format_number(line_vat),
                    format_number(effect + line_vat),
                ]
            )
    return rows


def _effect(line: Line) -> int | None:
    """What the line adds to the total, None where it says no amount."""
    if line.amount is None or line.kind == LineKind.NOTE:
        return None
    if line.kind == LineKind.GIFT:
        return 0
    return -line.amount if line.kind == LineKind.DISCOUNT else line.amount


def _vat_of_lines(draft: Draft) -> list[int]:
    """VAT of each line, shared so that the lines of a rate sum to its VAT; the XML states it per rate only."""
    vat = [0] * len(draft.lines)
    for summary in draft.rates:
        members = [i for i, line in enumerate(draft.lines) if line.rate == summary.rate]
        effects = [_effect(draft.lines[i]) or 0 for i in members]
        alone = functools.partial(_vat_on, percent=percent_of_rate(summary.rate))
        shares = share_signed(summary.vat_amount or 0, effects, alone=alone)
        for i, share in zip(members, shares, strict=True):
            vat[i] = share
    return vat


def _vat_on(net: int, percent: Decimal) -> int:
    return round_dong(net * percent / 100)


def _totals(draft: Draft) -> list[tuple[str, int | None]]:
    fees = [(fee.name, fee.amount) for fee in draft.fees]
    return [
        ("Tổng tiền chưa thuế:", draft.net_amount),
        ("Giảm trừ không chịu thuế:", draft.exempt_deduction),
        ("Tổng tiền thuế GTGT:", draft.vat_amount),
        *fees,
        ("Trong đó đã trừ chiết khấu thương mại:", draft.discount_amount),
        ("Giảm trừ khác:", draft.other_deduction),
        ("Tổng tiền thanh toán:", draft.total),
    ]


def _signature_blocks(signatures: Sequence[Signature], *, at_till: bool) -> list[dict[str, Any]]:
    by_place = {found.place: found for found in signatures}
    blocks = [
        ("NMua", "NGƯỜI MUA HÀNG", "(Chữ ký số, nếu có)"),
        ("CQT", "CƠ QUAN THUẾ", "(Chữ ký số)"),
        ("NBan", "NGƯỜI BÁN HÀNG", "(Chữ ký điện tử, chữ ký số)"),
    ]
    return [
        {
            "title": title,
            "hint": _AT_TILL if at_till and place == "NBan" else hint,
            "lines": _signature_lines(by_place.get(place)),
        }
        for place, title, hint in blocks
        if place != "CQT" or place in by_place
    ]


def _signature_lines(found: Signature | None) -> list[str]:
    """Who signed and when; a broken signature says so instead of looking signed."""
    if found is None:
        return []
    if found.faults:
        return ["CHỮ KÝ KHÔNG HỢP LỆ"]
    when = f"{found.signed_at.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}" if found.signed_at else ""
    return [_SIGNED_TEXT, f"Ký bởi: {found.signer}", f"Ký ngày: {when}"]
