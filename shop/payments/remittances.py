"""A courier's list of what it collected at doors, read from a file or typed; what it means is the conductor's.

Three columns: the parcel, what was collected, the courier's fee. A file names them in its head, as couriers do in
different words; typed lines have them in this order.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from catalog.folding import fold

from .models import Remittance, RemittanceLine
from .statements import UnreadableStatement, read_file

MOST_LINES = 2_000
MOST_AMOUNT = 500_000_000
_HEAD_WITHIN = 40  # rows
_COLUMNS = {
    "parcel": (
        "mã kiện",
        "mã đơn khách hàng",
        "mã đơn shop",
        "mã tham chiếu",
        "mã đơn hàng",
        "parcel",
        "order code",
    ),
    "collected": ("tiền thu hộ", "tổng tiền thu hộ", "tiền cod", "cod", "đã thu", "collected"),
    "fee": ("phí", "tổng phí", "phí dịch vụ", "phí thu hộ", "cước", "fee"),
}


class UnreadableList(Exception):
    """The list cannot be taken. ``lines`` are the numbers and texts of those that are wrong; none: the whole of it."""

    def __init__(self, reason: str, lines: Sequence[tuple[int, str]] = ()) -> None:
        super().__init__(reason)
        self.reason, self.lines = reason, list(lines)


class KnownList(Exception):
    """This courier's list of this number is here already. ``remittance`` is that one."""

    def __init__(self, remittance: Remittance) -> None:
        super().__init__(str(remittance))
        self.remittance = remittance


@dataclass(frozen=True)
class Collected:
    """One line. Unit: whole đồng."""

    parcel_code: str
    collected: int
    fee: int


def read_typed(text: str) -> list[Collected]:
    """Lines such as ``HT2345678X-1; 150.000; 12.000``. Raises: UnreadableList with every wrong line."""
    rows = csv.reader(text.splitlines(), delimiter="\t" if "\t" in text else ";")
    return _read(enumerate(rows, start=1), {"parcel": 0, "collected": 1, "fee": 2})


def read_sheet(content: bytes) -> list[Collected]:
    """The lines of a CSV or XLSX file. Raises: UnreadableList."""
    try:
        rows = read_file(content)
    except UnreadableStatement as error:
        raise UnreadableList(str(error)) from None
    for number, row in enumerate(rows[:_HEAD_WITHIN]):
        cells = [fold(_plain(cell)) for cell in row]
        columns = {
            name: cells.index(found)
            for name, words in _COLUMNS.items()
            for found in [next((fold(word) for word in words if fold(word) in cells), "")]
            if found
        }
        if {"parcel", "collected"} <= columns.keys():
            below = enumerate(rows[number + 1 :], start=number + 2)
            # Couriers end their tables with sums and notes: those rows name no parcel.
            return _read(((at, cells) for at, cells in below if _cell(cells, columns["parcel"])), columns)
    raise UnreadableList("no head")


def _read(rows: Any, columns: dict[str, int]) -> list[Collected]:
    lines, wrong, seen = [], [], set()
    for number, row in rows:
        if not any(_plain(cell) for cell in row):
            continue
        code = re.sub(r"[^A-Z0-9-]", "", _cell(row, columns["parcel"]).upper())
        collected = _amount(_cell(row, columns["collected"]))
        fee = _amount(_cell(row, columns["fee"]) or "0") if "fee" in columns else 0
        if not 0 < len(code) <= 20 or collected is None or fee is None or code in seen:
            wrong.append((number, " ".join(_plain(cell) for cell in row)[:60]))
            continue
        seen.add(code)
        lines.append(Collected(code, collected, fee))
    if wrong:
        raise UnreadableList("lines", wrong)
    if not 0 < len(lines) <= MOST_LINES:
        raise UnreadableList("empty" if not lines else "long")
    return lines


def enter(*, courier: str, number: str, paid_on: dt.date, lines: Sequence[Collected], by: Any) -> Remittance:
    """The list as a trial: nothing is booked yet. Raises: KnownList."""
    try:
        with transaction.atomic():
            remittance = Remittance.objects.create(
                courier=courier, number=number, paid_on=paid_on, entered_by=by
            )
            RemittanceLine.objects.bulk_create(
                RemittanceLine(
                    remittance=remittance,
                    parcel_code=line.parcel_code,
                    collected=line.collected,
                    fee=line.fee,
                )
                for line in lines
            )
            return remittance
    except IntegrityError:
        raise KnownList(Remittance.objects.get(courier=courier, number=number)) from None


def _cell(row: Sequence[Any], place: int) -> str:
    return _plain(row[place]) if place < len(row) else ""


def _plain(value: Any) -> str:
    if isinstance(value, float) and value == int(value):
        value = int(value)
    return "" if value is None else " ".join(str(value).split())


def _amount(text: str) -> int | None:
    """Whole đồng; None for what is no amount.

    >>> [_amount(text) for text in ("150000", "150.000", "1,250,000 ₫", "0", "12.5", "-5", "", "x")]
    [150000, 150000, 1250000, 0, None, None, None, None]
    """
    digits = re.sub(r"\s|VND|đ|₫", "", text, flags=re.IGNORECASE)
    if not re.fullmatch(r"[0-9]{1,3}([.,][0-9]{3})*|[0-9]{1,12}", digits):
        return None
    amount = int(re.sub(r"[.,]", "", digits))
    return amount if amount <= MOST_AMOUNT else None
