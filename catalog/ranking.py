"""``/xep-hang/``: how lists and search results are ordered, told from the constants that order them."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog import structured
from catalog.facets import FACETS
from catalog.paging import ORDERS, PER_PAGE, SUGGESTED
from catalog.search import ENOUGH, MOST_HITS, RANKED, WEIGHTS, synonym_groups
from catalog.spelling import allowed

PLACES = {
    "title": gettext_lazy("tên món, tiếng Việt hay tiếng Anh"),
    "place": gettext_lazy("tên hợp tác xã, xã và nhóm hàng"),
    "body": gettext_lazy("lời giới thiệu món"),
}
RULES = {
    "": gettext_lazy("theo thứ tự ở phần trên"),
    "moi": gettext_lazy("món lên chợ sau cùng đứng trước"),
    "gia-tang": gettext_lazy("giá một gói, đã gồm thuế, thấp đứng trước"),
    "gia-giam": gettext_lazy("giá một gói, đã gồm thuế, cao đứng trước"),
    "sao": gettext_lazy("nhiều sao còn hạn hôm nay đứng trước, rồi tới món mới"),
}
FILTERS = {
    "group": gettext_lazy("Nhóm hàng"),
    "stars": gettext_lazy("Sao OCOP còn hạn"),
    "stall": gettext_lazy("Hợp tác xã"),
    "commune": gettext_lazy("Xã"),
    "price": gettext_lazy("Giá"),
    "in_season": gettext_lazy("Đang mùa"),
}


@require_safe
def ranking(request: HttpRequest) -> HttpResponse:
    """The rules in plain words; asks the database for the synonyms only."""
    path = reverse("catalogue:ranking")
    front = "/" if get_language() in (None, settings.LANGUAGE_CODE) else f"/{get_language()}/"
    steps = [
        (settings.MARKET_NAME, front),
        (_("Sản phẩm"), reverse("catalogue:index")),
        (_("Cách xếp hạng"), path),
    ]
    least = min(WEIGHTS.values())
    context = {
        "suggested": list(SUGGESTED.values()),
        "weights": [(PLACES[name], round(weight / least)) for name, weight in WEIGHTS.items()],
        "synonyms": [
            (" → " if group.is_one_way else " = ").join(" ".join(phrase) for phrase in group.phrases)
            for group in synonym_groups()
        ],
        "enough": ENOUGH,
        "ranked": RANKED,
        "most_hits": MOST_HITS,
        "slips": allowed("x" * 5),
        "slips_long": allowed("x" * 6),
        "orders": [(label, RULES[value]) for value, label in ORDERS.items()],
        "filters": [FILTERS[name] for name in FACETS],
        "per_page": PER_PAGE,
        "steps": steps,
        "canonical": structured.absolute(path),
        "structured": structured.graph(structured.breadcrumb(steps)),
    }
    return render(request, "catalog/ranking.html", context)
