"""A table's rows as typed values by field, each with what is wrong in it (no Django)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import values
from .cells import MOST_ROWS, Cell
from .columns import CODE, KEPT_WHEN_BLANK, Column, Heading, read_heading
from .problems import CellRefused, FileRefused, Problem, Trouble
from .tables import Table, TableRow

HEADING_WITHIN = 10  # a title may stand above the headings


@dataclass(frozen=True)
class ReadRow:
    """One product of the file: ``fields`` holds what was read, without the cells that have a problem."""

    number: int
    sku: str
    fields: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """The whole file, read. ``columns`` are the fields it speaks of; the others keep what they are."""

    rows: tuple[ReadRow, ...]
    columns: tuple[str, ...]
    unknown_headings: tuple[str, ...] = ()
    encoding: str = ""


def read_rows(table: Table) -> Sheet:
    """Every row below the headings, in the order of the file.

    Raises: FileRefused without headings or without a row below them.
    """
    heading, below = _heading(table.rows)
    if not below:
        raise FileRefused(Trouble.NO_ROWS)
    if len(below) > MOST_ROWS:
        raise FileRefused(Trouble.TOO_MANY_ROWS, most=MOST_ROWS)
    first_with: dict[str, int] = {}
    rows = []
    for table_row in below:
        row = _read(table_row, heading)
        if row.sku:
            first = first_with.setdefault(row.sku, row.number)
            if first != row.number:
                again = Problem(Trouble.SAME_CODE, CODE.field, {"row": first})
                row = ReadRow(row.number, row.sku, row.fields, (again, *row.problems))
        rows.append(row)
    columns = tuple(column.field for column in heading.places.values())
    return Sheet(tuple(rows), columns, heading.unknown, table.encoding)


def _heading(rows: Sequence[TableRow]) -> tuple[Heading, Sequence[TableRow]]:
    refused: FileRefused | None = None
    for place, row in enumerate(rows[:HEADING_WITHIN]):
        try:
            return read_heading(row.cells), rows[place + 1 :]
        except FileRefused as error:
            if error.trouble is Trouble.SAME_HEADING:
                raise
            refused = refused or error
    raise refused or FileRefused(Trouble.NO_HEADINGS, heading=CODE.field)


def _read(row: TableRow, heading: Heading) -> ReadRow:
    cells = {column.field: _at(row.cells, place) for place, column in heading.places.items()}
    fields: dict[str, Any] = {}
    problems: list[Problem] = []
    for column in heading.places.values():
        try:
            _read_into(fields, column, cells)
        except CellRefused as refused:
            problems.append(refused.at(column.field))
    if any(not values.is_blank(cell) for cell in row.cells[heading.width :]):
        problems.append(Problem(Trouble.EXTRA_CELLS))
    return ReadRow(row.number, fields.pop(CODE.field, ""), fields, tuple(problems))


def _at(cells: Sequence[Cell], place: int) -> Cell:
    return cells[place] if place < len(cells) else None


def _read_into(fields: dict[str, Any], column: Column, cells: Mapping[str, Cell]) -> None:
    cell = cells[column.field]
    amount = cells.get("net_quantity")
    if column.field == "net_unit" and not values.is_blank(amount):
        return  # read together with the quantity
    if values.is_blank(cell):
        if column.is_required:
            raise CellRefused(Trouble.REQUIRED)
        if column.field in KEPT_WHEN_BLANK:
            return
    if column.field == "net_quantity":
        fields["net_quantity"], unit = values.amount_of(cell, cells.get("net_unit"))
        if unit:
            fields["net_unit"] = unit
    elif column.field == "commune" and isinstance(cell, int) and not isinstance(cell, bool):
        fields["commune"] = f"{cell:05d}"  # the leading zero that a spreadsheet drops
    else:
        fields[column.field] = column.read(cell)
