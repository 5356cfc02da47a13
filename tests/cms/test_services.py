"""Front pages and stories published in both languages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from wagtail.models import Locale, Page, Revision, Site

from cms.models import HomePage, StoryIndexPage, StoryPage
from cms.services import NoFrontPage, publish_home, publish_story
from shop.images.models import Picture
from tests.factories import make_product

pytestmark = pytest.mark.django_db


def publish_homes() -> tuple[HomePage, HomePage]:
    return (
        publish_home(
            language="vi", title="Chợ Phiên", lead="Khoai sọ đang vào vụ.", body_markdown="Mời bạn."
        ),
        publish_home(language="en", title="Chợ Phiên", lead="Taro is in season.", stories_title="Stories"),
    )


def story(language: str = "vi", **changes: Any) -> StoryPage:
    values: dict[str, Any] = {
        "slug": "khoai-so",
        "language": language,
        "title": "Củ khoai xuống núi" if language == "vi" else "Taro comes down",
        "intro": "Mười bảy hộ." if language == "vi" else "Seventeen families.",
        "body_markdown": "Một.\n\nHai.\n\nBa.",
    }
    return publish_story(**(values | changes))


def test_the_two_front_pages_stand_at_the_two_roots(client: Client) -> None:
    publish_homes()
    assert "Khoai sọ đang vào vụ." in client.get("/").content.decode()
    assert "Taro is in season." in client.get("/en/").content.decode()
    assert client.get("/chuyen/").status_code == client.get("/en/chuyen/").status_code == 200


def test_the_site_answers_at_the_public_address(settings: Any) -> None:
    settings.BASE_URL = "https://cho.example"
    home, _english = publish_homes()
    site = Site.objects.get()
    assert (site.hostname, site.port, site.root_page_id) == ("cho.example", 443, home.pk)
    assert home.get_full_url() == "https://cho.example/"


def test_the_welcome_page_goes() -> None:
    publish_homes()
    assert not Page.objects.filter(slug="home").exists()


def test_publishing_again_changes_nothing() -> None:
    def state() -> tuple[int, ...]:
        publish_homes()
        story(), story("en")
        return Page.objects.count(), Revision.objects.count(), Locale.objects.count(), Site.objects.count()

    first = state()
    assert first[0] == 7  # root, two front pages, two shelves, two stories
    assert state() == first


def test_publishing_pictures_again_changes_nothing() -> None:
    publish_homes()
    pictures = [Picture.objects.create(title=title, file="x.jpg", width=1, height=1) for title in "ab"]
    for _time in range(2):
        page = story(body_markdown="Một.\n\n[[gallery]]", gallery=pictures)
        edited = StoryPage.objects.get()
        edited.body = [
            (block.block_type, block.value) for block in edited.body
        ]  # as the editor's form does: Wagtail wraps what stands in lists
        edited.save_revision().publish()
        assert page.revisions.count() == _time + 2


def test_a_changed_text_is_published() -> None:
    publish_homes()
    story()
    story(body_markdown="Khác.", title="Tên mới")
    page = StoryPage.objects.get()
    assert (page.title, page.live, page.has_unpublished_changes) == ("Tên mới", True, False)
    assert page.body.raw_data[0]["value"] == "<p>Khác.</p>"


def test_the_english_story_is_the_translation_of_the_vietnamese_one(client: Client) -> None:
    publish_homes()
    vietnamese, english = story(), story("en")
    assert vietnamese.get_translation(english.locale) == english
    assert client.get("/chuyen/khoai-so/").context["page"].title == "Củ khoai xuống núi"
    assert client.get("/en/chuyen/khoai-so/").context["page"].title == "Taro comes down"


def test_an_english_story_may_stand_alone(client: Client) -> None:
    publish_homes()
    story("en")
    assert client.get("/en/chuyen/khoai-so/").status_code == 200
    assert client.get("/chuyen/khoai-so/").status_code == 404


def test_a_story_needs_its_front_page() -> None:
    with pytest.raises(NoFrontPage):
        story()
    assert not StoryPage.objects.exists()


def test_the_other_language_needs_the_default_one() -> None:
    with pytest.raises(NoFrontPage):
        publish_home(language="en", title="Chợ Phiên", lead="Taro.")
    assert not HomePage.objects.exists() and not Locale.objects.filter(language_code="en").exists()


def test_products_of_a_story_are_blocks() -> None:
    publish_homes()
    sheet = make_product()
    page = story(products=[sheet])
    assert [block.block_type for block in page.body] == ["text", "product", "text"]
    assert page.body[1].value["product_id"] == sheet.product_id


@pytest.mark.parametrize(
    ("slug", "title", "kept"),
    [("", "Đậu đỏ ở Mường Và", "dau-do-o-muong-va"), ("khoai-sọ-Đen", "Khoai", "khoai-so-den")],
)
def test_page_addresses_have_no_marks(slug: str, title: str, kept: str) -> None:
    home, _english = publish_homes()
    shelf = StoryIndexPage.objects.child_of(home).get()
    page = StoryPage(title=title, slug=slug, intro="…", body=[])
    shelf.add_child(instance=page)
    page.refresh_from_db()
    assert page.slug == kept


def test_two_stories_of_one_title_get_two_addresses() -> None:
    home, _english = publish_homes()
    shelf = StoryIndexPage.objects.child_of(home).get()
    for _each in range(2):
        shelf.add_child(instance=StoryPage(title="Đào rừng", intro="…", body=[]))
    assert sorted(StoryPage.objects.values_list("slug", flat=True)) == ["dao-rung", "dao-rung-2"]
