"""Self-scoring of an OCOP dossier, on values."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.ocop import BANDS, RULE_SETS, stars_of
from catalog.ocop_sets import SETS
from catalog.scoring import (
    EVIDENCE,
    PARTS,
    SET_1,
    TOURISM,
    assess,
    conditions_of,
    criteria_of,
    minimums_of,
)

sets = st.sampled_from(sorted(SETS))


@st.composite
def marked(draw: st.DrawFn) -> tuple[int, dict[str, int]]:
    number = draw(sets)
    most = {criterion.key: criterion.most for criterion in criteria_of(number)}
    most |= {condition.criterion: 1 for condition in conditions_of(number)}
    return number, {key: draw(st.integers(0, limit)) for key, limit in most.items()}


def full(number: int) -> dict[str, int]:
    conditions = {condition.criterion: 1 for condition in conditions_of(number)}
    return {criterion.key: criterion.most for criterion in criteria_of(number)} | conditions


@pytest.mark.parametrize("number", sorted(SETS))
def test_the_parts_of_every_set_sum_to_what_the_decision_says(number: int) -> None:
    sums = [
        sum(criterion.most for criterion in criteria_of(number) if criterion.part == part) for part in PARTS
    ]
    assert tuple(sums) == RULE_SETS["26/2026"].points
    assert len({criterion.key for criterion in criteria_of(number)}) == len(criteria_of(number))
    assert assess(number, full(number)).stars == 5


def test_the_headings_of_set_1_hold_the_points_of_annex_ii() -> None:
    sums: dict[str, int] = {}
    for criterion in SET_1:
        number = criterion.heading.split(".")[0]
        sums[number] = sums.get(number, 0) + criterion.most
    assert list(sums.values()) == [18, 10, 12, 13, 12, 12, 3, 5, 5, 5, 2, 3]
    for criterion in SET_1:
        assert all(0 < option.points <= criterion.most for option in criterion.options)


def test_the_evidence_of_form_02_has_fifteen_kinds() -> None:
    assert list(EVIDENCE) == list(range(1, 16))
    assert len(set(EVIDENCE.values())) == 15


def test_every_goods_set_asks_for_a_trace_code_and_nearly_all_for_an_eshop() -> None:
    for number in SETS:
        asked = {minimum.criterion: minimum.stars for minimum in minimums_of(number)}
        assert (asked.get("trace_label") == 4) is (number != TOURISM)
        assert (asked.get("market") == 5) is (number not in (24, 25, TOURISM))


@given(marked())
def test_stars_are_those_of_the_total_unless_a_minimum_is_missed(found: tuple[int, dict[str, int]]) -> None:
    number, marks = found
    result = assess(number, marks)
    assert result.total == sum(marks[criterion.key] for criterion in criteria_of(number))
    assert result.total == sum(result.parts.values())
    by_total = stars_of(result.total)
    assert 1 <= result.stars <= by_total
    assert (result.stars < by_total) is bool(result.capping)


@given(marked())
def test_what_is_said_to_be_missing_is_enough_and_not_too_much(found: tuple[int, dict[str, int]]) -> None:
    number, marks = found
    result = assess(number, marks)
    if result.next_stars is None:
        assert (result.stars, result.points_missing, result.minimums_missing) == (5, 0, ())
        return
    assert result.next_stars == result.stars + 1
    assert result.points_missing or result.minimums_missing
    met = marks | {
        each.criterion: max(marks.get(each.criterion, 0), each.points) for each in result.minimums_missing
    }
    score = result.total + result.points_missing
    assert assess(number, met, council_score=score).stars >= result.next_stars
    if result.points_missing:
        floor = next(floor for floor, stars in BANDS if stars == result.next_stars)
        assert score - 1 < floor
        assert assess(number, met, council_score=Fraction(floor) - Fraction(1, 100)).stars < result.next_stars
    for each in result.minimums_missing:
        assert (
            assess(number, met | {each.criterion: each.points - 1}, council_score=score).stars
            < result.next_stars
        )


@given(marked(), st.data())
def test_a_higher_mark_never_takes_a_star(found: tuple[int, dict[str, int]], data: st.DataObject) -> None:
    number, marks = found
    limits = full(number)
    key = data.draw(st.sampled_from(sorted(marks)))
    more = marks | {key: data.draw(st.integers(marks[key], limits[key]))}
    assert assess(number, more).stars >= assess(number, marks).stars


def test_the_council_s_mean_stands_in_place_of_the_sum_and_minimums_still_count() -> None:
    marks = full(1)
    assert assess(1, marks, council_score=Fraction("69.5")).stars == 3
    assert assess(1, {}, council_score=Fraction(95)).stars == 2
    assert assess(1, {"food_safety": 1}, council_score=Fraction(95)).stars == 3


@pytest.mark.parametrize("marks", [{"unknown": 1}, {"origin": 4}, {"origin": -1}, {"food_safety": 2}])
def test_marks_that_no_paper_has_are_refused(marks: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="of set 1"):
        assess(1, marks)


@pytest.mark.parametrize("number", [0, 27])
def test_a_set_that_does_not_exist_has_no_criteria(number: int) -> None:
    with pytest.raises(KeyError):
        criteria_of(number)
