"""Stories in the search index: there while they are published, in their language, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import translation

from catalog.models import IndexEntry, Kind
from catalog.search import look_up, suggest
from cms.models import StoryPage
from cms.services import index_stories, publish_home, publish_story
from tests.factories import make_cooperative, make_product
from tests.support.standing import Standing

pytestmark = pytest.mark.django_db


def publish_both() -> StoryPage:
    publish_home(language="vi", title="Chợ", lead="…", stories_title="Chuyện")
    publish_home(language="en", title="Market", lead="…", stories_title="Stories")
    stall = make_cooperative(name="HTX Nương Cao")
    text = {"slug": "cu-khoai", "picture": None, "cooperative": stall}
    story = publish_story(
        language="vi",
        title="Củ khoai xuống núi",
        intro="Đường đất.",
        body_markdown="Mưa phùn suốt đêm.",
        **text,
    )
    publish_story(
        language="en", title="Taro on the road", intro="Clay.", body_markdown="Drizzle all night.", **text
    )
    return story


@pytest.fixture(scope="module")
def standing_story(standing: Standing) -> Callable[[], StoryPage]:
    return standing.keep(publish_both)


@pytest.fixture
def story(standing_story: Callable[[], StoryPage]) -> StoryPage:
    return standing_story()


def found(text: str) -> list[str]:
    return [hit.label for hit in look_up(text).stories]


@pytest.mark.parametrize("text", ["cu khoai", "xuống núi", "nui khoai", "duong dat", "mua phun", "nuong cao"])
def test_a_story_is_found_by_its_title_intro_text_and_stall(story, text):
    assert found(text) == ["Củ khoai xuống núi"]


def test_each_language_finds_its_own_stories(story):
    assert found("taro") == []
    with translation.override("en"):
        assert found("taro") == found("drizzle") == ["Taro on the road"]
        assert found("cu khoai") == []


def test_a_changed_story_is_found_by_its_new_words_only(story):
    story.title = "Măng rừng"
    story.save_revision()
    assert found("mang rung") == []  # a draft is nobody's yet
    story.get_latest_revision().publish()
    assert found("mang rung") == ["Măng rừng"]
    assert found("cu khoai") == []


def test_an_unpublished_or_deleted_story_is_gone(story):
    story = StoryPage.objects.get(pk=story.pk)  # the row, published
    story.unpublish()
    assert found("khoai") == []
    story.save_revision().publish()
    assert found("khoai") == ["Củ khoai xuống núi"]
    StoryPage.objects.get(pk=story.pk).delete()
    assert found("khoai") == []
    assert not IndexEntry.objects.filter(page_id=story.pk).exists()


def test_rebuilding_finds_all_published_stories(story):
    IndexEntry.objects.filter(kind=Kind.STORY).delete()
    assert found("khoai") == []
    assert index_stories() == 2
    assert found("khoai") == ["Củ khoai xuống núi"]


def test_the_result_page_shows_stalls_and_stories_beside_goods(client, story):
    make_product(title="Khoai lang", cooperative=story.cooperative)
    page = client.get("/san-pham/?q=nuong+cao").content.decode()
    assert f'<a href="/hop-tac-xa/{story.cooperative.slug}/">HTX Nương Cao</a>' in page
    assert '<a href="/chuyen/cu-khoai/">Củ khoai xuống núi</a>' in page
    assert "/chuyen/cu-khoai/" not in client.get("/san-pham/").content.decode()
    assert '<a href="/en/chuyen/cu-khoai/">Taro' in client.get("/en/san-pham/?q=taro").content.decode()


def test_suggestions_end_with_stories_that_are_named_so(client, story):
    lines = client.get("/goi-y/?q=cu+kho").json()["suggestions"]
    assert lines == [
        {"kind": "story", "label": "Củ khoai xuống núi", "detail": "Chuyện", "url": "/chuyen/cu-khoai/"}
    ]
    assert suggest("mua phun") == []  # a passing mention is no suggestion


def test_stories_behind_a_password_are_not_shown(client, story):
    from wagtail.models import PageViewRestriction

    PageViewRestriction.objects.create(page=story, restriction_type="login")
    assert "/chuyen/cu-khoai/" not in client.get("/san-pham/?q=khoai").content.decode()
