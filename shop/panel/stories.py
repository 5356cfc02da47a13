"""Stories of stalls: the list, one story with what changes, its preview, the steps of its stall and of the editor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from wagtail.models import TaskState, WorkflowState

from catalog.models import ProductSheet
from cms.models import StoryPage
from cms.parts import lines_of, pictures_in
from shop.accounts.doors import may_open
from shop.images.models import Picture
from shop.sellers import takedowns
from shop.sellers.models import Takedown
from shop.stories import services
from shop.stories.rights import MayNotGoOut

from .screens import Screen, Tab, page_of, query_without_page
from .selectors import own_stories_for, stall_stories_for

PER_PAGE = 25
STATE_KEY = "tinh-trang"
WAITING = "cho-duyet"
CHECK_KEY = "kiem"
AROUND = 1
"""So many lines that stay are shown beside one that changes."""
MOST_TOLD = 20


@dataclass(frozen=True)
class Standing:
    """Where a story stands, as a word with its colour, and the editor's last remark while it counts."""

    label: str
    colour: str
    remark: str = ""


def standing_of(story: StoryPage, state: WorkflowState | None, *, is_down: bool) -> Standing:
    if is_down:
        return Standing(_("Chợ đã gỡ"), "rejected")
    if services.is_waiting(state):
        return Standing(_("Chờ biên tập"), "requested")
    if state is not None:
        remark = state.current_task_state.comment if state.current_task_state else ""
        return Standing(_("Cần sửa"), "rejected", remark)
    if not story.live:
        return Standing(_("Bản nháp"), "waiting")
    if story.has_unpublished_changes:
        return Standing(_("Đang hiện, có bản sửa chưa gửi"), "packed")
    return Standing(_("Đang hiện"), "done")


class StoryList(Screen):
    """What waits, for those who decide; the own stories for a stall. Seven queries at most, however many."""

    template_name = "panel/stories.html"
    page_title = gettext_lazy("Chuyện")
    header_icon = "doc-full-inverse"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, here = self.request.user, reverse("panel:stories")
        rows = stall_stories_for(user)
        decides = may_open(user, "panel:story_decide")
        asked = self.request.GET.get(STATE_KEY, WAITING if decides else "")
        tabs = []
        if decides:
            waiting = rows.filter(pk__in=services.keys_with(WorkflowState.STATUS_IN_PROGRESS))
            tabs = [
                Tab(_("Chờ biên tập"), f"{here}?{STATE_KEY}={WAITING}", asked == WAITING, waiting.count()),
                Tab(_("Tất cả"), f"{here}?{STATE_KEY}=", asked != WAITING, rows.count()),
            ]
            rows = waiting if asked == WAITING else rows
        order = "latest_revision_created_at" if asked == WAITING else "-latest_revision_created_at"
        page = page_of(rows.select_related("cooperative").order_by(order, "pk"), self.request, PER_PAGE)
        found = list(page.object_list)
        states = services.states_of(found)
        keys = [story.translation_key for story in found]
        down = set(
            Takedown.objects.filter(lifted_at=None, story_key__in=keys).values_list("story_key", flat=True)
        )
        page.object_list = [
            (story, standing_of(story, states.get(story.pk), is_down=story.translation_key in down))
            for story in found
        ]
        return super().get_context_data(**kwargs) | {
            "tabs": tabs,
            "page": page,
            "page_link": query_without_page(self.request),
            "can_add": may_open(user, "panel:story_add"),
            "shows_stall": decides,
        }


class RemarkForm(forms.Form):
    remark = forms.CharField(
        label=gettext_lazy("Cần sửa gì"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Gian hàng đọc lời này, qua thư và ở trang chuyện."),
        error_messages={"required": gettext_lazy("Bạn ghi cần sửa gì, để gian hàng biết.")},
    )


class StoryScreen(Screen):
    """One story: where it stands, what its last version changes, what was decided, and the buttons of whoever looks."""

    template_name = "panel/story.html"
    header_icon = "doc-full-inverse"
    story: StoryPage
    form: RemarkForm | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        rows = stall_stories_for(request.user).select_related("cooperative", "latest_revision", "locale")
        self.story = get_object_or_404(rows, pk=kwargs["pk"])

    def get_page_title(self) -> str:
        return self.story.draft_title or self.story.title

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:stories"), "label": _("Chuyện")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        story, user = self.story, self.request.user
        state, down = services.state_of(story), takedowns.standing_of(story)
        is_waiting = services.is_waiting(state)
        has_news = story.has_unpublished_changes or not story.live
        writes = own_stories_for(user).filter(pk=story.pk).exists() and may_open(user, "panel:story_edit")
        return super().get_context_data(**kwargs) | {
            "story": story,
            "standing": standing_of(story, state, is_down=down is not None),
            "taken_down": down,
            "seen": services.stamp_of(story),
            "is_waiting": is_waiting,
            "changes": list(_changes(story)) if has_news else [],
            "translations": list(services.translations_of(story)),
            "told": _told(story),
            "can_write": writes and not is_waiting and not story.locked,
            "can_submit": writes and not is_waiting and not story.locked and has_news and down is None,
            "can_withdraw": writes and is_waiting,
            "form": (self.form or RemarkForm())
            if is_waiting and may_open(user, "panel:story_decide")
            else None,
            "may_edit_page": may_open(user, "wagtailadmin_pages:edit"),
        }


class StoryDecide(StoryScreen):
    """The editor lets the version out that is on the screen, or sends it back with a remark."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        seen, act = request.POST.get("seen", ""), request.POST.get("act", "")
        if act not in ("approve", "return"):
            raise Http404
        form = RemarkForm(request.POST)
        if act == "return" and not form.is_valid():
            self.form = form
            return self.render_to_response(self.get_context_data(), status=422)
        try:
            if act == "approve":
                services.approve(story=self.story, seen=seen, by=request.user)
                messages.success(request, _("Đã đăng."))
            else:
                remark = form.cleaned_data["remark"]
                services.send_back(story=self.story, seen=seen, remark=remark, by=request.user)
                messages.success(request, _("Đã gửi lại cho gian hàng."))
        except services.NothingWaits:
            messages.error(
                request, _("Chuyện này không còn chờ. Có người vừa quyết định, hoặc gian hàng rút lại.")
            )
        except services.ChangedMeanwhile:
            messages.error(request, _("Chuyện vừa có bản khác. Bạn đọc lại rồi quyết định."))
        except MayNotGoOut as refusal:
            for fault in refusal.faults:
                messages.error(request, fault)
        return redirect("panel:story", pk=pk)


class StoryAct(View):
    """The stall sends its version to the editor, or takes it back."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        story = get_object_or_404(own_stories_for(request.user), pk=pk)
        act = request.POST.get("act", "")
        if act == "submit":
            return submit(request, story)
        if act != "withdraw":
            raise Http404
        try:
            services.withdraw(story=story, by=request.user)
        except services.NothingWaits:
            messages.error(request, _("Biên tập vừa quyết định rồi, không rút lại được nữa."))
        else:
            messages.success(request, _("Đã rút lại. Bạn sửa tiếp rồi gửi khi nào cũng được."))
        return redirect("panel:story", pk=pk)


def submit(request: HttpRequest, story: StoryPage) -> HttpResponse:
    """To the editor, and what is told then; with something missing back to the form, which says what."""
    try:
        services.submit(story=story, by=request.user)
    except services.NotWhole:
        messages.warning(request, _("Đã lưu, nhưng chưa gửi được: còn thiếu những điều ghi bên dưới."))
        return redirect(f"{reverse('panel:story_edit', args=[story.pk])}?{CHECK_KEY}=1")
    except services.Closed:
        messages.error(request, _("Chuyện đang chờ biên tập, hoặc biên tập đang sửa."))
    except takedowns.StillTakenDown:
        messages.error(request, _("Chợ đã gỡ chuyện này, nên chưa gửi được."))
    except services.NoModeration:
        messages.error(request, _("Chợ chưa đặt ai duyệt chuyện. Bạn gọi người điều hành chợ."))
    except MayNotGoOut as refusal:
        for fault in refusal.faults:
            messages.error(request, fault)
    else:
        messages.success(request, _("Đã gửi biên tập. Bản đang hiện ngoài chợ vẫn như cũ tới khi được đăng."))
    return redirect("panel:story", pk=story.pk)


class StoryPreview(View):
    """The last version as the shop would show it."""

    http_method_names = ("get", "head")

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        story = get_object_or_404(stall_stories_for(request.user), pk=pk)
        shown: HttpResponse = services.draft_of(story).make_preview_request(request, "")
        return shown


@dataclass(frozen=True)
class Change:
    """One line of the comparison: ``mark`` is "+", "-" or "" for what stays; ``skipped`` lines are left out here."""

    mark: str
    text: str = ""
    skipped: int = 0


def _changes(story: StoryPage) -> Iterator[Change]:
    """What the last version changes of the one that is shown; all of it where none is."""
    draft = services.draft_of(story)
    versions = [story, draft] if story.live else [draft]
    pictures = dict(Picture.objects.filter(pk__in=_keys(versions)).values_list("pk", "title"))
    products = {
        block["value"]["product_id"]
        for one in versions
        for block in one.body.raw_data
        if block["type"] == "product"
    }
    goods = dict(
        ProductSheet.objects.filter(product_id__in=products - {None}).values_list(
            "product_id", "product__title"
        )
    )
    after = lines_of(draft, pictures=pictures, goods=goods)
    if not story.live:
        yield from (Change("", line) for line in after)
        return
    before = lines_of(story, pictures=pictures, goods=goods)
    for kind, first, last, start, end in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from _stays(before[first:last])
            continue
        yield from (Change("-", line) for line in before[first:last])
        yield from (Change("+", line) for line in after[start:end])


def _stays(lines: Any) -> Iterator[Change]:
    if len(lines) <= 2 * AROUND + 1:
        yield from (Change("", line) for line in lines)
        return
    yield from (Change("", line) for line in lines[:AROUND])
    yield Change("", skipped=len(lines) - 2 * AROUND)
    yield from (Change("", line) for line in lines[-AROUND:])


def _keys(versions: list[StoryPage]) -> set[int | None]:
    own = {one.picture_id for one in versions}
    return own | {key for one in versions for key in pictures_in(one.body.raw_data)}


def _told(story: StoryPage) -> list[TaskState]:
    """What was decided about the story, the newest first."""
    rows = TaskState.objects.filter(workflow_state__in=story.workflow_states.all()).defer("revision__content")
    return list(
        rows.select_related("finished_by", "workflow_state__requested_by").order_by("-pk")[:MOST_TOLD]
    )
