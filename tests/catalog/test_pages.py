"""Public pages of goods and stalls: what they show, what they cost, what they never do."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from oscar.core.loading import get_model

from catalog import services
from catalog.models import Certificate, Cooperative, ProductSheet
from catalog.selectors import today
from tests.factories import make_category, make_certificate, make_commune, make_cooperative, make_product
from tests.support.standing import Standing

pytestmark = pytest.mark.django_db

StockRecord = get_model("partner", "StockRecord")


def titles(response) -> list[str]:
    return [sheet.product.title for sheet in response.context["shelf"].sheets]


def text_of(response) -> str:
    """Words of the page, tags left out, spaces single."""
    page = re.sub(r"<script.*?</script>", " ", response.content.decode(), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\xa0", " ").split())


def path_of(sheet: ProductSheet) -> str:
    return f"/san-pham/{sheet.product.slug}_{sheet.product_id}/"


def choices(response, name: str) -> dict[str, int]:
    return {choice.value: choice.count for choice in response.context["shelf"].choices[name]}


@pytest.fixture
def clock(monkeypatch) -> Callable[[str], None]:
    """Sets the moment, written in Vietnam's time."""

    def set_clock(moment: str) -> None:
        at = dt.datetime.fromisoformat(moment + "+07:00").astimezone(dt.UTC)  # as Django's clock
        monkeypatch.setattr(timezone, "now", lambda: at)

    return set_clock


def make_goods() -> dict[str, ProductSheet]:
    """Four goods of two stalls in two communes."""
    high = make_cooperative("nuong-cao", name="HTX Nương Cao", commune=make_commune("03868", "Xã Tà Xùa"))
    low = make_cooperative("suoi", name="HTX Ven Suối", commune=make_commune("03880", "Xã Tạ Khoa"))
    fresh, tea = make_category("rau", "Rau tươi", position=1), make_category("che", "Chè", position=2)
    month = 1 << (today().month - 1)
    goods = {
        "taro": make_product(
            title="Khoai sọ", cooperative=high, category=fresh, price=105_000, season_months=month
        ),
        "tea": make_product(title="Chè shan", cooperative=high, category=tea, price=300_000),
        "lotus": make_product(
            title="Củ sen", cooperative=low, category=fresh, price=80_000, season_months=4095 ^ month
        ),
        "buds": make_product(title="Búp chè", cooperative=low, category=tea, price=90_000, stock=0),
    }
    make_certificate(goods["taro"], stars=3)
    make_certificate(goods["tea"], stars=4)
    return goods


@pytest.fixture(scope="module")
def standing_market(standing: Standing) -> Callable[[], dict[str, ProductSheet]]:
    return standing.keep(make_goods)


@pytest.fixture
def market(standing_market: Callable[[], dict[str, ProductSheet]]) -> dict[str, ProductSheet]:
    return standing_market()


def test_the_list_shows_what_can_be_bought_first_then_the_season_then_stars(client, market):
    response = client.get("/san-pham/")
    assert titles(response) == ["Khoai sọ", "Chè shan", "Củ sen", "Búp chè"]
    words = text_of(response)
    assert "105.000 ₫" in words
    assert "OCOP 3 sao" in words
    assert "HTX Nương Cao Tà Xùa" in words


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("nhom=che", ["Chè shan", "Búp chè"]),
        ("sao=4", ["Chè shan"]),
        ("sao=5", []),
        ("htx=suoi", ["Củ sen", "Búp chè"]),
        ("xa=03868", ["Khoai sọ", "Chè shan"]),
        ("mua=1", ["Khoai sọ"]),
        ("nhom=che&htx=suoi", ["Búp chè"]),
        ("q=che", ["Chè shan", "Búp chè"]),
        ("q=che&htx=suoi", ["Búp chè"]),
        ("sap-xep=moi", ["Búp chè", "Củ sen", "Chè shan", "Khoai sọ"]),
        ("sap-xep=gia-tang", ["Củ sen", "Búp chè", "Khoai sọ", "Chè shan"]),
        ("sap-xep=gia-giam", ["Chè shan", "Khoai sọ", "Búp chè", "Củ sen"]),
        ("sap-xep=sao", ["Chè shan", "Khoai sọ", "Búp chè", "Củ sen"]),
        ("q=che&sap-xep=gia-tang", ["Búp chè", "Chè shan"]),
    ],
)
def test_each_parameter_narrows_or_orders_the_list(client, market, query, expected):
    response = client.get(f"/san-pham/?{query}")
    found = titles(response)
    assert (sorted(found) == sorted(expected)) if query == "q=che" else found == expected
    assert response.context["shelf"].total == len(expected)


@pytest.mark.parametrize(
    "query", ["sao=9", "sao=x", "mua=2", "sap-xep=cheo", "trang=x", "trang=0", "trang=-1", "trang=", "la=1"]
)
def test_a_value_that_makes_no_sense_is_ignored(client, market, query):
    assert len(titles(client.get(f"/san-pham/?{query}"))) == 4


@pytest.mark.parametrize(
    "query", ["nhom=khong-co", "htx=khong-co", "xa=99999", "xa=%00", "trang=2", "trang=51", "trang=123456"]
)
def test_a_place_that_does_not_exist_is_not_found(client, market, query):
    expected = 200 if query == "xa=%00" else 404
    assert client.get(f"/san-pham/?{query}").status_code == expected


def test_counts_beside_a_filter_keep_the_other_filters(client, market):
    everything = client.get("/san-pham/")
    assert choices(everything, "group") == {"rau": 2, "che": 2}
    assert choices(everything, "stars") == {"4": 1, "3": 1}
    assert choices(everything, "stall") == {"nuong-cao": 2, "suoi": 2}
    assert choices(everything, "commune") == {"03880": 2, "03868": 2}
    assert choices(everything, "in_season") == {"1": 1}
    tea = client.get("/san-pham/?nhom=che")
    assert choices(tea, "group") == {"rau": 2, "che": 2}
    assert choices(tea, "stars") == {"4": 1}
    assert choices(tea, "stall") == {"nuong-cao": 1, "suoi": 1}
    assert choices(tea, "in_season") == {}


def test_filters_can_be_taken_off_one_by_one(client, market):
    response = client.get("/san-pham/?q=che&nhom=che&sao=4")
    assert [(line.label, line.address) for line in response.context["shelf"].removals] == [
        ("“che”", "?nhom=che&sao=4"),
        ("Chè", "?q=che&sao=4"),
        ("OCOP 4 sao", "?q=che&nhom=che"),
    ]


def test_the_list_is_cut_into_pages_of_24(client):
    stall = make_cooperative()
    for _number in range(25):
        make_product(cooperative=stall)
    first, second = client.get("/san-pham/?sap-xep=moi"), client.get("/san-pham/?sap-xep=moi&trang=2")
    assert (len(titles(first)), len(titles(second))) == (24, 1)
    assert not set(titles(first)) & set(titles(second))
    assert 'href="?sap-xep=moi&amp;trang=2&amp;sau=' in first.content.decode()
    assert client.get("/san-pham/?trang=3").status_code == 404


def test_a_search_without_finds_helps_on(client, market):
    response = client.get("/san-pham/?q=m%C3%A1y+bay&nhom=che")
    words = text_of(response)
    assert response.status_code == 200
    assert "Chưa tìm được món nào như vậy" in words
    assert "Gõ ít chữ hơn" in words
    assert 'href="/san-pham/?mua=1"' in response.content.decode()


def test_what_was_typed_is_shown_as_text_only(client, market):
    page = client.get("/san-pham/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_goods_of_a_closed_stall_leave_the_list_but_keep_their_page(client, market):
    Cooperative.objects.filter(slug="suoi").update(is_open=False)
    assert set(titles(client.get("/san-pham/"))) == {"Khoai sọ", "Chè shan"}
    assert client.get("/san-pham/?htx=suoi").status_code == 404
    response = client.get(path_of(market["lotus"]))
    assert response.status_code == 200
    assert "Gian hàng đang tạm nghỉ" in text_of(response)
    assert 'name="quantity"' not in response.content.decode()
    assert "Gian hàng đang tạm nghỉ" in text_of(client.get("/hop-tac-xa/suoi/"))


def test_the_product_page_shows_price_maker_and_proof(client):
    stall = make_cooperative(
        "ta-xua",
        name="HTX Tà Xùa",
        legal_name="Hợp tác xã nông nghiệp Tà Xùa",
        tax_code="5700000001",
    )
    sheet = make_product(
        title="Khoai sọ Tà Xùa",
        cooperative=stall,
        price=105_000,
        net_quantity=3000,
        storage="Nơi khô, thoáng",
        shelf_life="30 ngày",
        ingredients="Khoai sọ 100%",
        allergens="Không có",
        declaration_number="TCB-01/2026",
    )
    star = make_certificate(sheet, product_code="14-03868-01-2026")
    response = client.get(path_of(sheet))
    words = text_of(response)
    for expected in (
        "105.000 ₫ đã gồm thuế GTGT",
        "35.000 ₫/kg",
        "Còn hàng",
        "OCOP 3 sao",
        star.number,
        star.issuer,
        f"{star.valid_to:%d/%m/%Y}",
        "14-03868-01-2026",
        "Hợp tác xã nông nghiệp Tà Xùa",
        "5700000001",
        "Xã Tà Xùa, Tỉnh Sơn La",
        "Nơi khô, thoáng",
        "30 ngày",
        "Khoai sọ 100%",
        "Không có",
        "TCB-01/2026",
        "Rau, củ, quả, hạt tươi",
    ):
        assert expected in words
    page = response.content.decode()
    assert 'action="/gio-hang/them/" method="post"' in page
    assert f'name="product" value="{sheet.product_id}"' in page
    assert "csrfmiddlewaretoken" not in page


def test_structured_data_tells_price_seller_proof_and_path(client, market):
    page = client.get(path_of(market["taro"])).content.decode()
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    product, trail = json.loads(found[1])["@graph"]
    offer = product["offers"]
    assert (product["@type"], product["name"]) == ("Product", "Khoai sọ")
    assert (offer["price"], offer["priceCurrency"], offer["availability"]) == (
        "105000",
        "VND",
        "https://schema.org/InStock",
    )
    assert offer["priceSpecification"]["price"] == "35000"
    assert offer["seller"]["name"] == "HTX Nương Cao"
    assert product["hasCertification"]["certificationIdentification"] == market["taro"].star.number
    assert [step["name"] for step in trail["itemListElement"]] == [
        "Chợ Phiên",
        "Sản phẩm",
        "Rau tươi",
        "Khoai sọ",
    ]
    assert trail["itemListElement"][-1]["item"] == f"http://testserver{path_of(market['taro'])}"


def test_text_of_a_seller_cannot_end_the_script_element(client):
    sheet = make_product(title="Mật ong", summary="</script><script>alert(1)</script>")
    page = client.get(path_of(sheet)).content.decode()
    assert "<script>alert" not in page


def test_share_cards_and_language_links_stand_in_the_head(client, market):
    page = client.get(path_of(market["taro"])).content.decode()
    path = path_of(market["taro"])
    assert '<meta property="og:title" content="Khoai sọ">' in page
    assert f'<link rel="canonical" href="http://testserver{path}">' in page
    assert f'hreflang="en" href="http://testserver/en{path}"' in page
    assert f'hreflang="vi" href="http://testserver{path}"' in page


@pytest.mark.parametrize(
    ("stock", "reserved", "season", "word", "can_be_bought"),
    [
        (10, 0, 4095, "Còn hàng", True),
        (10, 5, 4095, "Còn ít", True),
        (10, 10, 4095, "Hết hàng", False),
        (0, 0, 0b0000_0000_0100, "Ngoài mùa", False),
        (6, 0, 0b0000_0000_0100, "Còn hàng", True),
    ],
)
def test_stock_is_told_in_words(client, clock, stock, reserved, season, word, can_be_bought):
    clock("2026-11-23T10:00:00")
    sheet = make_product(stock=stock, season_months=season)
    StockRecord.objects.update(num_allocated=reserved)
    response = client.get(path_of(sheet))
    assert word in text_of(response)
    assert ('name="quantity"' in response.content.decode()) is can_be_bought


def test_the_form_takes_no_more_than_is_left_or_allowed(client):
    few, many = make_product(stock=3), make_product(stock=500, max_quantity=20)
    assert 'max="3"' in client.get(path_of(few)).content.decode()
    assert 'max="20"' in client.get(path_of(many)).content.decode()


def test_goods_for_adults_say_so_and_have_no_button_on_the_card(client):
    sheet = make_product(title="Rượu ngô", is_age_restricted=True)
    assert "Chỉ bán cho người từ 18 tuổi" in text_of(client.get(path_of(sheet)))
    assert "/gio-hang/them/" not in client.get("/san-pham/").content.decode()


def test_a_wrong_slug_leads_to_the_right_address_for_good(client, market):
    sheet = market["taro"]
    response = client.get(f"/san-pham/ten-cu_{sheet.product_id}/")
    assert (response.status_code, response["Location"]) == (301, path_of(sheet))
    english = client.get(f"/en/san-pham/ten-cu_{sheet.product_id}/")
    assert (english.status_code, english["Location"]) == (301, f"/en{path_of(sheet)}")


@pytest.mark.parametrize("path", ["/san-pham/x_999999/", f"/san-pham/x_{10**30}/", "/hop-tac-xa/khong-co/"])
def test_what_does_not_exist_is_not_found(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("state", ["draft", "submitted", "withdrawn"])
def test_goods_that_are_not_approved_have_no_page_and_are_on_no_list(client, state):
    sheet = make_product()
    services.set_state(sheet=sheet, state=state)
    assert client.get(path_of(sheet)).status_code == 404
    assert titles(client.get("/san-pham/")) == []
    assert sheet.product.title not in text_of(client.get(f"/hop-tac-xa/{sheet.cooperative.slug}/"))


def test_only_reading_is_allowed(client, market):
    for path in ("/san-pham/", path_of(market["taro"]), "/hop-tac-xa/", "/goi-y/"):
        assert client.post(path).status_code == 405


def test_english_pages_use_english_names_where_there_are_any(client):
    stall = make_cooperative("ong", summary="Nuôi ong trên núi.", summary_en="Bees in the hills.")
    group = make_category("mat-ong", "Mật ong", name_en="Honey")
    sheet = make_product(
        title="Mật ong hoa rừng",
        title_en="Forest honey",
        summary="Ong rừng.",
        summary_en="Wild bees.",
        pack_en="jar",
        cooperative=stall,
        category=group,
    )
    other = make_product(title="Sáp ong", cooperative=stall, category=group)
    page = text_of(client.get(f"/en{path_of(sheet)}"))
    assert "Forest honey" in page
    assert "Wild bees." in page
    assert "Honey" in page
    assert other.product.title in page  # has no English name
    assert "Bees in the hills." in text_of(client.get("/en/hop-tac-xa/ong/"))
    assert "Mật ong hoa rừng" in text_of(client.get(path_of(sheet)))


# --- The star ----------------------------------------------------------------------------------


def test_a_star_is_shown_on_its_last_day_and_gone_at_midnight_in_vietnam(client, clock):
    sheet = make_product()
    make_certificate(sheet, valid_from=dt.date(2024, 3, 3), valid_to=dt.date(2027, 3, 3))
    pages = ("/san-pham/", "/san-pham/?sao=3", path_of(sheet), f"/hop-tac-xa/{sheet.cooperative.slug}/")
    clock("2027-03-03T23:59:59")
    assert ["OCOP 3 sao" in text_of(client.get(page)) for page in pages] == [True] * 4
    clock("2027-03-04T00:00:00")
    shown = [
        re.sub("Bỏ lọc OCOP 3 sao ×|OCOP 3 sao \\(0\\)", "", text_of(client.get(page))) for page in pages
    ]
    assert ["OCOP 3 sao" in words for words in shown] == [False] * 4
    assert titles(client.get("/san-pham/?sao=3")) == []


def test_a_star_starts_on_its_first_day_in_vietnam(client, clock):
    sheet = make_product()
    make_certificate(sheet, valid_from=dt.date(2026, 12, 1), valid_to=dt.date(2029, 12, 1))
    clock("2026-11-30T23:59:59")
    assert "OCOP 3 sao" not in text_of(client.get(path_of(sheet)))
    clock("2026-12-01T00:00:00")
    assert "OCOP 3 sao" in text_of(client.get(path_of(sheet)))


@pytest.mark.parametrize(
    "fields",
    [
        {"evidence_grade": "B2"},
        {"evidence_grade": "C"},
        {"verified": False},
        {"withdrawn_on": dt.date(2026, 10, 1)},
    ],
    ids=str,
)
def test_a_star_without_full_proof_never_shows(client, fields):
    sheet = make_product()
    make_certificate(sheet, **fields)
    for page in ("/san-pham/", path_of(sheet), f"/hop-tac-xa/{sheet.cooperative.slug}/"):
        assert "OCOP 3 sao" not in text_of(client.get(page))
    assert titles(client.get("/san-pham/?sao=3")) == []


def test_the_confirmed_grade_b1_shows_and_the_highest_star_wins(client):
    sheet = make_product()
    make_certificate(sheet, stars=3, evidence_grade="B1")
    assert "OCOP 3 sao" in text_of(client.get(path_of(sheet)))
    make_certificate(sheet, stars=4, evidence_grade="A")
    assert "OCOP 3 sao" not in text_of(client.get(path_of(sheet)))
    assert titles(client.get("/san-pham/?sao=4")) == [sheet.product.title]
    assert titles(client.get("/san-pham/?sao=3")) == []


def test_the_rule_in_sql_is_the_pure_rule():
    from catalog.ocop import may_show_star

    on = today()
    sheet = make_product()
    for grade in ("A", "B1", "B2", "C"):
        for verified in (True, False):
            for withdrawn_on in (None, on):
                for first, last in ((-9, -1), (-9, 0), (0, 9), (1, 9)):
                    make_certificate(
                        sheet,
                        evidence_grade=grade,
                        verified=verified,
                        withdrawn_on=withdrawn_on,
                        valid_from=on + dt.timedelta(days=first),
                        valid_to=on + dt.timedelta(days=last),
                    )
    shown = set(Certificate.objects.showing_on(on).values_list("pk", flat=True))
    by_rule = {
        each.pk
        for each in Certificate.objects.all()
        if may_show_star(
            on=on,
            valid_from=each.valid_from,
            valid_to=each.valid_to,
            evidence_grade=each.evidence_grade,
            is_verified=each.verified_at is not None,
            withdrawn_on=each.withdrawn_on,
        )
    }
    assert shown == by_rule
    assert len(shown) == 4


# --- What a page costs, and what it never touches ------------------------------------------------


def queries(client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_queries_do_not_grow_with_the_goods(client):
    stall = make_cooperative("ta-xua")
    sheets = [make_product(cooperative=stall, title=f"Khoai sọ {number}") for number in range(3)]
    make_certificate(sheets[0])
    pages = {
        "/san-pham/": 12,
        "/san-pham/?q=khoai+so&sao=3": 12,
        "/san-pham/?q=khoia+so&sap-xep=gia-tang": 13,
        path_of(
            sheets[0]
        ): 18,  # two of them ask for stories of its makers, one for recipes, one for who issues
        "/hop-tac-xa/": 3,
        "/hop-tac-xa/ta-xua/": 12,  # one of them asks who issues
    }
    with_three = {page: queries(client, page) for page in pages}
    for number in range(3, 30):
        make_certificate(make_product(cooperative=stall, title=f"Khoai sọ {number}"))
    assert {page: queries(client, page) for page in pages} == with_three
    for page, most in pages.items():
        assert with_three[page] <= most


def test_a_search_that_needs_the_typo_pass_stays_within_thirteen_queries(client):
    sheet = make_product(title="Mật ong hoa rừng")
    make_certificate(sheet)
    assert queries(client, "/san-pham/?q=mat+ogn&sao=3&htx=" + sheet.cooperative.slug) <= 13


@pytest.mark.parametrize("name", ["index", "search", "product", "stalls", "stall", "suggest"])
def test_public_pages_are_the_same_for_everybody(client, admin_client, market, name):
    path = {
        "index": "/san-pham/",
        "search": "/san-pham/?q=khoai",
        "product": path_of(market["taro"]),
        "stalls": "/hop-tac-xa/",
        "stall": "/hop-tac-xa/nuong-cao/",
        "suggest": "/goi-y/?q=khoai",
    }[name]
    response = client.get(path)
    assert response.status_code == 200
    assert response.cookies == {}
    assert "cookie" not in response.get("Vary", "").lower()
    assert admin_client.get(path).content == response.content
    page = response.content.decode()
    assert not re.search(r"\sstyle=|\son\w+=", page)
    assert not re.search(r'(?:src|href|action|srcset)="(?:https?:)?//(?!testserver)', page)


def test_suggestions_come_as_json_with_addresses(client, market):
    lines = client.get("/goi-y/?q=nuong").json()["suggestions"]
    assert lines[0] == {
        "kind": "cooperative",
        "label": "HTX Nương Cao",
        "detail": "Xã Tà Xùa",
        "url": "/hop-tac-xa/nuong-cao/",
    }
    taro = client.get("/goi-y/?q=khoai+s").json()["suggestions"]
    assert taro == [
        {"kind": "product", "label": "Khoai sọ", "detail": "HTX Nương Cao", "url": path_of(market["taro"])}
    ]
    assert client.get("/goi-y/").json() == {"suggestions": []}
    assert client.get("/en/goi-y/?q=khoai").json()["suggestions"][0]["url"].startswith("/en/san-pham/")


# --- Words and numbers of a sheet ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantity", "unit", "price", "expected"),
    [
        (3000, "g", 105_000, (35_000, "kg")),
        (250, "g", 99_999, (399_996, "kg")),
        (3, "g", 1, (333, "kg")),
        (400, "ml", 1, (3, "lít")),  # 2,5 rounds half up
        (500, "ml", 60_000, (120_000, "lít")),
        (4, "piece", 100_000, (25_000, "cái")),
        (1, "piece", 450_000, None),
        (2, "day", 900_000, None),
    ],
)
def test_the_price_per_unit_is_whole_dong(quantity, unit, price, expected):
    assert make_product(net_quantity=quantity, net_unit=unit, price=price).unit_price == expected


@pytest.mark.parametrize(
    ("months", "text"),
    [
        ((9, 10, 11, 12, 1), "9–1"),
        ((3, 4, 5, 9), "3–5, 9"),
        ((7,), "7"),
        ((12, 1), "12–1"),
        ((1, 6, 12), "12–1, 6"),
        (tuple(range(1, 13)), "1–12"),
    ],
)
def test_a_season_across_the_new_year_reads_as_one(months, text):
    assert ProductSheet(season_months=sum(1 << (month - 1) for month in months)).season_text == text
