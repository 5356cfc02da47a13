"""How soon the market answers and solves: one table, published at the door and enforced in the queue.

Source: Decree 248/2026/NĐ-CP, art. 7 (a first-answer and a solution time for every kind of complaint).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from .models import ComplaintKind


@dataclass(frozen=True)
class Promise:
    """Unit: days of 24 hours from the moment of receipt, holidays included."""

    answer_days: int
    solution_days: int

    def deadlines(self, received_at: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
        """When the first answer and the solution are due."""
        return (
            received_at + dt.timedelta(days=self.answer_days),
            received_at + dt.timedelta(days=self.solution_days),
        )


PROMISES: Mapping[str, Promise] = {
    ComplaintKind.LOT: Promise(1, 3),
    ComplaintKind.CLAIM: Promise(2, 7),
    ComplaintKind.GOODS: Promise(2, 7),
    ComplaintKind.ORDER: Promise(1, 7),
    ComplaintKind.PRIVACY: Promise(2, 10),
    ComplaintKind.OTHER: Promise(3, 15),
}
