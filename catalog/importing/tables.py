"""A spreadsheet's bytes as rows of typed cells, within limits checked before anything is opened (no Django)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from . import csv_files, xlsx_files
from .cells import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, Cell, NumberedCells
from .problems import FileRefused, Trouble


@dataclass(frozen=True)
class TableRow:
    """``number`` is the row's number as the spreadsheet program shows it."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """Rows that hold anything, top to bottom. ``encoding`` is empty for XLSX."""

    rows: tuple[TableRow, ...]
    encoding: str = ""


def read_table(content: bytes) -> Table:
    """The table in ``content``: CSV or XLSX, whatever the file is called.

    Raises: FileRefused.
    """
    if len(content) > MOST_BYTES:
        raise FileRefused(Trouble.FILE_TOO_BIG, most=MOST_BYTES // 1024 // 1024)
    if content.startswith(b"PK\x03\x04"):
        return Table(_within_limits(xlsx_files.rows_of(content)))
    if content.startswith(b"\xd0\xcf\x11\xe0"):  # OLE: .xls, or an XLSX with a password
        raise FileRefused(Trouble.OLD_EXCEL)
    encoding, rows = csv_files.rows_of(content)
    return Table(_within_limits(rows), encoding)


def _within_limits(rows: Iterable[NumberedCells]) -> tuple[TableRow, ...]:
    kept = tuple(_kept(rows))
    if not kept:
        raise FileRefused(Trouble.NO_ROWS)
    return kept


def _kept(rows: Iterable[NumberedCells]) -> Iterator[TableRow]:
    count = 0
    for number, cells in rows:
        if all(cell is None or cell == "" for cell in cells):
            continue
        count += 1
        if count > MOST_ROWS + 1:  # the headings are a row too
            raise FileRefused(Trouble.TOO_MANY_ROWS, most=MOST_ROWS)
        if any(cell not in (None, "") for cell in cells[MOST_COLUMNS:]):
            raise FileRefused(Trouble.TOO_MANY_COLUMNS, most=MOST_COLUMNS)
        yield TableRow(number, cells[:MOST_COLUMNS])
