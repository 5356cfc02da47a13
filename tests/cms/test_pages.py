"""What the front page and the stories show, and what they cost."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.images import ImageFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from catalog.models import Commune
from catalog.pictures import make_renditions
from catalog.places import load_places
from catalog.selectors import today
from cms.maps import CENTRES, HEIGHT, WIDTH, place_of
from cms.models import StoryPage
from cms.selectors import certified_count, season_sheets
from cms.services import publish_home, publish_story
from shop.images.models import Picture
from tests.factories import make_certificate, make_commune, make_cooperative, make_product
from tests.support.standing import Standing

pytestmark = pytest.mark.django_db


def make_picture(title: str = "Nương khoai") -> Picture:
    file = BytesIO()
    Image.new("RGB", (1200, 800), "#7a8f4e").save(file, "JPEG")
    picture = Picture(title=title, file=ImageFile(file, name="canh.jpg"))
    picture.save()
    make_renditions(picture, shape="wide")
    return picture


@pytest.fixture(scope="module")
def standing_picture(standing: Standing) -> Callable[[], Picture]:
    return standing.keep(make_picture)


@pytest.fixture
def picture(standing_picture: Callable[[], Picture]) -> Picture:
    return standing_picture()


def make_homes(picture: Picture) -> None:
    publish_home(language="vi", title="Chợ Phiên", lead="Khoai sọ đang vào vụ.", picture=picture)
    publish_home(language="en", title="Chợ Phiên", lead="Taro is in season.", picture=picture)


@pytest.fixture(scope="module")
def homes(standing: Standing, standing_picture: Callable[[], Picture]) -> None:
    standing.keep(lambda: make_homes(standing_picture()))


def fill(count: int, picture: Picture) -> None:
    """``count`` more stalls, each with a starred product and a story."""
    for _number in range(count):
        stall = make_cooperative(picture=picture)
        sheet = make_product(cooperative=stall)
        make_certificate(sheet)
        publish_story(
            slug=f"chuyen-{stall.pk}",
            language="vi",
            title=f"Chuyện {stall.pk}",
            intro="Lời dẫn.",
            body_markdown="Một.\n\n> Lời bà con.\n\nHai.\n\nBa.",
            picture=picture,
            cooperative=stall,
            products=[sheet],
        )


def queries(client: Client, path: str) -> int:
    assert client.get(path).status_code == 200  # fills the caches of sites and content types
    with CaptureQueriesContext(connection) as seen:
        client.get(path)
    return len(seen)


@pytest.mark.parametrize(("path", "most"), [("/", 20), ("/chuyen/", 13), ("/chuyen/{slug}/", 22)])
def test_queries_do_not_grow(client: Client, homes: None, picture: Picture, path: str, most: int) -> None:
    fill(4, picture)
    path = path.format(slug=StoryPage.objects.first().slug)
    few = queries(client, path)
    fill(6, picture)
    assert queries(client, path) == few <= most


def test_products_in_a_story_cost_the_same_for_one_and_for_six(
    client: Client, homes: None, picture: Picture
) -> None:
    stall = make_cooperative(picture=picture)
    sheets = [make_product(cooperative=stall) for _number in range(6)]

    def publish(count: int) -> int:
        publish_story(
            slug="mot",
            language="vi",
            title="Một",
            intro="…",
            body_markdown="Một.",
            products=sheets[:count],
            cooperative=stall,
            picture=picture,
        )
        return queries(client, "/chuyen/mot/")

    assert publish(1) == publish(6)


@pytest.mark.parametrize("path", ["/", "/en/", "/chuyen/", "/chuyen/{slug}/"])
def test_pages_are_the_same_for_everybody(client: Client, homes: None, picture: Picture, path: str) -> None:
    fill(1, picture)
    response = client.get(path.format(slug=StoryPage.objects.get().slug))
    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")
    assert "csrfmiddlewaretoken" not in response.content.decode()


def test_structured_data_describes_the_story(client: Client, homes: None, picture: Picture) -> None:
    stall = make_cooperative(name="HTX </script><b>")
    publish_story(
        slug="mot",
        language="vi",
        title="Một </script> & hai",
        intro="…",
        body_markdown="Một.",
        cooperative=stall,
    )
    html = client.get("/chuyen/mot/").content.decode()
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
    facts = json.loads(text)
    assert facts["@type"] == "Article"
    assert facts["headline"] == "Một </script> & hai"
    assert facts["author"]["name"] == "HTX </script><b>"
    assert facts["mainEntityOfPage"] == "http://testserver/chuyen/mot/"


def test_a_story_and_the_front_page_share_their_picture_title_and_address(
    client: Client, homes: None, picture: Picture
) -> None:
    publish_story(
        slug="mot", language="vi", title="Một", intro="Lời dẫn.", body_markdown="Một.", picture=picture
    )
    for path, title, words in (
        ("/chuyen/mot/", "Một", "Lời dẫn."),
        ("/", "Chợ Phiên", "Khoai sọ đang vào vụ."),
        ("/en/", "Chợ Phiên", "Taro is in season."),
    ):
        html = client.get(path).content.decode()
        told = dict(re.findall(r'<meta property="og:([a-z:]+)" content="([^"]*)">', html))
        assert (told["title"], told["description"], told["url"]) == (title, words, f"http://testserver{path}")
        assert re.fullmatch(r"http://testserver/media/images/\S+\.jpg", told["image"])
        assert (told["image:width"], told["image:height"], told["image:alt"]) == ("960", "640", "Nương khoai")
        assert html.count(f'<link rel="canonical" href="http://testserver{path}">') == 1


def test_hreflang_names_only_live_translations(client: Client, homes: None) -> None:
    def alternates() -> list[tuple[str, str]]:
        html = client.get("/chuyen/mot/").content.decode()
        return re.findall(r'<link rel="alternate" hreflang="(\w+)" href="([^"]+)">', html)

    publish_story(slug="mot", language="vi", title="Một", intro="…", body_markdown="Một.")
    assert alternates() == [("vi", "http://testserver/chuyen/mot/")]
    publish_story(slug="mot", language="en", title="One", intro="…", body_markdown="One.")
    assert alternates() == [
        ("vi", "http://testserver/chuyen/mot/"),
        ("en", "http://testserver/en/chuyen/mot/"),
    ]


def test_the_other_language_leads_to_its_front_page_when_a_story_is_missing(
    client: Client, homes: None
) -> None:
    publish_story(slug="mot", language="vi", title="Một", intro="…", body_markdown="Một.")
    html = client.get("/chuyen/mot/").content.decode()
    assert 'href="/en/" hreflang="en"' in html
    assert "/en/chuyen/mot/" not in html


def test_withdrawn_goods_leave_the_story(client: Client, homes: None, picture: Picture) -> None:
    fill(1, picture)
    path = f"/chuyen/{StoryPage.objects.get().slug}/"
    assert "Khoai sọ thử" in client.get(path).content.decode()
    sheet = StoryPage.objects.get().cooperative.sheets.get()
    sheet.state = "withdrawn"
    sheet.save()
    html = client.get(path).content.decode()
    assert "Khoai sọ thử" not in html and "Lời bà con." in html


def test_a_closed_stall_leaves_the_story_and_the_front_page(
    client: Client, homes: None, picture: Picture
) -> None:
    fill(1, picture)
    stall = StoryPage.objects.get().cooperative
    stall.is_open = False
    stall.save()
    link = f"/hop-tac-xa/{stall.slug}/"
    assert link not in client.get("/").content.decode()
    assert link not in client.get(f"/chuyen/{StoryPage.objects.get().slug}/").content.decode()


def test_drafts_are_not_shown(client: Client, homes: None, picture: Picture) -> None:
    fill(1, picture)
    page = StoryPage.objects.get()
    page.unpublish()
    assert page.title not in client.get("/chuyen/").content.decode()
    assert client.get(f"/chuyen/{page.slug}/").status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", "999", "x", ""])
def test_a_senseless_page_number_gives_the_nearest_shelf(client: Client, homes: None, number: str) -> None:
    publish_story(slug="mot", language="vi", title="Một", intro="…", body_markdown="Một.")
    response = client.get("/chuyen/", {"trang": number})
    assert response.status_code == 200 and "Một" in response.content.decode()


def test_front_goods_are_in_season_in_stock_and_for_everybody() -> None:
    month = today().month
    now, other = 1 << (month - 1), 1 << (month % 12)
    shown = make_product(season_months=now)
    all_year = make_product()
    make_product(season_months=other)
    make_product(season_months=now, stock=0)
    make_product(season_months=now, is_age_restricted=True)
    make_product(season_months=now, state="draft")
    assert season_sheets() == [shown, all_year]


def test_one_stall_does_not_fill_the_front_page() -> None:
    stall = make_cooperative()
    for _number in range(5):
        make_product(cooperative=stall)
    other = make_product()
    chosen = season_sheets()
    assert [sheet.cooperative_id for sheet in chosen] == [stall.pk, stall.pk, other.cooperative_id]


def test_starred_goods_come_first_while_the_star_holds() -> None:
    plain, starred, expired = make_product(), make_product(), make_product()
    make_certificate(starred, stars=4)
    make_certificate(expired, stars=5, valid_to=today() - dt.timedelta(days=1))
    assert season_sheets() == [starred, plain, expired]
    assert certified_count() == 1


def test_the_map_shows_only_communes_it_knows(client: Client, homes: None) -> None:
    make_cooperative(commune=make_commune())
    make_cooperative(commune=make_commune("00004", "Phường Ba Đình", province="01"))
    html = client.get("/").content.decode()
    drawing, names = html.split("</svg>\n  <figcaption")[0], html
    assert ">Tà Xùa</text>" in drawing and "Ba Đình</text>" not in drawing
    assert "Phường Ba Đình" in names


def test_every_drawn_commune_exists_and_lies_on_the_map() -> None:
    load_places()
    assert Commune.objects.filter(code__in=CENTRES, province="14").count() == len(CENTRES)
    for code in CENTRES:
        place: Any = place_of(code)
        assert 0 < place.x < WIDTH and 0 < place.y < HEIGHT
    assert place_of("00004") is None


def test_a_stall_shows_its_own_stories_in_the_language_of_the_page(
    client: Client, homes: None, picture: Picture
) -> None:
    fill(2, picture)
    first, second = StoryPage.objects.order_by("pk")
    html = client.get(f"/hop-tac-xa/{first.cooperative.slug}/").content.decode()
    assert first.title in html and second.title not in html
    assert (
        "Chuyện của gian này" not in client.get(f"/en/hop-tac-xa/{first.cooperative.slug}/").content.decode()
    )


VOICE = "> Tôi giữ lời với cây.\n> — Đại diện (mẫu)\n> giấy đồng ý ngày 12/10/2026"


def test_every_kind_of_block_is_shown(client: Client, homes: None, picture: Picture) -> None:
    stall = make_cooperative(name="HTX Nương Cao", picture=picture)
    named, other = make_product(cooperative=stall), make_product(cooperative=stall, title="Măng trúc")
    certificate = make_certificate(named)
    page = publish_story(
        slug="mot",
        language="vi",
        title="Một",
        intro="…",
        body_markdown=f"Một.\n\n{VOICE}\n\n[[certificate 1]]\n\n[[map]]\n\n[[gallery]]\n\n[[shelf stall]]",
        cooperative=stall,
        products=[named],
        gallery=[picture, make_picture("Chợ sớm")],
        is_sample=True,
    )
    page.body = [*page.body.raw_data, {"type": "video", "value": {**VIDEO}}]
    page.save_revision().publish()
    html = client.get("/chuyen/mot/").content.decode()
    assert "Tôi giữ lời với cây." in html and "Đại diện (mẫu) · đã đồng ý cho đăng: giấy đồng ý" in html
    assert f'href="/chung-nhan/{certificate.pk}/"' in html and certificate.number in html
    assert ">Tà Xùa</text>" in html
    assert 'alt="Nương khoai"' in html and 'alt="Chợ sớm"' in html
    assert other.product.title in html  # by rule: nobody has named it
    assert "Chuyện mẫu" in html
    assert f'<a href="{VIDEO["address"]}" rel="noopener noreferrer external">' in html
    assert "<iframe" not in html and "<video" not in html


VIDEO = {"title": "Đường lên nương", "address": "https://phim.example/1", "minutes": 4}


def test_a_star_leaves_the_story_with_its_last_day(client: Client, homes: None) -> None:
    stall = make_cooperative()
    sheet = make_product(cooperative=stall)
    make_certificate(sheet, valid_to=today() - dt.timedelta(days=1))
    publish_story(
        slug="mot", language="vi", title="Một", intro="…", body_markdown="[[certificate 1]]", products=[sheet]
    )
    html = client.get("/chuyen/mot/").content.decode()
    assert "/chung-nhan/" not in html and "Giấy chứng nhận" not in html


def test_a_shelf_by_rule_never_offers_what_is_gone_or_for_adults(client: Client, homes: None) -> None:
    stall = make_cooperative()
    make_product(cooperative=stall, title="Khoai còn")
    make_product(cooperative=stall, title="Khoai hết", stock=0)
    make_product(cooperative=stall, title="Rượu ngô", is_age_restricted=True)
    make_product(title="Của nhà khác")
    publish_story(
        slug="mot", language="vi", title="Một", intro="…", body_markdown="[[shelf stall]]", cooperative=stall
    )
    html = client.get("/chuyen/mot/").content.decode()
    assert "Khoai còn" in html
    assert not [title for title in ("Khoai hết", "Rượu ngô", "Của nhà khác") if title in html]


def test_a_product_leads_to_the_stories_of_its_makers_its_own_first(client: Client, homes: None) -> None:
    stall = make_cooperative()
    sheet, other = make_product(cooperative=stall), make_product(cooperative=stall)
    for slug, products in (("cua-mon", [sheet]), ("cua-gian-cu", [other]), ("cua-gian", [other])):
        publish_story(
            slug=slug,
            language="vi",
            title=slug,
            intro="…",
            body_markdown="Một.",
            cooperative=stall,
            products=products,
        )
    html = client.get(f"/san-pham/{sheet.product.slug}_{sheet.product_id}/").content.decode()
    assert re.findall(r'href="/chuyen/([a-z-]+)/"', html) == ["cua-mon", "cua-gian"]
    english = client.get(f"/en/san-pham/{sheet.product.slug}_{sheet.product_id}/").content.decode()
    assert "/chuyen/cua-" not in english
