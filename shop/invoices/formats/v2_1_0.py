"""Invoice format 2.1.0: Decision 1271/QĐ-CT of 30 May 2025 of the Tax Department, part II.

Forms 1 (VAT invoice) and 2 (sales invoice), ordinary and from a cash register. The tables below are the tables of
the decision: tag, largest size, mandatory or not, in the legal order.
"""

from __future__ import annotations

import functools

from lxml import etree

from shop.invoices.draft import (
    SALES_INVOICE,
    VAT_INVOICE,
    Buyer,
    Correction,
    Draft,
    Extra,
    Fee,
    Line,
    LineKind,
    RateSummary,
    Related,
    Seller,
    Trait,
)
from shop.invoices.formats.invoice import is_till_series, read_invoice, write_invoice
from shop.invoices.formats.tables import Day, Figure, Group, Leaf, Text, Unreadable, Whole

VERSION = "2.1.0"
RATES = ("0%", "5%", "8%", "10%", "KCT", "KKKNT")

_TAX_CODE = Text(14)
_RATE = Text(11)


def _extras(attribute: str = "extras") -> Group:
    fields = (
        Leaf("TTruong", "name", Text(500), True),
        Leaf("KDLieu", "kind", Text(20), True),
        Leaf("DLieu", "value", Text(500)),
    )
    return Group("TTKhac", (Group("TTin", fields, attribute, Extra, many=True),))


RELATED = Group(
    "TTHDLQuan",
    (
        Leaf("TCHDon", "correction", Whole(1, Correction), True),
        Leaf("LHDCLQuan", "kind", Whole(1)),
        Leaf("KHMSHDCLQuan", "form", Text(11)),
        Leaf("KHHDCLQuan", "series", Text(8)),
        Leaf("SHDCLQuan", "number", Text(8)),
        Leaf("NLHDCLQuan", "issued_on", Day()),
        Leaf("SBKCLQuan", "list_number", Text(50)),
        Leaf("NBKCLQuan", "list_date", Day()),
        Leaf("GChu", "note", Text(255)),
    ),
    "related",
    Related,
)

SELLER = Group(
    "NBan",
    (
        Leaf("Ten", "name", Text(400), True),
        Leaf("MST", "tax_code", _TAX_CODE, True),
        Leaf("DChi", "address", Text(400), True),
        Leaf("MCHang", "shop_code", Text(50)),
        Leaf("TCHang", "shop_name", Text(400)),
        Leaf("SDThoai", "phone", Text(20)),
        Leaf("DCTDTu", "email", Text(50, fits_or_nothing=True)),
        Leaf("STKNHang", "bank_account", Text(30)),
        Leaf("TNHang", "bank_name", Text(400)),
        Leaf("Fax", "fax", Text(20)),
        Leaf("Website", "website", Text(100)),
        _extras(),
    ),
    "seller",
    Seller,
    needed=True,
)

BUYER = Group(
    "NMua",
    (
        Leaf("Ten", "name", Text(400)),
        Leaf("MST", "tax_code", _TAX_CODE),
        Leaf("MDVQHNSach", "budget_code", Text(7)),
        Leaf("DChi", "address", Text(400)),
        Leaf("MKHang", "customer_code", Text(50)),
        Leaf("SDThoai", "phone", Text(20)),
        Leaf("CCCDan", "personal_id", Text(12)),
        Leaf("SHChieu", "passport", Text(20)),
        Leaf("DCTDTu", "email", Text(50, fits_or_nothing=True)),
        Leaf("HVTNMHang", "person", Text(100)),
        Leaf("STKNHang", "bank_account", Text(30)),
        Leaf("TNHang", "bank_name", Text(400)),
        _extras(),
    ),
    "buyer",
    Buyer,
    needed=True,
)

_TRAIT = Group(
    "TTin",
    (
        Leaf("LHHDTrung", "kind", Whole(1), True),
        Leaf("TTruong", "name", Text(20), True),
        Leaf("DLieu", "value", Text(200), True),
    ),
    "traits",
    Trait,
    many=True,
)


@functools.cache
def invoice_table(form: str, *, till: bool = False) -> Group:
    """The table of ``DLHDon`` for a form; ``till`` for invoices of a cash register, which need fewer tags.

    Raises: Unreadable for a form that has no table here.
    """
    if form not in (VAT_INVOICE, SALES_INVOICE):
        raise Unreadable(f"form {form!r} is not known")
    with_vat = form == VAT_INVOICE
    flag = Leaf("HDCTTChinh", "financial_lease", Whole(1), not till)
    if not with_vat:
        flag = Leaf("HDDCKPTQuan", "non_tariff_zone", Whole(1), not till)
    general = (
        Leaf("PBan", "version", Text(6), True),
        Leaf("THDon", "title", Text(100), True),
        Leaf("KHMSHDon", "form", Text(1), True),
        Leaf("KHHDon", "series", Text(6), True),
        Leaf("SHDon", "number", Whole(8), True),
        Leaf("MHSo", "file_code", Text(20)),
        Leaf("NLap", "issued_on", Day(), True),
        flag,
        Leaf("SBKe", "list_number", Text(50)),
        Leaf("NBKe", "list_date", Day()),
        Leaf("DVTTe", "currency", Text(3), not till),
        Leaf("TGia", "exchange_rate", Figure(7, 2)),
        Leaf("HTTToan", "payment_method", Text(50), not till),
        Leaf("MSTTCGP", "solution_tax_code", _TAX_CODE, not till),
        Leaf("MSTDVNUNLHDon", "issuer_tax_code", _TAX_CODE),
        Leaf("TDVNUNLHDon", "issuer_name", Text(400)),
        Leaf("DCDVNUNLHDon", "issuer_address", Text(400)),
        RELATED,
        _extras("general_extras"),
    )
    rate = (Leaf("TSuat", "rate", _RATE),) if with_vat else ()
    line = Group(
        "HHDVu",
        (
            Leaf("TChat", "kind", Whole(1, LineKind), True),
            Leaf("STT", "position", Whole(4)),
            Leaf("MHHDVu", "code", Text(50)),
            Leaf("THHDVu", "name", Text(500), True),
            Leaf("DVTinh", "unit", Text(50)),
            Leaf("SLuong", "quantity", Figure()),
            Leaf("DGia", "unit_price", Figure()),
            Leaf("TLCKhau", "discount_percent", Figure(6, 4)),
            Leaf("STCKhau", "discount_amount", Whole()),
            Leaf("ThTien", "amount", Whole()),
            *rate,
            Group("TTHHDTrung", (_TRAIT,)),
            _extras(),
        ),
        "lines",
        Line,
        many=True,
        needed=True,
    )
    content = Group(
        "NDHDon", (SELLER, BUYER, Group("DSHHDVu", (line,), needed=True), _totals(with_vat)), needed=True
    )
    return Group(
        "DLHDon", (Group("TTChung", general, needed=True), content, _extras()), make=Draft, needed=True
    )


def build(draft: Draft, *, qr: str = "", code: str = "") -> bytes:
    """The invoice as XML without white space and without signature; ``qr`` becomes ``DLQRCode``.

    Raises: ValueError if the draft has no number yet.
    """
    return write_invoice(
        invoice_table(draft.form, till=is_till_series(draft.series)), draft, qr=qr, code=code
    )


def read_content(content: etree._Element) -> Draft:
    """The draft that a ``DLHDon`` carries. Raises: Unreadable."""
    return read_invoice(invoice_table(content.findtext("TTChung/KHMSHDon") or ""), content)


def _totals(with_vat: bool) -> Group:
    summary = Group(
        "LTSuat",
        (
            Leaf("TSuat", "rate", _RATE, True),
            Leaf("ThTien", "net_amount", Whole(), True),
            Leaf("TThue", "vat_amount", Whole()),
        ),
        "rates",
        RateSummary,
        many=True,
    )
    fee = Group(
        "LPhi",
        (Leaf("TLPhi", "name", Text(100), True), Leaf("TPhi", "amount", Whole(), True)),
        "fees",
        Fee,
        many=True,
    )
    vat = (
        Group("THTTLTSuat", (summary,)),
        Leaf("TgTCThue", "net_amount", Whole(), True),
        Leaf("TGTKCThue", "exempt_deduction", Whole()),
        Leaf("TgTThue", "vat_amount", Whole(), True),
    )
    members = (
        *(vat if with_vat else ()),
        Group("DSLPhi", (fee,)),
        Leaf("TTCKTMai", "discount_amount", Whole()),
        Leaf("TGTKhac", "other_deduction", Whole()),
        Leaf("TgTTTBSo", "total", Whole(), True),
        Leaf("TgTTTBChu", "total_in_words", Text(255), True),
        _extras("total_extras"),
    )
    return Group("TToan", members, needed=True)
