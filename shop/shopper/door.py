"""Who gets into the account's pages, and where a person goes after logging in."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from shop.accounts.models import User
from shop.checkout.privacy import personal

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def own(view: View[P]) -> View[P]:
    """``view`` for people who are logged in, with the headers of a personal page; others log in first."""

    @personal
    @functools.wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        back = request.get_full_path() if request.method in ("GET", "HEAD") else resolve_url("shopper:home")
        return redirect_to_login(back, resolve_url("shopper:log_in"))

    return wrapped


def person(request: HttpRequest) -> User:
    """Who is logged in, on a page that ``own`` guards."""
    return cast("User", request.user)


def next_address(request: HttpRequest) -> str:
    """Where the person wanted to go, if that is on our own site; else their account."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else resolve_url("shopper:home")


def look_into_basket(request: HttpRequest) -> None:
    """Open the basket of whoever the request belongs to now: what was gathered before is joined to it, and the
    header's count follows."""
    basket: Any = request.basket  # type: ignore[attr-defined]
    len(basket.all_lines())
