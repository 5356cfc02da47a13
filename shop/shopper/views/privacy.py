"""What was agreed to, a copy of everything, and the way out."""

from __future__ import annotations

from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from shop.accounts.consents import has_agreed, record_consent
from shop.accounts.models import ConsentKind
from shop.shopper.door import look_into_basket, own, person
from shop.shopper.everything import everything_about
from shop.shopper.forms import DeleteForm
from shop.shopper.limits import count_miss, may_try
from shop.shopper.own_things import orders_of
from shop.shopper.services import WorksHere, WrongPassword, delete_account, works_here

SHOWN_ORDERS = 50  # the copy of one's data has them all


@own
@require_http_methods(["GET", "HEAD", "POST"])
def consents(request: HttpRequest) -> HttpResponse:
    """Every answer with its day; on POST yes or no to the letters."""
    user = person(request)
    if request.method == "POST":
        wants = request.POST.get("tin") == "co"
        record_consent(user=user, kind=ConsentKind.NEWS, is_given=wants)
        messages.success(
            request,
            _("Chợ sẽ gửi thư cho bạn.") if wants else _("Chợ không gửi thư báo hàng cho bạn nữa."),
        )
        return redirect("shopper:consents")
    context = {
        "consents": user.consents.all(),
        "wants_news": has_agreed(user, ConsentKind.NEWS),
        "orders": orders_of(user).prefetch_related(None)[:SHOWN_ORDERS],
    }
    return render(request, "shopper/consents.html", context)


@own
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """A page that says what the copy holds."""
    return render(request, "shopper/data.html")


@own
@require_safe
def download(request: HttpRequest) -> HttpResponse:
    """Everything the market holds about the person, as a file."""
    response = JsonResponse(
        everything_about(person(request)), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    response["Content-Disposition"] = 'attachment; filename="cho-phien-du-lieu.json"'
    return response


@own
@sensitive_post_parameters("mat_khau")
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """What goes and what the law keeps; with the password the account is gone. 403 for who works here."""
    user = person(request)
    if works_here(user):
        return _refuse(request)
    form = DeleteForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        if not may_try(request, str(user)):
            form.add_error(None, _("Bạn thử quá nhiều lần. Một giờ nữa bạn thử lại nhé."))
            status = 429
        else:
            try:
                delete_account(user, password=form.cleaned_data["mat_khau"])
            except WorksHere:
                return _refuse(request)
            except WrongPassword:
                count_miss(request, str(user))
                form.add_error("mat_khau", _("Mật khẩu không đúng. Chưa có gì bị xóa."))
            else:
                return _leave(request)
    return render(request, "shopper/delete.html", {"form": form}, status=status)


def _leave(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
    look_into_basket(request)
    messages.success(request, _("Tài khoản của bạn đã xóa. Cảm ơn bạn đã đi chợ."))
    return redirect("shopper:log_in")


def _refuse(request: HttpRequest) -> HttpResponse:
    return render(request, "shopper/delete.html", {"is_closed": True}, status=403)
