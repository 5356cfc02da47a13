"""An editor's page is published when every picture on it may be shown (docs/decisions/0041)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext_lazy
from wagtail.models import Page

from catalog.clock import today
from shop.stories.rights import MayNotGoOut, advice, faults_of

from .screens import Screen, page_of, query_without_page
from .selectors import ending_pictures

PER_PAGE = 50


class EndingPictures(Screen):
    """Pictures whose last day is near or over, the first to end first: nothing takes them off pages that stand."""

    template_name = "panel/ending_pictures.html"
    page_title = gettext_lazy("Ảnh sắp hết hạn dùng")
    header_icon = "image"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        page = page_of(ending_pictures().order_by("usable_until", "pk"), self.request, PER_PAGE)
        return {**context, "page": page, "page_link": query_without_page(self.request), "today": today()}


class PictureRightsMiddleware(MiddlewareMixin):
    """Tells the person who approved a page what keeps it from going out; nothing else is caught."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, MayNotGoOut):
            return None
        answer = _kept_as_draft(request, exception.page, exception.faults, exception.advice)
        if request.headers.get("x-requested-with") == "XMLHttpRequest":  # Wagtail's window for a comment
            return JsonResponse({"step": "success", "redirect": answer.url})
        return answer


def only_with_rights(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Keeps the page as a draft, and says at which pictures what is missing, with the way there."""
    faults = list(faults_of(page))
    if not faults:
        return None
    if page.live and page.live_revision_id is None:  # a new page is written as live before this is asked
        Page.objects.filter(pk=page.pk).update(live=False, has_unpublished_changes=True)
    return _kept_as_draft(request, page, faults, advice())


def _kept_as_draft(request: HttpRequest, page: Page, faults: list[str], advice: str) -> HttpResponseRedirect:
    for fault in faults:
        messages.error(request, fault)
    messages.warning(request, advice)
    return HttpResponseRedirect(reverse("wagtailadmin_pages:edit", args=[page.pk]))
