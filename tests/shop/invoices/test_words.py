"""Amounts in Vietnamese words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.invoices.words import amount_in_words, number_in_words, read_amount

numbers = st.integers(0, 10**15) | st.builds(
    lambda digits, zeros: digits * 10**zeros, st.integers(1, 9_999), st.integers(0, 11)
)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "Không đồng."),
        (10, "Mười đồng."),
        (11, "Mười một đồng."),
        (15, "Mười lăm đồng."),
        (21, "Hai mươi mốt đồng."),
        (24, "Hai mươi bốn đồng."),
        (25, "Hai mươi lăm đồng."),
        (105, "Một trăm lẻ năm đồng."),
        (110, "Một trăm mười đồng."),
        (1_005, "Một nghìn không trăm lẻ năm đồng."),
        (1_010, "Một nghìn không trăm mười đồng."),
        (1_284_000, "Một triệu hai trăm tám mươi bốn nghìn đồng."),
        (1_000_100, "Một triệu không nghìn một trăm đồng."),
        (1_001_000, "Một triệu không trăm lẻ một nghìn đồng."),
        (2_024_500, "Hai triệu không trăm hai mươi bốn nghìn năm trăm đồng."),
        (1_000_000_000, "Một tỷ đồng."),
        (1_005_000_000, "Một tỷ không trăm lẻ năm triệu đồng."),
        (10**12, "Một nghìn tỷ đồng."),
        (-54_000, "Âm năm mươi bốn nghìn đồng."),
    ],
)
def test_known_amounts_are_said_as_accountants_say_them(number: int, words: str) -> None:
    assert amount_in_words(number) == words


@given(numbers)
def test_words_read_back_to_the_number(number: int) -> None:
    assert read_amount(amount_in_words(number)) == number
    assert read_amount(amount_in_words(-number)) == -number


@given(numbers, numbers)
def test_two_amounts_never_sound_the_same(one: int, other: int) -> None:
    assert (number_in_words(one) == number_in_words(other)) == (one == other)


@given(st.integers(0, 10**9))
def test_the_words_fit_the_invoice(number: int) -> None:
    assert len(amount_in_words(number)) <= 255
    assert "  " not in amount_in_words(number)


@given(numbers)
def test_other_customary_spellings_are_read_too(number: int) -> None:
    text = (
        amount_in_words(number).replace("lẻ", "linh").replace("nghìn", "ngàn").replace("mươi bốn", "mươi tư")
    )
    assert read_amount(text.removesuffix(".") + " chẵn./.") == number


@pytest.mark.parametrize(
    "text", ["", "đồng", "bốn trăm linh", "one million", "một triệu hai", "nghìn", "hai ba", "tỷ"]
)
def test_words_that_leave_doubt_are_not_guessed(text: str) -> None:
    assert read_amount(text) is None
