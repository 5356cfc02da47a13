"""Cells as farmers write them: what is understood, and what is refused rather than guessed."""

from __future__ import annotations

import doctest
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import spreadsheets
from catalog.importing import archives, columns, values
from catalog.importing.cells import Unread
from catalog.importing.problems import CellRefused, Trouble
from catalog.importing.values import (
    ALL_MONTHS,
    amount_of,
    flag_of,
    grams_of,
    months_of,
    months_text,
    price_of,
    text_of,
    unit_of,
    whole_of,
)
from catalog.models import NetUnit, Processing, ProductSheet, TaxClass
from catalog.spreadsheets import as_text, as_written


def refusal(call, *args, **kwargs) -> Trouble:
    with pytest.raises(CellRefused) as caught:
        call(*args, **kwargs)
    return caught.value.trouble


@pytest.mark.parametrize("module", [spreadsheets, values, archives], ids=lambda module: module.__name__)
def test_the_examples_in_the_documentation_hold(module):
    results = doctest.testmod(module)
    assert results.attempted > 0
    assert results.failed == 0


@pytest.mark.parametrize(
    ("cell", "price"),
    [
        ("55.000 ₫", 55_000), ("55000", 55_000), ("55,000", 55_000), ("55.000đ", 55_000), ("55.000 VNĐ", 55_000),
        ("₫55.000", 55_000), ("55 000 đồng", 55_000), ("55\xa0000 ₫", 55_000), ("1.250.000", 1_250_000),
        ("1,250,000.00", 1_250_000), ("1.250.000,00", 1_250_000), ("55000,0", 55_000), (55_000, 55_000),
        ("'55000", None), ("5.5", None), ("55.00", None), ("55.0", None), ("1.25.000", None), ("1.250,000", None),
        ("55k", None), ("-55000", None), ("55.000.", None), ("", None), ("5e4", None), ("５５０００", None),
        ("0.500", None), (Decimal("55.5"), None), ("55.000 $", None), ("1.250.000 - 1.300.000", None),
    ],
)  # fmt: skip
def test_prices_are_understood_or_refused_but_never_guessed(cell, price):
    if price is None:
        assert refusal(price_of, cell) is Trouble.NOT_A_PRICE
    else:
        assert price_of(cell) == price


@pytest.mark.parametrize("cell", ["55", 55, "999 ₫"])
def test_a_price_that_lost_its_thousands_is_noticed(cell):
    assert refusal(price_of, cell) is Trouble.PRICE_TOO_LOW


@given(
    st.integers(1_000, 999_999_999),
    st.sampled_from([".", ",", " ", "\xa0", ""]),
    st.sampled_from(["", " ₫", "đ", " VND"]),
)
def test_every_price_written_with_one_kind_of_separator_reads_back(price, separator, currency):
    assert price_of(f"{price:,}".replace(",", separator) + currency) == price


@given(st.text(max_size=12))
def test_no_text_makes_a_reader_fail_in_an_unforeseen_way(text):
    for read in (price_of, whole_of, amount_of, grams_of, months_of, flag_of, unit_of):
        try:
            read(text)
        except CellRefused:
            continue


@pytest.mark.parametrize(
    ("cell", "unit", "amount"),
    [
        ("500 g", None, (500, "g")), ("1,5 kg", None, (1500, "g")), ("1.5kg", None, (1500, "g")),
        ("0,750", "lít", (750, "ml")), ("12", "cái", (12, "piece")), (3, "kg", (3000, "g")),
        (Decimal("1.5"), "kg", (1500, "g")), ("1.500", "g", (1500, "g")), ("500", None, (500, "")),
        ("1.500 kg", None, Trouble.AMBIGUOUS_AMOUNT), ("1,500", "kg", Trouble.AMBIGUOUS_AMOUNT),
        ("1,5 g", None, Trouble.NOT_AN_AMOUNT), ("1,2345 kg", None, Trouble.NOT_AN_AMOUNT),
        ("0", "g", Trouble.NOT_AN_AMOUNT), ("kg", None, Trouble.NOT_AN_AMOUNT),
        ("5 thúng", None, Trouble.NOT_A_CHOICE), ("5 kg", "lít", Trouble.UNITS_DIFFER),
    ],
)  # fmt: skip
def test_amounts_are_exact_and_their_units_known(cell, unit, amount):
    if isinstance(amount, Trouble):
        assert refusal(amount_of, cell, unit) is amount
    else:
        assert amount_of(cell, unit) == amount


def test_kilograms_without_a_quantity_say_nothing():
    assert refusal(unit_of, "kg") is Trouble.UNIT_ALONE


@pytest.mark.parametrize(
    ("cell", "months"),
    [
        ("T9–T1", (9, 10, 11, 12, 1)), ("9-1", (9, 10, 11, 12, 1)), ("9, 10,11", (9, 10, 11)), (9, (9,)),
        ("tháng 9 đến tháng 11", (9, 10, 11)), ("T3 T5", (3, 5)), ("cả năm", tuple(range(1, 13))),
        ("Quanh năm", tuple(range(1, 13))), ("T11-T2; T6", (11, 12, 1, 2, 6)),
    ],
)  # fmt: skip
def test_months_are_read_as_they_are_spoken_of(cell, months):
    assert months_of(cell) == sum(1 << (month - 1) for month in months)


@pytest.mark.parametrize("cell", ["T13", "0", "9.1", Decimal("9.1"), "mùa thu", "9-10-11", "-", "", 13])
def test_what_is_no_month_is_refused(cell):
    assert refusal(months_of, cell) is Trouble.NOT_MONTHS


def test_a_cell_that_the_spreadsheet_changed_into_a_date_is_not_read():
    assert refusal(months_of, Unread.DATE) is Trouble.DATE
    assert refusal(price_of, Unread.FORMULA) is Trouble.FORMULA


@given(st.integers(1, ALL_MONTHS))
def test_every_season_is_written_so_that_it_reads_back(bits):
    assert months_of(months_text(bits)) == bits


@given(st.text(max_size=8))
def test_neutralised_text_reads_back_and_never_begins_as_a_formula(text):
    assert as_written(as_text(text)) == text
    assert not as_text(text).startswith(spreadsheets.FORMULA_STARTS)


def test_text_is_composed_on_one_line_and_free_of_what_nobody_sees():
    decomposed = unicodedata.normalize("NFD", "Mường")
    assert text_of(f"  {decomposed}\u200b\n Khương\ufeff ", most=60) == "Mường Khương"
    assert text_of("Dòng một \nDòng hai\t", most=60, lines=True) == "Dòng một\nDòng hai"


@pytest.mark.parametrize("letter", ["\u202e", "\u200f", "\u2066", "\x00", "\x07", "\x1b"])
def test_letters_that_turn_or_hide_text_are_refused(letter):
    assert refusal(text_of, f"Khoai {letter}sọ", most=60) is Trouble.HIDDEN_LETTERS


def test_ten_thousand_letters_do_not_fit():
    assert refusal(text_of, "x" * 10_000, most=255) is Trouble.TOO_LONG


@pytest.mark.parametrize(
    ("cell", "flag"), [("Có", True), ("x", True), (1, True), ("không", False), ("", False), (True, True)]
)
def test_flags(cell, flag):
    assert flag_of(cell) is flag


def test_neither_yes_nor_no():
    assert refusal(flag_of, "chắc vậy") is Trouble.NOT_A_FLAG


@pytest.mark.parametrize(
    ("choices", "model"),
    [(columns.NET_UNITS, NetUnit), (columns.TAX_CLASSES, TaxClass), (columns.PROCESSINGS, Processing)],
)
def test_the_choices_are_those_of_the_product_sheet(choices, model):
    assert list(choices) == model.values
    if model is not NetUnit:
        assert [names[0] for names in choices.values()] == [str(label) for label in model.labels]


def test_texts_are_as_long_as_the_product_sheet_lets_them_be():
    for column in columns.COLUMNS:
        fields = {field.name: field for field in ProductSheet._meta.concrete_fields}
        if column.most and column.field in fields and getattr(fields[column.field], "max_length", None):
            assert column.most == fields[column.field].max_length, column.field


def test_no_heading_means_two_columns():
    names = [name for column in columns.COLUMNS for name in column.names]
    assert len(names) == len(set(names))
