"""Recipes: what their pages, the goods in them and other systems are told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from wagtail.models import Revision

from catalog.models import ProductSheet
from catalog.search import look_up
from cms.models import Ingredient, RecipePage
from cms.services import index_stories, publish_home, publish_recipe, publish_recipe_index
from shop.images.models import Picture
from tests.cms.test_pages import make_picture
from tests.factories import make_product
from tests.support.standing import Standing

pytestmark = pytest.mark.django_db
STEPS = ("Gọt khoai </script>.", "Nấu 20 phút.")


@pytest.fixture(scope="module")
def standing_picture(standing: Standing) -> Callable[[], Picture]:
    return standing.keep(make_picture)


@pytest.fixture
def picture(standing_picture: Callable[[], Picture]) -> Picture:
    return standing_picture()


def make_shelves(picture: Picture) -> None:
    for language, title in (("vi", "Món ăn"), ("en", "Recipes")):
        publish_home(language=language, title="Chợ Phiên", lead="Khoai sọ.", picture=picture)
        publish_recipe_index(language=language, title=title)


@pytest.fixture(scope="module")
def shelves(standing: Standing, standing_picture: Callable[[], Picture]) -> None:
    standing.keep(lambda: make_shelves(standing_picture()))


def recipe(*goods: ProductSheet | None, **changes: Any) -> RecipePage:
    values: dict[str, Any] = {
        "slug": "canh-khoai",
        "language": "vi",
        "title": "Canh khoai & sườn",
        "intro": "Nóng và bùi.",
        "servings": 4,
        "minutes": 75,
        "ingredients": [("500 g", f"khoai {number}", sheet) for number, sheet in enumerate(goods)],
        "steps": STEPS,
        "notes_markdown": "Dằm một củ.",
        "is_sample": True,
    }
    return publish_recipe(**(values | changes))


def page(client: Client, path: str = "/mon-an/canh-khoai/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_a_recipe_tells_what_how_and_for_how_many(client: Client, shelves: None, picture: Picture) -> None:
    recipe(None, picture=picture)
    html = page(client)
    words = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert "4 người ăn 75 phút" in words and "500 g khoai 0" in words and "Dằm một củ." in words
    assert re.findall(r"<li>(Gọt[^<]*|Nấu 20[^<]*)</li>", html) == [
        "Gọt khoai &lt;/script&gt;.",
        "Nấu 20 phút.",
    ]
    assert "Món mẫu" in html and 'alt="Nương khoai"' in html
    assert '<meta property="og:title" content="Canh khoai &amp; sườn">' in html
    assert re.search(r'og:image" content="http://testserver/media/images/\S+\.jpg"', html)
    assert 'href="/mon-an/canh-khoai/"' in page(client, "/mon-an/")


def test_structured_data_describes_the_recipe(client: Client, shelves: None, picture: Picture) -> None:
    recipe(None, None, picture=picture)
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page(client), re.S)
    facts = json.loads(text)
    assert (facts["@type"], facts["name"]) == ("Recipe", "Canh khoai & sườn")
    assert (facts["recipeYield"], facts["totalTime"]) == ("4", "PT75M")
    assert facts["recipeIngredient"] == ["500 g khoai 0", "500 g khoai 1"]
    assert [step["text"] for step in facts["recipeInstructions"]] == list(STEPS)
    assert facts["mainEntityOfPage"] == "http://testserver/mon-an/canh-khoai/"
    assert facts["image"].startswith("http://testserver/media/images/")


def test_only_goods_that_can_be_bought_are_offered(client: Client, shelves: None) -> None:
    there = make_product(title="Khoai còn")
    gone = make_product(title="Khoai hết", stock=0)
    hidden = make_product(title="Khoai nháp", state="draft")
    drink = make_product(title="Rượu ngô", is_age_restricted=True)
    recipe(there, gone, hidden, drink, there)
    html = page(client)
    assert html.count('<article class="product-card">') == 1
    assert "Khoai còn" in html and "khoai 4" in html
    assert not [title for title in ("Khoai hết", "Khoai nháp", "Rượu ngô") if title in html]


def test_a_deleted_product_leaves_its_name_in_the_list(client: Client, shelves: None) -> None:
    sheet = make_product(title="Khoai còn")
    recipe(sheet)
    sheet.product.delete()
    assert "khoai 0" in page(client) and "Mua nguyên liệu" not in page(client)


def test_goods_cost_the_same_for_one_and_for_six(client: Client, shelves: None, picture: Picture) -> None:
    goods = [make_product() for _number in range(6)]

    def queries(count: int) -> int:
        recipe(*goods[:count], picture=picture)
        page(client)
        with CaptureQueriesContext(connection) as seen:
            page(client)
        return len(seen)

    few = queries(1)
    assert queries(6) == few <= 22


def test_a_product_leads_to_the_recipes_it_goes_into(client: Client, shelves: None) -> None:
    sheet, other = make_product(), make_product()
    recipe(sheet)
    recipe(other, slug="mon-khac", title="Món khác hẳn")
    path = f"/san-pham/{sheet.product.slug}_{sheet.product_id}/"
    html = page(client, path)
    assert "Nấu gì với món này" in html and 'href="/mon-an/canh-khoai/"' in html and "/mon-khac/" not in html
    assert "What to cook" not in page(client, f"/en{path}")
    recipe(sheet, language="en", title="Taro soup")
    assert 'href="/en/mon-an/canh-khoai/" lang="en"><b>Taro soup' in page(client, f"/en{path}")


def test_recipes_are_found_by_name_and_ingredient_in_their_language(client: Client, shelves: None) -> None:
    recipe(None)
    recipe(None, language="en", title="Taro soup")
    (hit,) = look_up("canh khoai").stories
    assert hit.label == "Canh khoai & sườn"
    assert '<span class="quiet whole">Món ăn</span>' in page(client, "/san-pham/?q=khoai+0")
    with translation.override("en"):
        assert [hit.label for hit in look_up("taro").stories] == ["Taro soup"]
    assert index_stories() == 2
    RecipePage.objects.get(locale__language_code="vi").unpublish()
    assert look_up("canh khoai").stories == []


def test_publishing_again_changes_nothing_and_other_amounts_do(shelves: None) -> None:
    sheet = make_product()
    recipe(sheet), recipe(sheet, language="en")
    before = Revision.objects.count()
    recipe(sheet), recipe(sheet, language="en")
    assert Revision.objects.count() == before
    recipe(sheet, ingredients=[("1 kg", "khoai", sheet), ("", "muối", None)])
    assert Revision.objects.count() == before + 1
    lines = RecipePage.objects.get(locale__language_code="vi").ingredients.values_list("amount", "name")
    assert list(lines) == [("1 kg", "khoai"), ("", "muối")]
    assert RecipePage.objects.get(locale__language_code="en").ingredients.count() == 1


def test_rows_of_ingredients_are_kept_for_the_jobs_that_look_for_them(shelves: None) -> None:
    rows = Ingredient.objects.filter(recipe=recipe(None, None)).order_by("sort_order")
    before = list(rows.values_list("pk", flat=True))
    recipe(ingredients=[("1 kg", "khoai", None), ("", "muối", None), ("", "hành", None)])
    assert list(rows.values_list("pk", flat=True))[:2] == before
    assert list(rows.values_list("name", flat=True)) == ["khoai", "muối", "hành"]
    recipe(None)
    assert list(rows.values_list("name", flat=True)) == ["khoai 0"]


def test_the_list_of_stories_leads_to_the_recipes(client: Client, shelves: None) -> None:
    assert '<a href="/mon-an/" lang="vi">Món ăn</a>' in page(client, "/chuyen/")
    assert '<a href="/en/mon-an/" lang="en">Recipes</a>' in page(client, "/en/chuyen/")
    assert "Chưa có món nào" in page(client, "/mon-an/")
