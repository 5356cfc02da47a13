"""Whole numbers in Vietnamese words, as the last line of an invoice wants them, and back.

Style: "lẻ" and "nghìn"; "không trăm" is spoken inside a number, so that no group of digits is lost;
"không nghìn" where leaving it out could be heard as a shortened number (1 000 100).
"""

import functools
import re

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_THOUSANDS = ((10**6, "triệu"), (10**3, "nghìn"), (1, ""))

_SPOKEN = {word: value for value, word in enumerate(_DIGITS)}
_SPOKEN |= {"mốt": 1, "tư": 4, "lăm": 5, "nhăm": 5, "bẩy": 7}
_SCALES = {"nghìn": 10**3, "ngàn": 10**3, "triệu": 10**6}
_DIGIT = "|".join(_SPOKEN)
_GROUP = re.compile(
    rf"(?:(?P<hundreds>{_DIGIT}) trăm)?"
    rf"(?: ?(?:lẻ (?P<odd>{_DIGIT})|(?P<ten>mười)(?: (?P<teen>{_DIGIT}))?"
    rf"|(?P<tens>{_DIGIT}) mươi(?: (?P<units>{_DIGIT}))?))?"
)
_WORD = re.compile(r"\w+")
_SAME_WORD = {"linh": "lẻ", "tỉ": "tỷ"}


def number_in_words(number: int) -> str:
    """The number in words, without a unit.

    >>> number_in_words(1_284_000)
    'một triệu hai trăm tám mươi bốn nghìn'
    >>> number_in_words(1_005_000_000)
    'một tỷ không trăm lẻ năm triệu'
    """
    if number < 0:
        return "âm " + number_in_words(-number)
    if number == 0:
        return _DIGITS[0]
    billions = []
    rest = number
    while rest:
        rest, part = divmod(rest, 10**9)
        billions.append(part)
    spoken: list[str] = []
    for power in reversed(range(len(billions))):
        part_words = _below_a_billion(billions[power], follows=bool(spoken))
        if part_words:
            spoken += part_words + ["tỷ"] * power
    return " ".join(spoken)


def amount_in_words(amount: int) -> str:
    """The amount of đồng as the sentence of ``TgTTTBChu``.

    >>> amount_in_words(3_984_000)
    'Ba triệu chín trăm tám mươi bốn nghìn đồng.'
    """
    text = number_in_words(amount) + " đồng."
    return text[0].upper() + text[1:]


def read_amount(text: str) -> int | None:
    """The number that Vietnamese words say, or None where they cannot be read with certainty.

    Accepts the usual ways of writing: lẻ or linh, nghìn or ngàn, bốn or tư, "chẵn", "./.".

    >>> read_amount("Ba triệu chín trăm tám mươi tư ngàn đồng chẵn./.")
    3984000
    """
    words = [_SAME_WORD.get(word, word) for word in _WORD.findall(text.lower())]
    while words and words[-1] in ("đồng", "chẵn"):
        words.pop()
    sign = 1
    if words and words[0] == "âm":
        sign, words = -1, words[1:]
    number = _read(words)
    return None if number is None else sign * number


def _below_a_billion(number: int, *, follows: bool) -> list[str]:
    spoken: list[str] = []
    for value, name in _THOUSANDS:
        group = number // value % 1000
        if group:
            spoken += _group(group, full=follows or bool(spoken))
            if name:
                spoken.append(name)
        elif value == 10**3 and number % 1000 >= 100 and (spoken or follows):
            spoken += ["không", "nghìn"]
    return spoken


def _group(number: int, *, full: bool) -> list[str]:
    hundreds, tens, units = number // 100, number // 10 % 10, number % 10
    spoken = [_DIGITS[hundreds], "trăm"] if hundreds or full else []
    if tens == 0:
        if units:
            spoken += (["lẻ"] if spoken else []) + [_DIGITS[units]]
        return spoken
    spoken += ["mười"] if tens == 1 else [_DIGITS[tens], "mươi"]
    if units == 5:
        spoken.append("lăm")
    elif units == 1 and tens > 1:
        spoken.append("mốt")
    elif units:
        spoken.append(_DIGITS[units])
    return spoken


def _read(words: list[str]) -> int | None:
    """Billions are read from the left: what stands before a "tỷ" is multiplied, what follows is added."""
    if not words:
        return None
    total = 0
    while "tỷ" in words:
        at = words.index("tỷ")
        part = _read_scales(words[:at])
        power = 0
        while at < len(words) and words[at] == "tỷ":
            power, at = power + 1, at + 1
        if part is None:
            return None
        total += part * 10 ** (9 * power)
        words = words[at:]
    if not words:
        return total
    last = _read_scales(words, follows=total > 0)
    return None if last is None else total + last


def _read_scales(words: list[str], *, follows: bool = False) -> int | None:
    total, largest = 0, 10**9
    group: list[str] = []
    for word in words:
        if word not in _SCALES:
            group.append(word)
            continue
        scale, part = _SCALES[word], _read_group(" ".join(group))
        if part is None or scale >= largest:
            return None
        total, group, largest = total + part * scale, [], scale
    if not group:
        return total if words else None
    if len(group) == 1 and group[0] in _SPOKEN and (follows or total):
        return None  # "một triệu hai" is said for 1 200 000 and could be read as 1 000 002
    part = _read_group(" ".join(group))
    return None if part is None else total + part


@functools.lru_cache(maxsize=4096)
def _read_group(text: str) -> int | None:
    found = _GROUP.fullmatch(text)
    if found and text:
        part = {name: _SPOKEN[word] for name, word in found.groupdict().items() if word and name != "ten"}
        tens = 1 if found["ten"] else part.get("tens", 0)
        units = part.get("odd", 0) + part.get("teen", 0) + part.get("units", 0)
        return part.get("hundreds", 0) * 100 + tens * 10 + units
    return _SPOKEN.get(text)
