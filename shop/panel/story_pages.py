"""A stall writes its story: a simple form that saves drafts. What readers see stays as it is (docs/decisions/0046)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import resolve, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Cooperative
from catalog.tenancy import cooperatives_of
from cms.models import StoryPage
from cms.services import NoFrontPage
from shop.sellers import takedowns
from shop.stories import services

from .screens import Screen
from .selectors import own_stories_for
from .sending import draft_of, once, path_made
from .stories import CHECK_KEY, standing_of, submit
from .story_forms import StoryPaper, changed


class StoryForm(Screen):
    """The form of one story, new or known; on an error the same page with it at its field."""

    template_name = "panel/story_form.html"
    page_title = gettext_lazy("Chuyện mới")
    header_icon = "doc-full-inverse"
    story: StoryPage | None = None
    paper: StoryPaper | None = None
    is_overtaken = False

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if "pk" in kwargs:
            self.story = get_object_or_404(self._rows, pk=kwargs["pk"])

    @property
    def _rows(self) -> Any:
        return own_stories_for(self.request.user).select_related("cooperative", "latest_revision", "locale")

    @cached_property
    def cooperative(self) -> Cooperative:
        """The story's stall; of a new one the stall that was chosen, or the only one."""
        if self.story is not None and self.story.cooperative is not None:
            return self.story.cooperative
        chosen = self.request.POST.get("gian") or self.request.GET.get("gian", "")
        found = self.stalls[0] if self.stalls else None
        found = next((stall for stall in self.stalls if str(stall.pk) == chosen), found)
        if found is None:
            raise Http404
        return found

    @cached_property
    def stalls(self) -> list[Cooperative]:
        return list(cooperatives_of(self.request.user).order_by("name"))

    def get_page_title(self) -> str:
        return (self.story.draft_title or self.story.title) if self.story else str(self.page_title)

    def path_here(self) -> list[dict[str, Any]]:
        path = [{"url": reverse("panel:stories"), "label": _("Chuyện")}]
        if self.story:
            path.append({"url": reverse("panel:story", args=[self.story.pk]), "label": self.get_page_title()})
        return [*path, {"url": "", "label": _("Viết")}]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self._is_closed:
            messages.info(
                request, _("Chuyện đang chờ biên tập, hoặc biên tập đang sửa. Muốn sửa thì rút lại trước.")
            )
            return redirect("panel:story", pk=kwargs["pk"])
        return super().get(request, *args, **kwargs)

    @property
    def _is_closed(self) -> bool:
        story = self.story
        return story is not None and (story.locked or services.is_waiting(services.state_of(story)))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        is_again = self.story is None and self._was_sent()
        return once(
            request,
            lambda: self._take(request, is_again=is_again),
            again=is_again and not self._is_closed,
            more=self._of_saved,
        )

    def _of_saved(self) -> dict[str, Any]:
        """What the form of a saved story needs to go on from there."""
        if self.story is None:
            return {}
        own = draft_of(self.request, f"story/{self.story.pk}")
        return {"draft": own["draft"], "fields": {"seen": services.stamp_of(self.story)}}

    def _was_sent(self) -> bool:
        """Whether this form has made its story already; from then on it is that story's form."""
        made = path_made(self.request)
        if made:
            self.story = self._rows.filter(pk=resolve(made.partition("?")[0]).kwargs["pk"]).first()
        return self.story is not None

    def _take(self, request: HttpRequest, *, is_again: bool) -> HttpResponse:
        by_itself = "autosave" in request.POST
        paper = self.paper = self._paper(request.POST, request.FILES)
        if not paper.is_valid():
            return self._not_whole(by_itself=by_itself)
        seen = services.stamp_of(self.story) if is_again else request.POST.get("seen", "")
        written, goes_to = paper.written(), ""
        act = request.POST.get("act", "")
        if not by_itself and act not in ("", "submit"):
            parts, goes_to = changed(written.parts, act)
            written = services.Written(written.title, written.intro, written.picture_id, parts)
        try:
            self.story = services.save_draft(
                story=self.story, cooperative=self.cooperative, written=written, seen=seen, by=request.user
            )
        except services.ChangedMeanwhile:
            self.is_overtaken = True
            return self._not_whole(by_itself=by_itself)
        except services.Closed:
            messages.error(request, _("Chưa lưu được: chuyện đang chờ biên tập, hoặc biên tập đang sửa."))
            return redirect("panel:story", pk=self.story.pk) if self.story else redirect("panel:stories")
        except NoFrontPage:
            messages.error(request, _("Chợ chưa có trang chuyện. Bạn gọi người điều hành chợ."))
            return redirect("panel:stories")
        return self._saved(act, goes_to, by_itself=by_itself)

    def _saved(self, act: str, goes_to: str, *, by_itself: bool) -> HttpResponse:
        story = self.story
        assert story is not None  # noqa: S101  it has just been saved
        if act == "submit" and not by_itself:
            return submit(self.request, story)
        path = reverse("panel:story_edit", args=[story.pk])
        if by_itself:
            return redirect(path)
        if (
            goes_to
        ):  # the query makes it another address: with only another place on the page nothing would be loaded
            return redirect(f"{path}?ban={services.stamp_of(story)}#phan-{goes_to}")
        messages.success(self.request, _("Đã lưu bản nháp. Ngoài chợ chưa đổi."))
        return redirect("panel:story", pk=story.pk)

    def _not_whole(self, *, by_itself: bool) -> HttpResponse:
        if by_itself:
            return HttpResponse(status=422)  # it stays on the device
        return self.render_to_response(self.get_context_data(), status=422)

    def _paper(self, *sent: Any) -> StoryPaper:
        data, files = sent or (None, None)
        return StoryPaper(
            draft=services.draft_of(self.story) if self.story else None,
            cooperative=self.cooperative,
            data=data,
            files=files,
            is_checked=not sent and CHECK_KEY in self.request.GET,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        story = self.story
        state = services.state_of(story) if story else None
        down = takedowns.standing_of(story) if story else None
        return super().get_context_data(**kwargs) | {
            "story": story,
            "standing": standing_of(story, state, is_down=down is not None) if story else None,
            "paper": self.paper or self._paper(),
            "cooperative": self.cooperative,
            "stalls": self.stalls if story is None and len(self.stalls) > 1 else [],
            "seen": services.stamp_of(story),
            "is_overtaken": self.is_overtaken,
            "taken_down": down,
            **draft_of(self.request, f"story/{story.pk if story else 'moi'}"),
        }
