"""Pictures that go with shared links of goods: what stands on one, its address, the files that keep them.

The address holds a hash of everything on the picture, so it changes with the price, the name, the photograph and the
star; what stands at one address never changes. A star leaves at midnight together with the address that shows it.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import logging
import os
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.card_drawing import SIZE, Card, draw, looks
from catalog.clock import VIETNAM
from catalog.models import ProductSheet
from catalog.paging import LARGEST
from catalog.pictures import SharePicture, renditions_of, spec
from catalog.selectors import cards
from catalog.structured import absolute
from shop.feeds import seconds_of_today
from shop.money import format_amount

log = logging.getLogger(__name__)

PHOTOGRAPH = spec("square", 640, "jpeg")
WRITTEN_IN = ("vi", "en", "ja")  # in another language the picture is in the first one
MOST_FILES = 2000  # 120 MB at most; the oldest go first and are drawn again when asked for
LONGEST_LIFE = 365 * 24 * 60 * 60  # seconds


@require_safe
def show(request: HttpRequest, pk: int, drawing: str) -> HttpResponseBase:
    """The picture of a public product; an address that is no longer right leads to the one that is."""
    sheet = cards(ProductSheet.objects.filter(product_id=pk)).first() if pk <= LARGEST else None
    if sheet is None or not sheet.is_public:
        raise Http404
    seconds = _seconds_to_live(sheet)  # before the clock is asked again: never too long
    card, photograph = _card_of(sheet), _photograph_of(sheet)
    name = _name_of(card, photograph)
    path = _path_of(sheet, name)
    if request.path != path:
        response: HttpResponseBase = HttpResponseRedirect(path)
        response["Cache-Control"] = f"public, max-age={seconds_of_today()}"
        return response
    etag = quote_etag(name)
    response = get_conditional_response(request, etag=etag) or HttpResponse(
        _kept(f"{sheet.product_id}-{_language()}-", name, card, photograph), content_type="image/jpeg"
    )
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={seconds}, immutable"
    return response


def share_card(sheet: ProductSheet) -> SharePicture:
    """Where the picture stands now. It is drawn when somebody asks for it.

    Reads what ``catalog.selectors.cards`` fetches.
    """
    card = _card_of(sheet)
    alt = ", ".join(filter(None, (card.name, card.certified, card.price, card.stall)))
    return SharePicture(absolute(_path_of(sheet, _name_of(card, _photograph_of(sheet)))), *SIZE, alt)


def _language() -> str:
    language = translation.get_language() or settings.LANGUAGE_CODE
    return language if language in WRITTEN_IN else settings.LANGUAGE_CODE


def _path_of(sheet: ProductSheet, name: str) -> str:
    with translation.override(_language()):
        return reverse("share_card", args=[sheet.product_id, name])


def _card_of(sheet: ProductSheet) -> Card:
    with translation.override(_language()):
        star, amount = sheet.star, sheet.price_amount
        price = format_amount(amount) if amount else ""
        return Card(
            market=settings.MARKET_NAME,
            name=sheet.title,
            price=_("từ %(price)s") % {"price": price} if sheet.is_from_price else price,
            stall=sheet.cooperative.name,
            stars=star.stars if star else None,
            certified=_("OCOP %(stars)s sao") % {"stars": star.stars} if star else "",
        )


def _photograph_of(sheet: ProductSheet) -> Any:
    """The rendition that is drawn; None without a readable picture."""
    return renditions_of(sheet.picture, [PHOTOGRAPH]).get(PHOTOGRAPH) if sheet.picture else None


@functools.cache
def _looks() -> str:
    return hashlib.sha256(looks()).hexdigest()


def _name_of(card: Card, photograph: Any) -> str:
    """Hash of all that decides how the picture comes out."""
    shown = [*card, photograph and [photograph.pk, photograph.file.name], _looks()]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:24]


def _seconds_to_live(sheet: ProductSheet) -> int:
    """A year, but not beyond the last day of the star on it."""
    if not (star := sheet.star):
        return LONGEST_LIFE
    end = dt.datetime.combine(star.last_day + dt.timedelta(days=1), dt.time(), tzinfo=VIETNAM)
    return min(LONGEST_LIFE, max(0, int((end - timezone.now()).total_seconds())))


def _kept(whose: str, name: str, card: Card, photograph: Any) -> bytes:
    """The JPEG from its file, else drawn now and kept. A full disk costs the file, not the answer."""
    folder: Path = settings.PRIVATE_DIR / "share_cards"
    path = folder / f"{whose}{name}.jpg"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        jpeg = draw(card, _bytes_of(photograph))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(path, jpeg)
        _make_room(folder, path, whose)
    except OSError:
        log.warning("the picture %s can't be kept", path.name, exc_info=True)
    return jpeg


def _bytes_of(photograph: Any) -> bytes | None:
    if photograph is None:
        return None
    try:
        with photograph.file.open("rb") as file:
            return bytes(file.read())
    except OSError:
        return None


def _write(path: Path, jpeg: bytes) -> None:
    """Whole or not at all: a reader beside us never sees half a file."""
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(jpeg)
        Path(unfinished).replace(path)
    except OSError:
        Path(unfinished).unlink(missing_ok=True)
        raise


def _make_room(folder: Path, path: Path, whose: str) -> None:
    """Earlier pictures of the same goods go, then the oldest of all, down to ``MOST_FILES``."""
    others = [each for each in folder.iterdir() if each != path]
    for each in [each for each in others if each.name.startswith(whose)]:
        each.unlink(missing_ok=True)
        others.remove(each)
    if (too_many := len(others) + 1 - MOST_FILES) > 0:
        for each in sorted(others, key=_changed_at)[:too_many]:
            each.unlink(missing_ok=True)


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # another process was quicker
        return 0.0
