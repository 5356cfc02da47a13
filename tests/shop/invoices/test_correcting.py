"""What correcting invoices say: the difference to the đồng, in the law's words, at the rates of the first invoice."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.invoices import formats
from shop.invoices.checking import check
from shop.invoices.correcting import adjustment, line_discounts, names_earlier, replacement, taken_back
from shop.invoices.draft import Correction, LineKind
from shop.invoices.sales import SaleRecord, SoldLine
from tests.shop.invoices.examples import BUYER, SELLER

FIRST_DAY = dt.date(2026, 12, 30)
LATER = dt.date(2027, 1, 4)
ADJUSTS = names_earlier(Correction.ADJUSTS, form="1", series="C26TAA", number=42, issued_on=FIRST_DAY)
REPLACES = names_earlier(Correction.REPLACES, form="1", series="C26TAA", number=42, issued_on=FIRST_DAY)
CLASSES = {"8%": "processed", "KCT": "own_produce", "5%": "traded_produce", "10%": "excise"}


def sold(name: str, gross: int, quantity: int | None = 1, rate: str = "8%") -> SoldLine:
    return SoldLine(
        name=name, tax_class=CLASSES[rate], gross_amount=gross, quantity=quantity, rate=rate, unit="gói"
    )


def sale(*lines: SoldLine, discount: int = 0) -> SaleRecord:
    return SaleRecord(
        seller=SELLER,
        buyer=BUYER,
        business_buyer=True,
        on_deduction=True,
        lines=lines,
        discount_amount=discount,
        payment_method="Chuyển khoản",
        solution_tax_code="0109999037",
    )


def findings(record: SaleRecord) -> list[tuple[str, str]]:
    draft = record.draft_on(LATER).numbered(series="C27TAA", number=1, issued_on=LATER)
    return [
        (one.code, one.path) for one in check(formats.build(draft), today=LATER, signed=False) if one.is_error
    ]


TEA, TARO, DELIVERY = sold("Trà", 360_000, 2), sold("Khoai sọ", 210_000, 3, "KCT"), sold("Giao hàng", 30_000)


def test_the_sentence_names_the_earlier_invoice_in_the_words_of_the_law() -> None:
    assert ADJUSTS.note == "Điều chỉnh cho hóa đơn Mẫu số 1 ký hiệu C26TAA số 42 ngày 30 tháng 12 năm 2026"
    assert REPLACES.note.startswith("Thay thế cho hóa đơn Mẫu số 1")


def test_fewer_goods_are_written_as_a_negative_line_at_the_old_rate() -> None:
    before = sale(TEA, TARO, DELIVERY)
    after = dataclasses.replace(
        before, lines=(dataclasses.replace(TEA, quantity=1, gross_amount=180_000), TARO, DELIVERY)
    )
    document = adjustment(before, after, ADJUSTS)
    (line,) = document.draft_on(LATER).lines  # 2027: new goods would be at 10 %
    assert (line.name, line.quantity, line.amount, line.rate) == ("Điều chỉnh giảm: Trà", -1, -166_667, "8%")
    assert document.total_amount == -180_000
    assert document.draft_on(LATER).total_in_words == "Âm một trăm tám mươi nghìn đồng."
    assert findings(document) == []


def test_a_higher_price_is_a_positive_line_without_quantity() -> None:
    before = sale(TEA, TARO)
    after = dataclasses.replace(before, lines=(TEA, dataclasses.replace(TARO, gross_amount=240_000)))
    (line,) = adjustment(before, after, ADJUSTS).draft_on(LATER).lines
    assert (line.name, line.quantity, line.unit_price, line.amount) == (
        "Điều chỉnh tăng: Khoai sọ", None, None, 30_000,
    )  # fmt: skip


def test_a_wrong_rate_takes_the_line_off_and_puts_it_on_again() -> None:
    before = sale(TEA, TARO)
    after = dataclasses.replace(before, lines=(dataclasses.replace(TEA, rate="KCT"), TARO))
    document = adjustment(before, after, ADJUSTS)
    assert document.total_amount == 0
    assert [(line.rate, line.amount) for line in document.draft_on(LATER).lines] == [
        ("8%", -333_333),
        ("KCT", 360_000),
    ]
    assert findings(document) == []


def test_only_a_wrong_tax_code_is_adjusted_by_a_note_and_no_money() -> None:
    before = sale(TEA)
    after = dataclasses.replace(before, buyer=dataclasses.replace(BUYER, tax_code="5699999212"))
    draft = adjustment(before, after, ADJUSTS).draft_on(LATER)
    (line,) = draft.lines
    assert (line.kind, draft.total) == (LineKind.NOTE, 0)
    assert line.name == ("Điều chỉnh thông tin người mua: mã số thuế “0199999021” thành “5699999212”")
    assert draft.buyer.tax_code == "5699999212"
    assert findings(adjustment(before, after, ADJUSTS)) == []


def test_a_replacement_says_everything_anew_without_the_lines_that_fell_away() -> None:
    after = sale(dataclasses.replace(TEA, quantity=0, gross_amount=0), TARO, discount=10_000)
    document = replacement(after, REPLACES)
    draft = document.draft_on(LATER)
    assert [line.name for line in draft.lines] == ["Khoai sọ", "Chiết khấu thương mại"]
    assert (draft.total, draft.related.correction) == (200_000, Correction.REPLACES)
    assert findings(document) == []


def test_all_goods_back_undo_the_first_invoice_to_the_dong_in_every_sum() -> None:
    before = sale(TEA, TARO, DELIVERY, discount=55_555)
    first = before.draft_on(FIRST_DAY)
    document, after = taken_back(before, [2, 3, 1], ADJUSTS)
    undone = document.draft_on(LATER)
    assert (undone.total, undone.net_amount, undone.vat_amount) == (
        -first.total,
        -first.net_amount,
        -first.vat_amount,
    )
    assert (after.total_amount, after.discount_amount) == (0, 0)
    assert findings(document) == []


@pytest.mark.parametrize("counts", [[3, 0, 0], [-1, 0, 0]])
def test_no_more_can_come_back_than_stands_on_the_invoice(counts: list[int]) -> None:
    with pytest.raises(ValueError, match="cannot come back"):
        taken_back(sale(TEA, TARO, DELIVERY), counts, ADJUSTS)


def test_a_record_with_a_related_invoice_survives_json() -> None:
    record = replacement(sale(TEA, discount=5), REPLACES)
    assert SaleRecord.from_json(record.as_json()) == record


LINES = st.lists(
    st.builds(
        sold,
        st.just("Món"),
        st.integers(1, 10**8),
        st.integers(1, 50),
        st.sampled_from(["8%", "KCT", "5%", "10%"]),
    ),
    min_size=1,
    max_size=6,
)


@given(st.data(), LINES)
def test_what_comes_back_in_portions_sums_to_what_was_paid(
    data: st.DataObject, lines: list[SoldLine]
) -> None:
    total = sum(line.gross_amount for line in lines)
    record = sale(*lines, discount=data.draw(st.integers(0, total)))
    assert sum(line_discounts(record)) == record.discount_amount
    paid, given_back = record.total_amount, 0
    for is_last in (False, False, True):
        counts = [
            line.quantity if is_last else data.draw(st.integers(0, line.quantity)) for line in record.lines
        ]
        document, record = taken_back(record, counts, ADJUSTS)
        given_back += document.total_amount
        assert document.total_amount <= 0
        assert paid + given_back == record.total_amount
    assert given_back == -paid


@given(st.data(), LINES)
def test_first_invoice_and_adjustment_sum_to_what_should_have_been_said(
    data: st.DataObject, lines: list[SoldLine]
) -> None:
    before = sale(*lines, discount=data.draw(st.integers(0, sum(line.gross_amount for line in lines))))
    right = []
    for line in lines:
        quantity = data.draw(st.integers(0, 50))
        right.append(
            dataclasses.replace(
                line,
                quantity=quantity,
                gross_amount=data.draw(st.integers(1, 10**8)) if quantity else 0,
                rate=data.draw(st.sampled_from([line.rate, "8%", "KCT"])),
            )
        )
    room = sum(line.gross_amount for line in right)
    after = dataclasses.replace(before, lines=tuple(right), discount_amount=data.draw(st.integers(0, room)))
    document = adjustment(before, after, ADJUSTS)
    assert before.total_amount + document.total_amount == after.total_amount
    if document.lines or document.note:
        assert findings(document) == []
