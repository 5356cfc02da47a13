"""The pages of the second step: asking for a code, setting it up, and the operator's help for a lost telephone."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import segno
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.accounts.models import User
from shop.passkeys import services as passkeys

from . import services
from .forms import CodeForm, ReasonForm
from .middleware import PASSED, is_demanded_of, is_missing
from .models import SecondFactor
from .services import AlreadyOn, TooManyTries, WrongCode

NEXT = "next"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Asks for a code or a key; whoever has neither is led to setting one up."""
    user = _person(request)
    has_codes, has_key = services.has_second_factor(user), passkeys.has_passkey(user)
    if not has_codes and not has_key:
        return redirect(_with_next("second_factor:set_up", request))
    if not is_missing(request):
        return redirect(_next_of(request))
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _succeeds(form, _take(user)):
        request.session[PASSED] = True
        request.session.cycle_key()
        return redirect(_next_of(request))
    context = {"form": form, "has_codes": has_codes, "has_key": has_key, "next": request.GET.get(NEXT, "")}
    return render(request, "second_factor/ask.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """The QR code for the telephone, and the first code from it; then the codes to write down, shown once."""
    user = _person(request)
    if is_missing(request) and passkeys.has_passkey(user):
        return redirect(
            _with_next("second_factor:ask", request)
        )  # the password alone adds no way around the key
    try:
        factor = services.begin(user)
    except AlreadyOn:
        return _turn_off(request)
    form = CodeForm(request.POST if request.method == "POST" else None)
    form.fields["code"].help_text = _("6 chữ số, đổi sau mỗi 30 giây.")
    codes: list[str] = []

    def confirm(code: str) -> None:
        codes.extend(services.confirm(user=user, code=code))

    if form.is_valid() and _succeeds(form, confirm):
        request.session[PASSED] = True
        request.session.cycle_key()
        return render(request, "second_factor/codes.html", {"codes": codes, "next": _next_of(request)})
    picture = segno.make(services.telephone_uri(factor), error="m").svg_inline(scale=5)
    context = {
        "form": form,
        "picture": mark_safe(picture),  # noqa: S308  drawn by segno, no text in it
        "secret": services.secret_in_groups(factor),
        "is_demanded": is_demanded_of(request.user),
    }
    return render(request, "second_factor/set_up.html", context, status=422 if form.errors else 200)


def _turn_off(request: HttpRequest) -> HttpResponse:
    """For whoever has it on: by another code it goes, unless a second step is demanded and this is the last."""
    user = _person(request)
    if is_missing(request):
        return redirect("second_factor:ask")
    form = CodeForm(request.POST if request.method == "POST" else None)
    is_demanded = is_demanded_of(user) and not passkeys.has_passkey(user)
    if is_demanded or not form.is_valid() or not _succeeds(form, _take(user)):
        factor = SecondFactor.objects.get(user=user)
        left = factor.recovery_codes.filter(used_at=None).count()
        context = {"form": form, "factor": factor, "left": left, "is_demanded": is_demanded}
        return render(request, "second_factor/on.html", context, status=422 if form.errors else 200)
    services.take_away(user=user, by=user, reason="")
    messages.success(request, _("Đã tắt đăng nhập hai bước."))
    return redirect("wagtailadmin_home")


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Who has it on; for whoever lost the telephone the operator takes it away, with a reason that is kept."""
    rows = [
        (person, ReasonForm(auto_id=f"id_{person.pk}_%s")) for person in _protected().order_by("email", "pk")
    ]
    return render(request, "second_factor/people.html", {"rows": rows})


@require_POST
def take_away(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(_protected(), pk=pk)
    form = ReasonForm(request.POST, auto_id=f"id_{pk}_%s")
    if person == request.user:
        messages.error(request, _("Không tự bỏ cho mình được. Nhờ một người điều hành khác."))
    elif not form.is_valid():
        return render(request, "second_factor/people.html", {"rows": [(person, form)]}, status=422)
    else:
        services.take_away(user=person, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, _("Đã bỏ. Lần đăng nhập tới người này đặt lại từ đầu."))
    return redirect("second_factor:people")


def _protected() -> QuerySet[User]:
    """The people of the panel who have codes or keys."""
    has_codes = Q(second_factor__confirmed_at__isnull=False)
    works_here = Q(is_superuser=True) | Q(groups__isnull=False) | Q(memberships__is_active=True)
    found = User.objects.filter(has_codes | (Q(passkeys__isnull=False) & works_here))
    return found.select_related("second_factor").annotate(keys=Count("passkeys", distinct=True))


def _person(request: HttpRequest) -> User:
    """The panel's door has let nobody through who is not logged in."""
    return cast("User", request.user)


def _take(user: User) -> Callable[[str], None]:
    return lambda code: services.take(user=user, code=code)


def _succeeds(form: CodeForm, work: Callable[[str], None]) -> bool:
    """Whether the code was taken; if not, the form says why."""
    try:
        work(form.cleaned_data["code"])
    except WrongCode:
        form.add_error("code", _("Mã không đúng hoặc đã dùng. Chờ mã mới rồi gõ lại."))
    except TooManyTries:
        form.add_error("code", _("Sai nhiều lần quá. Chờ một giờ rồi thử lại."))
    else:
        return True
    return False


def _next_of(request: HttpRequest) -> str:
    wanted = request.GET.get(NEXT, "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted and is_ours else reverse("wagtailadmin_home")


def _with_next(name: str, request: HttpRequest) -> str:
    query = request.GET.urlencode()
    return reverse(name) + (f"?{query}" if query else "")
