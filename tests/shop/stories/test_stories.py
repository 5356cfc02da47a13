"""A stall writes its story from the panel; an editor lets it out. What readers see changes with that and not before."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image
from wagtail.models import Locale

from catalog.models import Cooperative
from cms.models import StoryPage
from cms.parts import Kind, new_part
from cms.services import publish_home, publish_story
from shop.audit.models import Entry
from shop.images.models import Licence, Picture
from shop.messages.models import Letter
from shop.sellers import takedowns
from shop.sellers.models import Ground
from shop.stories import services
from tests.support.databases import Databases
from tests.support.market import Market
from tests.support.standing import Standing

pytestmark = pytest.mark.django_db
AsRole = Callable[[str], Client]
MAIL = "gian-a@demo.example"


@pytest.fixture
def as_role(market: Market) -> AsRole:
    def logged_in(role: str) -> Client:
        client = Client()
        person: Any = market.people[role]
        client.force_login(person, backend="shop.accounts.backends.EmailOrPhoneBackend")
        return client

    return logged_in


def publish_stories(market: Market) -> StoryPage:
    """A story of stall A that readers see, with blocks that only an editor makes, and one of stall B."""
    Cooperative.objects.filter(pk=market.a.pk).update(email=MAIL)
    publish_home(language="vi", title="Chợ", lead="Chợ phiên", stories_title="Chuyện")
    for name, stall in (("b", market.b), ("a", market.a)):
        found = publish_story(
            slug=f"chuyen-{name}",
            language="vi",
            title=f"Chuyện {name.upper()}",
            intro="Bản đang hiện",
            body_markdown="Đoạn **một**.\n\n## Đề mục\n\n- mục\n\n[[map]]\n\nCó [đường dẫn](https://cho.example/).",
            cooperative=stall,
        )
    return found


@pytest.fixture(scope="module")
def standing_story(standing: Standing, databases: Databases) -> Callable[[], StoryPage]:
    return standing.keep(lambda: publish_stories(databases.market()))


@pytest.fixture
def story(market: Market, standing_story: Callable[[], StoryPage]) -> StoryPage:
    return standing_story()


def page_of(story: StoryPage, view: str = "story") -> str:
    return reverse(f"panel:{view}", args=[story.pk])


def fresh(story: StoryPage) -> StoryPage:
    return StoryPage.objects.get(pk=story.pk)


def draft(story: StoryPage) -> StoryPage:
    return services.draft_of(fresh(story))


def sent(client: Client, path: str, **fields: Any) -> dict[str, Any]:
    """What the form at ``path`` holds now, with ``fields`` put in; ``text`` is the first paragraph."""
    context = client.get(path).context
    paper = context["paper"]
    found = {"seen": context["seen"], "sent_key": context["sent_key"]}
    for form in [paper.head, *(each.form for each in paper.shown if each.form)]:
        for bound in form:
            value = bound.value()
            found[bound.html_name] = "" if value is None else value
            if bound.name == "text" and "text" in fields:
                found[bound.html_name] = fields.pop("text")
    return found | {(name if name in found else f"dau-{name}"): value for name, value in fields.items()}


def write(client: Client, story: StoryPage, act: str = "", **fields: Any) -> Any:
    path = page_of(story, "story_edit")
    data = sent(client, path, **fields)
    return client.post(path, data | ({"act": act} if act else {}))


def photo() -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGB", (30, 20), "#2f6b3a").save(file, "JPEG")
    return SimpleUploadedFile("a.jpg", file.getvalue(), "image/jpeg")


def kinds(story: StoryPage) -> list[str]:
    return [block["type"] for block in draft(story).body.raw_data]


def ids(story: StoryPage) -> list[str]:
    return [block["id"] for block in draft(story).body.raw_data]


def decide(client: Client, story: StoryPage, act: str, remark: str = "", seen: str = "") -> Any:
    data = {"act": act, "remark": remark, "seen": seen or services.stamp_of(fresh(story))}
    return client.post(page_of(story, "story_decide"), data)


def act(client: Client, story: StoryPage, name: str) -> Any:
    return client.post(page_of(story, "story_act"), {"act": name}, follow=True)


# --- Writing ---


def test_what_a_stall_writes_is_a_draft_until_an_editor_lets_it_out(
    market: Market, as_role: AsRole, story: StoryPage
) -> None:
    stall, editor = as_role("cooperative"), as_role("editor")
    write(stall, story, intro="Lời dẫn mới", text="Đoạn mới.\n\n- mục **đậm**")
    assert fresh(story).intro == "Bản đang hiện"
    shown = draft(story)
    assert (shown.intro, shown.cooperative, shown.slug) == ("Lời dẫn mới", market.a, "chuyen-a")
    assert shown.body.raw_data[0]["value"] == "<p>Đoạn mới.</p><ul><li>mục <b>đậm</b></li></ul>"
    # What an editor made is as it was: the map, and the paragraph with its link.
    before, after = fresh(story).body.raw_data, shown.body.raw_data
    assert [block["type"] for block in after] == ["text", "map", "text"]
    assert [dict(block) for block in after][1:] == [dict(block) for block in before][1:]
    assert "Lời dẫn mới" in stall.get(page_of(story, "story_preview")).content.decode()
    act(stall, story, "submit")
    listed = editor.get(reverse("panel:stories")).context["page"].object_list
    assert [one.pk for one, _standing in listed] == [story.pk]
    page = editor.get(page_of(story)).content.decode()
    assert "<ins>Lời dẫn mới</ins>" in page
    assert "<del>Bản đang hiện</del>" in page
    assert fresh(story).intro == "Bản đang hiện"
    decide(editor, story, "approve")
    assert (fresh(story).intro, fresh(story).has_unpublished_changes) == ("Lời dẫn mới", False)
    assert "Đoạn mới." in Client().get("/chuyen/chuyen-a/").content.decode()
    told = list(Entry.objects.filter(cooperative=market.a, verb__startswith="story").order_by("pk"))
    assert [one.verb for one in told] == ["story-submitted", "story-published"]
    assert [one.actor for one in told] == [market.people["cooperative"], market.people["editor"]]
    assert list(Letter.objects.filter(recipient=MAIL).order_by("pk").values_list("subject", flat=True)) == [
        "Chuyện A: đã gửi biên tập",
        "Chuyện A: đã đăng",
    ]


def test_a_new_story_is_one_however_often_it_is_sent_and_nobody_reads_it_yet(
    market: Market, as_role: AsRole, story: StoryPage
) -> None:
    client, path = as_role("seller"), reverse("panel:story_add")
    data = sent(client, path, title="Củ khoai", text="Một đoạn.")
    saved = client.post(path, data | {"autosave": "1"}, headers={"x-requested-with": "XMLHttpRequest"}).json()
    made = StoryPage.objects.get(title="Củ khoai")
    assert (made.live, made.cooperative, saved["to"]) == (False, market.a, page_of(made, "story_edit"))
    assert saved["fields"]["seen"] == services.stamp_of(made)
    client.post(path, data | {"dau-title": "Củ khoai sọ"})
    assert StoryPage.objects.filter(cooperative=market.a).count() == 2
    assert draft(made).title == "Củ khoai sọ"
    assert made.get_latest_revision().user == market.people["seller"]
    assert Client().get(f"/chuyen/{made.slug}/").status_code == 404
    assert "Củ khoai sọ" in client.get(reverse("panel:stories")).content.decode()


def test_parts_are_added_moved_and_taken_out_and_a_photograph_keeps_its_rights(
    market: Market, as_role: AsRole, story: StoryPage
) -> None:
    client = as_role("cooperative")
    answer = write(client, story, "add-picture", intro="Cùng lúc")
    assert (kinds(story), draft(story).intro) == (["text", "map", "text", "picture"], "Cùng lúc")
    assert answer["Location"].endswith(f"#phan-{ids(story)[-1]}")
    added = f"p-{ids(story)[-1]}"
    wrong = write(client, story, **{f"{added}-photo": photo(), f"{added}-author": "Lò Văn Mẫu"})
    assert wrong.status_code == 422
    assert not Picture.objects.exists()
    rights = {f"{added}-author": "Lò Văn Mẫu", f"{added}-agreed": "3/11, qua tin nhắn"}
    path = page_of(story, "story_edit")
    data = {**sent(client, path), **rights, f"{added}-photo": photo(), f"{added}-caption": "Nương khoai"}
    assert client.post(path, data).status_code == 302
    kept = Picture.objects.get()
    assert (kept.author, kept.licence, kept.rights_note, kept.cooperative) == (
        "Lò Văn Mẫu", Licence.AGREED, "3/11, qua tin nhắn", market.a,
    )  # fmt: skip
    assert draft(story).body.raw_data[3]["value"] == {"picture": kept.pk, "caption": "Nương khoai"}
    for button, wanted in (
        (f"up-{ids(story)[3]}", ["text", "map", "picture", "text"]),
        (f"drop-{ids(story)[1]}", ["text", "picture", "text"]),
        ("down-khong-co", ["text", "picture", "text"]),
        ("add-map", ["text", "picture", "text"]),
    ):
        write(client, story, button)
        assert kinds(story) == wanted, button


def test_only_own_goods_and_own_pictures_can_be_chosen(
    market: Market, as_role: AsRole, story: StoryPage
) -> None:
    client = as_role("cooperative")
    foreign = Picture.objects.create(title="Ảnh của B", file="b.jpg", width=1, height=1, cooperative=market.b)
    write(client, story, "add-product")
    chosen = f"p-{ids(story)[-1]}-product_id"
    page = client.get(page_of(story, "story_edit")).content.decode()
    assert market.goods_a.product.title in page
    assert "Ảnh của B" not in page
    for field, value in ((chosen, market.draft_b.product_id), ("dau-picture", foreign.pk)):
        assert write(client, story, **{field: value}).status_code == 422
    write(client, story, **{chosen: market.goods_a.product_id})
    assert draft(story).body.raw_data[3]["value"] == {"product_id": market.goods_a.product_id}


def test_goods_that_an_editor_shows_of_another_stall_stay(
    market: Market, as_role: AsRole, story: StoryPage
) -> None:
    shown = draft(story)
    shown.body = [{"type": "product", "value": {"product_id": market.draft_b.product_id}}]
    shown.save_revision()
    assert write(as_role("cooperative"), story, intro="Mới").status_code == 302
    assert draft(story).body.raw_data[0]["value"] == {"product_id": market.draft_b.product_id}


def test_what_is_not_whole_is_kept_and_says_what_it_lacks(as_role: AsRole, story: StoryPage) -> None:
    client = as_role("cooperative")
    write(client, story, "add-voice")
    voice = f"p-{ids(story)[-1]}"
    answer = write(client, story, "submit", **{f"{voice}-words": "Ngon.", f"{voice}-who": "Chị Mẫu"})
    assert answer["Location"] == f"{page_of(story, 'story_edit')}?kiem=1"
    assert "Người được nêu tên phải đồng ý." in client.get(answer["Location"]).content.decode()
    assert not fresh(story).workflow_in_progress
    assert write(client, story, title="").status_code == 422
    consent = {f"{voice}-consent": "3/11, tại nhà"}
    assert write(client, story, "submit", **consent)["Location"] == page_of(story)
    assert fresh(story).workflow_in_progress


def test_two_who_write_at_once_do_not_write_over_each_other(as_role: AsRole, story: StoryPage) -> None:
    one, other = as_role("cooperative"), as_role("seller")
    path = page_of(story, "story_edit")
    late = sent(other, path, intro="Bản đến sau")
    write(one, story, intro="Bản đến trước")
    answer = other.post(path, late)
    assert answer.status_code == 422
    assert draft(story).intro == "Bản đến trước"
    page = answer.content.decode()
    assert "Có người vừa lưu một bản khác" in page
    assert "Bản đến sau" in page  # what was typed is still there
    again = late | {"seen": answer.context["seen"], "sent_key": str(uuid4())}
    assert other.post(path, again).status_code == 302
    assert draft(story).intro == "Bản đến sau"


def test_drafts_saved_by_themselves_do_not_pile_up(as_role: AsRole, story: StoryPage) -> None:
    client = as_role("cooperative")
    for number in range(3):
        write(client, story, intro=f"Lần {number}")
    assert fresh(story).revisions.count() == 2  # the one that is shown, and the draft


# --- Steps ---


def test_while_it_waits_the_stall_may_only_take_it_back(as_role: AsRole, story: StoryPage) -> None:
    stall = as_role("cooperative")
    path = page_of(story, "story_edit")
    data = sent(stall, path, intro="Một")
    stall.post(path, data | {"act": "submit"})
    late = data | {"sent_key": str(uuid4()), "dau-intro": "Hai", "seen": services.stamp_of(fresh(story))}
    assert stall.post(path, late)["Location"] == page_of(story)
    assert draft(story).intro == "Một"
    assert stall.get(path).status_code == 302
    assert "đang chờ biên tập" in act(stall, story, "submit").content.decode()
    act(stall, story, "withdraw")
    assert not fresh(story).workflow_in_progress
    assert "không rút lại được" in act(stall, story, "withdraw").content.decode()
    assert write(stall, story, intro="Hai").status_code == 302
    assert [one.verb for one in Entry.objects.filter(verb__startswith="story").order_by("pk")] == [
        "story-submitted",
        "story-withdrawn",
    ]


def test_an_editor_sends_it_back_with_a_remark_and_it_may_come_again(
    market: Market, as_role: AsRole, story: StoryPage
) -> None:
    stall, editor = as_role("cooperative"), as_role("editor")
    write(stall, story, "submit", intro="Một")
    assert decide(editor, story, "return").status_code == 422
    decide(editor, story, "return", remark="Ghi tên bản.")
    assert "Ghi tên bản." in stall.get(page_of(story)).content.decode()
    assert "Chuyện cần sửa" in stall.get(reverse("wagtailadmin_home")).content.decode()
    assert "Ghi tên bản." in Letter.objects.get(recipient=MAIL, subject="Chuyện A: cần sửa thêm").body
    assert Entry.objects.get(verb="story-sent-back").reason == "Ghi tên bản."
    write(stall, story, "submit", intro="Hai")
    assert "Chuyện chờ biên tập" in editor.get(reverse("wagtailadmin_home")).content.decode()
    decide(editor, story, "approve")
    assert fresh(story).intro == "Hai"
    assert Letter.objects.filter(recipient=MAIL).count() == 4


def test_an_editor_lets_out_only_what_was_on_the_screen(as_role: AsRole, story: StoryPage) -> None:
    stall, editor = as_role("cooperative"), as_role("editor")
    write(stall, story, "submit", intro="Một")
    seen = services.stamp_of(fresh(story))
    act(stall, story, "withdraw")
    write(stall, story, "submit", intro="Hai")
    decide(editor, story, "approve", seen=seen)
    assert fresh(story).intro == "Bản đang hiện"
    act(stall, story, "withdraw")
    decide(editor, story, "approve")
    assert fresh(story).intro == "Bản đang hiện"


@pytest.mark.parametrize("way", ["own screen", "Wagtail's"])
def test_a_story_that_was_taken_down_cannot_come_back_this_way(
    way: str, market: Market, as_role: AsRole, story: StoryPage
) -> None:
    stall, editor = as_role("cooperative"), as_role("editor")
    write(stall, story, "submit", intro="Một")
    takedowns.take_down(
        thing=fresh(story), ground=Ground.RULES, reason="Quảng cáo", by=market.people["operator"]
    )
    if way == "own screen":
        decide(editor, story, "approve")
    else:
        task = fresh(story).current_workflow_task_state
        editor.post(
            reverse("wagtailadmin_pages:workflow_action", args=[story.pk, "approve", task.pk]),
            {"comment": ""},
        )
    assert not fresh(story).live
    assert fresh(story).workflow_in_progress
    act(stall, story, "withdraw")
    assert "Chợ đã gỡ" in act(stall, story, "submit").content.decode()
    assert not fresh(story).workflow_in_progress


def test_a_picture_whose_day_is_over_keeps_the_story_from_the_editor(
    market: Market, as_role: AsRole, story: StoryPage
) -> None:
    stall = as_role("cooperative")
    path = page_of(story, "story_edit")
    stall.post(path, {**sent(stall, path), "dau-photo": photo()})
    Picture.objects.update(usable_until="2020-01-01")
    assert "dùng đến hết ngày" in act(stall, story, "submit").content.decode()
    assert not fresh(story).workflow_in_progress


def test_an_editor_who_publishes_from_wagtails_page_ends_the_waiting(
    as_role: AsRole, story: StoryPage
) -> None:
    write(as_role("cooperative"), story, "submit", intro="Một")
    draft(story).get_latest_revision().publish()
    assert [one.verb for one in Entry.objects.filter(verb__startswith="story").order_by("pk")] == [
        "story-submitted",
        "story-published",
    ]


# --- Whose ---


def test_a_foreign_story_does_not_exist(market: Market, as_role: AsRole, story: StoryPage) -> None:
    foreign = StoryPage.objects.get(slug="chuyen-b")
    for role in ("cooperative", "seller"):
        client = as_role(role)
        assert "Chuyện B" not in client.get(reverse("panel:stories")).content.decode()
        for view in ("story", "story_edit", "story_preview"):
            assert client.get(page_of(foreign, view)).status_code == 404
        assert client.post(page_of(foreign, "story_edit"), {"dau-title": "x"}).status_code == 404
        assert act(client, foreign, "submit").status_code == 404
        assert decide(client, story, "approve").status_code == 404
    for role in ("packer", "helper", "invoice_staff"):
        assert as_role(role).get(reverse("panel:stories")).status_code == 404
    assert as_role("editor").get(page_of(story, "story_edit")).status_code == 404


def test_a_translation_stays_and_says_that_the_story_is_newer(as_role: AsRole, story: StoryPage) -> None:
    publish_home(language="en", title="Market", lead="A market")
    publish_story(slug="chuyen-a", language="en", title="Story A", intro="As it was", body_markdown="Words.")
    english = "/en/chuyen/chuyen-a/"
    assert "newer than" not in Client().get(english).content.decode()
    write(as_role("cooperative"), story, "submit", intro="Mới")
    editor = as_role("editor")
    assert "Story A" in editor.get(page_of(story)).content.decode()
    decide(editor, story, "approve")
    page = Client().get(english).content.decode()
    assert "As it was" in page
    assert "The Vietnamese story is newer than this translation." in page
    assert "cũ hơn bản tiếng Việt" in editor.get(page_of(story)).content.decode()
    assert StoryPage.objects.filter(locale=Locale.objects.get(language_code="en")).count() == 1


@pytest.mark.parametrize("role", ["cooperative", "editor"])
def test_the_list_asks_the_database_as_much_for_many_stories_as_for_few(
    role: str, market: Market, as_role: AsRole, story: StoryPage
) -> None:
    client, asked = as_role(role), []
    for number in (1, 5):
        for _one in range(number):
            written = services.Written(
                "Chuyện", "…", None, (replace(new_part(Kind.TEXT), values={"text": "Chữ"}),)
            )
            person = market.people["cooperative"]
            made = services.save_draft(story=None, cooperative=market.a, written=written, seen="", by=person)
            services.submit(story=made, by=person)
        client.get(reverse("panel:stories"))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("panel:stories")).content.count(b"panel-row__head") >= number
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_the_form_asks_the_database_as_much_for_many_parts_as_for_few(
    as_role: AsRole, story: StoryPage
) -> None:
    client, asked = as_role("cooperative"), []
    for parts in (2, 12):
        shown = draft(story)
        shown.body = [
            {"type": kind, "value": new_part(Kind(kind)).raw["value"]}
            for kind in ("text", "picture", "voice", "product")
            for _one in range(parts // 2)
        ]
        shown.save_revision(clean=False)
        for view in ("story_edit", "story"):
            client.get(page_of(story, view))
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page_of(story, view)).status_code == 200
            asked.append(len(queries))
    assert asked[:2] == asked[2:]
