"""Logging in and out, opening an account, a new password by letter."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import auth, messages
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.accounts.backends import find_person
from shop.accounts.consents import ACCOUNT_TERMS_VERSION
from shop.accounts.models import User
from shop.checkout.privacy import personal
from shop.shopper import letters
from shop.shopper.door import look_into_basket, next_address
from shop.shopper.forms import FinishForm, LogInForm, NewPasswordForm, ResetForm, SignUpForm
from shop.shopper.limits import count_miss, is_flood, may_try, may_write_to
from shop.shopper.links import DeadLink, SignUp, read_sign_up, sign_up_link
from shop.shopper.services import AlreadyThere, ask_to_open, open_account


@personal
@sensitive_post_parameters("mat_khau")
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """The form; 422 with one answer for a wrong name and a wrong password, 429 after too many of either."""
    if request.method != "POST":
        if request.user.is_authenticated:
            return redirect(next_address(request))
        return _show_log_in(request, LogInForm())
    form = LogInForm(request.POST)
    if not form.is_valid():
        return _show_log_in(request, form, status=422)
    name = form.cleaned_data["ten"]
    if not may_try(request, name):
        form.add_error(
            None, _("Sai nhiều lần quá. Bạn đợi một giờ rồi thử lại, hoặc lấy mật khẩu mới qua thư.")
        )
        return _show_log_in(request, form, status=429)
    user = auth.authenticate(request, username=name, password=form.cleaned_data["mat_khau"])
    if user is None:
        count_miss(request, name)
        form.add_error(None, _("Tên đăng nhập hoặc mật khẩu chưa đúng."))
        return _show_log_in(request, form, status=422)
    _enter(request, user)
    return redirect(next_address(request))


@personal
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
    look_into_basket(request)
    messages.success(request, _("Bạn đã đăng xuất."))
    return redirect("shopper:log_in")


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """How one will log in. An address gets a letter with the next step, whether it has an account or not."""
    form = SignUpForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "shopper/sign_up.html", {"form": form}, status=422 if form.is_bound else 200)
    if is_flood(request):
        return _too_many(request, form, "shopper/sign_up.html")
    wish = form.wish
    if not wish.email:
        return redirect(sign_up_link(wish))
    if may_write_to(wish.email):
        ask_to_open(wish)
    return redirect("shopper:sent")


@personal
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Where every request for a letter ends; the same for everybody."""
    return render(request, "shopper/sent.html")


@personal
@sensitive_post_parameters("mat_khau")
@require_http_methods(["GET", "HEAD", "POST"])
def finish(request: HttpRequest, link: str) -> HttpResponse:
    """The second step of opening an account: a password and what is agreed to. 410 for a link that has ended."""
    try:
        wish = read_sign_up(link)
    except DeadLink:
        return render(request, "shopper/dead_link.html", status=410)
    person = User(email=wish.email, phone=wish.phone)
    form = FinishForm(person, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _show_finish(request, form, wish, status=422 if form.is_bound else 200)
    if is_flood(request):
        form.add_error(None, _flood_message())
        return _show_finish(request, form, wish, status=429)
    try:
        user = open_account(
            wish=wish,
            name=form.cleaned_data["ho_ten"],
            password=form.cleaned_data["mat_khau"],
            wants_news=form.cleaned_data["tin"],
        )
    except AlreadyThere:
        form.add_error(None, _("Địa chỉ hoặc số này không mở thêm tài khoản được. Bạn đăng nhập nhé."))
        return _show_finish(request, form, wish, status=422)
    _enter(request, user)
    messages.success(request, _("Tài khoản của bạn đã mở."))
    return redirect("shopper:home")


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest) -> HttpResponse:
    """Ask for a letter with a link to a new password; the answer is the same for everybody."""
    form = ResetForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "shopper/reset.html", {"form": form}, status=422 if form.is_bound else 200)
    if is_flood(request):
        return _too_many(request, form, "shopper/reset.html")
    user = find_person(form.cleaned_data["ten"])
    if user is not None and user.email and user.is_active and may_write_to(user.email):
        letters.reset_password(user)
    return redirect("shopper:sent")


class NewPassword(PasswordResetConfirmView):
    """Django's, which takes the key out of the address before the form is shown."""

    form_class = NewPasswordForm  # type: ignore[assignment]  # of the same shape, with our field names
    template_name = "shopper/new_password.html"
    success_url = reverse_lazy("shopper:home")
    post_reset_login = True

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        look_into_basket(self.request)
        letters.password_changed(form.user)
        messages.success(self.request, _("Mật khẩu mới đã dùng được."))
        return response

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if not self.validlink:
            return render(self.request, "shopper/dead_link.html", status=410)
        status = 422 if context["form"].is_bound else 200
        return super().render_to_response(context, status=status, **kwargs)


@personal
def new_password(request: HttpRequest, uidb64: str, token: str) -> HttpResponse:
    """What the letter's link opens; 410 for a link that has ended or was used."""
    return cast("HttpResponse", NewPassword.as_view()(request, uidb64=uidb64, token=token))


def _enter(request: HttpRequest, user: Any) -> None:
    """Log in: the session gets a new key, and the basket of before comes along."""
    auth.login(request, user)
    look_into_basket(request)


def _show_log_in(request: HttpRequest, form: LogInForm, *, status: int = 200) -> HttpResponse:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    return render(request, "shopper/log_in.html", {"form": form, "next": wanted}, status=status)


def _show_finish(request: HttpRequest, form: FinishForm, wish: SignUp, *, status: int) -> HttpResponse:
    context = {"form": form, "wish": wish, "version": ACCOUNT_TERMS_VERSION}
    return render(request, "shopper/finish.html", context, status=status)


def _too_many(request: HttpRequest, form: forms.Form, template: str) -> HttpResponse:
    form.add_error(None, _flood_message())
    return render(request, template, {"form": form}, status=429)


def _flood_message() -> str:
    return _("Mạng của bạn đã hỏi quá nhiều lần. Bạn đợi một giờ rồi thử lại nhé.")
