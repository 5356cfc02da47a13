"""The days that a report is about, and how they are put together so that a plot stays readable (no Django)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

LAST = {"7": 7, "30": 30, "90": 90}
"""Periods that end today, by name."""
MOST_DAYS = 1100
DAILY_UP_TO, WEEKLY_UP_TO = 45, 200


@dataclass(frozen=True)
class Period:
    """Both days are in it."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def grain(self) -> str:
        """``day``, ``week`` or ``month``: what one point of a plot is."""
        if self.days <= DAILY_UP_TO:
            return "day"
        return "week" if self.days <= WEEKLY_UP_TO else "month"

    def start_of(self, day: dt.date) -> dt.date:
        """The first day of the point that ``day`` belongs to; never before the period.

        >>> Period(dt.date(2026, 1, 1), dt.date(2026, 12, 31)).start_of(dt.date(2026, 3, 15))
        datetime.date(2026, 3, 1)
        >>> Period(dt.date(2026, 10, 1), dt.date(2026, 12, 1)).start_of(dt.date(2026, 10, 2))
        datetime.date(2026, 10, 1)
        """
        start = day
        if self.grain == "week":
            start = day - dt.timedelta(days=day.weekday())
        elif self.grain == "month":
            start = day.replace(day=1)
        return max(start, self.first)

    def starts(self) -> Iterator[dt.date]:
        """The first days of all its points."""
        known = None
        for number in range(self.days):
            start = self.start_of(self.first + dt.timedelta(days=number))
            if start != known:
                yield start
            known = start


def named(name: str, today: dt.date) -> Period | None:
    """The period of that name: so many days until today, or the year so far; None if there is no such name.

    >>> named("7", dt.date(2026, 11, 29))
    Period(first=datetime.date(2026, 11, 23), last=datetime.date(2026, 11, 29))
    >>> named("nam", dt.date(2026, 11, 29)).first
    datetime.date(2026, 1, 1)
    """
    if name == "nam":
        return Period(today.replace(month=1, day=1), today)
    if name in LAST:
        return Period(today - dt.timedelta(days=LAST[name] - 1), today)
    return None
