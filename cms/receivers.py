"""Keeps the search index in step with the stories: Wagtail publishes pages, so it is Wagtail that tells.

The only signals that this package hears; between our own packages there are none. Wagtail sends them inside the
transaction that publishes, and ``page_unpublished`` also before it deletes a page.
"""

from __future__ import annotations

from typing import Any

from wagtail.signals import page_published, page_unpublished

from catalog import index

from .models import StoryPage
from .services import index_story


def story_published(instance: StoryPage, **_signal: Any) -> None:
    index_story(instance)


def story_unpublished(instance: StoryPage, **_signal: Any) -> None:
    index.forget_story(instance.pk)


def connect() -> None:
    page_published.connect(story_published, sender=StoryPage, dispatch_uid="index a story")
    page_unpublished.connect(story_unpublished, sender=StoryPage, dispatch_uid="forget a story")
