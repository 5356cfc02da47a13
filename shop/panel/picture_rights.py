"""An editor's page is published when every picture on it may be shown (docs/decisions/0041)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Page

from catalog.clock import today
from shop.images.models import Picture

from .screens import Screen, page_of, query_without_page
from .selectors import ended_pictures

PER_PAGE = 50


class EndedPictures(Screen):
    """Pictures whose last day is over, the longest ended first: nothing takes them off pages that stand."""

    template_name = "panel/ended_pictures.html"
    page_title = gettext_lazy("Ảnh hết hạn dùng")
    header_icon = "image"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        page = page_of(ended_pictures().order_by("usable_until", "pk"), self.request, PER_PAGE)
        return {**context, "page": page, "page_link": query_without_page(self.request)}


class RightsMissing(Exception):
    """The page may not go out: what is missing at which picture."""

    def __init__(self, page: Page, faults: list[str]) -> None:
        super().__init__(*faults)
        self.page, self.faults = page, faults


class PictureRightsMiddleware(MiddlewareMixin):
    """Tells the person who approved a page what keeps it from going out; nothing else is caught."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, RightsMissing):
            return None
        answer = _kept_as_draft(request, exception.page, exception.faults)
        if request.headers.get("x-requested-with") == "XMLHttpRequest":  # Wagtail's window for a comment
            return JsonResponse({"step": "success", "redirect": answer.url})
        return answer


def only_with_rights(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Keeps the page as a draft, and says at which pictures what is missing, with the way there."""
    faults = list(_faults(page))
    if not faults:
        return None
    if page.live and page.live_revision_id is None:  # a new page is written as live before this is asked
        Page.objects.filter(pk=page.pk).update(live=False, has_unpublished_changes=True)
    return _kept_as_draft(request, page, faults)


def must_have_rights(page: Page) -> None:
    """Raises: RightsMissing."""
    faults = list(_faults(page))
    if faults:
        raise RightsMissing(page, faults)


def _kept_as_draft(request: HttpRequest, page: Page, faults: list[str]) -> HttpResponseRedirect:
    for fault in faults:
        messages.error(request, fault)
    messages.warning(request, _("Trang được giữ ở bản nháp. Bạn mở ảnh ở mục Ảnh, ghi cho đủ rồi đăng lại."))
    return HttpResponseRedirect(reverse("wagtailadmin_pages:edit", args=[page.pk]))


def _faults(page: Page) -> Iterator[str]:
    stall = getattr(page, "cooperative_id", None)
    for picture in (
        Picture.objects.filter(pk__in=_pictures_on(page)).select_related("cooperative").order_by("pk")
    ):
        missing = picture.missing_rights(today())
        if missing:
            names = [str(Picture._meta.get_field(name).verbose_name) for name in missing]
            yield _("Ảnh “%(title)s” chưa đăng được: %(fields)s.") % {
                "title": picture.title,
                "fields": ", ".join(names),
            }
        if picture.cooperative_id and picture.cooperative_id != stall:
            yield _("Ảnh “%(title)s” là của %(stall)s, chỉ dùng trên trang của gian hàng ấy.") % {
                "title": picture.title,
                "stall": picture.cooperative,
            }


def _pictures_on(page: Any) -> set[int]:
    """Keys of the page's own picture and of those in its text."""
    keys = {getattr(page, "picture_id", None)}
    body: Any = getattr(page, "body", ())
    for block in body if hasattr(body, "stream_block") else ():
        if block.block_type == "picture" and block.value["picture"]:
            keys.add(block.value["picture"].pk)
    return {key for key in keys if key is not None}
