"""Codes of lots: ten random characters and one that checks them, in Crockford's base 32.

Short enough to read out over the telephone. The letters I, L, O and U are left out; a reader who writes O
means 0, and I or L means 1. The check is a sum over the field of 32 elements with a weight of its own for
each place, so that one wrong character and any two that changed places are always noticed (a plain sum would
miss the second).
"""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_LENGTH = 10
LENGTH = RANDOM_LENGTH + 1

_LOOK_ALIKES = str.maketrans("OIL", "011")
_FIELD = 0b10_0101  # x⁵ + x² + 1: the powers of x are the 31 elements that are not zero


class MistypedCode(ValueError):
    """A code that cannot have been given out: wrong length, a foreign letter or a wrong check character."""


def new_code() -> str:
    """A code nobody can guess from another one (50 random bits)."""
    body = "".join(secrets.choice(ALPHABET) for _place in range(RANDOM_LENGTH))
    return body + check_character(body)


def check_character(body: str) -> str:
    """The last character for those before it.

    Raises: ValueError for a character outside ``ALPHABET``.

    >>> check_character("7Q2MK0T9XA")
    'H'
    """
    total = 0
    for character in body:
        total = _times_x(total ^ ALPHABET.index(character))
    return ALPHABET[total]


def _times_x(element: int) -> int:
    doubled = element << 1
    return doubled ^ _FIELD if doubled & 0b10_0000 else doubled


def read_code(text: str) -> str:
    """The code as it was given out, from what a person typed: small letters, spaces, hyphens, O for 0.

    Raises: MistypedCode.
    """
    code = text.upper().replace(" ", "").replace("-", "").translate(_LOOK_ALIKES)
    if len(code) != LENGTH or any(character not in ALPHABET for character in code):
        raise MistypedCode(text)
    if check_character(code[:-1]) != code[-1]:
        raise MistypedCode(text)
    return code


def grouped(code: str) -> str:
    """The code as it is printed beside a QR.

    >>> grouped("7Q2MK0T9XAH")
    '7Q2MK-0T9XA-H'
    """
    return f"{code[:5]}-{code[5:10]}-{code[10:]}"
