"""One cell as a value of a product: prices, months, amounts as farmers write them. Nothing is guessed (no Django)."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from catalog.folding import fold
from catalog.spreadsheets import as_written

from .cells import Cell, Unread
from .problems import CellRefused, Trouble

LEAST_PRICE = 1_000  # 55.000 typed into an English Excel becomes 55: no goods cost that
LARGEST = 1_000_000_000
ALL_MONTHS = 0b1111_1111_1111

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\ufeff\u00ad"))  # come along when a page is copied; mean nothing
_UNREAD = {Unread.FORMULA: Trouble.FORMULA, Unread.DATE: Trouble.DATE, Unread.ERROR: Trouble.CELL_ERROR}
_CURRENCY = re.compile(r"(?:^(?:{0})|(?:{0})\.?$)".format("đồng|dong|vnđ|vnd|₫|đ|d"), re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_GROUPS = re.compile(r"[1-9]\d{0,2}(?:([., ])\d{3})(?:\1\d{3})*")
_TWO_DECIMALS = re.compile(r"(?P<whole>.+)(?P<comma>[.,])0{1,2}")
_DECIMAL = re.compile(r"(\d+)[.,](\d+)")
_AMOUNT = re.compile(r"(?P<number>[\d., ]*\d)\s*(?P<unit>[^\W\d_]+)?")
_MONTH = re.compile(r"T?(\d{1,2})")
_MONTH_NAME = re.compile(r"(?:tháng|thg|month|t)[\s.]*(?=\d)", re.IGNORECASE)
_ALL_YEAR = frozenset({"ca nam", "quanh nam", "all year", "all", "1-12"})
_YES = frozenset({"co", "x", "yes", "y", "true", "dung", "1"})
_NO = frozenset({"", "khong", "no", "n", "false", "sai", "0"})

# Unit as written (folded) → unit of the sheet and how many of it one is.
UNITS: Mapping[str, tuple[str, int]] = {
    "g": ("g", 1),
    "gam": ("g", 1),
    "gram": ("g", 1),
    "gr": ("g", 1),
    "kg": ("g", 1000),
    "ki": ("g", 1000),
    "kilogam": ("g", 1000),
    "can": ("g", 1000),
    "ml": ("ml", 1),
    "mililit": ("ml", 1),
    "l": ("ml", 1000),
    "lit": ("ml", 1000),
    "litre": ("ml", 1000),
    "piece": ("piece", 1),
    "cai": ("piece", 1),
    "chiec": ("piece", 1),
    "qua": ("piece", 1),
    "con": ("piece", 1),
    "day": ("day", 1),
    "ngay": ("day", 1),
}


class Amount(NamedTuple):
    """A net quantity; ``unit`` is empty when the cell names none."""

    quantity: int
    unit: str


def text_of(cell: Cell, *, most: int, lines: bool = False) -> str:
    """The cell's text: NFC, without outer blanks, on one line unless ``lines``.

    Raises: CellRefused for formulas, dates, hidden letters and more than ``most`` letters.
    """
    written = _written(cell)
    if lines:
        tidy = "\n".join(line.replace("\t", " ").rstrip() for line in written.splitlines()).strip()
    else:
        tidy = " ".join(written.split())
    for letter in tidy:
        if letter != "\n" and unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co"}:
            raise CellRefused(Trouble.HIDDEN_LETTERS, letter=f"U+{ord(letter):04X}")
    if len(tidy) > most:
        raise CellRefused(Trouble.TOO_LONG, most=most, length=len(tidy))
    return tidy


def _written(cell: Cell) -> str:
    if isinstance(cell, Unread):
        raise CellRefused(_UNREAD[cell])
    if isinstance(cell, dt.date):
        raise CellRefused(Trouble.DATE)
    if isinstance(cell, bool):
        raise CellRefused(Trouble.NOT_TEXT)
    if isinstance(cell, str):
        clean = unicodedata.normalize("NFC", cell.translate(_INVISIBLE)).replace("\xa0", " ")
        return unicodedata.normalize("NFC", as_written(clean)).strip()
    return "" if cell is None else str(cell)


def is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.translate(_INVISIBLE).strip())


def code_of(cell: Cell, *, most: int) -> str:
    """The cooperative's own code.

    Raises: CellRefused, also for a number with a fraction: a code that a spreadsheet took for one.
    """
    if isinstance(cell, Decimal):
        raise CellRefused(Trouble.NOT_A_CODE)
    return text_of(cell, most=most)


def price_of(cell: Cell) -> int:
    """Whole đồng.

    Raises: CellRefused; also below ``LEAST_PRICE``.

    >>> [price_of(cell) for cell in ("55.000 ₫", "55000", "55,000đ", "1 250 000", "1.250.000,00", 55000)]
    [55000, 55000, 55000, 1250000, 1250000, 55000]
    """
    try:
        price = whole_of(_without_currency(cell))
    except CellRefused as refused:
        if refused.trouble is not Trouble.NOT_WHOLE:
            raise
        raise CellRefused(Trouble.NOT_A_PRICE, text=refused.values["text"]) from None
    if price < LEAST_PRICE:
        raise CellRefused(Trouble.PRICE_TOO_LOW, price=price)
    return price


def _without_currency(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    return _CURRENCY.sub("", _written(cell), count=1).strip()


def whole_of(cell: Cell, *, least: int = 0, most: int = LARGEST) -> int:
    """A whole number; thousands may be set apart by dots, commas or blanks, all by the same.

    Raises: CellRefused: "1.5" is refused, never rounded.

    >>> whole_of("1.000"), whole_of("12"), whole_of(7)
    (1000, 12, 7)
    """
    text = _written(cell)
    if isinstance(cell, int):
        number = cell
    else:
        digits = _plain(text)
        if digits is None:
            raise CellRefused(Trouble.NOT_WHOLE, text=text[:60])
        number = int(digits)
    if number < least:
        raise CellRefused(Trouble.TOO_SMALL, least=least)
    if number > most:
        raise CellRefused(Trouble.TOO_LARGE, most=most)
    return number


def _plain(text: str) -> str | None:
    """The digits of a whole number, None if it is none or could be two."""
    text = text.replace("\u202f", " ")
    if not text.isascii() or len(text) > 20:
        return None
    decimals = _TWO_DECIMALS.fullmatch(text)
    if decimals:
        whole, comma = decimals["whole"], decimals["comma"]
        groups = _GROUPS.fullmatch(whole)
        # "55.00" could be a shortened 55.000; "55000.00" and "1.250.000,00" could be nothing else.
        if (groups and groups[1] != comma) or (_DIGITS.fullmatch(whole) and len(whole) > 3):
            text = whole
    if _DIGITS.fullmatch(text):
        return text
    return re.sub(r"\D", "", text) if _GROUPS.fullmatch(text) else None


def amount_of(cell: Cell, unit_cell: Cell = None) -> Amount:
    """A net quantity in the sheet's units: "1,5 kg" is 1500 g.

    Raises: CellRefused; "1.500 kg" may be 1,5 kg or 1500 kg and is refused.

    >>> amount_of("1,5 kg"), amount_of("0.75", "lít")
    (Amount(quantity=1500, unit='g'), Amount(quantity=750, unit='ml'))
    >>> amount_of("500", "g").quantity, amount_of("1.500 g").quantity
    (500, 1500)
    """
    text = _written(cell).replace("\u202f", " ")
    found = _AMOUNT.fullmatch(text)
    if not found:
        raise CellRefused(Trouble.NOT_AN_AMOUNT, text=text[:60])
    inside, beside = found["unit"] or "", "" if is_blank(unit_cell) else _written(unit_cell)
    unit, factor = _unit(inside or beside) if inside or beside else ("", 1)
    if inside and beside and _unit(beside)[0] != unit:
        raise CellRefused(Trouble.UNITS_DIFFER, first=inside, second=beside[:20])
    quantity = _multiplied(found["number"], factor)
    if not 0 < quantity <= LARGEST:
        raise CellRefused(Trouble.NOT_AN_AMOUNT, text=text[:60])
    return Amount(quantity, unit)


def unit_of(cell: Cell) -> str:
    """The sheet's unit, for a cell that stands without a quantity.

    Raises: CellRefused, also for kilograms and litres: of what the sheet counts they are a thousand.
    """
    unit, factor = _unit(_written(cell))
    if factor != 1:
        raise CellRefused(Trouble.UNIT_ALONE)
    return unit


def _unit(text: str) -> tuple[str, int]:
    try:
        return UNITS[fold(text)]
    except KeyError:
        raise CellRefused(Trouble.NOT_A_CHOICE, text=text[:60], choices="g, kg, ml, lít, cái, ngày") from None


def _multiplied(number: str, factor: int) -> int:
    decimal = _DECIMAL.fullmatch(number)
    if factor == 1 or not decimal:
        digits = _plain(number)
        if digits is None:
            raise CellRefused(Trouble.NOT_AN_AMOUNT, text=number[:60])
        if factor != 1 and not number.isdigit():
            raise CellRefused(Trouble.AMBIGUOUS_AMOUNT, text=number[:60])
        return int(digits) * factor
    whole, fraction = decimal.groups()
    if len(fraction) == 3 and whole != "0":
        raise CellRefused(Trouble.AMBIGUOUS_AMOUNT, text=number)
    try:
        exact = Decimal(f"{whole}.{fraction}") * factor
    except InvalidOperation:
        raise CellRefused(Trouble.NOT_AN_AMOUNT, text=number[:60]) from None
    if exact != exact.to_integral_value():
        raise CellRefused(Trouble.NOT_AN_AMOUNT, text=number[:60])
    return int(exact)


def grams_of(cell: Cell) -> int:
    """A weight; grams where no unit is written.

    >>> grams_of("3.100"), grams_of("3,1 kg"), grams_of(3100)
    (3100, 3100, 3100)
    """
    amount = amount_of(cell)
    if amount.unit not in ("", "g"):
        raise CellRefused(Trouble.NOT_AN_AMOUNT, text=_written(cell)[:60])
    return amount.quantity


def months_of(cell: Cell) -> int:
    """A bit per month, January lowest: "T9–T1", "9, 10, 11", "cả năm".

    Raises: CellRefused.

    >>> bin(months_of("9–11, 1")), months_of("cả năm") == ALL_MONTHS, bin(months_of("T11-T2"))
    ('0b11100000001', True, '0b110000000011')
    """
    text = _written(cell)
    if isinstance(cell, Decimal):  # "9,10" read as a number
        raise CellRefused(Trouble.NOT_MONTHS, text=text[:60])
    if fold(text) in _ALL_YEAR:
        return ALL_MONTHS
    bits = 0
    named = _MONTH_NAME.sub("T", text)
    ranged = re.sub(r"\s*(?:–|—|-|đến|tới|\bto\b)\s*", "-", named, flags=re.IGNORECASE)
    parts = [part for part in re.split(r"\s*[,;/]\s*|\s+", ranged) if part]
    for part in parts or [""]:
        ends = [_MONTH.fullmatch(end.strip()) for end in part.split("-")]
        numbers = [int(end[1]) for end in ends if end]
        if len(numbers) != len(ends) or len(ends) > 2 or not all(1 <= number <= 12 for number in numbers):
            raise CellRefused(Trouble.NOT_MONTHS, text=text[:60])
        first, last = numbers[0], numbers[-1]
        for month in range(first, (last if last >= first else last + 12) + 1):
            bits |= 1 << (month - 1) % 12
    return bits


def months_text(bits: int) -> str:
    """As ``months_of`` reads it and no spreadsheet takes for a date or a number.

    >>> months_text(0b1111_0000_0001), months_text(ALL_MONTHS), months_text(0b101)
    ('T9–T1', 'cả năm', 'T1, T3')
    """
    if bits == ALL_MONTHS:
        return "cả năm"
    runs: list[list[int]] = []
    for month in (month for month in range(1, 13) if bits >> (month - 1) & 1):
        if runs and runs[-1][-1] == month - 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    if len(runs) > 1 and runs[0][0] == 1 and runs[-1][-1] == 12:
        runs[0] = runs.pop() + runs[0]
    return ", ".join(f"T{run[0]}" if len(run) == 1 else f"T{run[0]}–T{run[-1]}" for run in runs)


def flag_of(cell: Cell) -> bool:
    """Yes or no; a blank cell is no.

    >>> flag_of("Có"), flag_of("không"), flag_of(None), flag_of("x")
    (True, False, False, True)
    """
    if isinstance(cell, bool):
        return cell
    text = _written(cell)
    folded = fold(text)
    if folded in _YES or folded in _NO:
        return folded in _YES
    raise CellRefused(Trouble.NOT_A_FLAG, text=text[:60])


def choice_of(cell: Cell, choices: Mapping[str, Sequence[str]]) -> str:
    """The key among ``choices`` one of whose names the cell holds, marks and case aside.

    Raises: CellRefused.
    """
    text = _written(cell)
    wanted = fold(text)
    for key, names in choices.items():
        if wanted == fold(key) or any(wanted == fold(name) for name in names):
            return key
    raise CellRefused(
        Trouble.NOT_A_CHOICE, text=text[:60], choices=", ".join(names[0] for names in choices.values())
    )
