"""A table's rows as typed values by field, each with what is wrong in it (no Django)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from . import values
from .cells import MOST_ROWS, Cell
from .columns import CODE, KEPT_WHEN_BLANK, PACK_FIELDS, Column, Heading, read_heading
from .problems import CellRefused, FileRefused, Problem, Trouble
from .tables import Table, TableRow

HEADING_WITHIN = 10  # a title may stand above the headings


@dataclass(frozen=True)
class ReadRow:
    """One product of the file, or one pack of the product with the code ``parent_sku``.

    ``fields`` holds what was read, without the cells that have a problem.
    """

    number: int
    sku: str
    fields: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    parent_sku: str = ""


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
                row = replace(row, problems=(again, *row.problems))
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
    is_pack = _is_pack(cells)
    for column in heading.places.values():
        try:
            if not is_pack or column.field in PACK_FIELDS:
                _read_into(fields, column, cells)
            elif not values.is_blank(cells[column.field]):
                raise CellRefused(Trouble.NOT_FOR_A_PACK)
        except CellRefused as refused:
            problems.append(refused.at(column.field))
    if any(not values.is_blank(cell) for cell in row.cells[heading.width :]):
        problems.append(Problem(Trouble.EXTRA_CELLS))
    sku, parent_sku = fields.pop(CODE.field, ""), fields.pop("parent_sku", "")
    return ReadRow(row.number, sku, fields, tuple(problems), parent_sku if is_pack else "")


def _is_pack(cells: Mapping[str, Cell]) -> bool:
    """Whether the row names another one as its main product."""
    own, main = cells[CODE.field], cells.get("parent_sku")
    return not values.is_blank(main) and str(main).strip() != str(own).strip()


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
