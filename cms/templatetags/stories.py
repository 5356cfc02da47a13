"""Tags of the front page and the stories."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail.models import Locale, Page
from wagtail.rich_text import get_text_for_indexing

from catalog.models import Cooperative, ProductSheet
from catalog.pictures import SharePicture
from catalog.reading import page_path
from catalog.structured import absolute, as_script_text
from cms import selectors
from cms.models import HomePage, QuestionsPage, RecipePage, StoryPage

register = template.Library()


@register.simple_tag
def stories_of(stall: Cooperative) -> list[StoryPage]:
    """The newest stories of a stall in the language of the page, three at most.

    Where nobody writes in that language, those in the first one.
    """
    return list(selectors.stories(Locale.get_active().pk).filter(cooperative=stall)[:3])


@register.simple_tag
def stories_about(sheet: ProductSheet) -> list[StoryPage]:
    """Stories of the product's makers in the language of the page, two at most; else as for ``stories_of``."""
    return selectors.stories_about(sheet)


@register.simple_tag(takes_context=True)
def story_path(context: dict[str, Any], page: Page) -> str:
    """The link to a story or to their list; a reader stays in the reader's language."""
    return page_path(page, context.get("request"))


@register.simple_tag(takes_context=True)
def page_address(context: dict[str, Any], page: Page) -> str:
    """The whole address of the page in the language it is written in."""
    return absolute(page.get_url(context.get("request")) or "/")


@register.simple_tag
def organization_facts(page: HomePage) -> SafeString:
    """The market as schema.org describes an organization."""
    return _facts(
        {
            "@type": "Organization",
            "name": settings.MARKET_NAME,
            "url": absolute("/"),
            "description": page.lead,
        }
    )


@register.simple_tag(takes_context=True)
def article_facts(context: dict[str, Any], story: StoryPage) -> SafeString:
    """A story as schema.org describes an article."""
    facts: dict[str, Any] = {
        "@type": "Article",
        "headline": story.title,
        "description": story.intro,
        "inLanguage": story.locale.language_code,
        "mainEntityOfPage": page_address(context, story),
        "publisher": {"@type": "Organization", "name": settings.MARKET_NAME},
    }
    if story.first_published_at:
        facts["datePublished"] = story.first_published_at.isoformat()
    if story.last_published_at:
        facts["dateModified"] = story.last_published_at.isoformat()
    stall = context.get("stall")
    if stall is not None:
        facts["author"] = {"@type": "Organization", "name": stall.name}
    return _facts(facts)


@register.simple_tag
def recipes_with(sheet: ProductSheet) -> list[RecipePage]:
    """Recipes that the product goes into, as ``cms.selectors.recipes_with``."""
    return selectors.recipes_with(sheet)


@register.simple_tag(takes_context=True)
def recipe_facts(context: dict[str, Any], recipe: RecipePage, picture: SharePicture | None) -> SafeString:
    """A recipe as schema.org describes one."""
    facts: dict[str, Any] = {
        "@type": "Recipe",
        "name": recipe.title,
        "description": recipe.intro,
        "inLanguage": recipe.locale.language_code,
        "mainEntityOfPage": page_address(context, recipe),
        "author": {"@type": "Organization", "name": settings.MARKET_NAME},
        "recipeYield": str(recipe.servings),
        "totalTime": f"PT{recipe.minutes}M",
        "recipeIngredient": [
            " ".join(filter(None, (line.amount, line.name))) for line in context["ingredients"]
        ],
        "recipeInstructions": [{"@type": "HowToStep", "text": block.value} for block in recipe.steps],
    }
    if picture:
        facts["image"] = picture.url
    if recipe.first_published_at:
        facts["datePublished"] = recipe.first_published_at.isoformat()
    return _facts(facts)


@register.simple_tag
def question_facts(page: QuestionsPage) -> SafeString:
    """Questions with their answers as schema.org describes a page of them; answers without their markup."""
    questions = [each for group in page.body for each in group.value["questions"]]
    return _facts(
        {
            "@type": "FAQPage",
            "inLanguage": page.locale.language_code,
            "mainEntity": [
                {
                    "@type": "Question",
                    "name": each["question"],
                    "acceptedAnswer": {
                        "@type": "Answer",
                        "text": " ".join(get_text_for_indexing(each["answer"].source).split()),
                    },
                }
                for each in questions
            ],
        }
    )


def _facts(facts: dict[str, Any]) -> SafeString:
    script = as_script_text({"@context": "https://schema.org", **facts})
    return format_html('<script type="application/ld+json">{}</script>', script)
