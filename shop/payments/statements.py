"""Statements of the market's bank account, for markets that no webhook tells about their money.

A bank's layout is data: the names its columns may have, and how it writes days. Banks put lines of their own above
the table and below it, so the table starts at the row that holds the columns' names. A line whose reference a webhook
has reported is left out; one that only looks like a reported transfer waits for a person.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import openpyxl
from django.db import transaction

from catalog.folding import fold

from .models import InboundEvent, InboundOutcome, InboundReason
from .provider import EventKind, ProviderEvent
from .providers.reading import LONGEST_ID, VIETNAM, text
from .services import keep

SOURCE = "statement"
MOST_ROWS = 20_000
MOST_UNPACKED = 20 * 1024 * 1024
_HEAD_WITHIN = 40  # rows
_NEAR = dt.timedelta(days=1)


class UnreadableStatement(Exception):
    """The file is no statement of this bank; ``reason`` says what is missing, in English for the command line."""


@dataclass(frozen=True)
class Layout:
    """The columns of a bank's statement: every name that was seen for each, and how days are written."""

    name: str
    day: tuple[str, ...]
    credit: tuple[str, ...]
    debit: tuple[str, ...]
    memo: tuple[str, ...]
    reference: tuple[str, ...]
    days: tuple[str, ...] = (
        "%d/%m/%Y %H:%M:%S",
        "%d/%m/%Y %H:%M",
        "%d/%m/%Y",
        "%Y-%m-%d",
        "%d-%m-%Y %H:%M:%S",
    )


LAYOUTS: dict[str, Layout] = {
    "vcb": Layout(
        "Vietcombank",
        day=("Ngày giao dịch", "Ngày GD"),
        credit=("Số tiền ghi có", "Ghi có", "Có"),
        debit=("Số tiền ghi nợ", "Ghi nợ", "Nợ"),
        memo=("Mô tả", "Nội dung chi tiết", "Mô tả giao dịch"),
        reference=("Số tham chiếu", "Số CT", "Doc No"),
    ),
    "bidv": Layout(
        "BIDV",
        day=("Ngày hiệu lực", "Ngày giao dịch", "Ngày hạch toán"),
        credit=("Số tiền ghi có", "Phát sinh có"),
        debit=("Số tiền ghi nợ", "Phát sinh nợ"),
        memo=("Mô tả", "Nội dung", "Diễn giải"),
        reference=("Số tham chiếu", "Mã giao dịch"),
    ),
    "vietinbank": Layout(
        "VietinBank",
        day=("Ngày hạch toán", "Ngày giao dịch", "Ngày"),
        credit=("Có", "Ghi có", "Số tiền có"),
        debit=("Nợ", "Ghi nợ", "Số tiền nợ"),
        memo=("Nội dung giao dịch", "Nội dung", "Mô tả giao dịch"),
        reference=("Số giao dịch", "Mã giao dịch", "Số tham chiếu"),
    ),
    "agribank": Layout(
        "Agribank",
        day=("Ngày giao dịch", "Ngày giờ giao dịch", "Ngày hiệu lực"),
        credit=("Phát sinh có", "Ghi có", "Số tiền ghi có"),
        debit=("Phát sinh nợ", "Ghi nợ", "Số tiền ghi nợ"),
        memo=("Nội dung", "Diễn giải", "Mô tả"),
        reference=("Số bút toán", "Số tham chiếu", "Mã giao dịch"),
    ),
    "mb": Layout(
        "MB",
        day=("Ngày giao dịch", "Ngày hạch toán", "Ngày bút toán"),
        credit=("Phát sinh có", "Số tiền ghi có", "Ghi có"),
        debit=("Phát sinh nợ", "Số tiền ghi nợ", "Ghi nợ"),
        memo=("Diễn giải", "Nội dung", "Mô tả giao dịch"),
        reference=("Số bút toán", "Mã giao dịch", "Số tham chiếu"),
    ),
}


@dataclass(frozen=True)
class Taken:
    """What became of a statement: rows to apply, lines known already, and lines to look at."""

    rows: list[InboundEvent]
    known: int
    doubtful: int


def read_file(content: bytes) -> list[list[Any]]:
    """The rows of an XLSX or CSV file, whatever its separator.

    Raises: UnreadableStatement if it is neither, or too large to be a statement.
    """
    rows = _xlsx_rows(content) if content.startswith(b"PK") else _csv_rows(content)
    if len(rows) > MOST_ROWS:
        raise UnreadableStatement(f"more than {MOST_ROWS} rows")
    return rows


def read_lines(rows: Sequence[Sequence[Any]], layout: Layout) -> Iterator[ProviderEvent]:
    """The money that moved, line by line; lines without an amount (totals, notes) are left out.

    Lines that are equal in everything are told apart by their place among equals, so that reading a longer statement
    of the same days again gives the same ids. Raises: UnreadableStatement when the columns are not found.
    """
    start, columns = _find_head(rows, layout)
    seen: dict[str, int] = {}
    for row in rows[start + 1 :]:
        cells = {name: row[place] if place < len(row) else None for name, place in columns.items()}
        at = _instant(cells["day"], layout)
        credit, debit = _amount(cells["credit"]), _amount(cells["debit"])
        if at is None or bool(credit) == bool(debit):
            continue
        memo, reference = text(_plain(cells["memo"]), 500), text(_plain(cells.get("reference")), LONGEST_ID)
        same = f"{at.isoformat()}|{credit}|{debit}|{memo}|{reference}"
        seen[same] = seen.get(same, 0) + 1
        digest = hashlib.sha256(f"{layout.name}|{same}|{seen[same]}".encode()).hexdigest()[:32]
        yield ProviderEvent(
            external_id=f"line:{digest}",
            kind=EventKind.CHARGE if credit else EventKind.OUTGOING,
            amount=credit or debit,
            memo=memo,
            texts=(memo,),
            bank_reference=reference,
            occurred_at=at,
        )


@transaction.atomic
def take_statement(content: bytes, layout: Layout) -> Taken:
    """The statement's lines as deliveries that wait to be applied. Idempotent: by line.

    Locks/Writes: deliveries. Raises: UnreadableStatement, and nothing is written.
    """
    events = list(read_lines(read_file(content), layout))
    rows, known, doubtful = [], 0, 0
    for event in events:
        told = InboundEvent.objects.filter(amount=event.amount, kind=event.kind).exclude(provider=SOURCE)
        if event.bank_reference and told.filter(bank_reference=event.bank_reference).exists():
            known += 1
            continue
        (row,) = keep(SOURCE, [event], b"")
        near = told.filter(occurred_at__range=(row.occurred_at - _NEAR, row.occurred_at + _NEAR))
        if row.outcome == InboundOutcome.RECEIVED and any(
            other.references == row.references for other in near
        ):
            row.outcome, row.reason = InboundOutcome.UNMATCHED, InboundReason.REPORTED_BEFORE
            row.save(update_fields=["outcome", "reason"])
            doubtful += 1
        rows.append(row)
    return Taken(rows, known, doubtful)


def _find_head(rows: Sequence[Sequence[Any]], layout: Layout) -> tuple[int, dict[str, int]]:
    wanted = {
        name: [fold(column) for column in getattr(layout, name)]
        for name in ("day", "credit", "debit", "memo", "reference")
    }
    for number, row in enumerate(rows[:_HEAD_WITHIN]):
        cells = [fold(_plain(cell)) for cell in row]
        columns = {
            name: cells.index(found)
            for name, choices in wanted.items()
            for found in [next((choice for choice in choices if choice in cells), "")]
            if found
        }
        if {"day", "credit", "debit", "memo"} <= columns.keys():
            return number, columns
    names = f"{layout.day[0]}, {layout.credit[0]}, {layout.debit[0]}, {layout.memo[0]}"
    raise UnreadableStatement(f"no row with the columns {names}")


def _plain(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split())


def _amount(value: Any) -> int:
    """Whole đồng; 0 for an empty cell or what is no amount.

    >>> [_amount(value) for value in (1250000, 1250000.0, "1,250,000", "1.250.000 VND", "+1,250,000.00", "", "x", -5)]
    [1250000, 1250000, 1250000, 1250000, 1250000, 0, 0, 0]
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(value) if value > 0 and value == int(value) else 0
    written = re.sub(r"\s|VND|đ|₫", "", _plain(value), flags=re.IGNORECASE).removeprefix("+")
    written = re.sub(r"[.,]00$", "", written)
    return int(re.sub(r"[.,]", "", written)) if re.fullmatch(r"\d{1,3}([.,]?\d{3})*", written) else 0


def _instant(value: Any, layout: Layout) -> dt.datetime | None:
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=VIETNAM)
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time(), VIETNAM)
    for form in layout.days:
        try:
            return dt.datetime.strptime(_plain(value), form).replace(tzinfo=VIETNAM)
        except ValueError:
            continue
    return None


def _csv_rows(content: bytes) -> list[list[Any]]:
    try:
        written = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableStatement("neither XLSX nor CSV in UTF-8") from None
    separator = max(",;\t", key=written[:5_000].count)
    return list(csv.reader(io.StringIO(written), delimiter=separator))


def _xlsx_rows(content: bytes) -> list[list[Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MOST_UNPACKED:
                raise UnreadableStatement("too large when unpacked")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet: Iterable[tuple[Any, ...]] = book.worksheets[0].iter_rows(values_only=True)
        return [list(row) for _number, row in zip(range(MOST_ROWS + 1), sheet, strict=False)]
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, IndexError) as error:
        raise UnreadableStatement(f"a damaged XLSX file ({type(error).__name__})") from error
