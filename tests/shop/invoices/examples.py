"""Invoices that tests share. All names and tax codes are made up."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from shop.invoices import formats
from shop.invoices.draft import Buyer, Draft, Line, LineKind, RateSummary, Seller
from shop.invoices.signer import FileSigner
from shop.invoices.signing import sign
from shop.invoices.xmldsig import VIETNAM

ISSUED_ON = dt.date(2026, 11, 23)
SIGNED_AT = dt.datetime(2026, 11, 23, 14, 5, 9, tzinfo=VIETNAM)

SELLER = Seller(
    name="HỢP TÁC XÃ NÔNG NGHIỆP VÍ DỤ",
    tax_code="5699999011",
    address="Thôn 1, xã Ví Dụ, tỉnh Ví Dụ",
    phone="0200000000",
    bank_account="000111222333",
    bank_name="Ngân hàng Ví Dụ",
)
BUYER = Buyer(
    name="CÔNG TY TNHH THỰC PHẨM MẪU",
    tax_code="0199999021",
    address="Số 2 đường Mẫu, phường Mẫu, thành phố Mẫu",
    email="ketoan@example.vn",
    person="Nguyễn Thị Mẫu",
)
VAT_EXAMPLE = Draft(
    form="1",
    title="Hóa đơn giá trị gia tăng",
    series="C26TAA",
    number=42,
    issued_on=ISSUED_ON,
    identity="HD1C26TAA42",
    financial_lease=0,
    payment_method="Chuyển khoản",
    solution_tax_code="0109999037",
    seller=SELLER,
    buyer=BUYER,
    lines=(
        Line(
            position=1,
            code="CF250",
            name="Cà phê rang xay OCOP 4 sao, gói 250 g",
            unit="Gói",
            quantity=Decimal(20),
            unit_price=Decimal(120_000),
            amount=2_400_000,
            rate="8%",
        ),
        Line(
            position=2,
            code="NEP01",
            name="Gạo nếp xã viên tự sản xuất, chưa chế biến",
            unit="kg",
            quantity=Decimal(50),
            unit_price=Decimal(30_000),
            amount=1_500_000,
            rate="KCT",
        ),
        Line(
            kind=LineKind.DISCOUNT,
            position=3,
            name="Chiết khấu thương mại đơn hàng OC-100237",
            amount=100_000,
            rate="8%",
        ),
        Line(kind=LineKind.NOTE, position=4, name="Đơn hàng trên website số OC-100237"),
    ),
    rates=(
        RateSummary(rate="8%", net_amount=2_300_000, vat_amount=184_000),
        RateSummary(rate="KCT", net_amount=1_500_000, vat_amount=0),
    ),
    net_amount=3_800_000,
    vat_amount=184_000,
    discount_amount=100_000,
    total=3_984_000,
    total_in_words="Ba triệu chín trăm tám mươi bốn nghìn đồng.",
)
SALES_EXAMPLE = Draft(
    form="2",
    title="Hóa đơn bán hàng",
    series="C26TBB",
    number=7,
    issued_on=ISSUED_ON,
    identity="HD2C26TBB7",
    non_tariff_zone=0,
    payment_method="Tiền mặt",
    solution_tax_code="0109999037",
    seller=SELLER,
    buyer=Buyer(person="Bán cho người tiêu dùng"),
    lines=(
        Line(
            position=1,
            code="MO500",
            name="Mật ong rừng, chai 500 ml",
            unit="Chai",
            quantity=Decimal(2),
            unit_price=Decimal(180_000),
            amount=360_000,
        ),
    ),
    total=360_000,
    total_in_words="Ba trăm sáu mươi nghìn đồng.",
)


def signed_number(number: int, signer: FileSigner, **changes: object) -> bytes:
    """The example under another number, signed."""
    draft = replace(VAT_EXAMPLE, **changes).numbered(series="C26TAA", number=number, issued_on=ISSUED_ON)
    return sign(formats.build(draft), signer, place="NBan", at=SIGNED_AT)
