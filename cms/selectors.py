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
from catalog.reading import pages_language
from catalog.selectors import (
    cards,
    goods_for_all_ages,
    has_stock,
    public_sheets,
    season_bit,
    stalls,
    stars_on,
    today,
)

from .blocks import ShelfBlock
from .maps import Place, place_of

if TYPE_CHECKING:
    from .models import (
        EditionPage,
        Ingredient,
        RecipeIndexPage,
        RecipePage,
        RulePage,
        RulesIndexPage,
        StoryPage,
    )

GOODS_ON_FRONT = 8
GOODS_PER_STALL = 2  # so that one large stall does not fill the front page
STALLS_ON_FRONT = 24
STORIES_PER_SHELF = 12
MOST_ON_SHELF = 6
STORIES_ON_PRODUCT = 2
STORIES_LOOKED_AT = 12
RECIPES_ON_PRODUCT = 3


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


def stories_about(sheet: ProductSheet) -> list[StoryPage]:
    """Published stories of the product's makers in the reader's language, two at most.

    First those that show the product itself, then the newest. Their words only: no pictures are read.
    """
    model: type[StoryPage] = apps.get_model("cms", "StoryPage")
    found = list(
        model.objects.live()
        .public()
        .filter(locale__language_code=pages_language(), cooperative_id=sheet.cooperative_id)
        .select_related("locale")
        .order_by("-first_published_at", "-pk")[:STORIES_LOOKED_AT]
    )
    found.sort(key=lambda story: not _shows(story, sheet.product_id))  # stable: newest first among equals
    return found[:STORIES_ON_PRODUCT]


def _shows(story: StoryPage, product_id: int) -> bool:
    return any(
        block["type"] == "product" and block["value"]["product_id"] == product_id
        for block in story.body.raw_data
    )


def newer_original(story: StoryPage) -> StoryPage | None:
    """The story in the first language, where it was published after this translation; nothing for itself."""
    if story.locale.language_code == settings.LANGUAGE_CODE or story.last_published_at is None:
        return None
    found: StoryPage | None = (
        type(story)
        .objects.live()
        .filter(translation_key=story.translation_key, locale__language_code=settings.LANGUAGE_CODE)
        .filter(last_published_at__gt=story.last_published_at)
        .select_related("locale")
        .first()
    )
    return found


def story_shelf(locale_id: int, number: str) -> Page[StoryPage]:
    """One page of the story index; a number that makes no sense gives the nearest page."""
    return Paginator(stories(locale_id), STORIES_PER_SHELF).get_page(number)


def recipes(locale_id: int) -> QuerySet[RecipePage]:
    """Published recipes of one language, newest first, with their picture."""
    return (
        _public_recipes()
        .filter(locale_id=locale_id)
        .select_related("locale", "picture")
        .prefetch_related(Prefetch("picture__renditions", renditions()))
    )


def recipe_shelf(locale_id: int, number: str) -> Page[RecipePage]:
    """One page of the recipe index; a number that makes no sense gives the nearest page."""
    return Paginator(recipes(locale_id), STORIES_PER_SHELF).get_page(number)


def list_of_recipes(locale_id: int) -> RecipeIndexPage | None:
    """The page that lists the recipes of one language; None without it."""
    model: type[RecipeIndexPage] = apps.get_model("cms", "RecipeIndexPage")
    return model.objects.live().filter(locale_id=locale_id).select_related("locale").first()


def recipes_with(sheet: ProductSheet) -> list[RecipePage]:
    """The newest recipes that the product goes into, in the reader's language, three at most; their words only."""
    model: type[RecipePage] = apps.get_model("cms", "RecipePage")
    using = _ingredients().filter(product_id=sheet.product_id).values("recipe")
    found = model.objects.live().filter(locale__language_code=pages_language(), pk__in=using)
    if not (keys := list(found.values_list("pk", flat=True))):  # most goods: one question is enough
        return []
    return list(_public_recipes().filter(pk__in=keys).select_related("locale")[:RECIPES_ON_PRODUCT])


def _public_recipes() -> QuerySet[RecipePage]:
    model: type[RecipePage] = apps.get_model("cms", "RecipePage")
    return model.objects.live().public().order_by("-first_published_at", "-pk")


def _ingredients() -> QuerySet[Ingredient]:
    model: type[Ingredient] = apps.get_model("cms", "Ingredient")
    return model.objects.all()


@dataclass(frozen=True)
class IngredientLine:
    """One line of the list; ``sheet`` while it can be bought here by everybody."""

    amount: str
    name: str
    sheet: ProductSheet | None


def ingredients_of(recipe: RecipePage) -> list[IngredientLine]:
    """The recipe's list in its order; of goods that are not on sale the name is left."""
    rows = list(recipe.ingredients.all())  # of a draft, too: those of the page at hand, not of the table
    sheets = _sheets_by_product({row.product_id for row in rows if row.product_id})
    on_sale = {pk: sheet for pk, sheet in sheets.items() if sheet.can_be_bought}
    return [IngredientLine(row.amount, row.name, on_sale.get(row.product_id or 0)) for row in rows]


def goods_in(ingredients: Iterable[IngredientLine]) -> list[ProductSheet]:
    """The goods of the list, each once; those for adults only are named in the list but not offered."""
    found = {line.sheet.pk: line.sheet for line in ingredients if line.sheet}
    return [sheet for sheet in found.values() if not sheet.is_age_restricted]


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
    """A run of the story: goods side by side, pictures, a certificate, the map, or one block of text."""

    kind: str
    block: Any = None
    pictures: tuple[tuple[Any, str], ...] = ()
    sheets: tuple[ProductSheet, ...] = ()
    places: tuple[Locality, ...] = ()


def passages(body: Iterable[Any], *, cooperative_id: int | None = None) -> list[Passage]:
    """The blocks of a story ready to show; products in a row become one shelf.

    Goods that are no longer public, stars that have ended and pictures that were deleted are left out.
    """
    blocks = list(body)
    named = {"product", "certificate"}
    sheets = _sheets_by_product({one.value["product_id"] for one in blocks if one.block_type in named})
    pictures = pictures_of({picture.pk for one in blocks for picture, _caption in _pictures_in(one)})
    found: list[Passage] = []
    for block in blocks:
        passage = _passage(block, sheets, pictures, cooperative_id)
        if passage is None:
            continue
        if passage.kind == "goods" and found and found[-1].kind == "goods" and block.block_type == "product":
            found[-1] = Passage(kind="goods", sheets=(*found[-1].sheets, *passage.sheets))
        else:
            found.append(passage)
    return found


def _passage(
    block: Any, sheets: dict[int, ProductSheet], pictures: dict[Any, Any], cooperative_id: int | None
) -> Passage | None:
    kind = block.block_type
    if kind in ("product", "certificate"):
        sheet = sheets.get(block.value["product_id"])
        if sheet is None or (kind == "certificate" and not sheet.star):
            return None
        return Passage(kind="goods" if kind == "product" else kind, sheets=(sheet,))
    if kind in ("picture", "gallery"):
        shown = tuple(
            (pictures[one.pk], caption) for one, caption in _pictures_in(block) if one.pk in pictures
        )
        return Passage(kind=kind, pictures=shown) if shown else None
    if kind == "shelf":
        chosen = tuple(_shelf(block.value["rule"], cooperative_id)[: block.value["most"]])
        return Passage(kind="goods", sheets=chosen) if chosen else None
    if kind == "map":
        return Passage(kind=kind, block=block, places=tuple(places_of(front_stalls())))
    return Passage(kind=kind, block=block)


def _shelf(rule: str, cooperative_id: int | None) -> list[ProductSheet]:
    """Goods by the rule of a ``ShelfBlock``, without those for adults."""
    if rule == ShelfBlock.SEASON:
        return season_sheets()
    chosen = cards(goods_for_all_ages().filter(has_stock()))
    if rule == ShelfBlock.STALL:
        if cooperative_id is None:
            return []
        return list(chosen.filter(cooperative_id=cooperative_id).order_by("pk")[:MOST_ON_SHELF])
    on = today()
    starred = chosen.annotate(stars=stars_on(on)).filter(stars__isnull=False)
    return list(starred.order_by("-stars", "pk")[:MOST_ON_SHELF])


def _pictures_in(block: Any) -> list[tuple[Any, str]]:
    """The pictures of a block with their captions, without those that were deleted."""
    if block.block_type == "picture":
        values = [block.value]
    elif block.block_type == "gallery":
        values = list(block.value["pictures"])
    else:
        return []
    return [(value["picture"], value["caption"]) for value in values if value["picture"]]


def picture_of(picture_id: int | None) -> Any:
    """The picture of a page with its renditions, or None."""
    return pictures_of({picture_id}).get(picture_id) if picture_id else None


def _sheets_by_product(product_ids: set[int]) -> dict[int, ProductSheet]:
    if not product_ids:
        return {}
    return {sheet.product_id: sheet for sheet in cards(public_sheets().filter(product_id__in=product_ids))}


def pictures_of(picture_ids: set[int | None]) -> dict[int | None, Any]:
    """Pictures by key with their renditions, those that are still there; two queries."""
    if not picture_ids:
        return {}
    model: Any = apps.get_model(settings.WAGTAILIMAGES_IMAGE_MODEL)
    return dict(model.objects.prefetch_related(Prefetch("renditions", renditions())).in_bulk(picture_ids))


@dataclass(frozen=True)
class Editions:
    """The published editions of one rule, newest first, by the day they are looked at."""

    coming: tuple[EditionPage, ...]
    in_force: EditionPage | None
    earlier: tuple[EditionPage, ...]


@dataclass(frozen=True)
class Rule:
    page: RulePage
    editions: Editions


def in_first_language(index: RulesIndexPage) -> RulesIndexPage | None:
    """The same page in the first language; None for that page itself, or where there is none."""
    if index.locale.language_code == settings.LANGUAGE_CODE:
        return None
    found: RulesIndexPage | None = (
        type(index)
        .objects.live()
        .filter(translation_key=index.translation_key, locale__language_code=settings.LANGUAGE_CODE)
        .first()
    )
    return found


def editions_of(rule: RulePage) -> Editions:
    """All editions of a rule in one query."""
    model: type[EditionPage] = apps.get_model("cms", "EditionPage")
    return _editions(model.objects.child_of(rule).live().order_by("-in_force_from", "-pk"))


def rules_below(index: RulesIndexPage) -> list[Rule]:
    """The published rules in the order the editors gave them, with their editions, in two queries."""
    rule_model: type[RulePage] = apps.get_model("cms", "RulePage")
    edition_model: type[EditionPage] = apps.get_model("cms", "EditionPage")
    found = edition_model.objects.descendant_of(index).live().order_by("-in_force_from", "-pk")
    by_rule: dict[str, list[EditionPage]] = {}
    for edition in found:
        by_rule.setdefault(edition.path[: -edition.steplen], []).append(edition)
    rules = rule_model.objects.child_of(index).live().select_related("locale").order_by("path")
    return [Rule(rule, _editions(by_rule.get(rule.path, ()))) for rule in rules]


def _editions(newest_first: Iterable[EditionPage]) -> Editions:
    on, found = today(), list(newest_first)
    coming = tuple(edition for edition in found if edition.in_force_from > on)
    begun = found[len(coming) :]
    return Editions(coming, begun[0] if begun else None, tuple(begun[1:]))
