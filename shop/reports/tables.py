"""A report's numbers as a table: on the page below its plot, as CSV and as XLSX. Cells show and never run."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from catalog.spreadsheets import as_text

Cell = str | int | float


@dataclass(frozen=True)
class Table:
    """Shape: each row has a cell for every heading; ``money`` are the places of columns in đồng."""

    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    money: frozenset[int] = field(default_factory=frozenset)


def as_csv(table: Table) -> bytes:
    """UTF-8 with its mark, so that spreadsheets read the Vietnamese; amounts are plain numbers.

    >>> as_csv(Table(["Món", "Tiền"], [["=1+1", 5]])).decode("utf-8-sig").splitlines()
    ['Món,Tiền', "'=1+1,5"]
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    for row in (table.headings, *table.rows):
        writer.writerow([_safe(cell) for cell in row])
    return file.getvalue().encode("utf-8-sig")


def as_xlsx(table: Table) -> bytes:
    """One sheet with the headings in bold."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Bao cao")
    sheet.freeze_panes = "A2"
    for place, heading in enumerate(table.headings, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = max(
            len(heading) + 4, 30 if place == 1 else 16
        )
    sheet.append([_cell(sheet, heading, is_heading=True) for heading in table.headings])
    for row in table.rows:
        sheet.append([_cell(sheet, cell, is_money=place in table.money) for place, cell in enumerate(row)])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _safe(cell: Cell) -> Cell:
    return as_text(cell) if isinstance(cell, str) else cell


def _cell(sheet: Any, value: Cell, *, is_heading: bool = False, is_money: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, _safe(value))
    if isinstance(value, str):
        cell.data_type, cell.number_format = "s", "@"  # openpyxl would make a formula of "="
    elif is_money:
        cell.number_format = "#,##0"
    if is_heading:
        cell.font = Font(bold=True)
    return cell
