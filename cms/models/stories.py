"""The front page and the stories."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from catalog.clock import today
from catalog.models import Cooperative
from cms import selectors
from cms.blocks import RICH_TEXT_FEATURES, StoryBlock
from cms.maps import TERRACES

from .base import PlainSlugPage, Writing


class HomePage(PlainSlugPage):
    """The market's front page at ``/``."""

    lead = models.CharField(_("câu mở đầu"), max_length=200)
    picture = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    body = RichTextField(_("lời giới thiệu"), blank=True, features=RICH_TEXT_FEATURES)

    max_count_per_parent = 1
    subpage_types = [
        "cms.StoryIndexPage",
        "cms.RecipeIndexPage",
        "cms.QuestionsPage",
        "cms.RulesIndexPage",
    ]
    content_panels = [
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("picture", heading=_("Ảnh")),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("trang chủ")
        verbose_name_plural = _("trang chủ")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        stalls = selectors.front_stalls()
        return {
            **super().get_context(request, *args, **kwargs),
            "picture": selectors.picture_of(self.picture_id),
            "today": today(),
            "sheets": selectors.season_sheets(),
            "stories": list(selectors.stories(self.locale_id)[:3]),
            "stalls": stalls,
            "places": selectors.places_of(stalls),
            "terraces": TERRACES,
            "certified_count": selectors.certified_count(),
        }


class StoryIndexPage(PlainSlugPage):
    """All stories, newest first, at ``/chuyen/``."""

    lead = models.CharField(_("câu mở đầu"), max_length=200, blank=True)

    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.StoryPage"]
    content_panels = [*Page.content_panels, FieldPanel("lead")]

    class Meta:
        verbose_name = _("trang chuyện")
        verbose_name_plural = _("trang chuyện")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context(request, *args, **kwargs),
            "stories": selectors.story_shelf(self.locale_id, request.GET.get("trang", "1")),
            "recipes": selectors.list_of_recipes(self.locale_id),
        }


class StoryPage(PlainSlugPage):
    """One story, mostly of one cooperative, with products embedded in the text."""

    writing = Writing.STORY

    intro = models.CharField(_("lời dẫn"), max_length=300)
    picture = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    cooperative = models.ForeignKey(
        Cooperative, on_delete=models.SET_NULL, null=True, blank=True, related_name="stories"
    )
    is_sample = models.BooleanField(
        _("chuyện mẫu"),
        default=False,
        help_text=_("Trang nói rõ: người và lời kể chỉ để minh họa."),
    )
    body = StreamField(StoryBlock(), verbose_name=_("nội dung"))

    parent_page_types = ["cms.StoryIndexPage"]
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        FieldPanel("intro"),
        MultiFieldPanel(
            [FieldPanel("picture", heading=_("Ảnh")), FieldPanel("cooperative", heading=_("Hợp tác xã"))],
            heading=_("Ảnh và hợp tác xã"),
        ),
        FieldPanel("body"),
        FieldPanel("is_sample"),
    ]

    class Meta:
        verbose_name = _("chuyện")
        verbose_name_plural = _("chuyện")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context(request, *args, **kwargs),
            "picture": selectors.picture_of(self.picture_id),
            "passages": selectors.passages(self.body, cooperative_id=self.cooperative_id),
            "stall": selectors.stall_of(self.cooperative_id),
            "terraces": TERRACES,
            "next_stories": list(selectors.stories(self.locale_id).exclude(pk=self.pk)[:3]),
            "newer_original": selectors.newer_original(self),
        }

    @property
    def is_older_than_original(self) -> bool:
        """Whether this translation was published before the first language changed. One query."""
        return selectors.newer_original(self) is not None
