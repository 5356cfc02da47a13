"""An approved batch as the file that a bank's page for many transfers takes: CSV or XLSX, a row for each payout."""

from __future__ import annotations

import csv
import io
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from catalog.spreadsheets import as_text

from .models import Payout, PayoutBatch, PayoutState

HEADINGS = ("STT", "Ngân hàng", "Số tài khoản", "Tên người nhận", "Số tiền", "Nội dung")
"""Banks' templates in Vietnam have these columns, in their own order."""


def rows_of(batch: PayoutBatch) -> list[list[str | int]]:
    """What is still to be transferred. The memo holds the code, by which the bank's message is known again."""
    waiting = batch.payouts.filter(state=PayoutState.APPROVED).order_by("pk")
    return [
        [number, payout.bank_name, payout.number, payout.holder, payout.amount, memo_of(payout)]
        for number, payout in enumerate(waiting, start=1)
    ]


def memo_of(payout: Payout) -> str:
    """What stands in the transfer: the code, and when it was sold; letters that every bank takes."""
    batch = payout.batch
    return f"{payout.code} tien ban hang {batch.first_day:%d%m} {batch.last_day:%d%m%Y}"


def as_csv(batch: PayoutBatch) -> bytes:
    """UTF-8 with its mark. Account numbers keep their zeros as they are written; no cell runs."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for row in rows_of(batch):
        writer.writerow([as_text(cell) if isinstance(cell, str) else cell for cell in row])
    return file.getvalue().encode("utf-8-sig")


def as_xlsx(batch: PayoutBatch) -> bytes:
    """One sheet; account numbers are text, so that they keep their zeros."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Chi tien")
    for letter, width in zip("ABCDEF", (6, 30, 22, 34, 16, 44), strict=True):
        sheet.column_dimensions[letter].width = width
    table: list[list[str | int]] = [list(HEADINGS), *rows_of(batch)]
    for row in table:
        sheet.append([_cell(sheet, value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(sheet: Any, value: Any) -> Any:
    cell = WriteOnlyCell(sheet, as_text(value) if isinstance(value, str) else value)
    if isinstance(value, str):
        cell.data_type, cell.number_format = "s", "@"  # openpyxl would make a formula of "="
    else:
        cell.number_format = "#,##0"
    return cell
