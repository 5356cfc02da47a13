"""Every rule of the sandbox tax authority, each broken once and caught with its own code."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from shop.invoices import formats
from shop.invoices.lookup_qr import lookup_text
from shop.invoices.words import amount_in_words
from shop.sandbox.tax_rules import TEXTS, faults_of, is_tax_code
from shop.sandbox.tax_table import rows_of
from shop.sandbox.tax_words import value_of
from tests.shop.invoices.examples import ISSUED_ON, SALES_EXAMPLE, VAT_EXAMPLE
from tests.shop.invoices.test_formats import TILL_EXAMPLE

TODAY = dt.date(2026, 11, 27)
LINE = "NDHDon/DSHHDVu/HHDVu"
RATE = "NDHDon/TToan/THTTLTSuat/LTSuat"
TOTAL = "NDHDon/TToan"
QR = lookup_text(
    seller_tax_code="5699999011", form="1", series="C26TAA", number=42, issued_on=ISSUED_ON, total=3_984_000
)
EXAMPLES = {"1": formats.build(VAT_EXAMPLE, qr=QR), "2": formats.build(SALES_EXAMPLE)}

Change = tuple[str, str, str]  # form, path, what is done to it


def changed(form: str, path: str, text: str | None) -> etree._Element:
    """An example with the first tag at ``path`` set to ``text``, added in its place, or taken out (None)."""
    root = etree.fromstring(EXAMPLES[form])
    content = root.find("DLHDon")
    found = root.find(path) if path == "DLQRCode" else content.find(path)
    if text is None:
        found.getparent().remove(found)
        return root
    if found is None:
        found = _added(content, path, rows_of(form))
    found.text = text
    return root


def _added(content: etree._Element, path: str, rows: dict) -> etree._Element:
    parent_path, _, tag = path.rpartition("/")
    parent = content.find(parent_path)
    if parent is None:
        parent = _added(content, parent_path, rows)
    element = etree.Element(tag)
    before = [child for child in parent if rows[f"{parent_path}/{child.tag}"].place < rows[path].place]
    parent.insert(len(before), element)
    return element


def shape_violations() -> Iterator[tuple[str, str, str | None, str]]:
    """Each tag of the table too long, badly written, or missing."""
    for form in ("1", "2"):
        for path, row in rows_of(form).items():
            if "TTHDLQuan" in path or "TTHHDTrung" in path or "DSLPhi" in path or path.endswith("KHMSHDon"):
                continue
            if row.content[0] == "s":
                yield form, path, "x" * (int(row.content[1:]) + 1), "9202"
            elif row.content[0] == "n":
                yield form, path, "1e3", "9203"
            elif row.content == "d":
                yield form, path, "23/11/2026", "9204"
            elif row.content == "f":
                yield form, path, "2", "9208"
            if row.is_needed and row.content != "g":
                yield form, path, "", "9201"
                yield form, path, None, "9201"


SHAPE = list(shape_violations())

RULES: list[tuple[str, str, str | None, str]] = [
    ("1", "TTChung/PBan", "2.0.0", "9211"),
    ("1", "TTChung/KHMSHDon", "7", "9212"),
    ("1", "TTChung/KHHDon", "C26Taa", "9213"),
    ("1", "TTChung/KHHDon", "K26TAA", "9214"),
    ("1", "TTChung/KHHDon", "C25TAA", "9215"),
    ("1", "TTChung/SHDon", "0", "9216"),
    ("1", "TTChung/SHDon", "042", "9216"),
    ("1", "TTChung/NLap", "2026-11-28", "9217"),
    ("1", "TTChung/NLap", "2026-02-30", "9204"),
    ("1", "TTChung/MSTTCGP", "0109999038", "9218"),
    ("1", "NDHDon/NBan/MST", "5699999012", "9218"),
    ("1", "NDHDon/NMua/MST", "0199999022", "9218"),
    ("2", "NDHDon/NBan/MST", "569999901", "9218"),
    ("1", "TTChung/MSTDVNUNLHDon", "0109999037", "9219"),
    ("1", "TTChung/TDVNUNLHDon", "Chợ Phiên", "9219"),
    ("1", "TTChung/DVTTe", "USD", "9220"),
    ("1", f"{LINE}/TChat", "6", "9231"),
    ("1", f"{LINE}/TSuat", "7%", "9232"),
    ("1", f"{LINE}/TSuat", None, "9233"),
    ("1", f"{LINE}/ThTien", "2400001", "9235"),
    ("1", f"{LINE}/SLuong", "21", "9235"),
    ("1", f"{LINE}/ThTien", "2400000.5", "9237"),
    ("1", f"{LINE}/ThTien", None, "9239"),
    ("1", f"{LINE}/ThTien", "-2400000", "9249"),
    ("1", f"{LINE}/TChat", "5", "9238"),
    ("1", f"{LINE}/TChat", "4", "9236"),
    ("1", f"{RATE}/ThTien", "2300001", "9241"),
    ("1", f"{RATE}/TThue", "184002", "9242"),
    ("1", f"{RATE}/TSuat", "10%", "9248"),
    ("1", f"{RATE}/TSuat", "KCT", "9248"),
    ("1", f"{TOTAL}/TgTCThue", "3800001", "9243"),
    ("1", f"{TOTAL}/TgTThue", "184001", "9244"),
    ("1", f"{TOTAL}/TgTTTBSo", "3984001", "9245"),
    ("2", f"{TOTAL}/TgTTTBSo", "360001", "9245"),
    ("1", f"{TOTAL}/TGTKhac", "1", "9245"),
    ("1", f"{TOTAL}/TTCKTMai", "99999", "9246"),
    ("1", f"{TOTAL}/TgTTTBChu", "Ba triệu đồng.", "9247"),
    ("1", f"{TOTAL}/TgTTTBChu", "nhiều tiền", "9247"),
    ("2", f"{TOTAL}/TgTTTBChu", "Ba trăm sáu mươi đồng.", "9247"),
    ("2", "NDHDon/NMua/HVTNMHang", None, "9251"),
    ("1", "NDHDon/NMua/Ten", None, "9252"),
    ("1", "NDHDon/NMua/DChi", None, "9252"),
    ("1", "NDHDon/NMua/CCCDan", "12345678901", "9253"),
    ("1", "TTChung/TTHDLQuan/TCHDon", "3", "9261"),
    ("1", "TTChung/TTHDLQuan/TCHDon", "1", "9262"),
    ("1", "DLQRCode", QR[:-1] + ("0" if QR[-1] != "0" else "1"), "9271"),
    ("2", "NDHDon/DSHHDVu/HHDVu/STT", "12345", "9203"),
]


def codes(root: etree._Element, today: dt.date = TODAY) -> set[str]:
    return {code for code, _ in faults_of(root, today=today)}


@pytest.mark.parametrize("form", ["1", "2"])
def test_what_the_market_writes_is_in_order(form: str) -> None:
    assert faults_of(etree.fromstring(EXAMPLES[form]), today=TODAY) == []


def test_there_are_at_least_120_violations() -> None:
    assert len({(form, path, code) for form, path, _, code in SHAPE + RULES}) >= 120


@pytest.mark.parametrize(("form", "path", "text", "code"), SHAPE + RULES)
def test_each_violation_is_caught_with_its_code(form: str, path: str, text: str | None, code: str) -> None:
    found = codes(changed(form, path, text))
    assert code in found, found


def of_kind(kind: str, series: str, code: str | None) -> set[str]:
    """The faults of an invoice of that kind with another series and code."""
    example = (
        replace(TILL_EXAMPLE, series=series) if kind == "till" else replace(SALES_EXAMPLE, series=series)
    )
    root = etree.fromstring(formats.build(example, code=code or ""))
    return {found for found, _ in faults_of(root, today=TODAY, kind=kind)}


@pytest.mark.parametrize(
    ("kind", "series", "code", "found"),
    [
        ("till", "C26MYY", "M2-26-A1B2C-00000000007", set()),
        ("till", "C26MYY", None, {"9265"}),
        ("till", "C26MYY", "M2-26-A1B2-00000000007", {"9265"}),
        ("till", "C26MYY", "00" + "A" * 32, {"9265"}),
        ("till", "C26MYY", "M1-26-A1B2C-00000000007", {"9266"}),
        ("till", "C26MYY", "M2-25-A1B2C-00000000007", {"9266"}),
        ("till", "C26TYY", "M2-26-A1B2C-00000000007", {"9214"}),
        ("till", "K26MYY", "M2-26-A1B2C-00000000007", {"9214"}),
        ("uncoded", "K26TYY", None, set()),
        ("uncoded", "K26TYY", "M2-26-A1B2C-00000000007", {"9267"}),
        ("uncoded", "C26TYY", None, {"9214"}),
        ("uncoded", "K26MYY", None, {"9214"}),
        ("coded", "C26MYY", None, {"9214"}),
    ],
)
def test_symbol_and_code_have_to_fit_the_message(
    kind: str, series: str, code: str | None, found: set[str]
) -> None:
    assert of_kind(kind, series, code) == found


def test_only_an_invoice_from_a_till_may_lack_payment_and_provider() -> None:
    root = etree.fromstring(formats.build(TILL_EXAMPLE, code="M2-26-A1B2C-00000000007"))
    assert {code for code, _ in faults_of(root, today=TODAY)} == {"9201"}


def test_a_rate_that_is_over_is_refused_from_the_first_of_january_on() -> None:
    text = EXAMPLES["1"].replace(b"C26TAA", b"C27TAA").replace(b"2026-11-23", b"2027-01-01")
    root = etree.fromstring(re.sub(rb"<DLQRCode>.*</DLQRCode>", b"", text))
    assert codes(root, dt.date(2027, 1, 1)) == {"9234"}


def test_a_qr_of_another_invoice_is_refused() -> None:
    other = lookup_text(
        seller_tax_code="5699999011",
        form="1",
        series="C26TAA",
        number=43,
        issued_on=ISSUED_ON,
        total=3_984_000,
    )
    assert codes(etree.fromstring(EXAMPLES["1"].replace(QR.encode(), other.encode()))) == {"9272"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<SHDon>42</SHDon>", "<SHDon>42</SHDon><SHDon>42</SHDon>", "9206"),
        ("<PBan>2.1.0</PBan>", "", "9201"),
        ("<TTChung>", "<TTChung><La>1</La>", "9205"),
        ("<TTChung>", "<TTChung>chữ", "9209"),
        ("<TTChung>", '<TTChung a="1">', "9209"),
        ("<SHDon>42</SHDon>", "<SHDon>4<b/>2</SHDon>", "9209"),
        (
            "<KHHDon>C26TAA</KHHDon><SHDon>42</SHDon>",
            "<SHDon>42</SHDon><KHHDon>C26TAA</KHHDon>",
            "9207",
        ),
        ("</NBan>", "<TTKhac><TTin><TTruong>a</TTruong><KDLieu>x</KDLieu></TTin></TTKhac></NBan>", "9205"),
        ("</NBan>", "<TTKhac><La/></TTKhac></NBan>", "9205"),
        (
            "</NBan>",
            f"<TTKhac><TTin><TTruong>{'a' * 600}</TTruong><KDLieu>string</KDLieu></TTin></TTKhac></NBan>",
            "9202",
        ),
    ],
)
def test_markup_out_of_place_is_refused(old: str, new: str, code: str) -> None:
    text = EXAMPLES["1"].decode()
    assert old in text
    assert code in codes(etree.fromstring(text.replace(old, new, 1).encode()))


def test_every_code_has_a_sentence_and_a_violation() -> None:
    tried = {code for *_, code in SHAPE + RULES} | {
        "9205", "9206", "9207", "9209", "9234", "9265", "9266", "9267", "9272",
    }  # fmt: skip
    assert tried == set(TEXTS)


@given(st.integers(-(10**15), 10**15))
def test_the_authority_reads_the_words_that_the_market_writes(amount: int) -> None:
    assert value_of(amount_in_words(amount)) == amount


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("5699999011", True), ("5699999011-001", True), ("5699999011-000", False), ("12", False), ("", False)],
)
def test_tax_codes_are_told_apart(text: str, is_one: bool) -> None:
    assert is_tax_code(text) is is_one
