"""CSV as Vietnamese computers write it: UTF-8, UTF-16 or Windows-1258; comma, semicolon or tab (no Django)."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator

from .cells import NumberedCells
from .problems import FileRefused, Trouble

SEPARATORS = (",", ";", "\t")
LONGEST_CELL = 32_767  # Excel's own limit
_SEPARATOR_LINE = re.compile(r'^"?sep=(.)"?\r?\n', re.IGNORECASE)
_VIETNAMESE = frozenset(
    unicodedata.normalize("NFC", letter + mark + tone)
    for letter in "aeiouyAEIOUY"
    for mark in ("", "\u0302", "\u0306", "\u031b")
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
) | frozenset("đĐ₫°±²³·×–—‘’“”…•½«»\xa0")


def rows_of(content: bytes) -> tuple[str, Iterator[NumberedCells]]:
    """The encoding, and the rows with their numbers.

    Raises: FileRefused, also while the rows are read.
    """
    text, encoding = _decoded(content)
    return encoding, _rows(text)


def _decoded(content: bytes) -> tuple[str, str]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            text, encoding = content.decode("utf-16"), "utf-16"
        except UnicodeDecodeError as error:
            raise FileRefused(Trouble.ENCODING) from error
    elif b"\0" in content:
        raise FileRefused(Trouble.NUL)
    else:
        try:
            text, encoding = content.decode("utf-8-sig"), "utf-8"
        except UnicodeDecodeError:
            text, encoding = _from_windows_1258(content), "windows-1258"
    if "\0" in text:
        raise FileRefused(Trouble.NUL)
    return text.removeprefix("\ufeff"), encoding


def _from_windows_1258(content: bytes) -> str:
    """``content`` in Windows' Vietnamese code page.

    Raises: FileRefused when a letter comes out that no Vietnamese text holds: an older encoding (TCVN3, VNI).
    """
    try:
        text = unicodedata.normalize("NFC", content.decode("cp1258"))
    except UnicodeDecodeError as error:
        raise FileRefused(Trouble.ENCODING) from error
    if any(letter > "\x7f" and letter not in _VIETNAMESE for letter in text):
        raise FileRefused(Trouble.ENCODING)
    return text


def _rows(text: str) -> Iterator[NumberedCells]:
    separator, first = _separator(text), 1
    if declared := _SEPARATOR_LINE.match(text):
        text, first = text[declared.end() :], 2
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = first - 1
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileRefused(Trouble.BROKEN, row=number) from error
        if any(len(cell) > LONGEST_CELL for cell in cells):
            raise FileRefused(Trouble.BROKEN, row=number)
        yield number, tuple(cells)


def _separator(text: str) -> str:
    """The one that Excel names in its ``sep=`` line, else the most frequent one in the first line that has any."""
    declared = _SEPARATOR_LINE.match(text)
    if declared and declared[1] in SEPARATORS:
        return declared[1]
    for line in text[:LONGEST_CELL].splitlines():
        bare = re.sub(r'"[^"]*"', "", line)
        counts = {separator: bare.count(separator) for separator in SEPARATORS}
        if any(counts.values()):
            return max(counts, key=lambda separator: counts[separator])
    return ","
