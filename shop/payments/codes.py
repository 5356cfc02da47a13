"""Codes of orders (HT), refunds (HR) and payouts (HC) that survive a bank's memo: a prefix and eight characters.

The last one is a check character: a mistyped code is recognised as mistyped and not booked to a stranger's
order. Thirty symbols without look-alikes (no 0/O, 1/I/L, U); 30⁷ ≈ 2·10¹⁰ codes can neither be guessed nor counted.
"""

from __future__ import annotations

import re
import unicodedata

from shop.readable import ALPHABET, random_letters

PREFIX = "HT"
REFUND_PREFIX = "HR"
PAYOUT_PREFIX = "HC"
SIZE = 8

# A look-ahead finds overlapping candidates: banks glue their own letters to ours.
_CANDIDATE = re.compile(f"(?=({PREFIX}|{REFUND_PREFIX}|{PAYOUT_PREFIX})([{ALPHABET}]{{{SIZE}}}))")


def check_character(body: str) -> str:
    """The Luhn mod 30 check character of ``body``.

    Raises: ValueError if ``body`` holds a symbol outside the alphabet.

    >>> check_character("2345678")
    'X'
    """
    factor, total = 2, 0
    for symbol in reversed(body):
        product = factor * ALPHABET.index(symbol)
        factor = 3 - factor
        total += product // len(ALPHABET) + product % len(ALPHABET)
    return ALPHABET[-total % len(ALPHABET)]


def new_code(prefix: str = PREFIX) -> str:
    """A random code such as ``HT7KQ2M9XB``; whether it is free is for the caller to find out."""
    body = random_letters(SIZE - 1)
    return prefix + body + check_character(body)


def find_codes(memo: str) -> list[str]:
    """Every well-formed code in ``memo``, in the order of appearance, each once.

    Tolerant of case, accents, separators and of what banks put before and after.

    >>> find_codes("MBVCB.3278907687.ht 2345-678x.CT tu 0123")
    ['HT2345678X']
    """
    plain = unicodedata.normalize("NFKD", memo.replace("đ", "d").replace("Đ", "D"))
    letters = re.sub(r"[^A-Z0-9]", "", plain.encode("ascii", "ignore").decode().upper())
    found = (match.groups() for match in _CANDIDATE.finditer(letters))
    return list(
        dict.fromkeys(prefix + tail for prefix, tail in found if check_character(tail[:-1]) == tail[-1])
    )
