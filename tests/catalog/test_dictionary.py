"""The dictionary of title words: whatever a slip makes of a word, the word is found by it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from catalog.dictionary import forget_all, learn, spellings
from catalog.index import rebuild
from catalog.models import SpellingKey
from catalog.spelling import LONGEST, allowed, distance, keys_of
from tests.factories import make_product

LETTERS = st.text(alphabet="ab", min_size=1, max_size=9)


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(LETTERS, LETTERS)
def test_words_within_the_slips_of_one_share_a_key(one, other):
    assume(distance(one, other) <= allowed(one))
    assert keys_of(one) & keys_of(other)


def test_a_very_long_word_is_only_itself():
    assert len(keys_of("a" * LONGEST)) > 1
    assert keys_of("a" * (LONGEST + 1)) == {"a" * (LONGEST + 1)}


@pytest.mark.django_db
class TestSpellings:
    @pytest.fixture(autouse=True)
    def words(self):
        forget_all()
        learn(["mat ong rung", "mac khen", "khoai so", "xo", "nghieng nghieng", "x" * 300])

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("ogn", [["ong"]]),
            ("khaoi so", [["khoai"], ["so"]]),  # a known word stays as it is beside an unknown one
            ("mac ong", [["mac", "mat"], ["ong"]]),  # all are known: any may be the slip, nearest first
            ("nghienn", [["nghieng"]]),
            ("hgieng", [["nghieng"]]),  # two slips in a long word
            ("khaio zzz", []),
            ("x" * 300, []),
        ],
    )
    def test_what_may_have_been_meant(self, typed, meant):
        assert spellings(typed.split()) == meant

    def test_it_asks_once(self, django_assert_num_queries):
        with django_assert_num_queries(1):
            spellings(["mta", "ogn", "khaoi"])

    def test_learning_twice_changes_nothing(self):
        before = SpellingKey.objects.count()
        learn(["ong mat"])
        assert SpellingKey.objects.count() == before


@pytest.mark.django_db
def test_titles_teach_their_words_and_a_rebuild_forgets_those_that_are_gone():
    sheet = make_product(title="Khoia sọ", title_en="")
    assert spellings(["khoai"]) == [["khoia"]]
    sheet.product.title = "Khoai sọ"
    sheet.product.save()
    rebuild()
    assert spellings(["khoai"]) == [["khoai"]]
    assert spellings(["khoia"]) == [["khoai"]]
