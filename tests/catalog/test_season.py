"""The season calendar and the page that tells how goods are ordered."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from catalog import ranking as ranking_module
from catalog.facets import FACETS
from catalog.harvests import plan_harvest
from catalog.paging import ORDERS, SUGGESTED
from catalog.search import WEIGHTS
from catalog.season_views import LABEL_WIDTH, MONTH_WIDTH, bars_of, month_name
from tests.factories import make_category, make_cooperative, make_product

pytestmark = pytest.mark.django_db

NOVEMBER_FIRST = [11, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]


def months(*numbers: int) -> int:
    return sum(1 << (number - 1) for number in numbers)


def words_of(response) -> str:
    page = re.sub(r"<script.*?</script>", " ", response.content.decode(), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.fixture
def clock(monkeypatch) -> Callable[[str], None]:
    def set_clock(moment: str) -> None:
        at = dt.datetime.fromisoformat(moment + "+07:00").astimezone(dt.UTC)
        monkeypatch.setattr(timezone, "now", lambda: at)

    return set_clock


def make_goods():
    fresh, tea = make_category("rau", "Rau tươi", position=1), make_category("che", "Chè", position=2)
    stall = make_cooperative()
    return {
        "taro": make_product(
            title="Khoai sọ",
            title_en="Taro",
            cooperative=stall,
            category=fresh,
            season_months=months(9, 10, 11, 12, 1),
        ),
        "plum": make_product(title="Mận hậu", cooperative=stall, category=fresh, season_months=months(5, 6)),
        "buds": make_product(title="Búp chè", cooperative=stall, category=tea, season_months=months(3, 11)),
        "tea": make_product(title="Trà bánh", cooperative=stall, category=tea),
    }


@pytest.fixture(scope="module")
def standing_goods(standing):
    return standing.keep(make_goods)


@pytest.fixture
def goods(standing_goods):
    return standing_goods()


def test_the_calendar_starts_with_the_month_that_it_is_in_vietnam(client, goods, clock):
    clock("2026-11-30T23:59:59")
    assert [month.number for month in client.get("/mua-vu/").context["chart"].months] == NOVEMBER_FIRST
    clock("2026-12-01T00:00:00")
    assert client.get("/mua-vu/").context["chart"].months[0].number == 12


def test_each_month_lists_its_goods_in_the_order_of_the_chart(client, goods, clock):
    clock("2026-11-23T09:00:00")
    chart = client.get("/mua-vu/").context["chart"]
    by_month = {month.number: [sheet.product.title for sheet in month.sheets] for month in chart.months}
    assert by_month[11] == ["Khoai sọ", "Búp chè"]
    assert by_month[3] == ["Búp chè"]
    assert by_month[5] == by_month[6] == ["Mận hậu"]
    assert by_month[7] == []
    assert [row.sheet.product.title for row in chart.rows] == ["Khoai sọ", "Mận hậu", "Búp chè"]


def test_a_season_across_the_new_year_is_one_bar():
    taro = (1, 9, 10, 11, 12)
    assert [(bar.x, bar.width) for bar in bars_of(taro, [7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6])] == [
        (LABEL_WIDTH + 2 * MONTH_WIDTH + 3, 5 * MONTH_WIDTH - 6)
    ]
    assert [bar.x for bar in bars_of(taro, NOVEMBER_FIRST)] == [
        LABEL_WIDTH + 3,
        LABEL_WIDTH + 10 * MONTH_WIDTH + 3,
    ]
    assert bars_of((), NOVEMBER_FIRST) == []


def test_the_page_links_to_the_goods_and_counts_what_is_there_all_year(client, goods):
    response = client.get("/mua-vu/")
    page, sheet = response.content.decode(), goods["taro"]
    assert page.count(f'href="/san-pham/{sheet.product.slug}_{sheet.product_id}/"') == 1 + 5  # bar, 5 months
    assert "1 món khác có quanh năm." in words_of(response)
    assert "style=" not in page
    assert not response.cookies


def test_this_months_goods_say_whether_they_are_there(client, clock):
    clock("2026-11-23T09:00:00")
    make_product(title="Khoai còn", season_months=months(11))
    make_product(title="Khoai hết", season_months=months(11), stock=0)
    awaited = make_product(title="Khoai sắp", season_months=months(11), stock=0)
    plan_harvest(product=awaited.product, expected_quantity=9, expected_on=dt.date(2026, 11, 25))
    words = words_of(client.get("/mua-vu/"))
    for title, told in (
        ("Khoai còn", "đang có bán"),
        ("Khoai hết", "chưa có hàng, vào trang của món bấm “Báo tôi”"),
        ("Khoai sắp", "nhận đặt trước"),
    ):
        assert re.search(f"{title} Tà Xùa tháng 11 {told}", words), words


def test_goods_out_of_the_shop_are_not_in_the_calendar(client, goods):
    make_product(title="Bản nháp", state="draft", season_months=months(11))
    closed = make_cooperative(is_open=False)
    make_product(title="Gian đã đóng", cooperative=closed, season_months=months(11))
    words = words_of(client.get("/mua-vu/"))
    assert "Bản nháp" not in words
    assert "Gian đã đóng" not in words


def test_the_calendar_speaks_english(client, goods):
    words = words_of(client.get("/en/mua-vu/"))
    assert "Season calendar" in words
    assert "Taro" in words
    assert "November" in words
    assert "Tháng 11" not in words


def test_an_empty_market_has_an_empty_calendar(client):
    assert "Chưa có món nào khai mùa vụ." in words_of(client.get("/mua-vu/"))


def test_the_calendar_costs_the_same_with_three_and_with_thirty_goods(client, goods):
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/mua-vu/").status_code == 200
        return len(queries)

    few = count()
    for _ in range(27):
        make_product(season_months=months(4))
    assert count() == few <= 6


def test_month_names_follow_the_language():
    assert (month_name(9), month_name(9, is_short=True)) == ("Tháng 9", "T9")
    with translation.override("en"):
        assert (month_name(9), month_name(5, is_short=True)) == ("September", "May")


# --- how goods are ordered ----------------------------------------------------------------------


def test_the_ranking_page_prints_the_constants_that_order_the_lists(client, monkeypatch):
    words = words_of(client.get("/xep-hang/"))
    assert [words.index(str(text)) for text in SUGGESTED.values()] == sorted(
        words.index(str(text)) for text in SUGGESTED.values()
    )
    assert "tên món, tiếng Việt hay tiếng Anh 8 điểm" in words
    assert all(str(label) in words for label in ORDERS.values())
    assert "khoai sọ = khoai môn" in words
    monkeypatch.setattr(ranking_module, "WEIGHTS", WEIGHTS | {"title": 5.0})
    assert "tên món, tiếng Việt hay tiếng Anh 5 điểm" in words_of(client.get("/xep-hang/"))


def test_every_constant_has_its_words_on_the_ranking_page():
    assert set(ranking_module.PLACES) == set(WEIGHTS)
    assert set(ranking_module.RULES) == set(ORDERS)
    assert set(ranking_module.FILTERS) == set(FACETS)


def test_the_ranking_page_asks_for_the_synonyms_only_and_is_linked(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = client.get("/xep-hang/")
    assert not response.cookies
    assert "Nobody pays to be moved up." in words_of(client.get("/en/xep-hang/"))
    assert client.get("/san-pham/").content.decode().count('href="/xep-hang/"') == 2  # sort box, footer
