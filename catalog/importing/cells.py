"""What a cell of a spreadsheet may hold, and how much is read (no Django)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import Enum

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 60


class Unread(Enum):
    """What stands in a cell that is not read: its value would be a guess."""

    FORMULA = "formula"
    DATE = "date"
    ERROR = "error"


Cell = str | int | Decimal | bool | dt.date | Unread | None
NumberedCells = tuple[int, tuple[Cell, ...]]
