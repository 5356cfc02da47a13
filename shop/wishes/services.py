"""Putting goods aside; asking to hear of a season, and telling of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from catalog.clock import VIETNAM
from catalog.models import ProductSheet
from catalog.selectors import cards, public_sheets
from shop.accounts.models import User
from shop.messages.services import write_letter

from .models import SeasonWatch, Wish

MOST_WISHES = 100
WATCH = "shop.wishes.watch"
UNCONFIRMED_FOR = dt.timedelta(days=7)


class TooMany(Exception):
    """The list is full."""


class ToBeHad(Exception):
    """The goods can be bought now: there is nothing to wait for."""


class DeadLink(ValueError):
    """The link was changed on the way, or what it leads to is gone."""


@transaction.atomic
def put_aside(*, user: User, product_ids: Collection[int]) -> int:
    """How many of these public goods are on the person's list now that were not.

    Locks: the person. Raises: TooMany, with nothing written. Idempotent.
    """
    User.objects.select_for_update().get(pk=user.pk)
    found = public_sheets().filter(product_id__in=product_ids).exclude(pk__in=_known(user)).order_by("pk")
    sheets = list(found[: MOST_WISHES + 1])
    if _known(user).count() + len(sheets) > MOST_WISHES:
        raise TooMany
    Wish.objects.bulk_create(Wish(user=user, sheet=sheet) for sheet in sheets)
    return len(sheets)


def _known(user: User) -> Any:
    return Wish.objects.filter(user=user).values("sheet")


def take_off(*, user: User, product_id: int) -> None:
    """Idempotent."""
    Wish.objects.filter(user=user, sheet__product=product_id).delete()


def ask_to_hear(*, sheet: ProductSheet, email: str, language: str, is_proven: bool) -> SeasonWatch:
    """The wish of that address to hear of the goods; a letter asks it for a yes, unless it is proven already.

    Writes: the watch, a letter (one a day at most). Raises: ToBeHad. Idempotent.
    """
    if sheet.can_be_bought:
        raise ToBeHad
    now = timezone.now()
    watch, _is_new = SeasonWatch.objects.get_or_create(
        sheet=sheet, email=email.lower(), defaults={"language": language}
    )
    if watch.confirmed_at is None and is_proven:
        confirm(watch)
    elif watch.confirmed_at is None:
        _write(watch, "season_confirm", f"season-confirm:{watch.pk}:{now.astimezone(VIETNAM):%Y-%m-%d}")
    return watch


def confirm(watch: SeasonWatch) -> None:
    """Idempotent."""
    SeasonWatch.objects.filter(pk=watch.pk, confirmed_at=None).update(confirmed_at=timezone.now())


def watch_link(watch: SeasonWatch) -> str:
    """The path at which its address says yes, and later no; it is good as long as the watch."""
    return reverse("wishes:watch", args=[signing.dumps([watch.pk, watch.email], salt=WATCH, compress=True)])


def read_watch(text: str) -> SeasonWatch:
    """Raises: DeadLink."""
    try:
        pk, email = signing.loads(text, salt=WATCH)
    except signing.BadSignature as error:
        raise DeadLink(text) from error
    found = SeasonWatch.objects.select_related("sheet__product").filter(pk=pk, email=email).first()
    if found is None:
        raise DeadLink(text)
    return found


def season_of(sheet: ProductSheet, on: dt.date) -> dt.date:
    """The first day of the season that is on, else of the next one."""
    first = on.replace(day=1)
    if not sheet.is_in_season(first):
        while not sheet.is_in_season(first):
            first = (first + dt.timedelta(days=31)).replace(day=1)
        return first
    while sheet.is_in_season(before := (first - dt.timedelta(days=1)).replace(day=1)):
        first = before
    return first


def tell_of_seasons(now: dt.datetime) -> int:
    """How many letters were written now: one a season and watch, when the goods can be bought.

    Of goods that have no season the one letter ends the watch. Who has not said yes in a week is forgotten.
    Idempotent by watch and season.
    """
    SeasonWatch.objects.filter(confirmed_at=None, created_at__lt=now - UNCONFIRMED_FOR).delete()
    on = now.astimezone(VIETNAM).date()
    watched = SeasonWatch.objects.filter(confirmed_at__isnull=False)
    sheets = {
        sheet.pk: sheet
        for sheet in cards(public_sheets().filter(pk__in=watched.values("sheet")))
        if sheet.can_be_bought
    }
    told = 0
    for watch in watched.filter(sheet__in=list(sheets)):
        watch.sheet = sheet = sheets[watch.sheet_id]
        season = None if sheet.is_all_year else season_of(sheet, on)
        if season is None or watch.told_for != season:
            told += _tell(watch, season or on)
    return told


@transaction.atomic
def _tell(watch: SeasonWatch, season: dt.date) -> bool:
    letter = _write(watch, "season_open", f"season-open:{watch.pk}:{season:%Y-%m-%d}")
    if watch.sheet.is_all_year:
        watch.delete()
    else:
        SeasonWatch.objects.filter(pk=watch.pk).update(told_for=season)
    return letter is not None


def _write(watch: SeasonWatch, template: str, key: str) -> Any:
    product = watch.sheet.product
    with translation.override(watch.language):
        link = settings.BASE_URL + watch_link(watch)
        url = settings.BASE_URL + reverse("catalogue:detail", args=[product.slug, product.pk])
        title = watch.sheet.title
    context = {"title": title, "sheet": watch.sheet, "link": link, "product_url": url}
    return write_letter(
        key=key, recipient=watch.email, template=template, context=context, language=watch.language
    )
