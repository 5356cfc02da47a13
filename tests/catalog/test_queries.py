"""What people type and what must come first: ``queries.csv`` against the demo market, on both databases."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from catalog.models import ProductSheet
from catalog.search import search, suggest
from tests.factories import make_cooperative, make_product

QUERIES = Path(__file__).with_name("queries.csv")


def expected() -> list[tuple[str, str]]:
    with QUERIES.open(encoding="utf-8", newline="") as file:
        return [(row["query"], row["first"]) for row in csv.DictReader(file)]


def test_the_test_set_is_large_and_says_each_thing_once():
    queries = [query for query, _first in expected()]
    assert len(queries) >= 150
    assert len(set(queries)) == len(queries)
    assert len({first for _query, first in expected()}) >= 55  # of sixty goods


def test_every_query_finds_first_what_a_person_means(demo_market):
    titles = dict(ProductSheet.objects.values_list("product_id", "product__title"))
    found = {query: titles[ids[0]] if (ids := search(query)) else "" for query, _first in expected()}
    wrong = [(query, first, found[query]) for query, first in expected() if found[query] != first]
    assert wrong == []


@pytest.fixture
def goods(db) -> dict[str, int]:
    stall = make_cooperative(name="HTX Chế Biến")
    titles = {
        "pork": "Thịt lợn gác bếp",
        "can": "Ca lớn đựng nước",
        "tea": "Trà mạn",
        "taro": "Khoai sọ tươi",
        "taro_purple": "Khoai sọ tím",
        "fragrant": "Gạo thơm",
        "pineapple": "Dứa tươi",
        "hawthorn": "Sơn tra sấy",
    }
    return {key: make_product(title=title, cooperative=stall).product_id for key, title in titles.items()}


def found(goods: dict[str, int], text: str) -> list[str]:
    keys = {product_id: key for key, product_id in goods.items()}
    return [keys[product_id] for product_id in search(text)]


def test_words_of_another_region_are_understood(goods):
    assert found(goods, "thịt heo") == found(goods, "thit heo") == ["pork"]
    assert found(goods, "khoai môn") == ["taro_purple", "taro"]
    assert found(goods, "khoai mon tuoi")[0] == "taro"
    assert found(goods, "tao meo")[0] == "hawthorn"


def test_another_wording_must_stand_in_the_name_with_its_marks(goods):
    assert "can" not in found(goods, "heo")  # lớn is not lợn
    assert found(goods, "heo") == ["pork"]
    assert found(goods, "thơm") == ["fragrant", "pineapple"]
    assert "fragrant" in found(goods, "dứa")  # thơm is also the fruit
    assert "fragrant" not in found(goods, "dừa")


def test_marks_count_when_they_are_typed(goods):
    assert found(goods, "trà")[0] == "tea"
    assert found(goods, "tra") == ["tea", "hawthorn"]
    assert found(goods, "chè")[0] == "tea"  # the title's word, before the stall's "Chế"


def test_suggestions_know_the_other_words_too(goods):
    assert [line.label for line in suggest("thịt heo")] == ["Thịt lợn gác bếp"]


def test_other_words_cost_one_query_whatever_their_number(goods, django_assert_num_queries):
    for number in range(3):
        make_product(title=f"Thịt lợn muối {number}")
    for text in ("thịt muối", "thịt lợn", "thịt heo"):
        with django_assert_num_queries(2):
            assert len(search(text)) >= 3
