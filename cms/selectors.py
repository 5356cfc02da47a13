"""What the front page and the stories show, each in a number of queries that does not grow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Case, F, IntegerField, Prefetch, QuerySet, Value, When
from django.db.models.functions import Coalesce

from catalog.models import Certificate, Commune, Cooperative, ProductSheet
from catalog.pictures import renditions
from catalog.selectors import cards, has_stock, public_sheets, season_bit, stalls, stars_on, today

from .maps import Place, place_of

if TYPE_CHECKING:
    from .models import StoryPage

GOODS_ON_FRONT = 8
GOODS_PER_STALL = 2  # so that one large stall does not fill the front page
STALLS_ON_FRONT = 24
STORIES_PER_SHELF = 12


def season_sheets() -> list[ProductSheet]:
    """Goods of this month that can be bought now: short seasons and stars first, few from each stall."""
    on = today()
    candidates = (
        public_sheets()
        .annotate(in_month=F("season_months").bitand(season_bit(on)), stars=Coalesce(stars_on(on), 0))
        .annotate(
            is_seasonal=Case(
                When(season_months=0b1111_1111_1111, then=Value(0)),
                default=Value(1),
                output_field=IntegerField(),
            )
        )
        .filter(in_month__gt=0, is_age_restricted=False)
        .filter(has_stock())
        .order_by("-is_seasonal", "-stars", "pk")
        .values_list("pk", "cooperative_id")
    )
    chosen: list[int] = []
    taken: dict[int, int] = {}
    for pk, cooperative_id in candidates[: GOODS_ON_FRONT * 8]:
        if len(chosen) < GOODS_ON_FRONT and taken.get(cooperative_id, 0) < GOODS_PER_STALL:
            chosen.append(pk)
            taken[cooperative_id] = taken.get(cooperative_id, 0) + 1
    found = {sheet.pk: sheet for sheet in cards(ProductSheet.objects.filter(pk__in=chosen))}
    return [found[pk] for pk in chosen]


def stories(locale_id: int) -> QuerySet[StoryPage]:
    """Published stories of one language, newest first, with their picture and stall."""
    model: type[StoryPage] = apps.get_model("cms", "StoryPage")
    return (
        model.objects.live()
        .public()
        .filter(locale_id=locale_id)
        .select_related("locale", "picture", "cooperative__commune")
        .prefetch_related(Prefetch("picture__renditions", renditions()))
        .order_by("-first_published_at", "-pk")
    )


def story_shelf(locale_id: int, number: str) -> Page[StoryPage]:
    """One page of the story index; a number that makes no sense gives the nearest page."""
    return Paginator(stories(locale_id), STORIES_PER_SHELF).get_page(number)


def front_stalls() -> list[Cooperative]:
    """The first stalls by name, without the pictures that their own page shows."""
    return list(stalls().prefetch_related(None)[:STALLS_ON_FRONT])


def stall_of(cooperative_id: int | None) -> Cooperative | None:
    """The stall of a story, unless it is closed."""
    return stalls().filter(pk=cooperative_id).first() if cooperative_id else None


def certified_count() -> int:
    """Public goods with a star that may be shown today."""
    showing = Certificate.objects.showing_on(today()).values("sheet")
    return public_sheets().filter(pk__in=showing).count()


@dataclass(frozen=True)
class Locality:
    """One commune with its stalls, and its point on the drawn map when the drawing has it."""

    commune: Commune
    stalls: list[Cooperative]
    place: Place | None


def places_of(found: Iterable[Cooperative]) -> list[Locality]:
    """The stalls by commune, communes in the order of their names."""
    by_commune: dict[str, list[Cooperative]] = {}
    for stall in sorted(found, key=lambda stall: (stall.commune.folded_name, stall.name)):
        by_commune.setdefault(stall.commune_id, []).append(stall)
    return [
        Locality(commune=group[0].commune, stalls=group, place=place_of(code))
        for code, group in by_commune.items()
    ]


@dataclass(frozen=True)
class Passage:
    """A run of the story: goods side by side, a picture, or one block of text."""

    kind: str
    block: Any = None
    picture: Any = None
    sheets: tuple[ProductSheet, ...] = ()


def passages(body: Iterable[Any]) -> list[Passage]:
    """The blocks of a story ready to show; products in a row become one shelf.

    Goods that are no longer public and pictures that were deleted are left out.
    """
    blocks = list(body)
    sheets = _sheets_by_product(
        {block.value["product_id"] for block in blocks if block.block_type == "product"}
    )
    pictures = _pictures({_picture_id(block) for block in blocks if block.block_type == "picture"} - {None})
    found: list[Passage] = []
    for block in blocks:
        if block.block_type == "product":
            sheet = sheets.get(block.value["product_id"])
            if sheet is None:
                continue
            if found and found[-1].kind == "goods":
                found[-1] = Passage(kind="goods", sheets=(*found[-1].sheets, sheet))
            else:
                found.append(Passage(kind="goods", sheets=(sheet,)))
        elif block.block_type == "picture":
            if picture := pictures.get(_picture_id(block)):
                found.append(Passage(kind="picture", block=block, picture=picture))
        else:
            found.append(Passage(kind=block.block_type, block=block))
    return found


def picture_of(picture_id: int | None) -> Any:
    """The picture of a page with its renditions, or None."""
    return _pictures({picture_id}).get(picture_id) if picture_id else None


def _picture_id(block: Any) -> int | None:
    picture = block.value["picture"]
    return picture.pk if picture else None


def _sheets_by_product(product_ids: set[int]) -> dict[int, ProductSheet]:
    if not product_ids:
        return {}
    return {sheet.product_id: sheet for sheet in cards(public_sheets().filter(product_id__in=product_ids))}


def _pictures(picture_ids: set[int | None]) -> dict[int | None, Any]:
    if not picture_ids:
        return {}
    model: Any = apps.get_model(settings.WAGTAILIMAGES_IMAGE_MODEL)
    return dict(model.objects.prefetch_related(Prefetch("renditions", renditions())).in_bulk(picture_ids))
