"""Oscar's basket middleware with fewer queries and the cookie that tells the header how full the basket is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject, empty
from oscar.apps.basket import middleware
from oscar.apps.basket.models import Basket

from shop.promotions import services as promotions

from .baskets import join
from .stalls import load_lines

COUNT_COOKIE = "gio"


def live_basket(request: HttpRequest) -> Any:
    """The basket that this visitor can still fill, looked for anew: theirs was ordered in another tab meanwhile."""
    request._basket_cache = None  # type: ignore[attr-defined]
    basket = BasketMiddleware(lambda _request: HttpResponse()).get_basket(request)
    basket.strategy = request.strategy  # type: ignore[attr-defined]
    found = SimpleLazyObject(lambda: basket)
    len(found.all_lines()) if basket.pk else found.pk  # looked at: the answer tells the browser of it
    request.basket = found  # type: ignore[attr-defined]
    return found


class BasketMiddleware(middleware.BasketMiddleware):
    """Loads the basket only when a view asks for it, so that public pages set no cookie.

    The cookie ``gio`` holds the number of packs; the header's script reads it. It follows the basket
    whenever a view has looked at it.
    """

    def get_basket(self, request: HttpRequest) -> Any:
        cached: Any = request._basket_cache  # type: ignore[attr-defined]
        if cached is not None:
            return cached
        key = self.get_cookie_key(request)
        visited = self.get_cookie_basket(key, request, Basket.open)
        if request.user.is_authenticated:
            basket = self._own_basket(request, visited)
            if visited is not None:
                request.cookies_to_delete.append(key)  # type: ignore[attr-defined]
        else:
            basket = visited or Basket()
        if basket._lines is None:
            load_lines(basket)
        request._basket_cache = basket  # type: ignore[attr-defined]
        return basket

    def _own_basket(self, request: HttpRequest, visited: Any) -> Any:
        """The person's open basket, with what they had gathered before they logged in."""
        own = list(Basket.open.filter(owner=request.user).order_by("pk")) or [
            Basket.objects.create(owner=request.user)
        ]
        basket, *others = own  # two requests at once may have made two
        basket.owner = request.user  # known: no query for it later
        for other in (*others, *([visited] if visited else [])):
            basket.strategy = other.strategy = request.strategy  # type: ignore[attr-defined]
            join(basket=basket, other=other)
        return basket

    def apply_offers_to_basket(self, request: HttpRequest, basket: Any) -> None:
        """Ours: whole đồng, one query, and known to the line (``shop.promotions``)."""
        len(basket.all_lines())  # one query here instead of a count and the same query later
        basket.given = promotions.apply(basket)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        basket = getattr(request, "basket", None)
        if not isinstance(basket, SimpleLazyObject) or basket._wrapped is empty:
            return response
        if (morsel := response.cookies.get(self.get_cookie_key(request))) is not None:
            morsel["samesite"] = "Lax"
        count = basket.num_items if basket.can_be_edited else 0
        if count and request.COOKIES.get(COUNT_COOKIE) != str(count):
            response.set_cookie(
                COUNT_COOKIE,
                str(count),
                max_age=settings.OSCAR_BASKET_COOKIE_LIFETIME,
                secure=settings.OSCAR_BASKET_COOKIE_SECURE,
                samesite="Lax",
            )
        elif not count and COUNT_COOKIE in request.COOKIES:
            response.delete_cookie(COUNT_COOKIE, samesite="Lax")
        return response
