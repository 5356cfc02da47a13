"""Keeps the search index in step with the stories: Wagtail publishes pages, so it is Wagtail that tells.

The only signals that this package hears; between our own packages there are none. Wagtail sends them inside the
transaction that publishes, and ``page_unpublished`` also before it deletes a page.
"""

from __future__ import annotations

from typing import Any

from wagtail.signals import page_published, page_unpublished

from catalog import index

from .models import RecipePage, StoryPage
from .services import index_story


def story_published(instance: StoryPage | RecipePage, **_signal: Any) -> None:
    index_story(instance)


def story_unpublished(instance: StoryPage | RecipePage, **_signal: Any) -> None:
    index.forget_story(instance.pk)


def connect() -> None:
    for model in (StoryPage, RecipePage):
        name = model.__name__
        page_published.connect(story_published, sender=model, dispatch_uid=f"index a {name}")
        page_unpublished.connect(story_unpublished, sender=model, dispatch_uid=f"forget a {name}")
