"""When an order will be at the door: days of dispatch, hands needed, the carrier's days (pure)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

EVERY_DAY = 0b111_1111


@dataclass(frozen=True)
class Dispatch:
    """How a stall sends. Shape: ``weekdays`` is a bit per day, Monday lowest. Unit: hours of the day, days.

    Raises: ValueError for a week without a day.
    """

    weekdays: int = 0b011_1111  # Monday to Saturday
    cut_off_hour: int = 15
    handling_days: int = 1

    def __post_init__(self) -> None:
        if not 0 < self.weekdays <= EVERY_DAY or not 0 <= self.cut_off_hour <= 24 or self.handling_days < 0:
            raise ValueError("a stall sends on at least one day of the week")


def leaves_on(dispatch: Dispatch, ordered_at: dt.datetime, *, ready_on: dt.date | None = None) -> dt.date:
    """The day on which the parcel leaves the stall. ``ordered_at`` is in the stall's time zone.

    ``ready_on``: the day before which its goods are not there (pre-order, made to order); None: they are.

    >>> saturday_evening = dt.datetime(2026, 11, 28, 20)
    >>> leaves_on(Dispatch(handling_days=0), saturday_evening)
    datetime.date(2026, 11, 30)
    >>> leaves_on(Dispatch(), dt.datetime(2026, 11, 27, 9))
    datetime.date(2026, 11, 28)
    """
    day = ordered_at.date() + dt.timedelta(days=dispatch.handling_days)
    if ordered_at.hour >= dispatch.cut_off_hour:
        day += dt.timedelta(days=1)
    day = max(day, ready_on or day)
    while not dispatch.weekdays >> day.weekday() & 1:
        day += dt.timedelta(days=1)
    return day


def arrives(
    dispatch: Dispatch, ordered_at: dt.datetime, days: tuple[int, int], *, ready_on: dt.date | None = None
) -> tuple[dt.date, dt.date]:
    """First and last day at the door. Unit: ``days`` on the way, first and last.

    >>> arrives(Dispatch(), dt.datetime(2026, 11, 27, 9), (2, 4))
    (datetime.date(2026, 11, 30), datetime.date(2026, 12, 2))
    """
    leaves = leaves_on(dispatch, ordered_at, ready_on=ready_on)
    return leaves + dt.timedelta(days=days[0]), leaves + dt.timedelta(days=days[1])
