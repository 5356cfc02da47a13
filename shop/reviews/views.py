"""Pages of reviews. Those of a product are the same for everybody; a buyer's own opens by the order's link."""

from __future__ import annotations

from django.contrib import messages
from django.core import signing
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import structured
from catalog.models import ProductSheet
from catalog.paging import LARGEST
from shop.checkout.privacy import personal
from shop.checkout.views.order import sheet_or_404
from shop.images.serving import photo_response
from shop.orders.models import ConsignmentLine, OrderSheet

from .forms import ReviewForm
from .letters import be_silent, read_silence
from .models import RefusalReason, Review, ReviewPhoto, ReviewState
from .selectors import page_of, rating_of
from .services import AlreadyReviewed, NotYours, delete_reviews, may_review, write_review

SIZES = {"lon": "photo", "nho": "small"}


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Who may review, how it is checked, and the only reasons for which a review is not shown."""
    path = reverse("reviews:rules")
    context = {"reasons": RefusalReason.choices, "canonical": structured.absolute(path)}
    return render(request, "reviews/rules.html", context)


@require_safe
def of_product(request: HttpRequest, product_slug: str, pk: int) -> HttpResponse:
    """Shown reviews of one product, the newest first; ``?truoc=`` goes on behind a review (keyset paging)."""
    if pk > LARGEST:
        raise Http404
    rows = ProductSheet.objects.select_related("product", "cooperative")
    sheet = get_object_or_404(rows, product_id=pk)
    if not sheet.is_public:
        raise Http404
    if product_slug != sheet.product.slug:
        return redirect("reviews:of_product", sheet.product.slug, pk, permanent=True)
    before = _number(request.GET.get("truoc", ""))
    found, older = page_of(sheet, before)
    path = reverse("reviews:of_product", args=[sheet.product.slug, pk])
    context = {
        "sheet": sheet,
        "rating": rating_of(sheet),
        "reviews": found,
        "older": older,
        "is_first": not before,
        "canonical": structured.absolute(path),
    }
    return render(request, "reviews/of_product.html", context)


@require_safe
@cache_control(public=True, max_age=600)
def photo(request: HttpRequest, pk: int, picture: int, size: str) -> FileResponse:
    """A picture of a review that is shown; our own code wrote it, so it is a JPEG. Kept for minutes: it may go."""
    if size not in SIZES or pk > LARGEST or picture > LARGEST:
        raise Http404
    found = get_object_or_404(ReviewPhoto, pk=picture, review=pk, review__state=ReviewState.SHOWN)
    return photo_response(getattr(found, SIZES[size]))


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, number: str, token: str, bought: int) -> HttpResponse:
    """The buyer's review of one line: the form, or what was said and what became of it."""
    sheet, found = _line(number, token, bought)
    if not may_review(found):
        messages.error(request, _("Món này chưa giao tới bạn nên chưa nhận xét được."))
        return redirect("checkout:order", number, token)
    known = Review.objects.filter(line=found).select_related("answer").prefetch_related("photos").first()
    context = {"sheet": sheet, "order": sheet.order, "line": found, "review": known}
    if known is not None:
        return render(request, "reviews/own.html", context)
    is_sent = request.method == "POST"
    form = ReviewForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    if form.is_valid():
        try:
            write_review(
                line=found,
                points=form.cleaned_data["diem"],
                text=form.cleaned_data["loi"],
                language=get_language() or sheet.language,
                photos=form.cleaned_data["anh"],
            )
        except (AlreadyReviewed, NotYours):  # meanwhile, in another window or by the stall
            return redirect("reviews:write", number, token, bought)
        messages.success(request, _("Cảm ơn bạn. Chợ xem qua rồi cho hiện, thường trong một ngày."))
        return redirect("reviews:write", number, token, bought)
    return render(request, "reviews/write.html", context | {"form": form}, status=422 if is_sent else 200)


@personal
@require_POST
def delete(request: HttpRequest, number: str, token: str, bought: int) -> HttpResponse:
    """The buyer takes the review back, shown or not; it is gone with its pictures."""
    _sheet, found = _line(number, token, bought)
    if delete_reviews(Review.objects.filter(line=found)):
        messages.success(request, _("Đã xóa nhận xét của bạn."))
    return redirect("checkout:order", number, token)


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def silence(request: HttpRequest, quiet: str) -> HttpResponse:
    """What the letter's last link opens: a button, because mail programs open links by themselves."""
    try:
        key = read_silence(quiet)
    except signing.BadSignature as error:
        raise Http404 from error
    if request.method == "POST":
        be_silent(key)
    return render(request, "reviews/silence.html", {"is_done": request.method == "POST"})


def _line(number: str, token: str, pk: int) -> tuple[OrderSheet, ConsignmentLine]:
    sheet = sheet_or_404(number, token)
    rows = ConsignmentLine.objects.select_related(
        "consignment__cooperative", "order_line__product"
    ).prefetch_related("reductions")
    if pk > LARGEST:
        raise Http404
    return sheet, get_object_or_404(rows, pk=pk, consignment__order=sheet.order_id)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
