"""Tax codes as invoices write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.invoices.tax_codes import is_tax_code, without_dash

WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


@pytest.mark.parametrize(
    "text", ["5699999011", "0199999021", "0109999037", "0100233488", "0100233488-001", "012345678901"]
)
def test_codes_of_companies_branches_and_persons_are_known(text: str) -> None:
    assert is_tax_code(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5699999012",
        "569999901",
        "0100233488001",
        "0100233488-000",
        "0100000000",
        "0123456789012",
        "０１２３４５６７８９０１",
        " 5699999011",
    ],
)
def test_what_is_no_tax_code_is_refused(text: str) -> None:
    assert not is_tax_code(text)


@given(st.lists(st.integers(0, 9), min_size=10, max_size=10))
def test_the_check_digit_is_that_of_the_law(digits: list[int]) -> None:
    text = "".join(map(str, digits))
    right = 10 - sum(weight * digit for weight, digit in zip(WEIGHTS, digits, strict=False)) % 11
    assert is_tax_code(text) == (right == digits[9] and text[2:9] != "0000000")


def test_messages_write_a_branch_without_its_dash() -> None:
    assert without_dash("0100233488-001") == "0100233488001"
