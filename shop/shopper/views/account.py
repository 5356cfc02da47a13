"""The account's first page, and changing how one is called and logs in."""

from __future__ import annotations

from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from shop.log_ins.services import before_this
from shop.shopper import letters
from shop.shopper.door import own, person
from shop.shopper.forms import ChangePasswordForm, MoveForm, ProfileForm
from shop.shopper.limits import count_miss, is_flood, may_try, may_write_to
from shop.shopper.links import DeadLink, read_address
from shop.shopper.own_things import orders_of
from shop.shopper.services import AlreadyThere, ask_to_move, move_account, save_profile, works_here

LATEST = 3


@own
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    context = {"orders": orders_of(person(request))[:LATEST], "before": before_this(request)}
    return render(request, "shopper/home.html", context)


@own
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name and telephone number. 422 for a number that another account logs in by."""
    user = person(request)
    form = ProfileForm(user, request.POST if request.method == "POST" else None)
    if form.is_valid() and is_flood(request):
        form.add_error(None, _("Bạn đổi quá nhiều lần. Một giờ nữa bạn thử lại nhé."))
        return render(request, "shopper/profile.html", {"form": form}, status=429)
    if form.is_valid():
        try:
            save_profile(
                user, name=form.cleaned_data["ho_ten"], phone=form.cleaned_data["dien_thoai"] or None
            )
        except AlreadyThere:
            form.add_error("dien_thoai", _("Số này không dùng để đăng nhập được. Bạn ghi số khác nhé."))
        else:
            messages.success(request, _("Đã lưu."))
            return redirect("shopper:profile")
    return render(request, "shopper/profile.html", {"form": form}, status=422 if form.is_bound else 200)


@own
@sensitive_post_parameters("mat_khau", "mat_khau_cu")
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """A new password for who knows the old one; other browsers are logged out by it."""
    user = person(request)
    form = ChangePasswordForm(user, request.POST if request.method == "POST" else None)
    if form.is_bound and not may_try(request, str(user)):
        context = {"form": ChangePasswordForm(user), "is_too_often": True}
        return render(request, "shopper/password.html", context, status=429)
    if form.is_valid():
        form.save()
        auth.update_session_auth_hash(request, user)
        letters.password_changed(user)
        messages.success(request, _("Mật khẩu mới đã dùng được."))
        return redirect("shopper:profile")
    if form.has_error("mat_khau_cu", "wrong"):
        count_miss(request, str(user))
    return render(request, "shopper/password.html", {"form": form}, status=422 if form.is_bound else 200)


@own
@sensitive_post_parameters("mat_khau")
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest) -> HttpResponse:
    """Another address to log in by: a letter goes there, and its link moves the account."""
    user = person(request)
    is_closed = works_here(user)
    if request.method == "POST" and is_closed:
        return render(request, "shopper/move.html", {"is_closed": True}, status=403)
    form = MoveForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        if not may_try(request, str(user)) or is_flood(request):
            form.add_error(None, _("Bạn thử quá nhiều lần. Một giờ nữa bạn thử lại nhé."))
            status = 429
        elif not user.check_password(form.cleaned_data["mat_khau"]):
            count_miss(request, str(user))
            form.add_error("mat_khau", _("Mật khẩu đang dùng không đúng."))
        else:
            if may_write_to(form.cleaned_data["thu"]):
                ask_to_move(user, form.cleaned_data["thu"])
            return redirect("shopper:sent")
    return render(request, "shopper/move.html", {"form": form, "is_closed": is_closed}, status=status)


@own
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_address(request: HttpRequest, link: str) -> HttpResponse:
    """What the letter's link opens: a button, because mail programs open links by themselves."""
    user = person(request)
    try:
        email = read_address(link, user)
        if request.method != "POST":
            return render(request, "shopper/confirm_address.html", {"email": email})
        move_account(user, email)
    except (DeadLink, AlreadyThere):
        return render(request, "shopper/dead_link.html", status=410)
    messages.success(request, _("Từ nay bạn đăng nhập bằng %(email)s.") % {"email": email})
    return redirect("shopper:profile")
