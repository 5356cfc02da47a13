"""What an SMS can hold: letters without marks, and how many segments a text costs (no Django).

Source: 3GPP TS 23.038 (GSM 7-bit default alphabet and its extension table), TS 23.040 (concatenated messages).
"""

from __future__ import annotations

import unicodedata

MOST_SEGMENTS = 2
MOST_SEGMENTS_ELSEWHERE = 3
"""In languages that are not written in Latin letters: a segment holds less than half as many of theirs."""
SPELT_IN_LATIN = frozenset({"vi", "en"})
_BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = set("^{}\\[~]|€")
_PLAIN = str.maketrans(
    {"đ": "d", "Đ": "D", "₫": "d", "\u00a0": " ", "–": "-", "−": "-", "—": "-", "“": '"', "”": '"', "×": "x",
     "’": "'", "‘": "'", "…": "...", "·": ",", "→": "-"}
)  # fmt: skip


def unmarked(text: str) -> str:
    """``text`` in letters that every telephone shows at the lowest price: no marks, one line.

    >>> unmarked("Đơn  HT1: 130.000\\u00a0₫, khoai sọ “Tà Xùa” 🍠")
    'Don HT1: 130.000d, khoai so "Ta Xua" ?'
    """
    bare = unicodedata.normalize("NFD", text.replace("\u00a0₫", "d").translate(_PLAIN))
    kept = "".join(letter for letter in bare if not unicodedata.combining(letter))
    known = "".join(letter if letter in _BASIC | _EXTENDED or letter.isspace() else "?" for letter in kept)
    return " ".join(known.split())


def told_in_short(text: str, language: str) -> str:
    """``text`` as an SMS in ``language``: without marks where letters without them can be read, else on one line.

    >>> told_in_short("Đơn  HT1", "vi"), told_in_short("注文HT1\\u00a0 Tà Xùa", "ja")
    ('Don HT1', '注文HT1 Tà Xùa')
    """
    return unmarked(text) if language in SPELT_IN_LATIN else " ".join(text.split())


def segments(text: str) -> int:
    """How many SMS the text is sent and paid as.

    160 letters of the GSM alphabet, or 153 each when joined; 70 and 67 once a single letter is outside of it.

    >>> segments("a" * 160), segments("a" * 161), segments("ạ" * 70), segments("ạ" * 71), segments("€" * 81)
    (1, 2, 1, 2, 2)
    """
    if all(letter in _BASIC or letter in _EXTENDED for letter in text):
        length, alone, joined = sum(1 + (letter in _EXTENDED) for letter in text), 160, 153
    else:
        length, alone, joined = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= alone else -(-length // joined)
