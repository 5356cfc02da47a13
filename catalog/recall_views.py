"""The public list of recalled lots: nobody should have to own a label to learn of a recall."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from catalog import structured
from catalog.models import LotEvent, LotEventKind

PER_PAGE = 50


@require_safe
@cache_control(no_cache=True)
def recalls(request: HttpRequest) -> HttpResponse:
    """Every recall there ever was, the newest first: no recall is taken back or grows old."""
    lines = LotEvent.objects.filter(kind=LotEventKind.RECALL).order_by("-at", "-pk")
    lines = lines.select_related("lot__sheet__product", "lot__sheet__cooperative")
    path = reverse("catalogue:recalls")
    context = {
        "page": Paginator(lines, PER_PAGE).get_page(request.GET.get("trang")),
        "steps": [(settings.MARKET_NAME, "/"), (_("Hàng thu hồi"), path)],
        "canonical": structured.absolute(path),
    }
    return render(request, "catalog/recalls.html", context)
