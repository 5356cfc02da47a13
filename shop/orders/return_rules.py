"""How long after hand-over a buyer may report goods, and what goods may be sent back (pure).

The law wants the conditions, times and costs of returns published, with a rule of their own for fresh goods
(Decree 248/2026/NĐ-CP art. 14), and leaves the times to the market: all times here, from when they count, and that
goods which do not keep are not taken back for a change of mind, are the market's own policy.
"""

from __future__ import annotations

import datetime as dt
from enum import Enum

PERISHABLE_WITHIN = dt.timedelta(days=2)
"""Goods that do not keep: after it nobody can tell who let them spoil."""
OTHERS_WITHIN = dt.timedelta(days=7)
ANSWER_WITHIN = dt.timedelta(days=2)
"""For the stall; then the market looks at it."""


class Obstacle(Enum):
    """Why goods can't be reported."""

    TOO_LATE = "too-late"
    DOES_NOT_KEEP = "does-not-keep"  # and nothing is wrong with it


def within(*, is_perishable: bool) -> dt.timedelta:
    """How long after the goods came they may be reported."""
    return PERISHABLE_WITHIN if is_perishable else OTHERS_WITHIN


def counted_from(handed_over_at: dt.datetime, promised_to: dt.date | None, zone: dt.tzinfo) -> dt.datetime:
    """When the goods are taken to have come: no carrier tells us, so the end of the last promised day, in the
    buyer's favour; the hand-over itself where that is later, or nothing was promised.

    >>> utc = dt.timezone.utc
    >>> counted_from(dt.datetime(2026, 10, 1, 9, tzinfo=utc), dt.date(2026, 10, 3), utc)
    datetime.datetime(2026, 10, 4, 0, 0, tzinfo=datetime.timezone.utc)
    """
    if promised_to is None:
        return handed_over_at
    end_of_day = dt.datetime.combine(promised_to + dt.timedelta(days=1), dt.time(), zone)
    return max(handed_over_at, end_of_day)


def report_by(came_at: dt.datetime, *, is_perishable: bool) -> dt.datetime:
    """The last moment to report such goods."""
    return came_at + within(is_perishable=is_perishable)


def obstacle(
    came_at: dt.datetime, now: dt.datetime, *, is_perishable: bool, is_change_of_mind: bool
) -> Obstacle | None:
    """What keeps such goods from being reported now; None if nothing does.

    >>> came = dt.datetime(2026, 10, 1)
    >>> obstacle(came, dt.datetime(2026, 10, 4), is_perishable=True, is_change_of_mind=False)
    <Obstacle.TOO_LATE: 'too-late'>
    >>> obstacle(came, dt.datetime(2026, 10, 2), is_perishable=True, is_change_of_mind=True)
    <Obstacle.DOES_NOT_KEEP: 'does-not-keep'>
    >>> obstacle(came, dt.datetime(2026, 10, 4), is_perishable=False, is_change_of_mind=True)
    """
    if now > report_by(came_at, is_perishable=is_perishable):
        return Obstacle.TOO_LATE
    if is_perishable and is_change_of_mind:
        return Obstacle.DOES_NOT_KEEP
    return None
