"""Codes of lots: what a person mistypes is noticed, what a person means is understood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.lot_codes import ALPHABET, LENGTH, MistypedCode, check_character, grouped, new_code, read_code

BODIES = st.text(alphabet=ALPHABET, min_size=10, max_size=10)


def with_check(body: str) -> str:
    return body + check_character(body)


def test_the_alphabet_has_32_letters_and_none_that_look_alike() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 32
    assert set("ILOU") & set(ALPHABET) == set()


def test_a_new_code_reads_as_itself_and_none_comes_twice() -> None:
    codes = {new_code() for _ in range(2_000)}
    assert len(codes) == 2_000
    assert all(len(code) == LENGTH == 11 and read_code(code) == code for code in codes)


@given(BODIES)
def test_a_code_is_read_however_a_person_types_it(body: str) -> None:
    code = with_check(body)
    assert read_code(grouped(code)) == code
    assert read_code(f" {code.lower()} ") == code
    assert read_code(code.replace("0", "o").replace("1", "l")) == code
    assert read_code(code.replace("1", "I")) == code


@given(BODIES, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(body: str, place: int, wrong: str) -> None:
    code = with_check(body)
    if code[place] == wrong:
        return
    with pytest.raises(MistypedCode):
        read_code(code[:place] + wrong + code[place + 1 :])


@given(BODIES, st.integers(0, LENGTH - 1), st.integers(0, LENGTH - 1))
def test_two_characters_that_changed_places_are_always_noticed(body: str, one: int, other: int) -> None:
    code = with_check(body)
    if code[one] == code[other]:
        return
    swapped = list(code)
    swapped[one], swapped[other] = code[other], code[one]
    with pytest.raises(MistypedCode):
        read_code("".join(swapped))


@pytest.mark.parametrize(
    "text", ["", "7Q2MK0T9XA", "7Q2MK0T9XAHH", "7Q2MK0T9XAU", "7Q2MK0T9X\x00H", "٧Q2MK0T9XAH"]
)
def test_what_cannot_be_a_code_is_refused(text: str) -> None:
    with pytest.raises(MistypedCode):
        read_code(text)


def test_a_known_code_keeps_its_check_character() -> None:
    """Printed labels outlive the program: the sum must never change."""
    assert check_character("7Q2MK0T9XA") == "H"
    assert check_character("0000000000") == "0"
    assert check_character("0000000001") == "2"
