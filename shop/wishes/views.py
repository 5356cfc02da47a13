"""Goods put aside (``/de-danh/``) and waiting for a season (``/bao-mua/``).

The buttons stand on product pages, which are the same for everybody and carry no token: the origin is
looked at instead.
"""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.models import ProductSheet
from catalog.paging import LARGEST
from catalog.selectors import cards, public_sheets
from shop.checkout.origin import is_from_our_pages
from shop.checkout.privacy import personal
from shop.limits import counted, network_of
from shop.shopper.door import person
from shop.shopper.limits import may_write_to

from .models import SeasonWatch, Wish
from .services import DeadLink, ToBeHad, TooMany, ask_to_hear, confirm, put_aside, read_watch, take_off

MOST_BY_NETWORK = 30
"""Requests to hear of a season, an hour."""


class HearForm(forms.Form):
    product = forms.IntegerField(min_value=1, max_value=LARGEST, widget=forms.HiddenInput)
    thu = forms.EmailField(
        label=gettext_lazy("Thư điện tử"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email", "inputmode": "email"}),
        error_messages={
            "required": gettext_lazy("Bạn ghi địa chỉ thư nhé."),
            "invalid": gettext_lazy("Địa chỉ thư chưa đúng, ví dụ ten@vidu.vn."),
        },
    )


@personal
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The person's list; a guest's is on the device and is filled in by the script."""
    sheets = []
    if request.user.is_authenticated:
        wishes = Wish.objects.filter(user=person(request))
        rows = {sheet.pk: sheet for sheet in cards(public_sheets().filter(pk__in=wishes.values("sheet")))}
        sheets = [rows[pk] for pk in wishes.values_list("sheet", flat=True) if pk in rows]
    context = {"sheets": sheets, "is_own": request.user.is_authenticated}
    return render(request, "wishes/page.html", context)


@csrf_exempt  # guarded by is_from_our_pages: product pages carry no token
@personal
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put goods aside: on the server for who is logged in; for a guest the script has kept them on the device."""
    if not is_from_our_pages(request):
        return _foreign()
    if request.user.is_authenticated:
        wanted = [int(text) for text in request.POST.getlist("product")[:100] if _is_id(text)]
        try:
            put_aside(user=person(request), product_ids=wanted)
        except TooMany:
            messages.error(request, _("Danh sách đã đủ 100 món. Bạn bỏ bớt rồi thêm nhé."))
        else:
            messages.success(request, _("Đã để dành."))
    return redirect("wishes:page")


@personal
@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated and _is_id(request.POST.get("product", "")):
        take_off(user=person(request), product_id=int(request.POST["product"]))
        messages.success(request, _("Đã bỏ khỏi danh sách."))
    return redirect("wishes:page")


@csrf_exempt  # as above
@personal
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Who wants to hear of a season: 422 for a bad address, 429 in a flood. Nobody learns who else has asked."""
    if not is_from_our_pages(request):
        return _foreign()
    form = HearForm(request.POST)
    is_valid = form.is_valid()
    rows = cards(ProductSheet.objects.all())
    sheet = rows.filter(product_id=form.cleaned_data.get("product") or 0).first()
    if sheet is None or not sheet.is_public:
        return render(request, "wishes/ask.html", {"is_gone": True}, status=404)
    context = {"form": form, "sheet": sheet}
    if not is_valid:
        return render(request, "wishes/ask.html", context, status=422)
    if counted(f"season-asked:{network_of(request)}") > MOST_BY_NETWORK:
        form.add_error(None, _("Bạn thử quá nhiều lần. Một giờ nữa bạn thử lại nhé."))
        return render(request, "wishes/ask.html", context, status=429)
    return _asked(request, sheet, form)


def _asked(request: HttpRequest, sheet: ProductSheet, form: HearForm) -> HttpResponse:
    email = form.cleaned_data["thu"].lower()
    is_proven = request.user.is_authenticated and person(request).email == email
    try:
        if is_proven or may_write_to(email):
            language = get_language() or settings.LANGUAGE_CODE
            ask_to_hear(sheet=sheet, email=email, language=language, is_proven=is_proven)
    except ToBeHad:
        return render(request, "wishes/ask.html", {"sheet": sheet, "is_on_sale": True})
    return render(request, "wishes/ask.html", {"sheet": sheet, "is_done": True, "is_proven": is_proven})


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def watch(request: HttpRequest, watch: str) -> HttpResponse:
    """What the letters' link opens: buttons for yes and no, because mail programs open links by themselves."""
    try:
        found = read_watch(watch)
    except DeadLink:
        return render(request, "wishes/watch.html", {"is_gone": True}, status=410)
    said = request.POST.get("lam") if request.method == "POST" else None
    if said == "co":
        confirm(found)
        found.refresh_from_db()
    elif said == "thoi":
        SeasonWatch.objects.filter(pk=found.pk).delete()
    return render(request, "wishes/watch.html", {"watch": found, "sheet": found.sheet, "said": said})


def _foreign() -> HttpResponse:
    return HttpResponseForbidden(_("Trang khác gửi thay bạn nên chợ không nhận."), content_type="text/plain")


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < int(text) <= LARGEST if len(text) < 20 else False
