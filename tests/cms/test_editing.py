"""What editors meet in the panel: every type of page can be begun and looked at before it goes out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from wagtail.models import Page
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from catalog.clock import today
from cms.services import (
    publish_edition,
    publish_home,
    publish_questions,
    publish_recipe,
    publish_recipe_index,
    publish_rules_index,
    publish_story,
)
from tests.factories import make_product
from tests.support.market import Market

pytestmark = pytest.mark.django_db
TYPES = sorted(model.__name__ for model in apps.get_app_config("cms").get_models() if issubclass(model, Page))


@pytest.fixture
def editor(market: Market) -> Client:
    client = Client()
    client.force_login(market.people["editor"], backend="shop.accounts.backends.EmailOrPhoneBackend")
    return client


@pytest.fixture
def pages(market: Market) -> dict[str, Any]:
    """One published page of every type, by its class."""
    publish_home(language="vi", title="Chợ", lead="Chợ phiên", stories_title="Chuyện")
    publish_rules_index(language="vi", title="Quy định")
    publish_edition(
        slug="gia", title="Giá", intro="…", version="mot", in_force_from=today(), body_markdown="Một."
    )
    publish_questions(language="vi", title="Hỏi đáp", body_markdown="## Mua\n\n### Hỏi?\n\nĐáp.")
    publish_recipe_index(language="vi", title="Món ăn")
    sheet = make_product()
    publish_story(slug="mot", language="vi", title="Một", intro="…", body_markdown="Một.", products=[sheet])
    publish_recipe(
        slug="canh",
        language="vi",
        title="Canh",
        intro="…",
        servings=4,
        minutes=30,
        ingredients=[("1 kg", "khoai", sheet)],
        steps=["Nấu."],
    )
    found = {type(page).__name__: page for page in Page.objects.filter(depth__gt=1).specific()}
    assert sorted(found) == TYPES
    return found


def test_every_type_of_page_can_be_looked_at_before_it_goes_out(
    editor: Client, pages: dict[str, Any]
) -> None:
    for name, page in pages.items():
        page.title = "Bản nháp đang viết"
        page.save_revision()
        for mode, _label in page.preview_modes:
            response = editor.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]), {"mode": mode})
            html = response.content.decode()
            assert response.status_code == 200 and "<h1" in html, name
            shows_its_title = name != "EditionPage"  # that one stands below its rule's
            assert ("Bản nháp đang viết" in html) is shows_its_title, name
            assert may_be_framed_by(response) == "'self'", name
        assert may_be_framed_by(editor.get(page.url)) == "'none'", name


def may_be_framed_by(response: Any) -> str:
    """By whom both headers let a page be framed."""
    (found,) = re.findall("frame-ancestors ([^;]+)", response["Content-Security-Policy"])
    assert response["X-Frame-Options"] == {"'self'": "SAMEORIGIN", "'none'": "DENY"}[found]
    return str(found)


WRITTEN: dict[str, dict[str, Any]] = {
    "StoryPage": {"intro": "Lời dẫn", "body": streamfield([("quote", "Chữ đang viết")])},
    "RecipePage": {
        "intro": "Lời dẫn",
        "servings": 2,
        "minutes": 9,
        "ingredients": inline_formset([{"amount": "1 kg", "name": "khoai", "product": ""}]),
        "steps": streamfield([("step", "Chữ đang viết")]),
        "notes": rich_text(""),
    },
    "RulePage": {"intro": "Chữ đang viết"},
    "EditionPage": {"in_force_from": "2030-01-01", "body": rich_text("<p>Chữ đang viết</p>")},
    "StoryIndexPage": {"lead": "Chữ đang viết"},
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_new_page_is_seen_while_it_is_written(editor: Client, pages: dict[str, Any], name: str) -> None:
    parent = pages[name].get_parent()
    path = reverse("wagtailadmin_pages:preview_on_add", args=["cms", name.lower(), parent.pk])
    sent = {"title": "Trang mới", "slug": "trang-moi", "comments": inline_formset([]), **WRITTEN[name]}
    assert editor.post(path, nested_form_data(sent)).json() == {"is_valid": True, "is_available": True}
    html = editor.get(path, {"mode": ""}).content.decode()
    assert "Chữ đang viết" in html
    assert ("Trang mới" in html) is (name != "EditionPage")  # that one stands below its rule's title
    assert not Page.objects.filter(slug="trang-moi").exists()


def test_a_form_that_came_without_its_fields_says_what_is_missing(
    editor: Client, pages: dict[str, Any]
) -> None:
    before = Page.objects.count()
    for name, page in pages.items():
        add = reverse("wagtailadmin_pages:add", args=["cms", name.lower(), page.get_parent().pk])
        edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
        for sent in ({}, {"title": "Một", "body-count": "x", "steps-count": "2"}):
            assert editor.post(edit, sent).status_code == 200, (name, sent)
            one_only = page.max_count_per_parent == 1
            assert editor.post(add, sent).status_code == (302 if one_only else 200), (name, sent)
    assert Page.objects.count() == before
