"""Low-data mode: no picture, no script, few bytes; the reader's choice beats the browser's header."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.files.images import ImageFile
from django.test import Client

from cms.services import publish_home
from shop.images.models import Picture
from shop.low_data import COOKIE
from shop.management import light_style
from tests.factories import make_product
from tests.test_doors import _png

pytestmark = pytest.mark.django_db


@pytest.fixture
def path() -> str:
    picture = Picture.objects.create(title="Ảnh khoai", file=ImageFile(_png(), name="anh.png"))
    sheet = make_product(title="Khoai sọ", picture=picture)
    return f"/san-pham/{sheet.product.slug}_{sheet.product_id}/"


def is_light(response: Any) -> bool:
    page = response.content.decode()
    scripts = re.findall(r"<script(?! type=\"application/ld\+json\")", page)
    return not scripts and "<img" not in page and "<picture" not in page


@pytest.mark.parametrize(
    ("cookie", "header", "light"),
    [
        (None, None, False),
        (None, "on", True),
        (None, "off", False),
        ("1", None, True),
        ("0", "on", False),
        ("x", "on", True),
    ],
)
def test_the_readers_choice_comes_before_the_header(
    client: Client, path: str, cookie: str | None, header: str | None, light: bool
) -> None:
    if cookie:
        client.cookies[COOKIE] = cookie
    response = client.get(path, headers={"Save-Data": header} if header else {})
    assert is_light(response) is light
    assert "Save-Data" in response["Vary"] and "Cookie" not in response["Vary"]
    assert ("private" in response.get("Cache-Control", "")) is bool(cookie)
    assert ("Xem ảnh: Khoai sọ" in response.content.decode()) is light


def test_the_switch_keeps_the_choice_and_goes_back(client: Client, path: str) -> None:
    sent = {"bat": "1", "next": path}
    assert client.post("/it-du-lieu/", sent, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert COOKIE not in client.cookies
    answer = client.post("/it-du-lieu/", sent)
    assert (answer.status_code, answer["Location"]) == (302, path)
    assert client.cookies[COOKIE]["httponly"] and client.cookies[COOKIE]["samesite"] == "Lax"
    page = client.get(path)
    assert is_light(page) and "Hiện ảnh trở lại" in page.content.decode()
    assert client.post("/it-du-lieu/", {"next": "//xau.example/"})["Location"] == "/"
    assert not is_light(client.get(path))


@pytest.mark.parametrize(
    "where", ["/", "/san-pham/", "/hop-tac-xa/", "/gio-hang/", "/de-danh/", "/tai-khoan/mo/"]
)
def test_a_page_and_its_style_are_under_twenty_kilobytes(client: Client, path: str, where: str) -> None:
    publish_home(language="vi", title="Chợ", lead="Chợ phiên", stories_title="Chuyện")
    for _ in range(24):
        make_product()
    client.cookies[COOKIE] = "1"
    response = client.get(where)
    assert is_light(response)
    assert re.findall(r'rel="stylesheet" href="([^"]+)"', response.content.decode()) == [
        "/static/shop/css/light.css"
    ]
    style = Path(str(finders.find("shop/css/light.css"))).read_bytes()
    html = len(gzip.compress(response.content, 6))
    assert html <= 12 * 1024
    assert len(gzip.compress(style, 9)) <= 6 * 1024
    assert html + len(gzip.compress(style, 9)) <= 20 * 1024


def test_the_light_style_is_made_of_the_style_of_today() -> None:
    made = light_style.light_style(light_style.SOURCE.read_text(encoding="utf-8"))
    assert light_style.LIGHT.read_text(encoding="utf-8") == made, "the style has changed: run make style"


def test_the_light_style_keeps_what_such_pages_have() -> None:
    style = """
        :root { --a: url("data:;{x:y}"); --b: 1px; }
        img, .hero__picture:empty { width: 1px }
        a, a:hover { color: var(--b); content: "{ a: b" }
        :is(h1, h2) > b { top: 0; }
        @media (min-width: 9rem) { a { top: 0 } }
        @media print { a:hover { top: 0 } p { margin: calc(1px + 2px) ; } }
    """
    assert light_style.light_style(style) == (
        ':root{--b:1px}a{color:var(--b);content:"{ a: b"}:is(h1,h2)>b{top:0}@media print{p{margin:calc(1px + 2px)}}'
    )


def test_other_pages_keep_their_own_style(client: Client, path: str) -> None:
    assert "shop/css/light.css" not in client.get(path).content.decode()
