"""Numbers of cards are told from other numbers, so that none is ever kept (pure)."""

from __future__ import annotations

import re

_RUN = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){12,18}(?!\d)")


def holds_card_number(text: str) -> bool:
    """Whether 13 to 19 digits that pass the Luhn check stand in ``text``, with or without spaces between them.

    >>> [holds_card_number(text) for text in ("4111 1111 1111 1111", "thẻ 4111-1111-1111-1111.", "4111111111111112")]
    [True, True, False]
    >>> holds_card_number("631809123456"), holds_card_number("0" * 12)
    (False, False)
    """
    return any(passes_luhn(re.sub(r"\D", "", run[0])) for run in _RUN.finditer(text))


def passes_luhn(digits: str) -> bool:
    """Whether the last digit is the Luhn check digit of the others."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
