"""The printed form: every string is there, nothing is read as markup, and the XML is attached."""

import datetime as dt
import io
import re
import subprocess
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from pypdf import PdfReader

from shop.invoices import formats
from shop.invoices.amounts import Sale, draft_sales, share_discount
from shop.invoices.draft import VAT_INVOICE, Draft, Line, Related
from shop.invoices.exchange import with_code
from shop.invoices.pdf import format_number, invoice_pdf, preview_pdf
from shop.invoices.sandbox_keys import sandbox_authority
from shop.invoices.signer import FileSigner
from shop.invoices.signing import sign
from tests.shop.invoices.examples import BUYER, SALES_EXAMPLE, SELLER, SIGNED_AT, VAT_EXAMPLE
from tests.shop.invoices.test_formats import ADJUSTMENT, MARKED_LETTERS

LOOKUP = {"lookup_url": "https://cho-phien.example/hoa-don/", "lookup_code": "K7M2-9QXT"}


def text_of(pdf: bytes) -> str:
    """What pdftotext reads, with single spaces."""
    ran = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(ran.stdout.decode().split())


@pytest.fixture(scope="module")
def coded(signed: bytes, keys: Path) -> bytes:
    return sign(
        with_code(signed, "007626B884BF7045D79317B9BFF2B24BF0"),
        sandbox_authority(keys),
        place="CQT",
        at=SIGNED_AT,
    )


def test_a_vat_invoice_shows_all_that_the_decree_asks_for(coded: bytes) -> None:
    text = text_of(invoice_pdf(coded, **LOOKUP))
    for expected in (
        "HÓA ĐƠN GIÁ TRỊ GIA TĂNG",
        "(Bản thể hiện của hóa đơn điện tử)",
        "Ký hiệu: 1C26TAA",
        "Số: 42",
        "Ngày 23 tháng 11 năm 2026",
        "Mã của cơ quan thuế: 007626B884BF7045D79317B9BFF2B24BF0",
        "HỢP TÁC XÃ NÔNG NGHIỆP VÍ DỤ",
        "5699999011",
        "Thôn 1, xã Ví Dụ, tỉnh Ví Dụ",
        "000111222333 – Ngân hàng Ví Dụ",
        "Nguyễn Thị Mẫu",
        "CÔNG TY TNHH THỰC PHẨM MẪU",
        "0199999021",
        "Số 2 đường Mẫu, phường Mẫu, thành phố Mẫu",
        "Hình thức thanh toán: Chuyển khoản",
        "Đồng tiền thanh toán: VND",
        "2.400.000 192.000 2.592.000",
        "-100.000 -8.000 -108.000",
        "8% 2.300.000 184.000 2.484.000",
        "Không chịu thuế 1.500.000 0 1.500.000",
        "Tổng tiền chưa thuế: 3.800.000 đ",
        "Tổng tiền thuế GTGT: 184.000 đ",
        "Tổng tiền thanh toán: 3.984.000 đ",
        "Số tiền viết bằng chữ: Ba triệu chín trăm tám mươi bốn nghìn đồng.",
        "NGƯỜI MUA HÀNG",
        "NGƯỜI BÁN HÀNG",
        "Ký bởi: HỢP TÁC XÃ NÔNG NGHIỆP VÍ DỤ",
        "Ký bởi: CỤC THUẾ (MÔ PHỎNG)",
        "Ký ngày: 23/11/2026 14:05:09",
        "(Cần kiểm tra, đối chiếu khi lập, nhận hóa đơn)",
        "Tra cứu hóa đơn tại: https://cho-phien.example/hoa-don/",
        "Mã tra cứu: K7M2-9QXT",
        "Trang 1/1",
    ):
        assert expected in text


def test_a_sales_invoice_shows_no_vat(seller_signer: FileSigner) -> None:
    text = text_of(invoice_pdf(sign(formats.build(SALES_EXAMPLE), seller_signer, place="NBan", at=SIGNED_AT)))
    assert "HÓA ĐƠN BÁN HÀNG" in text
    assert "Bán cho người tiêu dùng" in text
    assert "Mật ong rừng, chai 500 ml Chai 2 180.000 360.000" in text
    assert "Tổng tiền thanh toán: 360.000 đ" in text
    for absent in ("Thuế suất", "GTGT", "Mã của cơ quan thuế", "CƠ QUAN THUẾ", "Tra cứu"):
        assert absent not in text


def test_the_same_invoice_prints_the_same_bytes_each_time(signed: bytes) -> None:
    assert invoice_pdf(signed, **LOOKUP) == invoice_pdf(signed, **LOOKUP)


def test_the_pdf_carries_the_xml_unchanged_and_says_it_is_pdf_a(signed: bytes) -> None:
    reader = PdfReader(io.BytesIO(invoice_pdf(signed)))
    assert {name: bytes(files[0]) for name, files in reader.attachments.items()} == {"1C26TAA-42.xml": signed}
    metadata = reader.trailer["/Root"]["/Metadata"].get_data()
    assert b"<pdfaid:part>3</pdfaid:part>" in metadata
    assert "HỢP TÁC XÃ NÔNG NGHIỆP VÍ DỤ".encode() in metadata


def test_only_fonts_that_ship_with_typst_are_used(signed: bytes) -> None:
    ran = subprocess.run(["pdffonts", "-"], input=invoice_pdf(signed), capture_output=True, check=True)
    rows = ran.stdout.decode().splitlines()[2:]
    assert rows
    assert all("LibertinusSerif" in row for row in rows)


@pytest.mark.parametrize("letters", [MARKED_LETTERS[:67], MARKED_LETTERS[67:]])
def test_all_marked_letters_print_and_read_back(letters: str) -> None:
    words = " ".join(re.findall(".{1,6}", letters))
    text = text_of(
        preview_pdf(replace(VAT_EXAMPLE, buyer=replace(BUYER, address=unicodedata.normalize("NFD", words))))
    )
    assert words in text


@pytest.mark.parametrize(
    "name",
    [
        '#panic("x") *a* _b_ $x^2$ `c` @d <e> [f] \\g // h',
        "= Tiêu đề",
        "- mục + mục / mục",
        "'đơn' \"kép\" -- --- ... ~",
        "</script><!-- & &amp; -->",
        "office ffi fl",
    ],
)
def test_text_is_never_read_as_markup(name: str) -> None:
    line = replace(SALES_EXAMPLE.lines[0], name=name)
    text = text_of(preview_pdf(replace(SALES_EXAMPLE, lines=(line,), seller=replace(SELLER, name=name))))
    assert f"Tên người bán: {name}" in text


def test_a_draft_is_marked_as_one_and_needs_no_number() -> None:
    draft = replace(VAT_EXAMPLE, number=None, issued_on=None, series="", identity="")
    text = text_of(preview_pdf(draft))
    assert "Ngày …… tháng …… năm ……" in text
    assert "(Bản xem trước, chưa có giá trị)" in text
    assert "BẢN NHÁP" in PdfReader(io.BytesIO(preview_pdf(draft))).pages[0].extract_text()
    assert "Đã ký" not in text


def test_a_broken_signature_never_looks_signed(signed: bytes) -> None:
    text = text_of(invoice_pdf(signed.replace("Nguyễn Thị Mẫu".encode(), "Nguyễn Thị Khác".encode())))
    assert "CHỮ KÝ KHÔNG HỢP LỆ" in text
    assert "Ký bởi" not in text


def test_gifts_discounts_issuers_and_corrections_are_marked() -> None:
    adjustment = replace(ADJUSTMENT, lines=(*ADJUSTMENT.lines, *VAT_EXAMPLE.lines))
    text = text_of(preview_pdf(adjustment))
    for expected in (
        "Điều chỉnh cho hóa đơn Mẫu số 1 ký hiệu C26TAA số 42 ngày 23 tháng 11 năm 2026",
        "Bên nhận ủy nhiệm lập hóa đơn: Chợ Phiên",
    ):
        assert expected in text
    words = re.sub(r"[^\w(),]+", " ", text)
    assert "không thu tiền" in words
    assert "chiết khấu" in words


def test_a_long_invoice_takes_several_pages_with_its_head_on_each() -> None:
    lines = tuple(Line(position=n, name=f"Gói chè số {n}", amount=n) for n in range(1, 121))
    pages = PdfReader(io.BytesIO(preview_pdf(replace(SALES_EXAMPLE, lines=lines)))).pages
    assert len(pages) > 2
    texts = [page.extract_text() for page in pages]
    assert all("Tên hàng hóa" in text for text in texts[:-1])
    assert f"Trang {len(pages)}/{len(pages)}" in texts[-1]


def test_vat_shown_per_line_sums_to_the_vat_of_its_rate() -> None:
    sales = [Sale(name="Miến", gross_amount=10_000, rate="8%", quantity=Decimal(1)) for _ in range(3)]
    draft = draft_sales(
        [*sales, *share_discount(sales, 1_000, "Giảm giá")], form=VAT_INVOICE, seller=SELLER, buyer=BUYER
    )
    text = text_of(preview_pdf(draft))
    shown = [int(vat.replace(".", "")) for vat in re.findall(r"8% -?[\d.]+ (-?[\d.]+) -?[\d.]+", text)]
    assert sum(shown[:4]) == shown[4] == draft.vat_amount


def test_threads_may_print_at_once(signed: bytes) -> None:
    codes = [f"CODE-{n}" for n in range(8)]
    with ThreadPoolExecutor(4) as pool:
        pdfs = list(pool.map(lambda code: invoice_pdf(signed, lookup_url="x", lookup_code=code), codes))
    assert all(f"Mã tra cứu: {code}" in text_of(pdf) for code, pdf in zip(codes, pdfs, strict=True))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-1_250_000, "-1.250.000"),
        (Decimal("1.5"), "1,5"),
        (Decimal("9259.259259"), "9.259,259259"),
        (Decimal("20.000000"), "20"),
        (Decimal("1E+3"), "1.000"),
        (None, ""),
    ],
)
def test_numbers_are_written_as_in_vietnam(value: int | Decimal | None, text: str) -> None:
    assert format_number(value) == text


def test_what_is_no_invoice_has_no_printed_form() -> None:
    with pytest.raises(ValueError, match="no invoice"):
        invoice_pdf(b"<TBao/>")


@pytest.mark.parametrize("related", [None, Related(correction=2, note="")])
def test_an_unsigned_invoice_prints_without_signers(related: Related | None) -> None:
    draft: Draft = replace(VAT_EXAMPLE, related=related, issued_on=dt.date(2026, 1, 2))
    text = text_of(invoice_pdf(formats.build(draft)))
    assert "Ngày 02 tháng 01 năm 2026" in text
    assert "Đã ký" not in text
