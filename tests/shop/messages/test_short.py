"""An SMS is short, without marks, and never dearer than two segments."""

import doctest
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.messages import layout, short
from shop.messages.kinds import SHORT_KINDS, ZNS_PARAMETERS
from shop.messages.layout import blocks_of
from shop.messages.short import segments, unmarked

FOLDER = Path(short.__file__).parent / "templates"


@pytest.mark.parametrize("module", [short, layout])
def test_the_examples_in_the_docstrings_hold(module: Any) -> None:
    assert doctest.testmod(module).failed == 0


@given(st.text(max_size=200))
def test_what_is_unmarked_is_in_the_cheap_alphabet_and_one_line(text: str) -> None:
    bare = unmarked(text)
    assert "\n" not in bare and "  " not in bare
    assert segments(bare) == max(1, segments(bare))
    assert all(ord(letter) < 0x3AA or letter == "€" for letter in bare)
    assert unmarked(bare) == bare


@pytest.mark.parametrize(
    ("text", "cost"),
    [("a" * 306, 2), ("a" * 307, 3), ("ạ" * 134, 2), ("ạ" * 135, 3), ("🍠" * 35, 1), ("🍠" * 36, 2), ("", 1)],
)
def test_segments_are_counted_as_operators_charge_them(text: str, cost: int) -> None:
    assert segments(text) == cost


def test_every_kind_for_telephones_has_its_text_and_no_other() -> None:
    assert {path.stem for path in (FOLDER / "short").glob("*.txt")} == SHORT_KINDS
    assert all((FOLDER / "letters" / f"{kind}.txt").exists() for kind in SHORT_KINDS)
    assert set(ZNS_PARAMETERS) < SHORT_KINDS


@given(st.text(alphabet="ab <>&\n:/ht.p1×", max_size=200))
def test_the_blocks_of_a_letter_hold_all_its_words(text: str) -> None:
    words = [
        word
        for block in blocks_of(text)
        for line in block.lines
        for piece in line
        for word in piece.text.split()
    ]
    assert "".join(words) == re.sub(r"\s", "", text)
