"""The doors of the API. Answers are JSON whatever happens; neither cookies nor sessions are read or set."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from shop.checkout.views.basket import CODES_PER_HOUR
from shop.limits import WINDOW_SECONDS, counted, network_of

from .bodies import Invalid, Unread, read_goods, read_json
from .openapi import DESCRIPTION
from .ordering import ConfirmAgain, KeyReused, submit
from .quotes import quote_of

LANGUAGE_KEY = "ngon-ngu"
QUOTES_PER_HOUR, ORDERS_PER_HOUR = 1200, 120
"""Per network: a village often shares one address of its operator."""

logger = logging.getLogger(__name__)
View = Callable[[HttpRequest], HttpResponse]


def _door(method: str, per_hour: int = 0) -> Callable[[View], View]:
    """One method, one language, one shape of errors, and a limit per network."""

    def decorate(view: View) -> View:
        @csrf_exempt  # no cookie is read, so nobody's log-in can be borrowed
        @functools.wraps(view)
        def answered(request: HttpRequest) -> HttpResponse:
            with translation.override(_language(request)):
                if request.method != method and (method, request.method) != ("GET", "HEAD"):
                    response = _error(
                        405, "method", _("Địa chỉ này chỉ nhận %(method)s.") % {"method": method}
                    )
                    response["Allow"] = method
                    return response
                if per_hour and counted(f"api:{view.__name__}:{network_of(request)}") > per_hour:
                    return _too_many(_("Gửi nhiều quá. Một giờ nữa bạn thử lại nhé."))
                return _judged(view, request)

        return answered

    return decorate


def _judged(view: View, request: HttpRequest) -> HttpResponse:  # noqa: PLR0911  one line for each refusal
    try:
        return view(request)
    except Unread as refusal:
        return _error(refusal.status, refusal.code, str(refusal))
    except Invalid as refusal:
        return _error(422, "invalid", _("Có chỗ chưa đúng, bạn xem lại giúp nhé."), errors=refusal.errors)
    except TooManyMisses:
        return _too_many(_("Bạn thử nhiều mã quá. Một giờ nữa bạn thử lại nhé."))
    except KeyReused:
        return _error(409, "key_reused", _("Mã đơn này đã dùng cho một đơn khác."))
    except ConfirmAgain as change:
        message = _("Giá, hàng hoặc cách giao vừa đổi. Bạn xem lại rồi xác nhận lần nữa.")
        return _error(409, "confirm_again", message, changes=change.changes, quote=change.quote)
    except Exception:
        logger.exception("the API failed")
        return _error(500, "failed", _("Chợ đang trục trặc. Bạn thử lại sau ít phút nhé."))


@_door("POST", QUOTES_PER_HOUR)
def quote(request: HttpRequest) -> HttpResponse:
    """What the goods cost; nothing is kept."""
    goods = read_goods(read_json(request))
    _refuse_guessing(request, goods.codes)
    body = quote_of(goods)
    _count_misses(request, body)
    return _private(JsonResponse(body))


@_door("POST", ORDERS_PER_HOUR)
def order(request: HttpRequest) -> HttpResponse:
    """201 with the order, 200 with the same answer for the same request sent again."""
    body = read_json(request)
    _refuse_guessing(request, body.get("codes"))
    try:
        answer = submit(body)
    except ConfirmAgain as change:
        _count_misses(request, change.quote)
        raise
    return _private(JsonResponse(dict(answer.body), status=201 if answer.is_new else 200))


@_door("GET")
def openapi(request: HttpRequest) -> HttpResponse:
    """The description of this API for programs (OpenAPI 3.1)."""
    return JsonResponse(DESCRIPTION | {"servers": [{"url": settings.BASE_URL}]})


class TooManyMisses(Exception):
    """Codes that nobody gave out, more than a person mistypes."""


def _misses_key(request: HttpRequest) -> str:
    return f"codes:{network_of(request)}"  # the basket page counts the same


def _refuse_guessing(request: HttpRequest, codes: Any) -> None:
    if codes and cache.get(_misses_key(request), 0) >= CODES_PER_HOUR:
        raise TooManyMisses


def _count_misses(request: HttpRequest, quote: Mapping[str, Any]) -> None:
    for problem in quote["problems"]:
        if "code" in problem:
            counted(_misses_key(request))


@csrf_exempt
def not_found(request: HttpRequest, rest: str = "") -> HttpResponse:
    with translation.override(_language(request)):
        return _error(404, "not_found", _("API không có địa chỉ này."))


def _language(request: HttpRequest) -> str:
    """The one named in the address, else the first known one that the client accepts, else Vietnamese."""
    accepted = request.headers.get("Accept-Language", "").split(",")
    asked = [request.GET.get(LANGUAGE_KEY, ""), *(part.strip()[:2].lower() for part in accepted)]
    return next((code for code in asked if code in dict(settings.LANGUAGES)), settings.LANGUAGE_CODE)


def _too_many(message: str) -> JsonResponse:
    response = _error(429, "too_many", message)
    response["Retry-After"] = str(WINDOW_SECONDS)
    return response


def _error(status: int, code: str, message: str, **more: Any) -> JsonResponse:
    return _private(JsonResponse({"error": {"code": code, "message": message}, **more}, status=status))


def _private(response: JsonResponse) -> JsonResponse:
    response["Cache-Control"] = "private, no-store"
    return response
