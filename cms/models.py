"""The pages that editors and cooperatives write."""

from __future__ import annotations

from catalog.models import Cooperative
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from .blocks import StoryBlock

RICH_TEXT_FEATURES = ["bold", "italic", "link", "ol", "ul", "h2", "h3"]


class HomePage(Page):
    """The market's front page at ``/``."""

    lead = models.CharField(_("câu mở đầu"), max_length=200)
    picture = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    body = RichTextField(_("lời giới thiệu"), blank=True, features=RICH_TEXT_FEATURES)

    max_count_per_parent = 1
    subpage_types = ["cms.StoryIndexPage"]
    content_panels = [*Page.content_panels, FieldPanel("lead"), FieldPanel("picture"), FieldPanel("body")]

    class Meta:
        verbose_name = _("trang chủ")
        verbose_name_plural = _("trang chủ")


class StoryIndexPage(Page):
    """All stories, newest first, at ``/chuyen/``."""

    lead = models.CharField(_("câu mở đầu"), max_length=200, blank=True)

    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.StoryPage"]
    content_panels = [*Page.content_panels, FieldPanel("lead")]

    class Meta:
        verbose_name = _("trang chuyện")
        verbose_name_plural = _("trang chuyện")


class StoryPage(Page):
    """One story, mostly of one cooperative, with products embedded in the text."""

    intro = models.CharField(_("lời dẫn"), max_length=300)
    picture = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    cooperative = models.ForeignKey(
        Cooperative, on_delete=models.SET_NULL, null=True, blank=True, related_name="stories"
    )
    body = StreamField(StoryBlock(), verbose_name=_("nội dung"))

    parent_page_types = ["cms.StoryIndexPage"]
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        FieldPanel("intro"),
        MultiFieldPanel([FieldPanel("picture"), FieldPanel("cooperative")], heading=_("Ảnh và hợp tác xã")),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("chuyện")
        verbose_name_plural = _("chuyện")
