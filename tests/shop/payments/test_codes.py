"""Order codes survive what banks do to a memo, and a mistyped code is not somebody else's."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.payments.codes import check_character, find_codes, new_code
from shop.readable import ALPHABET

bodies = st.text(ALPHABET, min_size=7, max_size=7)
codes = bodies.map(lambda body: "HT" + body + check_character(body))


def test_a_new_code_is_well_formed_and_finds_itself() -> None:
    code = new_code()
    assert (len(code), code[:2], find_codes(code)) == (10, "HT", [code])
    assert new_code() != code


@pytest.mark.parametrize(
    "memo",
    [
        "HT2345678X",
        "ht2345678x",
        "HT 2345 678X",
        "ht-2345-678x cam on",
        "MBVCB.3278907687.HT2345678X.CT tu 0123456789 NGUYEN VAN A toi 0123",
        "HT2345678X-160725-10:22:11 FT24199",
        "Thanh toán đơn HT2345678X",
        "HTHT2345678X",
    ],
)
def test_a_code_is_found_in_what_banks_make_of_it(memo: str) -> None:
    assert find_codes(memo) == ["HT2345678X"]


@pytest.mark.parametrize("memo", ["", "cam on", "HT2345678", "HT2345678Y", "HT0345678X", "2345678X", "💰"])
def test_what_is_not_a_whole_code_is_not_found(memo: str) -> None:
    assert find_codes(memo) == []


@given(codes, st.integers(2, 9), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(code: str, position: int, symbol: str) -> None:
    mistyped = code[:position] + symbol + code[position + 1 :]
    assert find_codes(mistyped) == ([code] if mistyped == code else [])


@given(st.lists(codes, unique=True, max_size=3), st.text("0123456789., ", max_size=5))
def test_several_codes_are_found_in_their_order(several: list[str], between: str) -> None:
    assert [code for code in find_codes(("." + between).join(several)) if code in several] == several


@given(st.text())
def test_any_memo_is_read_without_a_complaint(memo: str) -> None:
    assert find_codes(memo) == find_codes(unicodedata.normalize("NFD", memo))
