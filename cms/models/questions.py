"""What people ask, and the answers."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from cms.blocks import QuestionsBlock

from .base import PlainSlugPage


class QuestionsPage(PlainSlugPage):
    """Questions of shoppers in groups, each with its answer, at ``/hoi-dap/``."""

    lead = models.CharField(_("câu mở đầu"), max_length=300, blank=True)
    body = StreamField(QuestionsBlock(), verbose_name=_("câu hỏi"))

    max_count_per_parent = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types: list[str] = []
    content_panels = [*Page.content_panels, FieldPanel("lead"), FieldPanel("body")]

    class Meta:
        verbose_name = _("trang hỏi đáp")
        verbose_name_plural = _("trang hỏi đáp")
