"""The programme's rules as properties: bands, minimum marks, who grants, the life of a certificate."""

from __future__ import annotations

import datetime as dt
import itertools
import unicodedata
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import ocop
from catalog.ocop import Level, Stage

DAYS = st.dates(dt.date(2019, 8, 21), dt.date(2040, 12, 31))
SCORES = st.fractions(0, 100)
CRITERIA = [each.criterion for each in ocop.MINIMUMS[1]]
MARKS = st.dictionaries(st.sampled_from(CRITERIA), st.integers(0, 5))


def days(count: int) -> dt.timedelta:
    return dt.timedelta(days=count)


# --- Rule sets ---------------------------------------------------------------------------------


def test_points_of_every_decision_make_a_hundred():
    assert [sum(rules.points) for rules in ocop.RULE_SETS.values()] == [100] * 4
    assert ocop.RULE_SETS["1048/2019"].points == (35, 25, 40)
    assert ocop.RULE_SETS["148/2023"].points == ocop.RULE_SETS["26/2026"].points == (40, 25, 35)


@given(DAYS)
def test_since_2019_no_day_is_without_rules(day):
    assert ocop.rules_on(day).is_in_force(day)


@pytest.mark.parametrize(
    ("day", "version"),
    [
        ("2019-08-21", "1048/2019"),
        ("2023-02-23", "1048/2019"),
        ("2023-02-24", "148/2023"),
        ("2025-07-05", "148/2023"),
        ("2025-07-06", "1489/2025"),
        ("2026-05-21", "1489/2025"),
        ("2026-05-22", "26/2026"),
    ],
)
def test_rules_change_on_their_day(day, version):
    assert ocop.rules_on(dt.date.fromisoformat(day)).version == version


def test_old_rules_lapse_sixty_days_after_the_new_book():
    for version in ("148/2023", "1489/2025"):
        assert ocop.RULE_SETS[version].is_in_force(dt.date(2026, 7, 20))
        assert not ocop.RULE_SETS[version].is_in_force(dt.date(2026, 7, 21))
    with pytest.raises(ValueError, match="no criteria"):
        ocop.rules_on(dt.date(2019, 8, 20))


# --- Stars -------------------------------------------------------------------------------------


@given(SCORES, SCORES)
def test_more_points_never_give_fewer_stars(one, other):
    low, high = sorted((one, other))
    assert ocop.stars_of(low) <= ocop.stars_of(high)


@given(st.sampled_from([(30, 2), (50, 3), (70, 4), (90, 5)]), st.fractions(Fraction(1, 10**6), 1))
def test_a_band_holds_its_lower_bound_and_not_its_upper(band, little):
    bound, stars = band
    assert ocop.stars_of(bound) == stars
    assert ocop.stars_of(bound - little) == stars - 1


@given(SCORES, MARKS)
def test_minimum_marks_only_ever_lower_the_stars(score, marks):
    reached = ocop.stars_reached(score, marks)
    assert 1 <= reached <= ocop.stars_of(score)
    for minimum in ocop.MINIMUMS[1]:
        if reached >= minimum.stars:
            assert marks.get(minimum.criterion, 0) >= minimum.points


@given(SCORES, MARKS, st.sampled_from(CRITERIA))
def test_a_better_mark_never_costs_a_star(score, marks, criterion):
    better = marks | {criterion: marks.get(criterion, 0) + 1}
    assert ocop.stars_reached(score, better) >= ocop.stars_reached(score, marks)


def test_ninety_five_points_without_food_safety_get_no_certificate():
    full = {"food_safety": 1, "trace_label": 3, "story": 5, "market": 5}
    assert ocop.stars_reached(95, full) == 5
    assert ocop.stars_reached(95, full | {"food_safety": 0}) == 2 < ocop.LOWEST_CERTIFIED


# --- Who grants --------------------------------------------------------------------------------


@given(st.sampled_from([3, 4, 5]), DAYS)
def test_a_district_granted_three_stars_only_between_its_two_days(stars, day):
    its_time = dt.date(2023, 2, 24) <= day < dt.date(2025, 7, 6)
    assert (ocop.granted_by(stars, day) == Level.DISTRICT) is (stars == 3 and its_time)
    assert (ocop.granted_by(stars, day) == Level.MINISTRY) is (stars == 5)


@pytest.mark.parametrize(
    ("issuer", "level"),
    [
        ("UBND tỉnh Sơn La", Level.PROVINCE),
        ("Chủ tịch Ủy ban nhân dân tỉnh Sơn La", Level.PROVINCE),
        ("UBND HUYỆN BẮC YÊN", Level.DISTRICT),
        ("Ủy ban nhân dân huyện Bắc Yên, tỉnh Sơn La", Level.DISTRICT),
        ("UBND thị xã Mộc Châu", Level.DISTRICT),
        ("UBND thành phố Sơn La", Level.DISTRICT),
        ("UBND thành phố Hồ Chí Minh", Level.PROVINCE),
        ("UBND TP Huế", Level.PROVINCE),
        ("Bộ Nông nghiệp và Môi trường", Level.MINISTRY),
        ("UBND xã Tà Xùa, tỉnh Sơn La", None),
        ("Hội đồng đánh giá", None),
    ],
)
def test_an_issuer_is_placed_by_the_first_unit_in_its_name(issuer, level):
    assert ocop.level_of_issuer(issuer) == level


def test_marks_typed_apart_name_the_same_issuer():
    assert ocop.level_of_issuer(unicodedata.normalize("NFD", "UBND huyện Bắc Yên")) == Level.DISTRICT


# --- Product codes -----------------------------------------------------------------------------


@given(st.integers(1, 99), st.integers(1, 99999), st.integers(1, 9999), st.integers(2019, 2099))
def test_a_product_code_is_read_back_as_it_is_printed(province, commune, serial, year):
    code = ocop.ProductCode(f"{province:02d}", f"{commune:05d}", serial, year)
    assert ocop.product_code(str(code)) == code


@pytest.mark.parametrize(
    "text",
    ["", "14-3868-01-2026", "14-03868-00-2026", "14-03868-1-2026", "14-03868-01-26", "SL-03868-01-2026"],
)
def test_another_shape_is_no_product_code(text):
    with pytest.raises(ValueError, match="not an OCOP product code"):
        ocop.product_code(text)


# --- The life of a certificate -----------------------------------------------------------------

IN_ORDER = [Stage.TO_COME, Stage.VALID, Stage.RENEWAL_OPEN, Stage.RENEWAL_LATE, Stage.EXTENDED, Stage.EXPIRED]
EXTENSIONS = st.none() | st.integers(1, 180)


@given(DAYS, st.integers(-400, 2000), st.integers(0, 400), EXTENSIONS)
def test_time_only_moves_a_certificate_on(issued, offset, later, extension):
    end = ocop.end_of_term(issued)
    extended_to = end + days(extension) if extension else None

    def stage(on: dt.date) -> Stage:
        return ocop.stage_of(
            on=on, valid_from=issued, valid_to=end, withdrawn_on=None, extended_to=extended_to
        )

    on = issued + days(offset)
    assert IN_ORDER.index(stage(on)) <= IN_ORDER.index(stage(on + days(later)))


@given(DAYS, st.integers(-100, 1500), EXTENSIONS, st.none() | st.integers(0, 1500))
def test_a_star_shows_exactly_while_the_paper_is_in_force(issued, offset, extension, withdrawn):
    on, end = issued + days(offset), ocop.end_of_term(issued)
    withdrawn_on = issued + days(withdrawn) if withdrawn is not None else None
    life = {
        "valid_from": issued,
        "valid_to": end,
        "extended_to": end + days(extension) if extension else None,
    }
    shows = ocop.may_show_star(on=on, evidence_grade="A", is_verified=True, withdrawn_on=withdrawn_on, **life)
    stage = ocop.stage_of(on=on, withdrawn_on=withdrawn_on, **life)
    assert shows is (withdrawn_on is None and stage in ocop.STAGES_IN_FORCE)


@given(DAYS)
def test_a_term_is_thirty_six_months_to_the_day(issued):
    end = ocop.end_of_term(issued)
    assert (end.year - issued.year, end.month) == (3, issued.month)
    assert end.day == issued.day or (issued.month, issued.day, end.day) == (2, 29, 28)


@given(DAYS)
def test_the_renewal_window_is_the_stage_of_the_same_name(end):
    first, last = ocop.renewal_window(end)
    assert (end - first, end - last) == (days(180), days(120))
    stages = [
        ocop.stage_of(on=day, valid_to=end, withdrawn_on=None)
        for day in (first - days(1), first, last, last + days(1))
    ]
    assert stages == [Stage.VALID, Stage.RENEWAL_OPEN, Stage.RENEWAL_OPEN, Stage.RENEWAL_LATE]


@given(DAYS)
def test_each_reminder_is_reached_on_its_day_and_none_after_the_end(end):
    marks = [ocop.reminder_mark(on=end - days(left), valid_to=end) for left in range(200, -5, -1)]
    changes = [mark for before, mark in itertools.pairwise(marks) if mark != before]
    assert changes == [180, 150, 120, None]
    assert [ocop.reminder_mark(on=end - days(mark), valid_to=end) for mark in (180, 150, 120)] == [
        180,
        150,
        120,
    ]
