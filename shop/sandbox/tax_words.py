"""Reads an amount in Vietnamese words, for the sandbox tax authority."""

from __future__ import annotations

import re

_DIGITS = {
    "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "nhăm": 5,
    "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9,
}  # fmt: skip
_THOUSANDS = {"nghìn": 10**3, "ngàn": 10**3, "triệu": 10**6}


def value_of(text: str) -> int | None:
    """The amount that the words say, None if they say none.

    >>> value_of("Ba triệu chín trăm tám mươi bốn nghìn đồng."), value_of("Âm năm đồng"), value_of("nhiều")
    (3984000, -5, None)
    """
    words = re.findall(r"[^\W\d_]+", text.lower())
    sign = 1
    if words[:1] in (["âm"], ["giảm"]):
        sign, words = -1, words[1:]
    words = [word for word in words if word not in ("đồng", "chẵn", "việt", "nam", "lẻ", "linh")]
    if not words:
        return None
    total = billions = group = 0
    waiting: int | None = None
    for word in words:
        if word in _DIGITS:
            group += waiting or 0
            waiting = _DIGITS[word]
        elif word == "trăm" and waiting is not None:
            group, waiting = group + waiting * 100, None
        elif word == "mươi" and waiting is not None:
            group, waiting = group + waiting * 10, None
        elif word == "mười":
            group, waiting = group + 10, None
        elif word in _THOUSANDS:
            total, group, waiting = total + (group + (waiting or 0)) * _THOUSANDS[word], 0, None
        elif word == "tỷ":
            billions, total, group, waiting = (billions + total + group + (waiting or 0)) * 10**9, 0, 0, None
        else:
            return None
    return sign * (billions + total + group + (waiting or 0))
