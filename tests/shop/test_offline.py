"""What phones keep of the market: the pack of goods, the communes, the worker's rules, the manifest."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.folding import fold
from catalog.models import Cooperative, Processing, ProductSheet, Province, TaxClass
from catalog.packs import save_pack
from shop.offline.words import words
from tests.factories import make_certificate, make_commune, make_cooperative, make_product

PACK, PLACES, WORKER, APP = "/goi-ngoai-tuyen.json", "/ung-dung/xa.json", "/sw.js", "/ngoai-tuyen/"
MOST_BYTES = 60_000  # of sixty goods on the line
SCRIPT = Path(settings.BASE_DIR, "shop/static/shop/js/offline/app.js")

pytestmark = pytest.mark.django_db


def goods(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(PACK).json()["goods"]
    return found


def test_the_pack_tells_what_a_shopper_reads_and_what_an_order_needs(client: Client) -> None:
    stall = make_cooperative("nuong", name="HTX Nương", commune=make_commune("03868", "Xã Tà Xùa"))
    taro = make_product(title="Khoai sọ", title_en="Taro", cooperative=stall, price=105_000, stock=7)
    make_certificate(taro, stars=3)
    assert goods(client) == [
        {
            "title": "Khoai sọ",
            "title_en": "Taro",
            "summary": taro.summary,
            "summary_en": taro.summary_en,
            "stall": "HTX Nương",
            "commune": "Xã Tà Xùa",
            "stars": 3,
            "in_season": False,
            "sizes": [
                {
                    "id": taro.product_id,
                    "name": taro.pack,
                    "name_en": taro.pack_en,
                    "price": 105_000,
                    "per_unit": [35_000, "kg"],
                    "least": 1,
                    "step": 1,
                    "most": 7,
                }
            ],
        }
    ]


def test_goods_for_adults_services_and_closed_stalls_are_not_in_the_pack(client: Client) -> None:
    sheets = [make_product() for _ in range(4)]
    assert len(goods(client)) == 4
    ProductSheet.objects.filter(pk=sheets[0].pk).update(is_age_restricted=True)
    ProductSheet.objects.filter(pk=sheets[1].pk).update(tax_class=TaxClass.EXCISE)
    ProductSheet.objects.filter(pk=sheets[2].pk).update(processing=Processing.SERVICE)
    Cooperative.objects.filter(pk=sheets[3].cooperative_id).update(is_open=False)
    assert goods(client) == []


def test_what_waits_for_a_harvest_can_be_read_and_not_ordered(client: Client) -> None:
    sheet = make_product(title="Mận", stock=0)
    sheet.product.stockrecords.update(num_expected=50)
    assert [each["sizes"][0]["most"] for each in goods(client)] == [0]


def test_a_star_is_gone_from_the_pack_at_midnight_and_no_cache_keeps_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def clock(moment: str) -> None:
        at = dt.datetime.fromisoformat(f"2026-11-{moment}+07:00").astimezone(dt.UTC)
        monkeypatch.setattr(timezone, "now", lambda: at)

    clock("23T09:00:00")
    make_certificate(make_product(), stars=4, valid_to=dt.date(2026, 11, 23))
    clock("23T23:59:00")
    before = client.get(PACK)
    clock("24T00:00:00")
    after = client.get(PACK, headers={"If-None-Match": before["ETag"]})
    assert [each.json()["goods"][0]["stars"] for each in (before, after)] == [4, 0]
    assert [each["Cache-Control"] for each in (before, after)] == [
        "public, max-age=60",
        "public, max-age=300",
    ]


def test_an_unchanged_pack_is_not_sent_again(client: Client) -> None:
    sheet = make_product(price=105_000)
    first = client.get(PACK)
    assert client.get(PACK, headers={"If-None-Match": first["ETag"]}).status_code == 304
    sheet.product.stockrecords.update(price=99_000)
    second = client.get(PACK, headers={"If-None-Match": first["ETag"]})
    assert second.status_code == 200
    assert second.json()["version"] != first.json()["version"]


def test_sixty_goods_fit_into_sixty_kilobytes_and_ask_no_more_than_one(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    stall = make_cooperative()
    text = "Củ tròn đều, bột trắng, bở và thơm; trồng trên nương cao, thu từ tháng mười tới tháng hai. " * 2
    make_product(cooperative=stall)
    with CaptureQueriesContext(connection) as one:
        client.get(PACK)
    for number in range(59):
        sheet = make_product(title=f"Khoai sọ nương số {number}", cooperative=stall, summary=text[number:])
        save_pack(
            sheet=sheet,
            sku=f"T{number}",
            name="Túi 2 kg",
            net_quantity=2000,
            weight_grams=2100,
            price_amount=200_000,
            stock=5,
        )
    with CaptureQueriesContext(connection) as sixty:
        answer = client.get(PACK)
    assert len(answer.json()["goods"]) == 60
    assert len(gzip.compress(answer.content)) < MOST_BYTES
    assert len(sixty) == len(one)


def test_every_commune_stands_under_its_province_by_its_name(client: Client) -> None:
    found = client.get(PLACES).json()["provinces"]
    codes = {code: [each for each, _name in communes] for code, _name, communes in found}
    assert {code: set(communes) for code, communes in codes.items()} == {
        province.pk: {commune.pk for commune in province.communes.all()}
        for province in Province.objects.prefetch_related("communes")
    }
    names = dict(next(communes for code, _name, communes in found if code == "14"))
    assert names["03868"] == "Xã Tà Xùa"
    bare = [fold(name).split(" ", 1)[1] for name in names.values()]
    assert bare == sorted(bare)


def test_the_worker_knows_every_page_that_is_somebodys_own(client: Client) -> None:
    answer = client.get(WORKER)
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    known = json.loads(re.search(r"const MARKET = (\{.*\});", answer.content.decode()).group(1))
    own = ("/gio-hang/", "/thanh-toan/", "/don-hang/", "/tai-khoan/", "/hoa-don/", "/khieu-nai/")
    for path in (*own, "/quan-tri/", "/api/"):
        assert any(path.startswith(start) for start in known["private"]), path
        assert path not in own or any(f"/en{path}".startswith(start) for start in known["private"]), path
    for address in (*known["pages"].values(), *known["data"]):
        assert client.get(address).status_code == 200


def test_the_worker_changes_its_version_with_what_it_keeps(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = client.get(WORKER).content
    assert client.get(WORKER).content == before
    monkeypatch.setattr("shop.offline.views.SCRIPTS", ("shop/js/market.js",))
    versions = {
        re.search(rb'"version": "(\w+)"', text).group(1) for text in (before, client.get(WORKER).content)
    }
    assert len(versions) == 2


def test_the_manifest_can_be_installed_from(client: Client) -> None:
    answer = client.get("/ung-dung/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    told = answer.json()
    assert (told["start_url"], told["display"]) == ("/", "standalone")
    assert {icon["sizes"] for icon in told["icons"]} == {"192x192", "512x512"}
    for icon in told["icons"]:
        name = icon["src"].removeprefix(settings.STATIC_URL)
        assert Path(settings.BASE_DIR, "shop/static", name).is_file()


def test_the_script_says_every_sentence_it_is_given_and_no_other(client: Client) -> None:
    script = SCRIPT.read_text(encoding="utf-8")
    said = set(re.findall(r'(?:words\.|say\(")(\w+)', script))
    states = {name for name in words() if name.startswith("state_")}
    assert said | states == set(words())
    assert "say(`state_${order.state}`" in script


def test_the_page_is_the_same_for_everybody_and_asks_the_database_nothing(
    client: Client, django_assert_num_queries: Any
) -> None:
    client.get(APP)
    with django_assert_num_queries(0):
        answer = client.get(APP)
    assert answer.status_code == 200
    assert not answer.cookies
