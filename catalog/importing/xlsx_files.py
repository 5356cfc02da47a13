"""XLSX through openpyxl, after the archive's own claims have been checked (no Django).

Source of the limits: a file of 235 KB that unpacks to 68 MB takes openpyxl 48 s and 524 MB.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.utils.exceptions import InvalidFileException

from .cells import MOST_COLUMNS, MOST_ROWS, Cell, NumberedCells, Unread
from .problems import FileRefused, Trouble

MOST_UNPACKED = 20 * 1024 * 1024
MOST_RATIO = 100
MOST_PARTS = 200
MOST_LINES = 50_000  # down to the last row with anything in it
LARGEST_NUMBER = 10**15  # what a spreadsheet holds exactly
_UNREAD = {"f": Unread.FORMULA, "d": Unread.DATE, "e": Unread.ERROR}
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z0-9:]{1,30})"')
# What openpyxl raises on a file that is not what it says.
_BROKEN = (
    ArithmeticError,
    AttributeError,
    EOFError,
    InvalidFileException,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


def rows_of(content: bytes) -> Iterator[NumberedCells]:
    """The rows of the first sheet with their numbers.

    Raises: FileRefused, also while the rows are read.
    """
    try:
        _check_archive(content)
        yield from _rows(content)
    except FileRefused:
        raise
    except _BROKEN as error:
        raise FileRefused(Trouble.BROKEN, row=0) from error


def _check_archive(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
        if len(parts) > MOST_PARTS or unpacked > min(MOST_UNPACKED, MOST_RATIO * len(content)):
            raise FileRefused(Trouble.BOMB)
        if any(part.flag_bits & 1 for part in parts):
            raise FileRefused(Trouble.LOCKED)
        if "xl/workbook.xml" not in archive.namelist():
            raise FileRefused(Trouble.NOT_A_TABLE)
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                text = archive.read(part)  # never more than the size it claims: checked above
                if b"<!DOCTYPE" in text or b"<!ENTITY" in text or text[:2] in (b"\xff\xfe", b"\xfe\xff"):
                    raise FileRefused(Trouble.BOMB)


def _rows(content: bytes) -> Iterator[NumberedCells]:
    book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    try:
        if not book.worksheets:
            raise FileRefused(Trouble.NOT_A_TABLE)
        sheet: Any = book.worksheets[0]
        _refuse_merged(sheet)
        sheet.reset_dimensions()  # the size that the file claims would be filled up with empty cells
        for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), start=1):
            if number > MOST_LINES:
                raise FileRefused(Trouble.TOO_MANY_ROWS, most=MOST_ROWS)
            if any(cell is not EMPTY_CELL for cell in row):
                yield number, tuple(_cell(cell) for cell in row)
    finally:
        book.close()


def _refuse_merged(sheet: Any) -> None:
    """openpyxl says nothing of merged cells when it streams, so the sheet's part is searched for them."""
    with sheet.parent._archive.open(sheet._worksheet_path) as part:
        if found := _MERGED.search(part.read()):
            raise FileRefused(Trouble.MERGED, cells=found[1].decode())


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return None
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date()
    if cell.data_type in _UNREAD:
        return _UNREAD[cell.data_type]
    if isinstance(value, float):
        exact = Decimal(repr(value))
        if exact.is_finite() and abs(exact) < LARGEST_NUMBER:
            return int(exact) if exact == exact.to_integral_value() else exact
    return value if isinstance(value, str | int) else Unread.ERROR
