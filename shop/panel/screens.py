"""What our screens share: page furniture, tabs with numbers, and lists in pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

PAGE_KEY = "trang"


@dataclass(frozen=True)
class Tab:
    """One choice above a list. ``count`` is None where a number says nothing."""

    label: str
    url: str
    is_current: bool
    count: int | None = None


class Screen(WagtailAdminTemplateMixin, TemplateView):
    """One page of the panel in Wagtail's frame."""

    breadcrumbs_items: ClassVar[list[dict[str, Any]]] = [
        {"url": reverse_lazy("wagtailadmin_home"), "label": _("Việc hôm nay")}
    ]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, *self.path_here()]

    def path_here(self) -> list[dict[str, Any]]:
        """The steps from the start screen to this one."""
        return [{"url": "", "label": self.get_page_title()}]


def page_of(rows: Any, request: HttpRequest, per_page: int, *, count: int | None = None) -> Page[Any]:
    """The page asked for; a number that does not exist gives the nearest one. ``count``: of all rows, if it is known.

    The database sorts keys only: sorting whole rows with everything beside them takes ten times as long.
    """
    if not isinstance(rows, QuerySet):
        return Paginator(rows, per_page).get_page(request.GET.get(PAGE_KEY))
    paginator = Paginator(rows.values_list("pk", flat=True), per_page)
    if count is not None:
        paginator.count = count  # as it would remember it after counting
    page = paginator.get_page(request.GET.get(PAGE_KEY))
    page.object_list = rows_with(list(page.object_list), rows)
    return page


def rows_with(keys: list[Any], rows: QuerySet[Any]) -> list[Any]:
    """The rows with these keys, in their order."""
    by_key = {row.pk: row for row in rows.filter(pk__in=keys)}
    return [by_key[key] for key in keys if key in by_key]


def query_without_page(request: HttpRequest) -> str:
    """The address's query as it is, ready for another page number behind it."""
    query = request.GET.copy()
    query.pop(PAGE_KEY, None)
    return f"?{query.urlencode()}&" if query else "?"


def refreshing(response: HttpResponse, url: str, seconds: int) -> HttpResponse:
    """The answer, asking the browser to look again; works without JavaScript."""
    response["Refresh"] = f"{seconds}; url={url}"
    return response
