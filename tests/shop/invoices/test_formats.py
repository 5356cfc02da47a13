"""Format 2.1.0: what is written, and that it reads back."""

import base64
import datetime as dt
import hashlib
import unicodedata
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from shop.invoices import formats
from shop.invoices.draft import Correction, Draft, Extra, Fee, Line, LineKind, Related, Trait
from shop.invoices.formats import Unreadable
from shop.invoices.reading import DECLARATION, Refused, one_span
from shop.invoices.xmldsig import digest_of
from tests.shop.invoices.examples import BUYER, SALES_EXAMPLE, SELLER, VAT_EXAMPLE

GOLDEN = Path(__file__).parents[2] / "golden" / "invoices"
MARKED_LETTERS = (
    "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
    "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"
)
TILL_EXAMPLE = replace(
    SALES_EXAMPLE,
    series="C26MYY",
    identity="HD2C26MYY7",
    title="Hóa đơn bán hàng (khởi tạo từ máy tính tiền)",
    currency="",
    payment_method="",
    solution_tax_code="",
    non_tariff_zone=None,
)
ADJUSTMENT = replace(
    VAT_EXAMPLE,
    related=Related(
        correction=Correction.ADJUSTS,
        form="1",
        series="C26TAA",
        number="42",
        issued_on=dt.date(2026, 11, 23),
        note="Điều chỉnh cho hóa đơn Mẫu số 1 ký hiệu C26TAA số 42 ngày 23 tháng 11 năm 2026",
    ),
    fees=(Fee(name="Phí", amount=1),),
    general_extras=(Extra(name="Kho", value="Tà Xùa"),),
    total_extras=(Extra(name="Nợ", kind="numeric", value="0"),),
    extras=(Extra(name="Mã đơn", value="100237"),),
    issuer_tax_code="0109999037",
    issuer_name="Chợ Phiên",
    issuer_address="Hà Nội",
    lines=(
        Line(
            kind=LineKind.SPECIAL_GOODS,
            name="Xe",
            amount=1,
            rate="8%",
            traits=(Trait(kind=1, name="SMay", value="1"),),
        ),
        Line(
            kind=LineKind.GIFT,
            name="Quà",
            quantity=Decimal("0.125"),
            unit_price=Decimal(0),
            amount=0,
            rate="5%",
        ),
    ),
)


def content_bytes(xml: bytes) -> bytes:
    span = one_span(xml, ["HDon", "DLHDon"])
    return xml[span.start : span.end]


def test_the_published_example_has_its_published_digest() -> None:
    content = content_bytes(formats.build(VAT_EXAMPLE))
    assert digest_of(content) == "K9ju1KAI0+RqTDZ9/Py+3Am4maVyAlGXifqWfC8ahu8="
    # Its canonical form is the very bytes that are written, so any canonicaliser agrees.
    assert base64.b64encode(hashlib.sha256(content).digest()).decode() == digest_of(content)


@pytest.mark.parametrize(
    ("name", "draft"),
    [("vat_invoice", VAT_EXAMPLE), ("sales_invoice", SALES_EXAMPLE), ("till_invoice", TILL_EXAMPLE)],
)
def test_the_bytes_written_are_those_kept(name: str, draft: Draft) -> None:
    assert formats.build(draft) == (GOLDEN / f"{name}.xml").read_bytes()


@pytest.mark.parametrize("draft", [VAT_EXAMPLE, SALES_EXAMPLE, TILL_EXAMPLE, ADJUSTMENT])
def test_what_is_written_reads_back_and_writes_the_same_bytes(draft: Draft) -> None:
    xml = formats.build(draft)
    again = formats.read(xml)
    assert again.seller == draft.seller
    assert again.lines == draft.lines
    assert formats.build(again) == xml


def test_special_characters_are_escaped_and_there_is_no_white_space_between_tags() -> None:
    xml = formats.build(replace(VAT_EXAMPLE, buyer=replace(BUYER, name="""A & B <c> "d" 'e'""")))
    assert b"<Ten>A &amp; B &lt;c&gt; &quot;d&quot; &apos;e&apos;</Ten>" in xml
    assert b"> <" not in xml
    assert b"\n" not in xml
    assert xml.startswith(DECLARATION + b"<HDon><DLHDon Id=")
    assert formats.read(xml).buyer.name == """A & B <c> "d" 'e'"""


def test_all_134_marked_letters_survive_from_decomposed_input() -> None:
    assert len(set(MARKED_LETTERS)) == 134
    xml = formats.build(
        replace(VAT_EXAMPLE, buyer=replace(BUYER, name=unicodedata.normalize("NFD", MARKED_LETTERS)))
    )
    assert f"<Ten>{MARKED_LETTERS}</Ten>".encode() in xml


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60))
def test_any_text_reads_back_as_it_was_written(text: str) -> None:
    try:
        draft = replace(VAT_EXAMPLE, buyer=replace(BUYER, name=text))
    except ValueError:
        return
    xml = formats.build(draft)
    assert formats.read(xml).buyer == draft.buyer
    assert etree.fromstring(xml).findtext("DLHDon/NDHDon/NMua/Ten") == (draft.buyer.name or None)


@given(st.decimals(Decimal("-999999"), Decimal("999999"), places=6))
def test_figures_have_no_exponent_and_no_trailing_zeros(figure: Decimal) -> None:
    line = replace(VAT_EXAMPLE.lines[0], quantity=figure)
    xml = formats.build(replace(VAT_EXAMPLE, lines=(line,)))
    text = etree.fromstring(xml).findtext(".//SLuong")
    assert Decimal(text) == figure
    assert "E" not in text
    assert not ("." in text and text.endswith(("0", ".")))
    assert text != "-0"


def test_large_round_figures_are_written_out() -> None:
    line = replace(VAT_EXAMPLE.lines[0], quantity=Decimal("1E+3"), unit_price=Decimal("100.000000"))
    xml = formats.build(replace(VAT_EXAMPLE, lines=(line,)))
    assert b"<SLuong>1000</SLuong><DGia>100</DGia>" in xml


def test_an_address_that_is_too_long_for_its_tag_is_left_out_not_cut() -> None:
    fits, too_long = "a" * 38 + "@example.vn.", "a" * 39 + "@example.vn."
    assert (len(fits), len(too_long)) == (50, 51)
    assert f"<DCTDTu>{fits}</DCTDTu>".encode() in formats.build(
        replace(VAT_EXAMPLE, buyer=replace(BUYER, email=fits))
    )
    assert b"DCTDTu" not in formats.build(replace(VAT_EXAMPLE, buyer=replace(BUYER, email=too_long)))


def test_a_sales_invoice_carries_no_vat() -> None:
    xml = formats.build(SALES_EXAMPLE)
    for tag in (b"TSuat", b"THTTLTSuat", b"TgTCThue", b"TgTThue", b"HDCTTChinh"):
        assert b"<" + tag not in xml
    assert b"<HDDCKPTQuan>0</HDDCKPTQuan>" in xml


def test_the_qr_code_stands_behind_the_content() -> None:
    assert formats.build(VAT_EXAMPLE, qr="0002").endswith(b"</DLHDon><DLQRCode>0002</DLQRCode></HDon>")


def test_an_unnumbered_draft_is_not_written() -> None:
    with pytest.raises(ValueError, match="numbered"):
        formats.build(replace(VAT_EXAMPLE, number=None))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ((b"<PBan>2.1.0", b"<PBan>9.9.9"), "9.9.9"),
        ((b"<KHMSHDon>1", b"<KHMSHDon>6"), "form"),
        ((b"<DVTinh>", b"<Unknown>x</Unknown><DVTinh>"), "Unknown"),
        ((b"<TgTTTBSo>3984000", b"<TgTTTBSo>3984000.5"), "whole"),
        ((b"<NLap>2026-11-23", b"<NLap>23/11/2026"), "NLap"),
        ((b"<NLap>2026-11-23", b"<NLap>20261123"), "NLap"),
        ((b"<SHDon>42</SHDon>", b"<SHDon>42</SHDon><SHDon>43</SHDon>"), "twice"),
        ((b"<MST>5699999011</MST>", b""), "lacks MST"),
        ((b"<SLuong>20<", b"<SLuong>20<b/><"), "tags"),
        ((b"<TChat>1<", b"<TChat>9<"), "TChat"),
        ((b"<TgTTTBSo>3984000</TgTTTBSo>", b""), "total"),
    ],
)
def test_what_the_format_does_not_know_is_not_guessed(change: tuple[bytes, bytes], reason: str) -> None:
    xml = formats.build(VAT_EXAMPLE)
    assert change[0] in xml
    with pytest.raises(Unreadable, match=reason):
        formats.read(xml.replace(*change))


def test_empty_optional_tags_of_other_vendors_are_read_as_absent() -> None:
    xml = formats.build(VAT_EXAMPLE).replace(b"<SLuong>20</SLuong>", b"<SLuong/>")
    assert formats.read(xml).lines[0].quantity is None


def test_another_document_is_no_invoice() -> None:
    with pytest.raises(Unreadable, match="no invoice"):
        formats.read(b"<TBao/>")
    with pytest.raises(Refused, match="dtd"):
        formats.read(b'<!DOCTYPE HDon [<!ENTITY a "b">]><HDon>&a;</HDon>')


def test_amounts_with_a_decimal_zero_are_read() -> None:
    xml = formats.build(VAT_EXAMPLE).replace(b"<TgTTTBSo>3984000", b"<TgTTTBSo>3984000.0")
    assert formats.read(xml).total == 3_984_000
    assert formats.read(xml).seller == SELLER
