"""The basket page and the forms that change it."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from catalog.models import ApprovalState, Commune, ProductSheet
from shop.checkout.baskets import (
    BasketClosed,
    NotInTheMarket,
    Refused,
    one_step,
    put_in,
    set_quantities,
    take_out,
)
from shop.checkout.destinations import commune_of, communes_called, remember, remembered
from shop.checkout.forms import AddForm
from shop.checkout.middleware import live_basket
from shop.checkout.origin import is_from_our_pages
from shop.checkout.privacy import personal
from shop.checkout.stalls import read_stalls
from shop.limits import counted, network_of
from shop.promotions import services as promotions
from shop.shipping.rates import Place

QUANTITY = "quantity-"
CODE, TAKE_OUT = "ma", "bo"
PLACE_NAME, COMMUNE = "noi", "xa"
CODES_PER_HOUR = 30
"""Per network: a family mistypes, a machine guesses."""
HIGHEST = 10**6


@personal
@require_GET
def basket_page(request: HttpRequest) -> HttpResponse:
    """The basket; ``noi`` looks for a commune to send it to, ``xa`` chooses one and is kept for the visit."""
    if (code := request.GET.get(COMMUNE)) is not None:
        if commune := commune_of(code):
            remember(request, commune)
        return redirect("checkout:basket")
    if (name := request.GET.get(PLACE_NAME, "").strip()) == "":
        return _render_basket(request)
    found = communes_called(name)
    if len(found) == 1:
        remember(request, found[0])
        return redirect("checkout:basket")
    return _render_basket(request, place_name=name, communes=found)


@personal
@csrf_exempt  # guarded by is_from_our_pages: product pages carry no token
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put goods in the basket; on refusal say why and offer the form again, with nothing written."""
    if not is_from_our_pages(request):
        return HttpResponseForbidden(
            _("Trang khác không được bỏ hàng vào giỏ của bạn."), content_type="text/plain"
        )
    form = AddForm({"quantity": "1", **request.POST.dict()})
    if "product" in form.errors:
        return render(
            request, "checkout/refused.html", {"reason": _("Món này không còn bán ở chợ.")}, status=404
        )
    if form.errors:
        return _refuse(request, form.cleaned_data["product"], str(form.errors["quantity"][0]), status=400)
    wish = {
        "product_id": form.cleaned_data["product"],
        "quantity": form.cleaned_data["quantity"],
        "is_adult": form.cleaned_data["is_adult"],
    }
    try:
        try:
            sheet = put_in(basket=request.basket, **wish)  # type: ignore[attr-defined]
        except BasketClosed:
            sheet = put_in(basket=live_basket(request), **wish)
    except NotInTheMarket:
        return render(
            request, "checkout/refused.html", {"reason": _("Món này không còn bán ở chợ.")}, status=404
        )
    except Refused as refusal:
        return _refuse(request, refusal.sheet.product_id, refusal.reason, status=422)
    messages.success(request, _("Đã bỏ vào giỏ: %(title)s") % {"title": sheet.product.get_title()})
    return redirect("checkout:basket")


@personal
@require_POST
def update(request: HttpRequest) -> HttpResponse:
    """Take one line out, step one line, or set all quantities, whichever button was pressed."""
    basket = request.basket  # type: ignore[attr-defined]
    if (removed := request.POST.get("remove")) is not None:
        title = take_out(basket=basket, line_id=int(removed) if _is_id(removed) else 0)
        if title:
            messages.success(request, _("Đã bỏ ra khỏi giỏ: %(title)s") % {"title": title})
        return redirect("checkout:basket")
    quantities, errors = _read_quantities(request.POST)
    for button, direction in (("less", -1), ("more", 1)):
        pressed = request.POST.get(button, "")
        if _is_id(pressed) and int(pressed) in quantities:
            quantities[int(pressed)] = one_step(
                basket=basket, line_id=int(pressed), quantity=quantities[int(pressed)], direction=direction
            )
    if not errors:
        errors = set_quantities(basket=basket, quantities=quantities)
    if errors:
        typed = {pk: request.POST.get(f"{QUANTITY}{pk}", "") for pk in errors}
        return _render_basket(request, errors=errors, typed=typed, status=422)
    return redirect("checkout:basket")


@personal
@require_POST
def code(request: HttpRequest) -> HttpResponse:
    """Put a discount code into the basket, or take one out."""
    basket = request.basket  # type: ignore[attr-defined]
    if TAKE_OUT in request.POST:
        promotions.take_code_out(basket=basket, text=request.POST[TAKE_OUT])
        return redirect("checkout:basket")
    text = request.POST.get(CODE, "").strip()[:60]
    if not text or not basket.all_lines():
        return redirect("checkout:basket")
    refusal = ""
    if counted(f"codes:{network_of(request)}") > CODES_PER_HOUR:
        refusal = _("Bạn thử nhiều mã quá. Một giờ nữa bạn thử lại nhé.")
    else:
        try:
            found = promotions.add_code(basket=basket, text=text)
        except promotions.UnknownCode:
            refusal = _("Không có mã này, hoặc mã đã hết hạn, hết lượt dùng.")
    if refusal:
        return _render_basket(request, code=text, code_error=refusal, status=422)
    messages.success(request, _("Đã nhận mã %(code)s.") % {"code": found.code})
    return redirect("checkout:basket")


def _render_basket(
    request: HttpRequest,
    *,
    errors: dict[int, str] | None = None,
    typed: dict[int, str] | None = None,
    code: str = "",
    code_error: str = "",
    place_name: str = "",
    communes: Sequence[Commune] = (),
    status: int = 200,
) -> HttpResponse:
    destination = remembered(request)
    place = Place(destination.province_id, destination.pk) if destination else None
    stalls = read_stalls(request.basket, place)  # type: ignore[attr-defined]
    notes = {line.pk: (errors or {}).get(line.pk, line.problem) for line in stalls.lines}
    shown = {line.pk: (typed or {}).get(line.pk, line.quantity) for line in stalls.lines}
    context = {
        "stalls": stalls,
        "notes": notes,
        "shown": shown,
        "has_errors": bool(errors),
        "idle_codes": promotions.idle_codes(request.basket, stalls.given),  # type: ignore[attr-defined]
        "code": code,
        "code_error": code_error,
        "destination": destination,
        "place_name": place_name,
        "communes": communes,
    }
    return render(request, "checkout/basket.html", context, status=status)


def _refuse(request: HttpRequest, product_id: int, reason: str, *, status: int) -> HttpResponse:
    product = _public_product(product_id)
    if product is None:
        status, reason = 404, _("Món này không còn bán ở chợ.")
    return render(request, "checkout/refused.html", {"reason": reason, "product": product}, status=status)


def _public_product(product_id: int) -> object | None:
    """The product with a page: for a pack, the product it is a pack of."""
    sheets = ProductSheet.objects.filter(Q(product=product_id) | Q(packs__product=product_id))
    sheet = sheets.select_related("product").first()
    return sheet.product if sheet and sheet.state == ApprovalState.APPROVED else None


def _read_quantities(posted: QueryDict) -> tuple[dict[int, int], dict[int, str]]:
    quantities, errors = {}, {}
    field = forms.IntegerField(min_value=1, max_value=HIGHEST)
    for name, value in posted.items():
        line_id = name.removeprefix(QUANTITY)
        if not name.startswith(QUANTITY) or not _is_id(line_id):
            continue
        try:
            quantities[int(line_id)] = field.clean(value)
        except forms.ValidationError:
            errors[int(line_id)] = _("Số lượng phải là số từ 1 trở lên. Không lấy nữa thì bấm “Bỏ ra”.")
    return quantities, errors


def _is_id(text: object) -> bool:
    return isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) < 19
