"""The contract of a search engine, held by that of the database and by a third one in memory."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.db import connection
from django.utils import translation

from catalog import index, services
from catalog.models import IndexEntry, Kind, ProductSheet
from catalog.search import look_up, search, suggest
from catalog.search_engines import Hit, Wish, engine
from cms.services import index_stories
from tests.factories import make_category, make_commune, make_cooperative, make_product
from tests.support.memory_search import MemoryEngine

IN_MEMORY = "tests.support.memory_search.MemoryEngine"
QUERIES = Path(__file__).with_name("queries.csv")


@pytest.fixture(params=["", IN_MEMORY], ids=["of the database", "in memory"])
def chosen(request, settings, monkeypatch):
    """The engine of this database and a third one, chosen by the setting alone."""
    monkeypatch.setattr(MemoryEngine, "entries", {})
    settings.SEARCH_ENGINE = request.param
    return request.param


def test_the_setting_chooses_the_engine_and_the_database_otherwise(chosen):
    of_the_database = {"sqlite": "SqliteEngine", "postgresql": "PostgresEngine"}[connection.vendor]
    assert type(engine()).__name__ == ("MemoryEngine" if chosen else of_the_database)


class TestContract:
    """Every engine answers these alike."""

    @pytest.fixture(autouse=True)
    def _market(self, db, chosen):
        stall = make_cooperative("nuong", name="HTX Nương Cao", commune=make_commune("03868", "Xã Tà Xùa"))
        group = make_category("rau", "Rau củ")
        self.ids = {
            title: make_product(
                title=title, cooperative=stall, category=group, summary="Bà con hái tay."
            ).product_id
            for title in ("Khoai sọ", "Mật ong", "Khoai lang", "Bánh khoai")
        }
        index.index_story(page_id=7, language="vi", title="Mùa khoai", place="", body="Bà con đào củ.")
        index.index_story(page_id=8, language="en", title="Taro season", place="", body="khoai")

    def found(self, *wishes: Wish, limit: int = 10) -> list[list[str]]:
        return [[hit.label for hit in hits] for hits in engine().match(wishes, limit=limit)]

    def test_all_words_must_be_there_whole_or_as_beginnings(self):
        assert self.found(
            Wish(Kind.PRODUCT, ["khoai"], ["so"]),
            Wish(Kind.PRODUCT, [], ["kho", "lan"]),
            Wish(Kind.PRODUCT, ["kho"], []),
            Wish(Kind.PRODUCT, ["khoai"], ["xa"]),  # title and place
        ) == [["Khoai sọ"], ["Khoai lang"], [], ["Bánh khoai", "Khoai lang", "Khoai sọ"]]

    def test_titles_come_first_then_the_newest(self):
        make_product(title="Giỏ tre", summary="Đựng khoai.")
        wish = Wish(Kind.PRODUCT, ["khoai"], [])
        assert self.found(wish) == [["Bánh khoai", "Khoai lang", "Khoai sọ", "Giỏ tre"]]
        assert self.found(wish, limit=2) == [["Bánh khoai", "Khoai lang"]]

    def test_each_kind_is_found_by_itself_and_stories_in_their_language(self):
        assert self.found(
            Wish(Kind.COOPERATIVE, [], ["nuong"]),
            Wish(Kind.STORY, [], ["khoai"], "vi"),
            Wish(Kind.STORY, [], ["khoai"], "en"),
            Wish(Kind.STORY, [], ["khoai"], "ja"),
        ) == [["HTX Nương Cao"], ["Mùa khoai"], ["Taro season"], []]

    def test_a_hit_carries_what_ranking_reads(self):
        ((hit,),) = engine().match([Wish(Kind.PRODUCT, ["mat"], ["ong"])], limit=9)
        assert hit == Hit(
            "product", self.ids["Mật ong"], "mat ong", "htx nuong cao xa ta xua rau cu", "Mật ong"
        )
        ((stall,),) = engine().match([Wish(Kind.COOPERATIVE, [], ["cao"])], limit=9)
        assert (stall.title, stall.place) == ("htx nuong cao", "xa ta xua tinh son la")

    def test_titles_with_one_word_of_each_group_newest_first(self):
        goods, stalls = Wish(Kind.PRODUCT, [], []), Wish(Kind.COOPERATIVE, [], [])
        found = engine().resemble([goods, stalls], [["khoai", "mat"], ["so", "ong", "lang"]], limit=9)
        assert [[hit.label for hit in hits] for hits in found] == [["Khoai lang", "Mật ong", "Khoai sọ"], []]
        assert [hit.label for hit in engine().resemble([stalls], [["cao", "xa"]], limit=9)[0]] == [
            "HTX Nương Cao"  # the commune's name is no title
        ]
        newest, *_older = engine().resemble([goods], [["khoai"]], limit=1)[0]
        assert newest.label == "Bánh khoai"

    def test_what_is_hidden_or_deleted_is_not_found(self):
        services.set_state(sheet=ProductSheet.objects.get(product_id=self.ids["Khoai sọ"]), state="withdrawn")
        index.forget_story(7)
        assert self.found(Wish(Kind.PRODUCT, ["khoai"], ["so"]), Wish(Kind.STORY, [], ["khoai"], "vi")) == [
            [],
            [],
        ]

    def test_words_of_a_kind_cannot_be_typed(self):
        for word in (*Kind.values, *(f"d{kind}" for kind in Kind), *(f"đ{kind}" for kind in Kind)):
            assert search(word) == []

    def test_no_wish_gives_no_list(self):
        assert engine().match([], limit=9) == engine().resemble([], [["kho"]], limit=9) == []


def test_every_engine_finds_the_same_first_of_the_test_set(demo_market, chosen):
    index.rebuild()
    index_stories()
    titles = dict(ProductSheet.objects.values_list("product_id", "product__title"))
    with QUERIES.open(encoding="utf-8", newline="") as file:
        rows = [(row["query"], row["first"]) for row in csv.DictReader(file)]
    found = {query: titles[ids[0]] if (ids := search(query)) else "" for query, _first in rows}
    assert [(query, first, found[query]) for query, first in rows if found[query] != first] == []


def test_stalls_and_stories_of_the_demo_market_are_found_beside_goods(demo_market, chosen):
    index.rebuild()
    index_stories()
    assert IndexEntry.objects.filter(kind=Kind.STORY, language="vi").count() >= 5
    found = look_up("khoai so ta xua")
    assert [hit.label for hit in found.stalls][:1] == ["HTX mẫu Tà Xùa – Khoai sọ"]
    assert [hit.label for hit in found.stories][:1] == ["Củ khoai sọ xuống núi"]
    with translation.override("en"):
        assert [line.kind for line in suggest("taro")][-1] == Kind.STORY
