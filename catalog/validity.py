"""When any proof (a certificate, a paper) may be shown in public, and when its owner is reminded of its end.

Pure: no Django, no clock. A proof shows from 00:00 of its first day to 24:00 of its last, by the calendar that
the caller's ``on`` comes from (Vietnam's: ``catalog.clock.today``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

PROVING_GRADES = frozenset({"A", "B1"})  # a signed decision; confirmed by state press or portal
PAPER_REMINDER_DAYS = (90, 60, 30)


def may_show(
    *,
    on: dt.date,
    valid_from: dt.date,
    last_day: dt.date | None,
    evidence_grade: str,
    is_verified: bool,
    withdrawn_on: dt.date | None,
) -> bool:
    """Whether it counts on that day: proven, verified, not withdrawn, begun and not ended (None: no end).

    >>> paper = dict(valid_from=dt.date(2026, 1, 1), evidence_grade="A", is_verified=True, withdrawn_on=None)
    >>> end = dt.date(2026, 12, 31)
    >>> [may_show(on=day, last_day=end, **paper) for day in (end, end + dt.timedelta(days=1))]
    [True, False]
    >>> may_show(on=dt.date(2099, 1, 1), last_day=None, **paper)
    True
    """
    return (
        evidence_grade in PROVING_GRADES
        and is_verified
        and withdrawn_on is None
        and valid_from <= on
        and (last_day is None or on <= last_day)
    )


def reminder_mark(*, on: dt.date, last_day: dt.date, marks: Iterable[int]) -> int | None:
    """The last of the ``marks`` (days before the end) that is reached; None before them and after the end.

    A day missed is made up for the next: the mark stays until another one takes its place.

    >>> end = dt.date(2027, 3, 3)
    >>> days = [end - dt.timedelta(days=left) for left in (91, 90, 60, 0, -1)]
    >>> [reminder_mark(on=day, last_day=end, marks=PAPER_REMINDER_DAYS) for day in days]
    [None, 90, 60, 30, None]
    """
    days_left = (last_day - on).days
    if days_left < 0:
        return None
    return min((mark for mark in marks if days_left <= mark), default=None)
