"""Feeds, the site map and robots.txt: what they say, what they leave out, and that no star outlives its day."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.images import ImageFile
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone
from lxml import etree
from PIL import Image

from catalog.models import Cooperative, Processing, ProductSheet, TaxClass
from catalog.numbers import set_gtin
from catalog.packs import save_pack
from catalog.pictures import make_renditions
from catalog.spreadsheets import as_text
from cms.services import publish_home, publish_story
from shop.feeds import seconds_of_today
from shop.images.models import Picture
from shop.templatetags.look import path_in
from tests.factories import make_category, make_certificate, make_commune, make_cooperative, make_product

pytestmark = pytest.mark.django_db

FEEDS = ("/nguon/google.xml", "/nguon/facebook.csv", "/nguon/san-pham.json")
ALL = (*FEEDS, "/sitemap.xml", "/robots.txt")
G = "{http://base.google.com/ns/1.0}"
MAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


@pytest.fixture(scope="module", autouse=True)
def own_media(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        yield


@pytest.fixture
def clock(monkeypatch) -> Callable[[str], None]:
    def set_clock(moment: str) -> None:
        at = dt.datetime.fromisoformat(moment + "+07:00").astimezone(dt.UTC)
        monkeypatch.setattr(timezone, "now", lambda: at)

    return set_clock


def make_picture() -> Picture:
    file = io.BytesIO()
    Image.new("RGB", (640, 640), "#26356f").save(file, "PNG")
    picture = Picture.objects.create(title="Ảnh", file=ImageFile(file, name="anh.png"))
    make_renditions(picture)
    return picture


def make_taro() -> ProductSheet:
    stall = make_cooperative("nuong", name="HTX Nương & Bạn", commune=make_commune("03868", "Xã Tà Xùa"))
    return make_product(
        title="Khoai sọ <củ>",
        title_en="Taro",
        cooperative=stall,
        category=make_category("rau", "Rau tươi"),
        price=105_000,
        summary="Củ tròn.\x0b Bở & thơm.",
        picture=make_picture(),
        season_months=0b1001,
    )


@pytest.fixture(scope="module")
def standing_taro(standing, own_media):
    return standing.keep(make_taro)


@pytest.fixture
def taro(standing_taro):
    return standing_taro()


def items(client) -> list[dict[str, str]]:
    root = etree.fromstring(client.get("/nguon/google.xml").content)
    return [{child.tag.removeprefix(G): child.text for child in item} for item in root.iter("item")]


def rows(client) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get("/nguon/facebook.csv").content.decode())))


def facts(client) -> list[dict[str, Any]]:
    return client.get("/nguon/san-pham.json").json()["products"]


def test_merchant_center_gets_every_field_it_asks_for(client, taro):
    (item,) = items(client)
    assert item.pop("image_link").startswith("http://testserver/media/")
    assert item == {
        "id": str(taro.product_id),
        "title": "Khoai sọ <củ>",
        "description": "Củ tròn. Bở & thơm.",
        "availability": "in_stock",
        "condition": "new",
        "price": "105000 VND",
        "link": f"http://testserver/san-pham/{taro.product.slug}_{taro.product_id}/",
        "brand": "HTX Nương & Bạn",
        "product_type": "Rau tươi",
        "shipping_weight": "3100 g",
        "unit_pricing_measure": "3000g",
        "unit_pricing_base_measure": "1kg",
        "identifier_exists": "no",
    }


def test_the_catalogue_of_facebook_says_the_same(client, taro):
    (item,), (row,) = items(client), rows(client)
    item.pop("identifier_exists")
    assert (row.pop("item_group_id"), row.pop("gtin")) == ("", "")
    assert row.pop("availability") == "in stock"
    assert item.pop("availability") == "in_stock"
    assert row.pop("description") == "Củ tròn.\x0b Bở & thơm."
    item.pop("description")
    for measure in ("shipping_weight", "unit_pricing_measure", "unit_pricing_base_measure"):
        item.pop(measure)
    assert row == item


def test_a_bar_code_is_told_and_then_nothing_says_there_is_none(client, taro):
    set_gtin(sheet=taro, number="8938505974194")
    (item,), (row,) = items(client), rows(client)
    assert (item["gtin"], row["gtin"], "identifier_exists" in item) == (
        "8938505974194",
        "8938505974194",
        False,
    )


def test_sizes_are_rows_of_one_group_without_the_bar_code_of_the_first(client, taro):
    set_gtin(sheet=taro, number="8938505974194")
    save_pack(
        sheet=taro,
        sku="TUI-5",
        name="túi 5 kg",
        net_quantity=5000,
        weight_grams=5100,
        price_amount=170_000,
        stock=9,
    )
    group = str(taro.product_id)
    assert [(row["item_group_id"], row["gtin"]) for row in rows(client)] == [(group, ""), (group, "")]
    assert [(item["item_group_id"], item["identifier_exists"]) for item in items(client)] == [
        (group, "no")
    ] * 2
    assert len({row["id"] for row in rows(client)}) == 2


def test_a_name_longer_than_merchant_center_takes_is_cut(client, taro):
    Cooperative.objects.update(name="H" * 120)
    assert items(client)[0]["brand"] == "H" * 70
    assert facts(client)[0]["cooperative"]["name"] == "H" * 120


def test_goods_in_many_rounds_are_each_named_once(client, taro, monkeypatch):
    monkeypatch.setattr("shop.feeds.AT_ONCE", 2)
    for _ in range(4):
        make_certificate(make_product(picture=taro.picture, cooperative=taro.cooperative))
    found = [item["id"] for item in items(client)]
    assert found == sorted(found, key=int)
    assert len(set(found)) == len(found) == 5
    assert [bool(fact["star"]) for fact in facts(client)] == [False, True, True, True, True]


def test_open_data_tells_all_facts(client, taro):
    on = timezone.now().date()
    make_certificate(taro, stars=4, number="OCOP-1", issuer="UBND tỉnh Sơn La", valid_to=on + dt.timedelta(9))
    (fact,) = facts(client)
    assert fact.pop("picture").startswith("http://testserver/media/")
    assert fact == {
        "id": taro.product_id,
        "slug": taro.product.slug,
        "url": f"http://testserver/san-pham/{taro.product.slug}_{taro.product_id}/",
        "title": {"vi": "Khoai sọ <củ>", "en": "Taro"},
        "group": "Rau tươi",
        "pack": {"vi": "túi lưới 3 kg", "en": ""},
        "price": {"amount": 105_000, "currency": "VND", "vat_included": True},
        "unit_price": {"amount": 35_000, "unit": "kg"},
        "stock": {"level": "in_stock", "text": "Còn hàng"},
        "star": {
            "stars": 4,
            "certificate": "OCOP-1",
            "issuer": "UBND tỉnh Sơn La",
            "valid_to": (on + dt.timedelta(9)).isoformat(),
        },
        "cooperative": {"slug": "nuong", "name": "HTX Nương & Bạn"},
        "commune": {"code": "03868", "name": "Xã Tà Xùa"},
        "season_months": [1, 4],
        "packs": [],
    }


def test_a_star_is_gone_from_the_feed_at_midnight_and_no_cache_keeps_it(client, taro, clock):
    clock("2026-11-23T09:00:00")
    make_certificate(taro, valid_to=dt.date(2026, 11, 23))
    clock("2026-11-23T23:57:30")
    before = client.get("/nguon/san-pham.json")
    assert before.json()["products"][0]["star"]["valid_to"] == "2026-11-23"
    assert before["Cache-Control"] == "public, max-age=150"
    clock("2026-11-24T00:00:00")
    after = client.get("/nguon/san-pham.json", headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert after.json()["products"][0]["star"] is None
    assert after["Cache-Control"] == "public, max-age=300"


@pytest.mark.parametrize(
    ("moment", "seconds"), [("00:00:00", 300), ("23:54:59", 300), ("23:55:01", 299), ("23:59:59.5", 0)]
)
def test_the_lifetime_ends_with_the_day(clock, moment, seconds):
    clock(f"2026-11-23T{moment}")
    assert seconds_of_today() == seconds


def test_sold_out_goods_say_so(client, taro):
    taro.product.stockrecords.update(num_in_stock=0)
    assert items(client)[0]["availability"] == "out_of_stock"
    assert rows(client)[0]["availability"] == "out of stock"
    assert facts(client)[0]["stock"]["level"] in ("sold_out", "out_of_season")


def test_drinks_drafts_and_closed_stalls_are_in_no_feed(client, taro):
    picture, stall = taro.picture, taro.cooperative
    make_product(title="Rượu", cooperative=stall, picture=picture, is_age_restricted=True)
    make_product(title="Rượu", cooperative=stall, picture=picture, tax_class=TaxClass.EXCISE)
    make_product(title="Nháp", cooperative=stall, picture=picture, state="draft")
    make_product(title="Chờ", cooperative=stall, picture=picture, state="submitted")
    make_product(title="Rút", cooperative=stall, picture=picture, state="withdrawn")
    make_product(title="Đóng", cooperative=make_cooperative(is_open=False), picture=picture)
    for path in FEEDS:
        text = client.get(path).content.decode()
        assert "Khoai sọ" in text, path
        assert not any(word in text for word in ("Rượu", "Nháp", "Chờ", "Rút", "Đóng")), path
    Cooperative.objects.update(is_open=False)
    assert items(client) == rows(client) == facts(client) == []


def test_services_and_goods_without_a_picture_are_open_data_but_no_offers(client, taro):
    make_product(
        title="Một ngày hái chè", summary="Đi hái chè", picture=taro.picture, processing=Processing.SERVICE
    )
    make_product(title="Chưa có ảnh")
    assert [item["title"] for item in items(client)] == ["Khoai sọ <củ>"]
    assert len(rows(client)) == 1
    assert [(fact["title"]["vi"], bool(fact["picture"])) for fact in facts(client)] == [
        ("Khoai sọ <củ>", True),
        ("Một ngày hái chè", True),
        ("Chưa có ảnh", False),
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_runs_as_a_formula(client, taro, start):
    assert as_text(f"{start}1+1") == f"'{start}1+1"
    make_product(
        title=f"x{start}1",
        summary="-",
        cooperative=make_cooperative(name="=HYPERLINK(1)"),
        picture=taro.picture,
    )
    row = rows(client)[-1]
    assert (row["brand"], row["description"]) == ("'=HYPERLINK(1)", "'-")


def test_an_unchanged_feed_is_not_sent_twice(client, taro):
    for path in ALL:
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b""), path
        assert again["Cache-Control"].startswith("public, max-age="), path
        assert not first.cookies, path
        assert client.post(path).status_code == 405, path
    before = client.get("/nguon/google.xml")["ETag"]
    taro.product.stockrecords.update(price=99_000)
    assert client.get("/nguon/google.xml")["ETag"] != before


def test_feeds_are_vietnamese_whatever_the_reader_prefers(client, taro):
    english = {"Accept-Language": "en"}
    for path in ALL:
        assert client.get(path, headers=english).content == client.get(path).content, path


def test_feeds_cost_the_same_with_three_and_with_thirty_goods(client, taro):
    stall = taro.cooperative

    def costs() -> list[int]:
        counts = []
        for path in ALL:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            counts.append(len(queries))
        return counts

    make_product(cooperative=stall, picture=taro.picture)
    make_product(picture=make_picture())
    costs()  # Wagtail remembers the sites' root paths
    few = costs()
    for _ in range(27):
        make_certificate(make_product(picture=taro.picture))
    assert costs() == few
    assert max(few) <= 8
    assert few[-1] == 0


# --- for robots ------------------------------------------------------------------------------------


def addresses(client) -> dict[str, tuple[str | None, dict[str, str]]]:
    root = etree.fromstring(client.get("/sitemap.xml").content)
    return {
        url.findtext("s:loc", namespaces=MAP).removeprefix("http://testserver"): (
            url.findtext("s:lastmod", namespaces=MAP),
            {link.get("hreflang"): link.get("href") for link in url.findall("x:link", MAP)},
        )
        for url in root.findall("s:url", MAP)
    }


def test_the_site_map_names_every_public_page_in_every_language(client, taro, clock):
    publish_home(language="vi", title="Chợ", lead="Chợ phiên", stories_title="Chuyện")
    publish_home(language="en", title="Market", lead="The market", stories_title="Stories")
    for language in ("vi", "en"):
        publish_story(slug="khoai", language=language, title="Khoai", intro="…", body_markdown="Chữ.")
    publish_story(slug="chi-tieng-viet", language="vi", title="Mận", intro="…", body_markdown="Chữ.")
    make_product(title="Nháp", state="draft", cooperative=taro.cooperative)
    found = addresses(client)
    product = f"/san-pham/{taro.product.slug}_{taro.product_id}/"
    assert {
        "/",
        "/en/",
        "/chuyen/khoai/",
        "/chuyen/chi-tieng-viet/",
        "/san-pham/",
        "/en/mua-vu/",
        "/hop-tac-xa/nuong/",
        "/en/hop-tac-xa/nuong/",
        product,
        f"/en{product}",
    } <= set(found)
    assert "nhap" not in " ".join(found)
    assert found[product] == (
        taro.updated_at.astimezone(dt.timezone(dt.timedelta(hours=7))).date().isoformat(),
        {code: f"http://testserver{path_in(product, code)}" for code in ("vi", "en", "ja")},
    )
    assert found["/hop-tac-xa/nuong/"][0] == found[product][0]
    assert set(found["/chuyen/khoai/"][1]) == {"vi", "en"}
    assert found["/chuyen/chi-tieng-viet/"][1] == {}
    for path in found:
        assert client.get(path).status_code == 200, path


def test_robots_are_kept_from_what_is_personal_and_shown_the_map(client, taro):
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    assert lines[-1] == "Sitemap: http://testserver/sitemap.xml"
    assert {f"Disallow: {path}" for path in ("/gio-hang/", "/en/gio-hang/", "/quan-tri/", "/t/")} <= set(
        lines
    )
    closed = tuple(line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow"))
    assert not [path for path in addresses(client) if path.startswith(closed)]
