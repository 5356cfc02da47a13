"""The rule of every proof, on values."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from catalog.validity import PAPER_REMINDER_DAYS, may_show, reminder_mark

days = st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1))
lengths = st.integers(0, 2000)


@given(begin=days, length=lengths, offset=st.integers(-10, 2010))
def test_a_proof_shows_from_its_first_day_to_its_last(begin: dt.date, length: int, offset: int) -> None:
    on, end = begin + dt.timedelta(days=offset), begin + dt.timedelta(days=length)
    shown = may_show(
        on=on, valid_from=begin, last_day=end, evidence_grade="B1", is_verified=True, withdrawn_on=None
    )
    assert shown is (begin <= on <= end)


@given(
    begin=days, grade=st.sampled_from(["A", "B1", "B2", "C", ""]), verified=st.booleans(), gone=st.booleans()
)
def test_whatever_is_missing_hides_it(begin: dt.date, grade: str, verified: bool, gone: bool) -> None:
    shown = may_show(
        on=begin,
        valid_from=begin,
        last_day=None,
        evidence_grade=grade,
        is_verified=verified,
        withdrawn_on=begin if gone else None,
    )
    assert shown is (grade in ("A", "B1") and verified and not gone)


@given(end=days, left=st.integers(-50, 400))
def test_each_mark_is_named_once_it_is_reached_and_until_the_next(end: dt.date, left: int) -> None:
    mark = reminder_mark(on=end - dt.timedelta(days=left), last_day=end, marks=PAPER_REMINDER_DAYS)
    if left < 0 or left > 90:
        assert mark is None
    else:
        assert mark in PAPER_REMINDER_DAYS
        assert mark is not None and mark >= left
        assert not [other for other in PAPER_REMINDER_DAYS if left <= other < mark]
