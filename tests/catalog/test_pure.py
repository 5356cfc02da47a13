"""Folding, spelling and the OCOP rules: no database."""

from __future__ import annotations

import datetime as dt
import doctest
import unicodedata
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import folding, ocop, spelling
from catalog.models import place
from catalog.ocop_sets import SETS


@pytest.mark.parametrize("module", [folding, ocop, spelling, place], ids=lambda module: module.__name__)
def test_the_examples_in_the_docstrings_hold(module):
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


def test_every_vietnamese_vowel_folds_to_its_letter():
    for bare, marked in {
        "a": "áàảãạăắằẳẵặâấầẩẫậ",
        "e": "éèẻẽẹêếềểễệ",
        "i": "íìỉĩị",
        "o": "óòỏõọôốồổỗộơớờởỡợ",
        "u": "úùủũụưứừửữự",
        "y": "ýỳỷỹỵ",
        "d": "đ",
    }.items():
        for letter in marked + marked.upper():
            assert folding.fold(letter) == bare
            assert folding.fold(unicodedata.normalize("NFD", letter)) == bare


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    once = folding.fold(text)
    assert folding.fold(once) == once


@given(st.text())
def test_a_slug_always_fits_the_address_of_a_product(text):
    slug = folding.slug_of(text)
    assert 1 <= len(slug) <= 80
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@given(st.text(alphabet="abcd", max_size=7), st.text(alphabet="abcd", max_size=7))
def test_distance_is_symmetric_and_zero_only_between_equals(one, other):
    assert spelling.distance(one, other) == spelling.distance(other, one)
    assert (spelling.distance(one, other) == 0) == (one == other)


def test_there_are_26_sets_with_names_in_two_languages():
    assert sorted(SETS) == list(range(1, 27))
    assert SETS[1].vi == "Rau, củ, quả, hạt tươi"
    assert SETS[26].en == "Community and eco-tourism"
    assert all(each.vi and each.en and each.number == number for number, each in SETS.items())


@given(st.fractions(min_value=0, max_value=100))
def test_each_score_falls_into_the_band_that_starts_at_or_below_it(score):
    floors = {1: 0, 2: 30, 3: 50, 4: 70, 5: 90}
    stars = ocop.stars_of(score)
    assert floors[stars] <= score
    assert stars == 5 or score < floors[stars + 1]


@pytest.mark.parametrize(
    ("score", "stars"), [(0, 1), (30, 2), (50, 3), (Fraction("69.99"), 3), (70, 4), (90, 5), (100, 5)]
)
def test_bands_are_closed_below_and_open_above(score, stars):
    assert ocop.stars_of(score) == stars


@pytest.mark.parametrize("score", [-1, Fraction("100.01")])
def test_a_score_outside_the_scale_is_refused(score):
    with pytest.raises(ValueError, match="between 0 and 100"):
        ocop.stars_of(score)


def test_three_stars_were_granted_by_districts_only_under_decision_148():
    assert ocop.granted_by(3, dt.date(2023, 2, 23)) == "province"
    assert ocop.granted_by(3, dt.date(2023, 2, 24)) == "district"
    assert ocop.granted_by(3, dt.date(2025, 7, 5)) == "district"
    assert ocop.granted_by(4, dt.date(2024, 3, 3)) == "province"
    with pytest.raises(ValueError, match="no certificate"):
        ocop.granted_by(2, dt.date(2026, 6, 1))


def test_a_withdrawn_certificate_is_withdrawn_from_that_day_on():
    end = dt.date(2028, 1, 1)
    day = dt.date(2026, 11, 20)
    assert ocop.stage_of(on=day - dt.timedelta(days=1), valid_to=end, withdrawn_on=day) == "valid"
    assert ocop.stage_of(on=day, valid_to=end, withdrawn_on=day) == "withdrawn"
