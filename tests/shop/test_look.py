"""The frame of every page: light, alone, the same for everybody, and usable by keyboard and ear."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings as project
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from cms.services import publish_home
from shop.static_storage import StaticStorage
from shop.templatetags.look import path_in
from tests.factories import make_certificate, make_product

STYLE = Path(finders.find("shop/css/market.css"))
SCRIPT = Path(finders.find("shop/js/market.js"))
TEMPLATES = sorted(
    path
    for folder in (
        "shop/templates",
        "cms/templates",
        "catalog/templates",
        "shop/checkout/templates",
        "shop/shopper/templates",
    )
    for path in (project.BASE_DIR / folder).rglob("*.html")
)
CONTRACT = [
    "page",
    "stack",
    "cluster",
    "grid-cards",
    "card",
    "product-card",
    "product-card__picture",
    "product-card__name",
    "product-card__meta",
    "product-card__price",
    "product-card__stall",
    "button",
    "field__label",
    "field__hint",
    "field__error",
    "error-summary",
    "notice",
    "chip",
    "price",
    "stall",
    "totals",
    "steps",
    "brocade",
    "table",
    "definition",
    "qr-box",
    "copy-row",
    "sticky-bar",
    "visually-hidden",
]


class Address(forms.Form):
    name = forms.CharField(label="Họ tên", help_text="Như trên thẻ căn cước.")
    street = forms.CharField(label="Số nhà", required=False)
    terms = forms.BooleanField(label="Tôi đồng ý")
    method = forms.ChoiceField(label="Cách trả", choices=[("qr", "VietQR")], widget=forms.RadioSelect)
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def weight(*files: Path) -> int:
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)


def test_style_and_script_of_a_page_are_light() -> None:
    assert weight(STYLE) <= 12 * 1024
    scripts = sorted(SCRIPT.parent.glob("*.js"))
    assert SCRIPT in scripts
    for script in scripts:
        assert weight(SCRIPT, script) <= 12 * 1024, script.name  # the frame's and one of the page's own
    assert weight(STYLE, *scripts) <= 24 * 1024


def test_the_brocade_is_under_a_kilobyte() -> None:
    (cloth,) = re.findall(r"--cloth: url\((.*?)\);", STYLE.read_text(encoding="utf-8"))
    assert len(cloth) < 1024


def test_nothing_comes_from_elsewhere() -> None:
    for file in (STYLE, SCRIPT):
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|@import|//[\w-]+\.\w+/", text), file.name


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_inline_style_or_script(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=[\"']|javascript:", text)
    for attributes in re.findall(r"<script([^>]*)>", text):
        assert "src=" in attributes or 'type="application/ld+json"' in attributes
    assert not re.search(r"(?:src|srcset|action)=\"(?:https?:)?//", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_dot_between_facts_is_drawn_by_the_style(path: Path) -> None:
    """So that none hangs at the end of a line: what begins a line has its dot cut off (``.dots``)."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if re.search(r'class="[^"]*\bdots"', line):
            assert "·" not in line, line


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/en/", "/chuyen/", "/san-pham/", "/hop-tac-xa/", "/khong-co/"])
def test_public_pages_set_no_cookie_and_ask_no_third_party(client: Client, path: str) -> None:
    publish_home(language="vi", title="Chợ Phiên", lead="Khoai sọ đang vào vụ.")
    publish_home(language="en", title="Chợ Phiên", lead="Taro is in season.")
    make_certificate(make_product())
    response = client.get(path)
    html = response.content.decode()
    assert response.status_code == (404 if path == "/khong-co/" else 200)
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")
    addresses = re.findall(r"(?:src|href|action|srcset)=\"([^\"]*)\"", html)
    assert addresses
    for address in addresses:
        assert address.startswith(("/", "#", "?", "http://testserver/")) and not address.startswith("//"), (
            address
        )
    assert html.count("<h1") == 1
    assert html.count("<main") == 1


@pytest.mark.django_db
def test_the_frame_leads_everywhere_and_speaks_the_language_of_the_page(client: Client) -> None:
    html = client.get("/hop-tac-xa/").content.decode()
    assert '<html lang="vi">' in html
    for address in ("/san-pham/", "/hop-tac-xa/", "/chuyen/", "/hoa-don/", "/tai-khoan/", "/gio-hang/"):
        assert f'href="{address}"' in html
    assert 'action="/san-pham/" method="get"' in html
    assert re.search(r'<a href="/en/hop-tac-xa/" hreflang="en" lang="en">', html)
    english = client.get("/en/hop-tac-xa/").content.decode()
    assert '<html lang="en">' in english
    for address in ("/en/san-pham/", "/en/chuyen/", "/en/hoa-don/", "/en/gio-hang/"):
        assert f'href="{address}"' in english


@pytest.mark.django_db
def test_what_was_searched_stays_in_the_field_and_cannot_break_out(client: Client) -> None:
    html = client.get("/san-pham/", {"q": '"><script>x</script>'}).content.decode()
    assert 'value="&quot;&gt;&lt;script&gt;' in html
    assert "<script>x" not in html


@pytest.mark.parametrize(
    ("path", "code", "expected"),
    [
        ("/", "en", "/en/"),
        ("/en/", "vi", "/"),
        ("/en", "vi", "/"),
        ("/en/chuyen/mot/", "en", "/en/chuyen/mot/"),
        ("/english/", "en", "/en/english/"),
    ],
)
def test_the_same_path_in_the_other_language(path: str, code: str, expected: str) -> None:
    assert path_in(path, code) == expected


@pytest.mark.parametrize("name", ["500.html", "400.html"])
def test_the_last_error_pages_need_no_request(name: str) -> None:
    html = render_to_string(name)
    assert "<h1>" in html and 'href="/"' in html


@pytest.mark.parametrize("name", ["404.html", "403.html", "403_csrf.html"])
def test_refusals_say_what_to_do_next(name: str, rf: RequestFactory) -> None:
    html = render_to_string(name, {}, request=rf.get("/x/"))
    assert 'name="robots" content="noindex"' in html
    assert 'data-kind="primary"' in html


def test_a_field_ties_label_hint_and_error_together() -> None:
    form = Address({"name": ""})
    html = render_to_string("partials/field.html", {"field": form["name"]})
    assert '<label class="field__label" for="id_name">' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html and 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html and "bắt buộc" in html
    optional = render_to_string("partials/field.html", {"field": Address()["street"]})
    assert "bắt buộc" not in optional and "aria-invalid" not in optional and "field__error" not in optional


def test_a_choice_is_a_group_with_a_legend_and_a_tick_has_its_label_behind() -> None:
    group = render_to_string("partials/field.html", {"field": Address()["method"]})
    assert "<fieldset" in group and "<legend" in group and "VietQR" in group
    tick = render_to_string("partials/field.html", {"field": Address()["terms"]})
    assert tick.index('type="checkbox"') < tick.index("Tôi đồng ý")


def test_the_summary_links_to_each_field_in_error() -> None:
    html = render_to_string("partials/error_summary.html", {"form": Address({"name": ""})})
    assert 'role="alert"' in html
    assert re.findall(r'href="#(\w+)"', html) == ["id_name", "id_terms", "id_method"]
    assert render_to_string("partials/error_summary.html", {"form": Address()}).strip() == ""


def test_stars_are_said_in_words() -> None:
    class Certificate:
        stars = 4

    html = render_to_string("partials/stars.html", {"certificate": Certificate})
    assert "OCOP 4 sao" in html and 'data-stars="4" aria-hidden="true"' in html
    assert render_to_string("partials/stars.html", {"certificate": None}).strip() == ""


def test_a_missing_static_file_does_not_break_the_page(settings: Any, tmp_path: Path) -> None:
    settings.DEBUG = False
    settings.STATIC_ROOT = tmp_path
    storage = StaticStorage(location=tmp_path, base_url="/static/")
    assert storage.url("shop/khong-co.svg") == "/static/shop/khong-co.svg"
    (tmp_path / "co.css").write_text("a{}")
    assert re.fullmatch(r"/static/co\.[0-9a-f]{12}\.css", storage.url("co.css"))


def test_every_class_of_the_look_contract_is_styled() -> None:
    style = STYLE.read_text(encoding="utf-8")
    for name in CONTRACT:
        assert re.search(rf"\.{name}[ ,:\[{{>]", style), name


def tokens(scheme: str) -> dict[str, str]:
    """The colours of the light or dark page by name, each as six digits."""
    text = STYLE.read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\n *\}", text, re.S)[:2]
    return {
        name: "".join(digit * 2 for digit in code) if len(code) == 3 else code
        for name, code in re.findall(r"--([\w-]+): #([0-9a-f]{3,6});", light if scheme == "light" else dark)
    }


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, 1.4.3."""

    def luminance(code: str) -> float:
        parts = [int(code[place : place + 2], 16) / 255 for place in (0, 2, 4)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground", "least"),
    [
        *(
            (ink, ground, 4.5)
            for ink in ("ink", "quiet", "indigo", "red")
            for ground in ("paper", "card", "sunk")
        ),
        *(
            (ink, f"{wash}-wash", 4.5)
            for ink in ("ink", "quiet")
            for wash in ("indigo", "red", "leaf", "gold")
        ),
        ("red", "red-wash", 4.5),
        ("leaf", "leaf-wash", 4.5),
        ("gold", "gold-wash", 4.5),
        ("on-indigo", "indigo", 4.5),
        ("card", "red", 4.5),
        ("edge", "card", 3.0),
        ("edge", "paper", 3.0),
    ],
)
def test_text_and_edges_stand_out_from_their_ground(scheme: str, ink: str, ground: str, least: float) -> None:
    colours = tokens(scheme)
    assert contrast(colours[ink], colours[ground]) >= least


@pytest.mark.django_db
def test_the_style_guide_is_there_only_while_debugging_and_says_what_it_lacks(
    client: Client, settings: Any
) -> None:
    assert client.get("/styleguide/").status_code == 404
    settings.DEBUG = True
    assert "No goods yet" in client.get("/styleguide/").content.decode()
    make_product(title="Khoai sọ")
    page = client.get("/styleguide/").content.decode()
    assert page.count('<article class="product-card">') == 5
    assert page.count("Hết hàng") == 1
