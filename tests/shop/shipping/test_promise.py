"""When a parcel leaves and arrives."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.shipping.promise import EVERY_DAY, Dispatch, arrives, leaves_on

FRIDAY = dt.datetime(2026, 11, 27, 9)


def test_a_stall_that_needs_a_day_sends_tomorrow() -> None:
    assert leaves_on(Dispatch(), FRIDAY) == dt.date(2026, 11, 28)


@pytest.mark.parametrize(("hour", "day"), [(14, 27), (15, 28), (23, 28)])
def test_after_the_hour_the_order_counts_for_the_next_day(hour: int, day: int) -> None:
    dispatch = Dispatch(handling_days=0)
    assert leaves_on(dispatch, FRIDAY.replace(hour=hour)) == dt.date(2026, 11, day)


def test_a_market_day_stall_sends_on_its_day_only() -> None:
    tuesdays = Dispatch(weekdays=0b000_0010, handling_days=0)
    assert leaves_on(tuesdays, FRIDAY) == dt.date(2026, 12, 1)
    assert arrives(tuesdays, FRIDAY, (2, 5)) == (dt.date(2026, 12, 3), dt.date(2026, 12, 6))


def test_goods_that_are_not_there_yet_leave_on_the_first_day_of_dispatch_from_theirs() -> None:
    tuesdays = Dispatch(weekdays=0b000_0010, handling_days=0)
    assert leaves_on(Dispatch(), FRIDAY, ready_on=dt.date(2026, 12, 10)) == dt.date(2026, 12, 10)
    assert arrives(tuesdays, FRIDAY, (2, 5), ready_on=dt.date(2026, 12, 10)) == (
        dt.date(2026, 12, 17),
        dt.date(2026, 12, 20),
    )
    assert leaves_on(Dispatch(), FRIDAY, ready_on=dt.date(2026, 11, 1)) == leaves_on(Dispatch(), FRIDAY)


@pytest.mark.parametrize(
    "changes", [{"weekdays": 0}, {"weekdays": 128}, {"cut_off_hour": 25}, {"handling_days": -1}]
)
def test_a_week_without_a_day_is_refused(changes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="one day of the week"):
        Dispatch(**changes)


@given(
    st.builds(Dispatch, st.integers(1, EVERY_DAY), st.integers(0, 24), st.integers(0, 30)),
    st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 12, 31)),
)
def test_it_leaves_on_one_of_its_days_never_too_early_and_within_the_week(
    dispatch: Dispatch, ordered_at: dt.datetime
) -> None:
    day = leaves_on(dispatch, ordered_at)
    assert dispatch.weekdays >> day.weekday() & 1
    waited = (day - ordered_at.date()).days
    assert dispatch.handling_days <= waited <= dispatch.handling_days + 7
