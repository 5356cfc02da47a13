"""Text without Vietnamese marks: one folding for slugs, search and the names of communes (no Django)."""

from __future__ import annotations

import re
import unicodedata

# đ has no decomposition in Unicode, so dropping combining marks alone would leave it.
_STROKES = str.maketrans({"đ": "d", "Đ": "d"})
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """``text`` in lower case, without marks, with single spaces.

    >>> fold("  Khoai sọ  Tà Xùa, ĐẶC SẢN ")
    'khoai so ta xua, dac san'
    >>> fold(unicodedata.normalize("NFD", "Mường")) == fold("Mường") == "muong"
    True
    """
    bare = unicodedata.normalize("NFD", text.lower().translate(_STROKES))
    kept = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return " ".join(unicodedata.normalize("NFC", kept).split())


def words_of(text: str) -> list[str]:
    """The folded words of ``text``, punctuation dropped, in their order.

    >>> words_of("Chè shan tuyết (hộp 100 g)")
    ['che', 'shan', 'tuyet', 'hop', '100', 'g']
    """
    return _WORD.findall(fold(text))


def slug_of(text: str, *, longest: int = 80) -> str:
    """``text`` as the readable part of an address; ``"x"`` when no Latin letter or digit is left.

    >>> slug_of("Đậu đỏ Mường Khương, túi 1 kg")
    'dau-do-muong-khuong-tui-1-kg'
    >>> slug_of("***")
    'x'
    """
    words = re.findall(r"[a-z0-9]+", fold(text))
    slug = "-".join(words)
    if len(slug) > longest:
        slug = slug[: longest + 1].rpartition("-")[0] or slug[:longest]
    return slug or "x"
