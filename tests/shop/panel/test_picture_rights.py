"""An editor's page goes out when every picture on it may be shown; a stall's picture stays with its stall."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.images import ImageFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from wagtail.models import GroupApprovalTask, Workflow, WorkflowTask
from wagtail.test.utils.form_data import nested_form_data, streamfield

from catalog.clock import today
from cms.models import StoryPage
from cms.services import publish_home, publish_story
from shop.images.models import Picture
from tests.support.market import Market

AsRole = Callable[[str], Client]


@pytest.fixture
def story(market: Market) -> StoryPage:
    publish_home(language="vi", title="Chợ", lead="Chợ phiên", stories_title="Chuyện")
    return publish_story(
        slug="chuyen-a", language="vi", title="Chuyện A", intro="Bản đang hiện", body_markdown="Chữ."
    )


def picture(**rights: Any) -> Picture:
    file = io.BytesIO()
    Image.new("RGB", (4, 4)).save(file, "PNG")
    return Picture.objects.create(title="Nương sọ", file=ImageFile(file, name="n.png"), **rights)


def form(in_text: Picture, **fields: str) -> dict[str, Any]:
    """What Wagtail's form of a story sends with "publish", the picture standing in the text."""
    body = streamfield([("picture", {"picture": str(in_text.pk), "caption": ""})])
    none = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0", "MIN_NUM_FORMS": "0", "MAX_NUM_FORMS": ""}
    fields = {"intro": "Bản mới", "picture": "", "cooperative": ""} | fields
    return {**nested_form_data({**fields, "body": body, "comments": none}), "action-publish": "1"}


def publish(client: Client, story: StoryPage, in_text: Picture) -> str:
    """The editor puts the picture into the text and publishes. Returns what the page says then."""
    path = reverse("wagtailadmin_pages:edit", args=[story.pk])
    answer = client.post(path, form(in_text, title=story.title, slug=story.slug), follow=True)
    return str(answer.content.decode())


ENOUGH = {"author": "Lò Văn Mẫu", "licence": "own"}


@pytest.mark.parametrize(
    ("rights", "said"),
    [
        ({}, "người chụp, người vẽ, vì sao được dùng"),
        ({"author": "Lò Văn Mẫu", "licence": "open", "rights_note": "CC BY 4.0"}, "lấy ở đâu"),
        ({"author": "Lò Văn Mẫu", "licence": "agreed"}, "ai đồng ý, giấy ở đâu"),
        (ENOUGH | {"usable_until": today() - dt.timedelta(days=1)}, "dùng đến hết ngày"),
        (ENOUGH | {"usable_until": today()}, ""),
        (ENOUGH, ""),
    ],
)
def test_a_page_waits_for_the_rights_of_its_pictures(
    rights: dict[str, Any], said: str, market: Market, as_role: AsRole, story: StoryPage
) -> None:
    page = publish(as_role("editor"), story, picture(**rights))
    shown = StoryPage.objects.get(pk=story.pk)
    assert shown.intro == ("Bản đang hiện" if said else "Bản mới")
    assert (f"chưa đăng được: {said}." in page) == bool(said)
    assert shown.get_latest_revision_as_object().intro == "Bản mới"  # nothing written is lost


def test_a_stalls_picture_stays_on_the_pages_of_that_stall(
    market: Market, as_role: AsRole, story: StoryPage
) -> None:
    own = picture(**ENOUGH, cooperative=market.a)
    assert f"là của {market.a.name}" in publish(as_role("editor"), story, own)
    assert StoryPage.objects.get(pk=story.pk).intro == "Bản đang hiện"


def test_a_new_page_without_rights_is_a_draft_and_nowhere_to_be_read(
    market: Market, as_role: AsRole, story: StoryPage
) -> None:
    path = reverse("wagtailadmin_pages:add", args=["cms", "storypage", story.get_parent().pk])
    as_role("editor").post(path, form(picture(), title="Chuyện mới", slug="chuyen-moi"))
    new = StoryPage.objects.get(slug="chuyen-moi")
    assert not new.live
    assert Client().get("/chuyen/chuyen-moi/").status_code == 404


@pytest.mark.parametrize(("rights", "goes_out"), [({}, False), (ENOUGH, True)])
@pytest.mark.parametrize("way", ["form", "window"])
def test_approval_in_a_workflow_asks_for_the_rights_too(
    way: str, rights: dict[str, Any], goes_out: bool, market: Market, as_role: AsRole, story: StoryPage
) -> None:
    editor, client = market.people["editor"], as_role("editor")
    task = GroupApprovalTask.objects.create(name="Xem lại")
    task.groups.set(editor.groups.all())
    workflow = Workflow.objects.create(name="Xem lại rồi đăng")
    WorkflowTask.objects.create(workflow=workflow, task=task)
    body = form(picture(**rights), title=story.title, slug=story.slug)
    draft = StoryPage.objects.get(pk=story.pk)
    draft.intro = "Bản mới"
    draft.body = [("picture", {"picture": picture(**rights), "caption": ""})]
    draft.save_revision()
    waiting = workflow.start(draft, editor)
    if way == "form":
        del body["action-publish"]
        body |= {"action-workflow-action": "1", "workflow-action-name": "approve"}
        path = reverse("wagtailadmin_pages:edit", args=[story.pk])
        client.post(path, body)
    else:
        args = [story.pk, "approve", waiting.current_task_state.pk]
        path = reverse("wagtailadmin_pages:workflow_action", args=args)
        answer = client.post(path, {"comment": ""}, headers={"x-requested-with": "XMLHttpRequest"})
        assert answer.json()["step"] == "success"
    shown = StoryPage.objects.get(pk=story.pk)
    assert shown.intro == ("Bản mới" if goes_out else "Bản đang hiện")
    assert shown.get_latest_revision_as_object().intro == "Bản mới"
    assert shown.workflow_in_progress != goes_out
    page = client.get(reverse("wagtailadmin_pages:edit", args=[story.pk])).content.decode()
    assert ("chưa đăng được: người chụp" in page) != goes_out


def test_an_editor_is_told_of_pictures_thirty_days_before_their_last(market: Market, as_role: AsRole) -> None:
    picture(**ENOUGH, usable_until=today() + dt.timedelta(days=31))
    client = as_role("editor")
    home = reverse("wagtailadmin_home")
    assert "Ảnh sắp hết hạn dùng" not in client.get(home).content.decode()
    ending = picture(**ENOUGH, usable_until=today() + dt.timedelta(days=30))
    ended = picture(**ENOUGH, usable_until=today() - dt.timedelta(days=1))
    assert "Ảnh sắp hết hạn dùng" in client.get(home).content.decode()
    answer = client.get(reverse("panel:ending_pictures"))
    assert list(answer.context["page"].object_list) == [ended, ending]
    assert answer.content.decode().count("Đã hết hạn") == 1
