"""What the check finds in one invoice, and that it is quiet about a good one."""

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shop.invoices import formats
from shop.invoices.amounts import Sale, draft_sales, share_discount
from shop.invoices.checking import check, check_answer
from shop.invoices.draft import SALES_INVOICE, VAT_INVOICE, Buyer, Correction, Line, LineKind, Related
from shop.invoices.exchange import with_code
from shop.invoices.findings import TEXTS, WARNINGS, finding
from shop.invoices.reading import MOST_BYTES
from shop.invoices.sandbox_keys import sandbox_authority
from shop.invoices.signer import FileSigner, Trust
from shop.invoices.signing import sign
from shop.invoices.xmldsig import VIETNAM
from tests.shop.invoices.examples import BUYER, ISSUED_ON, SALES_EXAMPLE, SELLER, SIGNED_AT, VAT_EXAMPLE
from tests.shop.invoices.test_formats import ADJUSTMENT, TILL_EXAMPLE

QR = "00020101021299720010A00000077501105699999011020110306C26TAA040242050820261123060739840006304D258"
UNSIGNED = formats.build(VAT_EXAMPLE)
GENERAL = "HDon/DLHDon/TTChung"
CONTENT = "HDon/DLHDon/NDHDon"


def found(xml: bytes, today: dt.date = ISSUED_ON) -> list[tuple[str, str]]:
    """Code and path of what is wrong with an invoice still to be signed."""
    return [(item.code, item.path) for item in check(xml, today=today, signed=False)]


def codes(xml: bytes, today: dt.date = ISSUED_ON) -> list[str]:
    return [code for code, _ in found(xml, today)]


def changed(*pairs: tuple[str, str]) -> bytes:
    """The example with texts replaced; each has to occur."""
    text = UNSIGNED.decode()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text.encode()


@pytest.mark.parametrize("draft", [VAT_EXAMPLE, SALES_EXAMPLE, TILL_EXAMPLE])
def test_a_good_invoice_is_left_in_peace(draft: object) -> None:
    assert found(formats.build(draft)) == []


def test_a_signed_invoice_passes_with_its_qr_code(seller_signer: FileSigner, trust: Trust) -> None:
    xml = sign(formats.build(VAT_EXAMPLE, qr=QR), seller_signer, place="NBan", at=SIGNED_AT)
    assert check(xml, today=ISSUED_ON, trust=trust) == []


@settings(max_examples=40)
@given(
    st.lists(
        st.builds(
            Sale,
            name=st.sampled_from(["Khoai sọ Tà Xùa", "Mật ong <rừng> & sáp", "Chè “Shan” 100 g"]),
            gross_amount=st.integers(1, 10**8),
            rate=st.sampled_from(["0%", "5%", "8%", "10%", "KCT", "KKKNT"]),
            quantity=st.decimals(Decimal("0.5"), Decimal("500"), places=1),
            unit=st.just("kg"),
        ),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 10**8),
    st.sampled_from([VAT_INVOICE, SALES_INVOICE]),
)
def test_whatever_the_shop_sells_makes_an_invoice_without_findings(
    sales: list[Sale], off: int, form: str
) -> None:
    discount = share_discount(sales, min(off, sum(sale.gross_amount for sale in sales)), "Chiết khấu")
    gift = Sale(kind=LineKind.GIFT, name="Quà", quantity=Decimal(1), rate="8%")
    draft = draft_sales(
        [*sales, *discount, gift],
        form=form,
        seller=SELLER,
        buyer=BUYER,
        payment_method="TM/CK",
        solution_tax_code="0109999037",
    )
    assert found(formats.build(draft.numbered(series="C26TAA", number=1, issued_on=ISSUED_ON))) == []


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        (("<NLap>2026-11-23</NLap>", ""), "missing", f"{GENERAL}/NLap"),
        (("<HTTToan>Chuyển khoản</HTTToan>", "<HTTToan/>"), "missing", f"{GENERAL}/HTTToan"),
        (("<THDon>", "<Xyz>1</Xyz><THDon>"), "unknown_tag", f"{GENERAL}/Xyz"),
        (("<DVTTe>VND</DVTTe>", "<DVTTe>VND</DVTTe><DVTTe>VND</DVTTe>"), "tag_repeated", f"{GENERAL}/DVTTe"),
        (("<THDon>", "<DVTTe>VND</DVTTe><THDon>"), "wrong_order", f"{GENERAL}/THDon"),
        (("<DVTinh>Gói", "<DVTinh>" + "x" * 51), "too_long", f"{CONTENT}/DSHHDVu/HHDVu[1]/DVTinh"),
        (("<SLuong>20", "<SLuong>2e1"), "bad_number", f"{CONTENT}/DSHHDVu/HHDVu[1]/SLuong"),
        (("<SLuong>20", "<SLuong>20.0000001"), "too_long", f"{CONTENT}/DSHHDVu/HHDVu[1]/SLuong"),
        (("<ThTien>2400000", "<ThTien>2400000.4"), "not_whole", f"{CONTENT}/DSHHDVu/HHDVu[1]/ThTien"),
        (("<NLap>2026-11-23", "<NLap>2026-02-30"), "bad_date", f"{GENERAL}/NLap"),
        (("<NLap>2026-11-23", "<NLap>20261123"), "bad_date", f"{GENERAL}/NLap"),
        (("<KHHDon>C26TAA", "<KHHDon>C26TaA"), "bad_value", f"{GENERAL}/KHHDon"),
        (("<TSuat>8%", "<TSuat>7%"), "bad_value", f"{CONTENT}/DSHHDVu/HHDVu[1]/TSuat"),
        (("<TTChung>", "<TTChung> "), "white_space", GENERAL),
        (("</PBan>", "</PBan>abc"), "stray_text", GENERAL),
        (("<PBan>", '<PBan a="b">'), "attribute", f"{GENERAL}/PBan"),
        (("<HDon>", '<HDon a="b">'), "attribute", "HDon"),
        (('<DLHDon Id="HD1C26TAA42">', '<DLHDon Id="HD1C26TAA42" b="c">'), "attribute", "HDon/DLHDon"),
        (("Nguyễn Thị Mẫu", "Nguye\u0302\u0303n"), "not_nfc", f"{CONTENT}/NMua/HVTNMHang"),
        (("</HDon>", "<Xyz/></HDon>"), "unknown_tag", "HDon/Xyz"),
        (("</HDon>", "<DSCKS/><DSCKS/></HDon>"), "tag_repeated", "HDon/DSCKS"),
        (("<HDon>", "<HDon><DLQRCode/>"), "wrong_order", "HDon/DLHDon"),
        (("<DVTinh>Gói", "<DVTinh><b/>Gói"), "unknown_tag", f"{CONTENT}/DSHHDVu/HHDVu[1]/DVTinh/b"),
        (("<PBan>2.1.0", "<PBan>2.0.0"), "unknown_version", f"{GENERAL}/PBan"),
        (("<KHMSHDon>1", "<KHMSHDon>6"), "unknown_form", f"{GENERAL}/KHMSHDon"),
    ],
)
def test_structure_is_held_to_the_table(change: tuple[str, str], code: str, path: str) -> None:
    assert (code, path) in found(changed(change))


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        (("<MST>5699999011", "<MST>5699999012"), "tax_code", f"{CONTENT}/NBan/MST"),
        (("<MST>0199999021", "<MST>0199999022"), "tax_code", f"{CONTENT}/NMua/MST"),
        (("<MSTTCGP>0109999037", "<MSTTCGP>0109999038"), "tax_code", f"{GENERAL}/MSTTCGP"),
        (("<KHHDon>C26TAA", "<KHHDon>C25TAA"), "series_year", f"{GENERAL}/KHHDon"),
        (("<SHDon>42", "<SHDon>042"), "series_number", f"{GENERAL}/SHDon"),
        (("<SHDon>42", "<SHDon>0"), "series_number", f"{GENERAL}/SHDon"),
        (("<DVTTe>VND", "<DVTTe>USD"), "currency", f"{GENERAL}/DVTTe"),
        (("<TChat>1", "<TChat>6"), "line_kind", f"{CONTENT}/DSHHDVu/HHDVu[1]/TChat"),
        (("<TSuat>8%</TSuat>", ""), "rate_missing", f"{CONTENT}/DSHHDVu/HHDVu[1]/TSuat"),
        (("<SLuong>20", "<SLuong>21"), "line_amount", f"{CONTENT}/DSHHDVu/HHDVu[1]/ThTien"),
        (("<DGia>120000", "<DGia>120000.03"), "line_amount", f"{CONTENT}/DSHHDVu/HHDVu[1]/ThTien"),
        (("<ThTien>2400000</ThTien>", ""), "missing", f"{CONTENT}/DSHHDVu/HHDVu[1]/ThTien"),
        (("OC-100237</THHDVu></HHDVu>", "OC-100237</THHDVu><ThTien>5</ThTien></HHDVu>"), "note_with_amount",
         f"{CONTENT}/DSHHDVu/HHDVu[4]/ThTien"),
        (("<ThTien>2300000", "<ThTien>2300001"), "rate_sum", f"{CONTENT}/TToan/THTTLTSuat/LTSuat[1]/ThTien"),
        (("<TThue>184000", "<TThue>184002"), "rate_vat", f"{CONTENT}/TToan/THTTLTSuat/LTSuat[1]/TThue"),
        (("<TThue>0", "<TThue>1"), "rate_vat", f"{CONTENT}/TToan/THTTLTSuat/LTSuat[2]/TThue"),
        (("<TgTCThue>3800000", "<TgTCThue>3800001"), "net_sum", f"{CONTENT}/TToan/TgTCThue"),
        (("<TgTThue>184000", "<TgTThue>184001"), "vat_sum", f"{CONTENT}/TToan/TgTThue"),
        (("<TgTTTBSo>3984000", "<TgTTTBSo>3984001"), "total_sum", f"{CONTENT}/TToan/TgTTTBSo"),
        (("<TTCKTMai>100000", "<TTCKTMai>90000"), "discount_sum", f"{CONTENT}/TToan/TTCKTMai"),
        (("Ba triệu chín", "Ba triệu tám"), "words", f"{CONTENT}/TToan/TgTTTBChu"),
        (("Ba triệu chín", "Three million"), "words_unread", f"{CONTENT}/TToan/TgTTTBChu"),
        (("<Ten>CÔNG TY TNHH THỰC PHẨM MẪU</Ten>", ""), "buyer_unit", f"{CONTENT}/NMua"),
        (("</MSTTCGP>", "</MSTTCGP><MSTDVNUNLHDon>0109999037</MSTDVNUNLHDon>"), "issuer", GENERAL),
    ],
)  # fmt: skip
def test_rules_are_held(change: tuple[str, str], code: str, path: str) -> None:
    assert (code, path) in found(changed(change))


def test_vat_may_be_off_by_one_dong_only() -> None:
    off_by_one = changed(
        ("<TThue>184000", "<TThue>184001"),
        ("<TgTThue>184000", "<TgTThue>184001"),
        ("<TgTTTBSo>3984000", "<TgTTTBSo>3984001"),
        ("tám mươi bốn nghìn", "tám mươi bốn nghìn không trăm lẻ một"),
    )
    assert found(off_by_one) == []


def test_a_rate_that_no_sum_mentions_is_missed() -> None:
    summary = "<LTSuat><TSuat>KCT</TSuat><ThTien>1500000</ThTien><TThue>0</TThue></LTSuat>"
    assert ("rate_sum", f"{CONTENT}/TToan/THTTLTSuat") in found(changed((summary, "")))
    assert "rate_repeated" in codes(changed((summary, summary * 2)))


def test_eight_percent_ends_with_the_year_2026() -> None:
    def on(day: dt.date, series: str) -> list[str]:
        return codes(formats.build(VAT_EXAMPLE.numbered(series=series, number=1, issued_on=day)), today=day)

    assert on(dt.date(2026, 12, 31), "C26TAA") == []
    assert on(dt.date(2027, 1, 1), "C27TAA") == ["rate_over", "rate_over"]


def test_the_day_after_tomorrow_is_no_issue_date() -> None:
    assert codes(UNSIGNED, today=dt.date(2026, 11, 22)) == ["date_in_future"]
    assert codes(UNSIGNED, today=dt.date(2027, 11, 22)) == []


def test_a_consumer_without_a_name_has_to_be_called_one() -> None:
    assert codes(formats.build(replace(SALES_EXAMPLE, buyer=Buyer(phone="0900000000")))) == ["buyer_unnamed"]


def test_a_sales_invoice_must_not_show_vat() -> None:
    xml = formats.build(SALES_EXAMPLE).replace(b"</ThTien></HHDVu>", b"</ThTien><TSuat>8%</TSuat></HHDVu>")
    assert found(xml) == [("unknown_tag", f"{CONTENT}/DSHHDVu/HHDVu[1]/TSuat")]


def test_only_an_adjustment_may_be_negative_and_it_names_what_it_adjusts() -> None:
    sales = [Sale(name="Trả hàng", gross_amount=-108_000, rate="8%", quantity=Decimal(-1))]
    back = draft_sales(
        sales,
        form=VAT_INVOICE,
        seller=SELLER,
        buyer=BUYER,
        payment_method="TM/CK",
        solution_tax_code="0109999037",
    ).numbered(series="C26TAA", number=1, issued_on=ISSUED_ON)
    assert codes(formats.build(back)) == ["quantity_negative", "negative"]
    related = Related(
        correction=Correction.ADJUSTS, form="1", series="C26TAA", number="42", issued_on=ISSUED_ON
    )
    assert codes(formats.build(replace(back, related=related))) == []
    assert codes(formats.build(replace(back, related=replace(related, number="")))) == ["related"]
    replaces = replace(related, correction=Correction.REPLACES)
    assert codes(formats.build(replace(back, related=replaces))) == ["quantity_negative", "negative"]


def test_fees_and_deductions_enter_the_total() -> None:
    xml = changed(
        ("</TgTThue>", "</TgTThue><DSLPhi><LPhi><TLPhi>Phí</TLPhi><TPhi>1000</TPhi></LPhi></DSLPhi>"),
        ("</TTCKTMai>", "</TTCKTMai><TGTKhac>1000</TGTKhac>"),
    )
    assert found(xml) == []
    assert codes(xml.replace(b"<TGTKhac>1000", b"<TGTKhac>999")) == ["total_sum"]


def test_other_rates_are_reckoned_by_their_percentage() -> None:
    xml = UNSIGNED.replace(b">8%<", b">KHAC:08.00%<")
    assert found(xml) == []
    assert codes(UNSIGNED.replace(b">8%<", b">KHAC:09.00%<")) == ["rate_vat"]


def test_a_gift_with_its_usual_price_costs_nothing() -> None:
    gift = Line(
        kind=LineKind.GIFT, name="Quà", quantity=Decimal(1), unit_price=Decimal(50_000), amount=0, rate="8%"
    )
    assert found(formats.build(replace(VAT_EXAMPLE, lines=(*VAT_EXAMPLE.lines, gift)))) == []


def test_the_qr_code_has_to_agree() -> None:
    assert codes(formats.build(VAT_EXAMPLE, qr=QR)) == []
    assert codes(formats.build(replace(VAT_EXAMPLE, number=43), qr=QR)) == ["qr_differs"]
    assert codes(formats.build(VAT_EXAMPLE, qr=QR[:-1] + "9")) == ["qr_broken"]
    assert codes(formats.build(VAT_EXAMPLE, qr="1" * 513)) == ["too_long", "qr_broken"]


@pytest.mark.parametrize(
    ("series", "code", "expected"),
    [
        ("C26TAA", "007626B884BF7045D79317B9BFF2B24BF0", []),
        ("C26TAA", "M2-26-A1B2C-00000000007", ["code_shape"]),
        ("K26TAA", "007626B884BF7045D79317B9BFF2B24BF0", ["code_unexpected"]),
        ("C26MAA", "M1-26-A1B2C-00000000007", []),
        ("C26MAA", "007626B884BF7045D79317B9BFF2B24BF0", ["code_shape"]),
    ],
)
def test_the_authoritys_code_has_the_shape_of_its_series(series: str, code: str, expected: list[str]) -> None:
    xml = changed(
        ("<KHHDon>C26TAA", f"<KHHDon>{series}"), ("</DLHDon>", f'</DLHDon><MCCQT Id="m">{code}</MCCQT>')
    )
    assert [item for item in codes(xml) if item.startswith("code_")] == expected


def test_signatures_are_demanded_of_finished_invoices_only() -> None:
    assert [item.code for item in check(UNSIGNED, today=ISSUED_ON)] == ["unsigned"]
    assert check(formats.build(TILL_EXAMPLE), today=ISSUED_ON) == []


def test_a_coded_invoice_needs_the_authoritys_signature(signed: bytes, trust: Trust) -> None:
    xml = with_code(signed, "0" * 34)
    assert [(item.code, item.path) for item in check(xml, today=ISSUED_ON, trust=trust)] == [
        ("unsigned", "HDon/DSCKS/CQT")
    ]


@pytest.mark.parametrize(
    ("day", "hour", "expected"),
    [(22, 23, ["signed_before_issue"]), (23, 0, []), (24, 23, []), (25, 0, ["signed_late"])],
)
def test_an_invoice_is_signed_by_the_next_working_day(
    day: int, hour: int, expected: list[str], seller_signer: FileSigner
) -> None:
    at = dt.datetime(2026, 11, day, hour, tzinfo=VIETNAM)
    xml = sign(UNSIGNED, seller_signer, place="NBan", at=at)
    assert [item.code for item in check(xml, today=ISSUED_ON)] == expected


@pytest.mark.parametrize(("issued", "last"), [(27, 30), (28, 30), (29, 30)])
def test_a_weekend_does_not_make_the_signature_late(
    issued: int, last: int, seller_signer: FileSigner
) -> None:
    draft = VAT_EXAMPLE.numbered(series="C26TAA", number=1, issued_on=dt.date(2026, 11, issued))
    for day, expected in ((dt.date(2026, 11, last), []), (dt.date(2026, 12, 1), ["signed_late"])):
        at = dt.datetime.combine(day, dt.time(9), VIETNAM)
        xml = sign(formats.build(draft), seller_signer, place="NBan", at=at)
        assert [item.code for item in check(xml, today=day)] == expected


def test_an_answer_has_to_be_the_invoice_that_was_sent(
    signed: bytes, seller_signer: FileSigner, keys: object, trust: Trust
) -> None:
    authority = sandbox_authority(keys)
    coded = sign(with_code(signed, "0" * 34), authority, place="CQT", at=SIGNED_AT)
    assert check_answer(signed, coded, today=ISSUED_ON, trust=trust) == []
    other = sign(formats.build(replace(VAT_EXAMPLE, number=43)), seller_signer, place="NBan", at=SIGNED_AT)
    coded_other = sign(with_code(other, "0" * 34), authority, place="CQT", at=SIGNED_AT)
    assert [item.code for item in check_answer(signed, coded_other, today=ISSUED_ON, trust=trust)] == [
        "answer_differs"
    ]
    assert [item.code for item in check_answer(signed, signed, today=ISSUED_ON, trust=trust)] == ["missing"]
    assert [item.code for item in check_answer(signed, b"<HDon/>", today=ISSUED_ON, trust=trust)] == [
        "not_an_invoice", "answer_differs", "missing",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b"", "not_xml"),
        (b"<HDon>", "not_xml"),
        (b"<HDon/>", "not_an_invoice"),
        (b"<TBao><DLHDon/></TBao>", "not_an_invoice"),
        (b"<HDon>" + b"a" * MOST_BYTES + b"</HDon>", "too_big"),
        (b'<!DOCTYPE HDon><HDon/>', "dtd"),
        (b'<!DOCTYPE a [<!ENTITY b "' + b"x" * 99 + b'">]><HDon>&b;&b;</HDon>', "dtd"),
        (b'<?xml version="1.0" encoding="UTF-16"?><HDon/>', "encoding"),
        ("<HDon/>".encode("utf-16"), "encoding"),
        (b"<HDon><DLHDon><!-- a --></DLHDon></HDon>", "comment"),
        (b"<HDon><DLHDon><?a b?></DLHDon></HDon>", "comment"),
        (b"\xff\xfe<HDon/>", "encoding"),
        (b"<HDon>" * 5000 + b"</HDon>" * 5000, "not_xml"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_one_finding(xml: bytes, code: str) -> None:
    assert [item.code for item in check(xml, today=ISSUED_ON)] == [code]


def test_a_byte_order_mark_does_no_harm() -> None:
    assert found(b"\xef\xbb\xbf" + UNSIGNED) == []


@settings(max_examples=150)
@given(st.data())
def test_no_mutilated_invoice_upsets_the_check(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(UNSIGNED)))
    cut = data.draw(st.integers(0, 40))
    put = data.draw(
        st.sampled_from([b"", b"<a/>", b"9" * 30, b"NaN", b"</DLHDon>", b"\x00", b"&amp;", b"-", b"1e9"])
    )
    check(UNSIGNED[:at] + put + UNSIGNED[at + cut :], today=ISSUED_ON)


@settings(max_examples=150)
@given(st.sampled_from(re.findall(rb">([^<]+)<", UNSIGNED)), st.text(max_size=12))
def test_no_value_upsets_the_check(old: bytes, new: str) -> None:
    escaped = new.replace("&", "&amp;").replace("<", "&lt;").encode("utf-8", "ignore")
    check(UNSIGNED.replace(b">" + old + b"<", b">" + escaped + b"<"), today=ISSUED_ON)


def test_a_qr_code_that_is_about_something_else_is_left_alone() -> None:
    assert codes(formats.build(VAT_EXAMPLE, qr="000201")) == []


def test_a_signed_invoice_without_a_date_is_not_judged_by_it(signed: bytes) -> None:
    xml = signed.replace(b"<NLap>2026-11-23</NLap>", b"")
    assert [item.code for item in check(xml, today=ISSUED_ON)] == ["missing", "signature_broken"]


def test_every_finding_has_a_sentence_in_both_languages() -> None:
    assert set(TEXTS) >= WARNINGS
    for code in TEXTS:
        item = finding(code, "a", "chi tiết")
        assert item.message_vi.endswith((".", "}", "chi tiết"))
        assert "{" not in item.message_vi + item.message_en
        assert item.is_error == (code not in WARNINGS)


def test_a_rich_adjustment_is_within_the_table() -> None:
    assert {code for code, _ in found(formats.build(ADJUSTMENT))} <= {
        "rate_sum", "net_sum", "total_sum", "discount_sum", "vat_sum", "related_itself",
    }  # fmt: skip
