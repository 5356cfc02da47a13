"""Search: what is found, in which order, and that the index never lags behind."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import services
from catalog.index import rebuild
from catalog.models import IndexEntry, ProductSheet
from catalog.search import near, search, suggest
from catalog.search_engines import engine
from tests.factories import make_category, make_commune, make_cooperative, make_product

pytestmark = pytest.mark.django_db

GOODS = {
    "taro": ("Khoai sọ Tà Xùa củ tươi", "Tà Xùa upland taro"),
    "box": ("Khoai sọ nương, thùng gia đình", "Hill taro, family box"),
    "crisps": ("Khoai sọ sấy giòn", "Taro crisps"),
    "honey": ("Mật ong hoa rừng", "Forest honey"),
    "tea": ("Hồng trà shan tuyết", "Shan black tea"),
    "mushroom": ("Nấm hương rừng khô", "Dried forest mushrooms"),
    "hawthorn": ("Sơn tra sấy lát", "Dried hawthorn"),
}


def make_goods() -> dict[str, int]:
    stall = make_cooperative("nuong", name="HTX Nương Cao", commune=make_commune("03868", "Xã Tà Xùa"))
    group = make_category("do-nuong", "Đồ nương rẫy", name_en="Upland goods")
    return {
        key: make_product(
            title=title, title_en=english, cooperative=stall, category=group, summary="Bà con hái tay."
        ).product_id
        for key, (title, english) in GOODS.items()
    }


@pytest.fixture(scope="module")
def standing_goods(standing):
    return standing.keep(make_goods)


@pytest.fixture
def goods(standing_goods):
    return standing_goods()


def found(goods, text):
    keys = {product_id: key for key, product_id in goods.items()}
    return [keys[product_id] for product_id in search(text)]


@pytest.mark.parametrize(
    "typed", ["khoai sọ sấy", "khoai so say", "KHOAI SO SAY", "say khoai so", "khoai so sa"]
)
def test_marks_case_word_order_and_an_unfinished_last_word_do_not_matter(goods, typed):
    assert found(goods, typed)[0] == "crisps"


@pytest.mark.parametrize(
    "typed", ["mật ong", "mat ong", "mat ogn", "mat onh", "nat ong", "forest honey", "mật ongg"]
)
def test_honey_is_found_with_and_without_small_slips(goods, typed):
    assert found(goods, typed)[:1] == ["honey"]


@pytest.mark.parametrize("typed", ["khoai xo", "khoia so", "khoai s", "kho so"])
def test_taro_is_found_with_slips_and_beginnings(goods, typed):
    assert set(found(goods, typed)) == {"taro", "box", "crisps"}


@pytest.mark.parametrize("typed", ["nuong cao", "ta xua", "nuong ray", "upland goods", "hai tay"])
def test_goods_are_found_by_stall_commune_group_and_description(goods, typed):
    assert set(found(goods, typed)) == set(goods)


def test_a_word_in_the_title_counts_more_than_the_same_word_elsewhere(goods):
    assert found(goods, "ta xua")[0] == "taro"


def test_other_words_at_a_distance_are_not_taken_for_slips(goods):
    assert found(goods, "muong khuogn") == []
    assert found(goods, "xyzzy") == []


@pytest.mark.parametrize(
    "typed", ["", "   ", "***", "%", "_", '"', "'", "\x00", "AND", "NEAR(", "a:b", "đ" * 500, "²"]
)
def test_odd_input_finds_nothing_and_breaks_nothing(goods, typed):
    assert search(typed) == []
    assert suggest(typed) == []


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(st.text(max_size=40))
def test_no_text_breaks_the_query(goods, text):
    assert set(search(text)) <= set(goods.values())


def test_goods_out_of_the_shop_are_not_found(goods):
    honey = ProductSheet.objects.get(product_id=goods["honey"])
    services.set_state(sheet=honey, state="withdrawn")
    assert found(goods, "mat ong") == []
    make_cooperative("nuong", name="HTX Nương Cao", tax_code="5700000001", is_open=False)
    assert search("khoai so") == []
    services.set_state(sheet=honey, state="approved")
    assert search("mat ong") == []
    make_cooperative("nuong", name="HTX Nương Cao", tax_code="5700000001", is_open=True)
    assert found(goods, "mat ong") == ["honey"]


def test_drafts_are_not_found():
    make_product(title="Mật ong hoa nhãn", state="draft")
    assert search("mat ong") == []


def test_a_changed_title_is_found_at_once_and_the_old_one_no_more():
    sheet = make_product(title="Mật ong hoa rừng", sku="P1")
    make_product(title="Sáp thơm", sku="P1", cooperative=sheet.cooperative)
    assert search("sap thom") == [sheet.product_id]
    assert search("mat ong") == []


def test_a_deleted_product_leaves_the_index():
    sheet = make_product(title="Mật ong hoa rừng")
    sheet.product.delete()
    assert search("mat ong") == []
    assert not IndexEntry.objects.filter(kind="product").exists()


def test_a_change_that_is_rolled_back_never_reaches_the_index():
    class Undone(Exception):
        pass

    with pytest.raises(Undone), transaction.atomic():
        make_product(title="Mật ong hoa rừng")
        assert len(search("mat ong")) == 1
        raise Undone
    assert search("mat ong") == []


def test_rebuilding_gives_the_same_index(goods):
    before = {text: search(text) for text in ("khoai so", "mat ong", "ta xua", "khoai xo", "hai tay")}
    IndexEntry.objects.filter(product_id=goods["honey"]).update(title="x", body="x", place="x")
    assert search("mat ong") == []
    assert rebuild() == len(goods) + 1  # and their stall
    assert {text: search(text) for text in before} == before


def test_the_limit_holds(goods):
    assert len(search("khoai so", limit=2)) == 2


def test_suggestions_name_the_stall_first_then_goods(goods):
    lines = suggest("nuong")
    assert (lines[0].kind, lines[0].label, lines[0].address) == ("cooperative", "HTX Nương Cao", ("nuong",))
    assert {line.kind for line in lines[1:]} == {"product"}
    assert len(lines) == 8


def test_near_finds_have_some_of_the_words_most_first(goods):
    make_product(title="Bánh mật")
    assert search("mat ong xyzzy") == []
    keys = {product_id: key for key, product_id in goods.items()}
    assert [keys.get(product_id, "cake") for product_id in near("mat ong xyzzy", limit=5)] == [
        "honey",
        "cake",
    ]
    assert near("mat ong xyzzy", limit=1) == [goods["honey"]]
    assert near("xyzzy", limit=5) == near("", limit=5) == near("q", limit=5) == []
    assert set(near("nuongzz", limit=9)) == set(goods.values())  # shortened to "nuon"


def test_suggestions_are_in_the_readers_language(goods):
    with translation.override("en"):
        assert [line.label for line in suggest("mat on")] == ["Forest honey"]


def test_the_typo_pass_runs_only_when_exact_words_find_too_few(goods, monkeypatch):
    asked = []
    there = type(engine())
    plain = there.resemble
    monkeypatch.setattr(
        there,
        "resemble",
        lambda self, wishes, meant, *, limit: asked.append(meant) or plain(self, wishes, meant, limit=limit),
    )
    search("khoai so")
    assert asked == []
    search("mat ong")
    assert len(asked) == 1


def test_search_asks_the_database_five_times_at_most(goods, django_assert_max_num_queries):
    for text in ("khoai so", "mat ogn", "xyzzy abc"):
        with django_assert_max_num_queries(5):  # the synonyms, the dictionary, and three questions
            search(text)


def test_the_engine_fits_the_database():
    assert (
        type(engine()).__name__
        == {
            "sqlite": "SqliteEngine",
            "postgresql": "PostgresEngine",
        }[connection.vendor]
    )
