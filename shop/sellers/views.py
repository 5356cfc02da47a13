"""The page behind an invitation: join with the account one has, or open one."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import auth, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from catalog.models import MemberRole
from shop.accounts.backends import find_person
from shop.accounts.consents import ACCOUNT_TERMS_VERSION
from shop.accounts.models import User
from shop.checkout.privacy import personal
from shop.shopper.door import look_into_basket
from shop.shopper.forms import FinishForm
from shop.shopper.limits import is_flood
from shop.shopper.links import SignUp
from shop.shopper.services import AlreadyThere, open_account

from .models import Invitation
from .team import ROLE_MAY, DeadInvitation, accept, find_invitation


@personal
@sensitive_post_parameters("mat_khau")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Who is logged in joins; whoever has an account logs in first; others open one. 410 for a link that has ended."""
    try:
        found = find_invitation(secret)
        if request.method != "POST":
            return _page(request, found, _form_for(request, found))
        if request.user.is_authenticated:
            return _join(request, found, secret)
        return _open(request, found, secret)
    except DeadInvitation:
        return render(request, "sellers/dead_invitation.html", status=410)


def _join(request: HttpRequest, found: Invitation, secret: str) -> HttpResponse:
    accept(token=secret, user=cast("User", request.user))
    return _welcome(request, found)


def _open(request: HttpRequest, found: Invitation, secret: str) -> HttpResponse:
    """A new account under the address or number that the link was sent to, and the place in the stall with it."""
    form = _form_for(request, found, request.POST)
    if form is None:
        return _page(request, found, None, status=422)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    if is_flood(request):
        form.add_error(None, _("Mạng của bạn đã hỏi quá nhiều lần. Bạn đợi một giờ rồi thử lại nhé."))
        return _page(request, found, form, status=429)
    try:
        with transaction.atomic():
            user = open_account(
                wish=SignUp(email=found.email or None, phone=found.phone or None),
                name=form.cleaned_data["ho_ten"],
                password=form.cleaned_data["mat_khau"],
                wants_news=form.cleaned_data["tin"],
            )
            accept(token=secret, user=user)
    except AlreadyThere:
        return _page(request, found, None, status=422)
    auth.login(request, user, backend="shop.accounts.backends.EmailOrPhoneBackend")
    look_into_basket(request)
    return _welcome(request, found)


def _welcome(request: HttpRequest, found: Invitation) -> HttpResponse:
    messages.success(request, _("Bạn đã vào làm ở %(stall)s.") % {"stall": found.cooperative.name})
    return redirect("wagtailadmin_home")


def _form_for(request: HttpRequest, found: Invitation, *data: Any) -> FinishForm | None:
    """The form of a new account; None where there is one already."""
    if request.user.is_authenticated or find_person(found.contact) is not None:
        return None
    return FinishForm(User(email=found.email or None, phone=found.phone or None), *data)


def _page(
    request: HttpRequest, found: Invitation, form: FinishForm | None, *, status: int = 200
) -> HttpResponse:
    context = {
        "invitation": found,
        "form": form,
        "version": ACCOUNT_TERMS_VERSION,
        "may": ROLE_MAY[MemberRole(found.role)],
    }
    return render(request, "sellers/invitation.html", context, status=status)
