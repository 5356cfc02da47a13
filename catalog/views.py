"""Public pages of goods and stalls. They read no user, session or basket: one copy serves everybody."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog import structured
from catalog.listing import Wanted, fill_shelf
from catalog.lots import lots_shown
from catalog.models import CategorySheet, Cooperative, Kind, ProductSheet
from catalog.ocop_sets import SETS
from catalog.offers import shown_offers
from catalog.paging import LARGEST, ORDERS, PER_PAGE
from catalog.papers import papers_of_sheet, papers_of_stall
from catalog.pictures import share_picture
from catalog.recalls import recalls_shown
from catalog.search import Suggestion
from catalog.search import suggest as suggestions_for
from catalog.selectors import cards, certificates_of, public_sheets, stalls

NEIGHBOURS = 4


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The catalogue list; parameters in ``catalog.listing``."""
    wanted = Wanted.from_query(request.GET)
    shelf = fill_shelf(wanted)
    steps = [_front(), (_("Sản phẩm"), reverse("catalogue:index"))]
    if shelf.heading:
        steps.append((shelf.heading, reverse("catalogue:index") + Wanted(group=wanted.group).address()))
    context = {
        "shelf": shelf,
        "wanted": wanted,
        "orders": ORDERS,
        "search_text": wanted.text,
        "canonical": structured.absolute(steps[-1][1]),
        "steps": steps,
        "structured": structured.graph(structured.breadcrumb(steps)),
    }
    return render(request, "catalog/index.html", context)


@require_safe
def detail(request: HttpRequest, product_slug: str, pk: int) -> HttpResponse:
    """One product; an old or mistyped slug leads to the right address."""
    if pk > LARGEST:
        raise Http404
    sheet = (
        cards(
            ProductSheet.objects.select_related(
                "gtin",
                "cooperative__commune__province",
                "commune__province",
                "label_picture",
                "workshop_picture",
            )
        )
        .filter(product_id=pk)
        .first()
    )
    if sheet is None or not sheet.is_public:
        raise Http404
    path = _path_of(sheet)
    if product_slug != sheet.product.slug:
        return HttpResponsePermanentRedirect(path)
    stall_path = reverse("catalogue:cooperative", args=[sheet.cooperative.slug])
    group = CategorySheet.objects.select_related("category").filter(category__product=pk).first()
    steps = [_front(), (_("Sản phẩm"), reverse("catalogue:index"))]
    if group:
        steps.append((group.name, reverse("catalogue:index") + Wanted(group=group.category.slug).address()))
    steps.append((sheet.title, path))
    picture = share_picture(sheet.picture, shape="square")
    context = {
        "sheet": sheet,
        "star": sheet.star,
        "offers": shown_offers(sheet),
        "lots": lots_shown(sheet),
        "papers": list(papers_of_sheet(sheet)),
        "group": group,
        "ocop_set": SETS[sheet.ocop_set].name_in(get_language()),
        "neighbours": cards(
            public_sheets()
            .filter(cooperative=sheet.cooperative, is_age_restricted=sheet.is_age_restricted)
            .exclude(pk=sheet.pk)
            .order_by("-product_id")
        )[:NEIGHBOURS],
        "steps": steps,
        "canonical": structured.absolute(path),
        "structured": structured.graph(
            structured.product(
                sheet,
                path=path,
                picture=picture.url if picture else "",
                seller=structured.organization(sheet.cooperative, stall_path),
            ),
            structured.breadcrumb(steps),
        ),
    }
    return render(request, "catalog/detail.html", context)


@require_safe
def cooperatives(request: HttpRequest) -> HttpResponse:
    """All open stalls."""
    path = reverse("catalogue:cooperatives")
    steps = [_front(), (pgettext("nhiều", "Hợp tác xã"), path)]
    context = {
        "stalls": list(stalls()),
        "steps": steps,
        "canonical": structured.absolute(path),
        "structured": structured.graph(structured.breadcrumb(steps)),
    }
    return render(request, "catalog/cooperatives.html", context)


@require_safe
def cooperative(request: HttpRequest, slug: str) -> HttpResponse:
    """One stall: who they are, their papers, their goods. A closed stall keeps its page and says so."""
    stall = get_object_or_404(Cooperative.objects.select_related("commune__province", "picture"), slug=slug)
    goods = list(cards(public_sheets().filter(cooperative=stall).order_by("-product_id"))[: PER_PAGE + 1])
    path = reverse("catalogue:cooperative", args=[stall.slug])
    steps = [
        _front(),
        (pgettext("nhiều", "Hợp tác xã"), reverse("catalogue:cooperatives")),
        (stall.name, path),
    ]
    context = {
        "stall": stall,
        "goods": goods[:PER_PAGE],
        "has_more": len(goods) > PER_PAGE,
        "certificates": certificates_of(stall),
        "papers": list(papers_of_stall(stall)),
        "recalls": recalls_shown(stall),
        "steps": steps,
        "canonical": structured.absolute(path),
        "share_picture": share_picture(stall.picture, shape="wide", alt=stall.name),
        "structured": structured.graph(structured.organization(stall, path), structured.breadcrumb(steps)),
    }
    return render(request, "catalog/cooperative.html", context)


@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """What the search box offers while typing: ``{"suggestions": [{kind, label, detail, url}]}``."""
    lines: list[dict[str, str]] = []
    for line in suggestions_for(request.GET.get("q", "")):
        lines.append(
            {"kind": line.kind, "label": line.label, "detail": line.detail, "url": _address_of(line)}
        )
    return JsonResponse({"suggestions": lines})


def _address_of(line: Suggestion) -> str:
    if line.kind == Kind.STORY:
        return str(line.address[0])
    name = "catalogue:cooperative" if line.kind == Kind.COOPERATIVE else "catalogue:detail"
    return reverse(name, args=line.address)


def _front() -> tuple[str, str]:
    language = get_language()
    return settings.MARKET_NAME, "/" if language in (None, settings.LANGUAGE_CODE) else f"/{language}/"


def _path_of(sheet: ProductSheet) -> str:
    return reverse("catalogue:detail", args=[sheet.product.slug, sheet.product_id])
