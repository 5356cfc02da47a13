"""Writes of the pages: the front page and the stories in each language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from wagtail.models import Locale, Page, Site

from catalog import index
from catalog.models import Cooperative, ProductSheet

from .markup import blocks_of, questions_of, rich_text
from .models import (
    EditionPage,
    HomePage,
    Ingredient,
    QuestionsPage,
    RecipeIndexPage,
    RecipePage,
    RulePage,
    RulesIndexPage,
    StoryIndexPage,
    StoryPage,
)

HOME_SLUG = "cho-phien"
STORIES_SLUG = "chuyen"
RECIPES_SLUG = "mon-an"
QUESTIONS_SLUG = "hoi-dap"
RULES_SLUG = "chinh-sach"

PageType = TypeVar("PageType", bound=Page)


class NoFrontPage(LookupError):
    """Stories were published before the front page of their language."""


@transaction.atomic
def publish_home(
    *,
    language: str,
    title: str,
    lead: str,
    picture: Any = None,
    body_markdown: str = "",
    stories_title: str = "",
    stories_lead: str = "",
) -> HomePage:
    """Publish the front page of one language, with its (empty) shelf of stories at ``chuyen``.

    The default language must come first: the others are translations of it. The default site then
    points to the front page and to the address of ``BASE_URL``.
    Writes: Locale, Site, pages. Idempotent: a second call changes only what differs.
    Raises: NoFrontPage when the default language has no front page yet.
    """
    locale, _made = Locale.objects.get_or_create(language_code=language)
    values = {"title": title, "lead": lead, "picture": picture, "body": rich_text(body_markdown)}
    if language == settings.LANGUAGE_CODE:
        home = HomePage.objects.filter(locale=locale).first()
        if home is None:
            home = Page.get_first_root_node().add_child(
                instance=HomePage(slug=HOME_SLUG, locale=locale, live=False, **values)
            )
        _point_site_to(home)
    else:
        home = _translation(_home_of(settings.LANGUAGE_CODE), locale)
    _publish(home, **values)
    _publish_stories_shelf(home, title=stories_title, lead=stories_lead)
    return home


@transaction.atomic
def publish_story(  # noqa: PLR0913  what a story is made of
    *,
    slug: str,
    language: str,
    title: str,
    intro: str,
    body_markdown: str,
    picture: Any = None,
    cooperative: Cooperative | None = None,
    products: Sequence[ProductSheet] = (),
    gallery: Sequence[Any] = (),
    is_sample: bool = False,
) -> StoryPage:
    """Publish one language of a story; the same slug in another language is its translation.

    Shape: of ``body_markdown`` see ``markup.blocks_of``; ``gallery`` are the pictures of its ``[[gallery]]``.
    Writes: a page and, when something differs, a revision. Idempotent.
    Raises: NoFrontPage when ``publish_home`` was not called for this language.
    """
    shelf = StoryIndexPage.objects.child_of(_home_of(language)).get()
    story = StoryPage.objects.child_of(shelf).filter(slug=slug).first()
    blocks = blocks_of(body_markdown, [sheet.product_id for sheet in products], [each.pk for each in gallery])
    values = {
        "title": title,
        "intro": intro,
        "picture": picture,
        "cooperative": cooperative,
        "is_sample": is_sample,
    }
    if story is None:
        original = StoryPage.objects.filter(slug=slug, locale__language_code=settings.LANGUAGE_CODE).first()
        if original is not None and language != settings.LANGUAGE_CODE:
            story = _translation(original, shelf.locale)
        else:
            story = StoryPage(slug=slug, locale=shelf.locale, live=False, body=[], **values)
            shelf.add_child(instance=story)
    _publish(story, body=blocks, **values)
    return story


@transaction.atomic
def publish_recipe_index(*, language: str, title: str, lead: str = "") -> RecipeIndexPage:
    """Publish the list of recipes of one language, the default one first.

    Writes: a page and, when something differs, a revision. Idempotent.
    Raises: NoFrontPage when this language, or the default one, has no front page.
    """
    values = {"title": title, "lead": lead}
    index = _only_page(RecipeIndexPage, RECIPES_SLUG, language, values)
    _publish(index, **values)
    return index


@transaction.atomic
def publish_recipe(  # noqa: PLR0913  what a recipe is made of
    *,
    slug: str,
    language: str,
    title: str,
    intro: str,
    servings: int,
    minutes: int,
    ingredients: Sequence[tuple[str, str, ProductSheet | None]],
    steps: Sequence[str],
    notes_markdown: str = "",
    picture: Any = None,
    is_sample: bool = False,
) -> RecipePage:
    """Publish one language of a recipe; the same slug in another language is its translation.

    Unit: see ``RecipePage``. Shape: ``ingredients`` as amount, name, and the product it may be bought as.
    Writes: a page and, when something differs, a revision. Idempotent.
    Raises: RecipeIndexPage.DoesNotExist, NoFrontPage before ``publish_recipe_index`` of this language.
    """
    values = {
        "title": title,
        "intro": intro,
        "picture": picture,
        "servings": servings,
        "minutes": minutes,
        "notes": rich_text(notes_markdown),
        "is_sample": is_sample,
    }
    shelf = RecipeIndexPage.objects.child_of(_home_of(language)).get()
    recipe = RecipePage.objects.child_of(shelf).filter(slug=slug).first()
    if recipe is None:
        original = RecipePage.objects.filter(slug=slug, locale__language_code=settings.LANGUAGE_CODE).first()
        if original is not None and language != settings.LANGUAGE_CODE:
            recipe = _translation(original, shelf.locale)
        else:
            recipe = RecipePage(slug=slug, locale=shelf.locale, live=False, steps=[], **values)
            shelf.add_child(instance=recipe)
    # Rows are kept: Wagtail has jobs waiting that look for those of a copy by their keys.
    kept = [line.pk for line in recipe.ingredients.all()]
    lines = [
        Ingredient(pk=pk, sort_order=place, amount=amount, name=name, product_id=sheet and sheet.product_id)
        for place, ((amount, name, sheet), pk) in enumerate(
            zip_longest(ingredients, kept[: len(ingredients)])
        )
    ]
    _publish(recipe, ingredients=lines, steps=[{"type": "step", "value": step} for step in steps], **values)
    return recipe


@transaction.atomic
def publish_questions(
    *, language: str, title: str, body_markdown: str, lead: str = "", over_edits: bool = True
) -> QuestionsPage:
    """Publish the page of questions and answers in one language, the default one first.

    Shape: of ``body_markdown`` see ``markup.questions_of``. Without ``over_edits`` a page that is there stays as it is.
    Writes: a page and, when something differs, a revision. Idempotent.
    Raises: NoFrontPage when this language, or the default one, has no front page; ValueError as ``questions_of``.
    """
    page = QuestionsPage.objects.child_of(_home_of(language)).first()
    if page is not None and not over_edits:
        return page
    values = {"title": title, "lead": lead}
    page = page or _only_page(QuestionsPage, QUESTIONS_SLUG, language, values)
    _publish(page, body=questions_of(body_markdown), **values)
    return page


@transaction.atomic
def publish_rules_index(
    *, language: str, title: str, lead: str = "", body_markdown: str = ""
) -> RulesIndexPage:
    """Publish the page of all rules in one language, the default one first.

    Writes: a page and, when something differs, a revision. Idempotent.
    Raises: NoFrontPage when this language, or the default one, has no front page.
    """
    values = {"title": title, "lead": lead, "body": rich_text(body_markdown)}
    index = _only_page(RulesIndexPage, RULES_SLUG, language, values)
    _publish(index, **values)
    return index


@transaction.atomic
def publish_edition(
    *, slug: str, title: str, intro: str, version: str, in_force_from: dt.date, body_markdown: str
) -> EditionPage:
    """Publish one edition of the rule at ``slug``, and the rule itself when it is new.

    Writes: pages and, when something differs, revisions. Idempotent.
    Raises: NoFrontPage without the front page of the default language; ValidationError when that version is in
    force already with other words.
    """
    index = RulesIndexPage.objects.child_of(_home_of(settings.LANGUAGE_CODE)).get()
    values = {"title": title, "intro": intro}
    rule = RulePage.objects.child_of(index).filter(slug=slug).first()
    if rule is None:
        rule = RulePage(slug=slug, locale=index.locale, live=False, **values)
        index.add_child(instance=rule)
    _publish(rule, **values)
    words = {"title": f"{title} {version}", "in_force_from": in_force_from, "body": rich_text(body_markdown)}
    edition = EditionPage.objects.child_of(rule).filter(slug=version).first()
    if edition is None:
        edition = EditionPage(slug=version, locale=rule.locale, live=False, **words)
        rule.add_child(instance=edition)
    _publish(edition, **words)
    return edition


def index_story(story: StoryPage | RecipePage) -> None:
    """Write a published story or recipe into the search index: its names, its place, and what it tells.

    Writes: the search index. Idempotent.
    """
    if isinstance(story, RecipePage):
        _index_recipe(story)
        return
    stall = story.cooperative
    place = [stall.name, stall.commune.name] if stall else []
    index.index_story(
        page_id=story.pk,
        language=story.locale.language_code,
        title=story.title,
        place=" ".join(place),
        body=" ".join([story.intro, *story.body.stream_block.get_searchable_content(story.body)]),
    )


def _index_recipe(recipe: RecipePage) -> None:
    names = [ingredient.name for ingredient in recipe.ingredients.all()]
    index.index_story(
        page_id=recipe.pk,
        language=recipe.locale.language_code,
        title=recipe.title,
        place="",
        body=" ".join(
            [recipe.intro, *names, *recipe.steps.stream_block.get_searchable_content(recipe.steps)]
        ),
    )


@transaction.atomic
def index_stories() -> int:
    """Write all published stories and recipes into the search index anew; return how many. Idempotent."""
    stories = StoryPage.objects.live().select_related("locale", "cooperative__commune").order_by("pk")
    recipes = RecipePage.objects.live().select_related("locale").order_by("pk")
    pages = [*stories, *recipes]
    for page in pages:
        index_story(page)
    return len(pages)


def _home_of(language: str) -> HomePage:
    home = HomePage.objects.filter(locale__language_code=language).first()
    if home is None:
        raise NoFrontPage(language)
    return home


def _publish_stories_shelf(home: HomePage, *, title: str, lead: str) -> None:
    shelf = StoryIndexPage.objects.child_of(home).first()
    if shelf is None:
        original = StoryIndexPage.objects.filter(
            slug=STORIES_SLUG, locale__language_code=settings.LANGUAGE_CODE
        ).first()
        if original is None:
            shelf = StoryIndexPage(slug=STORIES_SLUG, locale=home.locale, live=False, title=title or "Chuyện")
            home.add_child(instance=shelf)
        else:
            shelf = _translation(original, home.locale)
    _publish(shelf, title=title or shelf.title, lead=lead)


def _only_page(model: type[PageType], slug: str, language: str, values: dict[str, Any]) -> PageType:
    """The one page of that type below the front page of the language, made unpublished when there is none."""
    home = _home_of(language)
    page: PageType | None = model.objects.child_of(home).first()
    if page is not None:
        return page
    if language != settings.LANGUAGE_CODE:
        original = model.objects.child_of(_home_of(settings.LANGUAGE_CODE)).get()
        return _translation(original, home.locale)
    page = model(slug=slug, locale=home.locale, live=False, **values)
    home.add_child(instance=page)
    return page


def _translation(original: PageType, locale: Locale) -> PageType:
    """The page in that language, made as an unpublished copy when there is none."""
    found = original.get_translation_or_none(locale)
    copied: PageType = found or original.copy_for_translation(locale, copy_parents=True)
    if copied.alias_of_id:  # an alias refuses edits of its own
        copied.alias_of = None
        copied.save()
    if copied.slug != original.slug and not isinstance(copied, HomePage):
        copied.slug = original.slug
        copied.save()
    return copied


def _publish(page: Page, **values: Any) -> None:
    """Set ``values`` and publish, unless the published page already has them."""
    if page.live and not page.has_unpublished_changes and not _changed(page, values):
        return
    for name, value in values.items():
        setattr(page, name, value)
    page.save_revision().publish()


def _changed(page: Page, values: dict[str, Any]) -> bool:
    for name, value in values.items():
        present, wanted = getattr(page, name), value
        if name == "ingredients":
            present, wanted = map(_lines, (present.all(), value))
        elif isinstance(value, list):
            present = [_bare(block) for block in present.raw_data]
        if present != wanted:
            return True
    return False


def _lines(ingredients: Iterable[Ingredient]) -> list[tuple[str, str, int | None]]:
    return [(line.amount, line.name, line.product_id) for line in ingredients]


def _bare(raw: Any) -> Any:
    """A block as it is written here, without the ids and wrappings that Wagtail gives to what stands inside."""
    if isinstance(raw, dict):
        if raw.get("type") == "item":  # one of a ListBlock
            return _bare(raw["value"])
        return {name: _bare(value) for name, value in raw.items() if name != "id"}
    return [_bare(each) for each in raw] if isinstance(raw, list) else raw


def _point_site_to(home: HomePage) -> None:
    """Make the default site show ``home`` at ``BASE_URL``; Wagtail's welcome page goes."""
    address = urlsplit(settings.BASE_URL)
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    wanted = {
        "hostname": address.hostname or "localhost",
        "port": address.port or (443 if address.scheme == "https" else 80),
        "site_name": settings.MARKET_NAME,
        "root_page_id": home.pk,
    }
    if all(getattr(site, name) == value for name, value in wanted.items()):
        return
    for name, value in wanted.items():
        setattr(site, name, value)
    site.save()
    for welcome in Page.objects.filter(depth=2, slug="home").exclude(pk=home.pk):
        if welcome.specific_class is Page and not welcome.get_children().exists():
            welcome.delete()
