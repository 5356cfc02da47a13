"""The app page, its manifest, the service worker, and what a phone keeps: the catalogue and the list of communes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from shop.checkout.confirming import TERMS_VERSION
from shop.feeds import DISALLOWED, DISALLOWED_IN_ONE_LANGUAGE, kept_until_midnight
from shop.payments.providers import chosen_ways
from shop.templatetags.look import path_in

from .pack import catalogue, places
from .words import words

WORKER = Path(__file__).resolve().parent / "worker.js"
SCRIPTS = ("shop/js/market.js", "shop/js/offline/queue.js", "shop/js/offline/app.js")
LOOKS = ("shop/css/market.css", "shop/mark.svg")
ICONS = {192: "shop/icons/192.png", 512: "shop/icons/512.png"}
DELIVERY_ALLOWANCE = 60_000
"""What the limit of an order leaves for the delivery of each stall, in đồng, before the buyer changes it."""
NEVER_KEPT = (
    *DISALLOWED,
    *DISALLOWED_IN_ONE_LANGUAGE,
    "/api/",
    "/khieu-nai/",
    "/d/",
    "/de-danh/",
    "/bao-mua/",
)
"""Beginnings of the addresses whose pages are somebody's own; the worker leaves them to the network."""


@require_safe
def app(request: HttpRequest) -> HttpResponse:
    """The market on the phone: goods that are kept there, a basket, orders that wait. The same page for everybody."""
    ways = [way for way in chosen_ways() if not way.is_at_door]
    context = {
        "ways": ways,
        "settings_of_app": {
            "pack": reverse("offline_pack"),
            "places": reverse("offline_places"),
            "order": reverse("api:order"),
            "language": get_language(),
            "terms_version": TERMS_VERSION,
            "allowance": DELIVERY_ALLOWANCE,
            "words": words(),
        },
        "queue_script": staticfiles_storage.url("shop/js/offline/queue.js"),
    }
    return render(request, "offline/app.html", context)


@cache_control(no_cache=True)
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker: its rules from ``worker.js``, with the addresses and versions of today in front.

    A new version waits until the pages of the old one are closed, so that no checkout changes under its buyer.
    """
    codes = [code for code, _name in settings.LANGUAGES]
    shell = [staticfiles_storage.url(name) for name in (*SCRIPTS, *LOOKS)]
    pages = {code: path_in(reverse("offline:app"), code) for code in codes}
    private = [path_in(path, code) for path in NEVER_KEPT for code in codes]
    rules = WORKER.read_text(encoding="utf-8")
    known: dict[str, Any] = {
        "shell": shell,
        "pages": pages,
        "private": sorted(set(private)),
        "pictures": settings.MEDIA_URL,
        "data": [reverse("offline_pack"), reverse("offline_places")],
    }
    queue = staticfiles_storage.url("shop/js/offline/queue.js")
    version = hashlib.sha256((rules + json.dumps(known)).encode()).hexdigest()[:12]
    head = (
        f"import {{ sendAll }} from {json.dumps(queue)};\n"
        f"const MARKET = {json.dumps(known | {'version': version}, ensure_ascii=False)};\n"
    )
    return HttpResponse(head + rules, content_type="text/javascript; charset=utf-8")


@cache_control(public=True, max_age=86_400)
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """Source: W3C Web Application Manifest."""
    return JsonResponse(
        {
            "name": settings.MARKET_NAME,
            "short_name": settings.MARKET_NAME,
            "description": _("Nông sản, đặc sản OCOP vùng cao, mua thẳng của hợp tác xã."),
            "lang": get_language(),
            "id": "/",
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#fbf7ef",
            "theme_color": "#26356f",
            "icons": [
                {
                    "src": staticfiles_storage.url(name),
                    "sizes": f"{size}x{size}",
                    "type": "image/png",
                    "purpose": purpose,
                }
                for size, name in ICONS.items()
                for purpose in ("any", "maskable")
            ],
            "shortcuts": [
                {"name": _("Chợ trong máy"), "url": reverse("offline:app")},
                {"name": _("Giỏ hàng"), "url": reverse("checkout:basket")},
            ],
        },
        content_type="application/manifest+json",
        json_dumps_params={"ensure_ascii": False},
    )


@kept_until_midnight
def offline_pack(request: HttpRequest) -> HttpResponse:
    """The catalogue for phones. An expired star is gone from it at midnight, like everywhere."""
    return _compact(catalogue())


@kept_until_midnight
def offline_places(request: HttpRequest) -> HttpResponse:
    """Provinces and communes for the address of an order written without a line."""
    return _compact(places())


def _compact(values: dict[str, Any]) -> JsonResponse:
    return JsonResponse(values, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")})
