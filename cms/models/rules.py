"""The market's rules in their editions."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page

from catalog.clock import today
from cms import selectors
from cms.blocks import RICH_TEXT_FEATURES
from cms.operator import operator_with_history

from .base import PlainSlugPage


class RulesIndexPage(PlainSlugPage):
    """Who runs the market, and all its rules, at ``/chinh-sach/``.

    The rules themselves are written in the first language only; in another language this page sums them up, and
    below its address they are read in the reader's frame.
    Source: Decree 248/2026/NĐ-CP, art. 4–16.
    """

    lead = models.CharField(_("câu mở đầu"), max_length=300, blank=True)
    body = RichTextField(_("tóm tắt"), blank=True, features=RICH_TEXT_FEATURES)

    max_count_per_parent = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.RulePage"]
    content_panels = [*Page.content_panels, FieldPanel("lead"), FieldPanel("body")]

    class Meta:
        verbose_name = _("trang quy định")
        verbose_name_plural = _("trang quy định")

    def route(self, request: HttpRequest, path_components: list[str]) -> Any:
        try:
            return super().route(request, path_components)
        except Http404:
            first = selectors.in_first_language(self)
            if first is None:
                raise
            return first.route(request, path_components)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        first = selectors.in_first_language(self) or self
        return {
            **super().get_context(request, *args, **kwargs),
            "operator": operator_with_history(),
            "rules": selectors.rules_below(first),
        }


class RulePage(PlainSlugPage):
    """One rule of the market; its words stand in its editions, and its address shows the one in force today."""

    intro = models.CharField(_("lời dẫn"), max_length=300)

    parent_page_types = ["cms.RulesIndexPage"]
    subpage_types = ["cms.EditionPage"]
    content_panels = [*Page.content_panels, FieldPanel("intro")]

    class Meta:
        verbose_name = _("quy định")
        verbose_name_plural = _("quy định")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        editions = selectors.editions_of(self)
        return {
            **super().get_context(request, *args, **kwargs),
            "operator": operator_with_history(),
            "rule": self,
            "editions": editions,
            "edition": editions.in_force,
        }


class EditionPage(PlainSlugPage):
    """The words of a rule from one day on; its slug is the version that orders keep (``2026-11``).

    Once in force and published it stays as it is: people have agreed to these words. Changes are a new edition.
    """

    in_force_from = models.DateField(_("có hiệu lực từ ngày"))
    body = RichTextField(_("nội dung"), features=RICH_TEXT_FEATURES)

    parent_page_types = ["cms.RulePage"]
    subpage_types: list[str] = []
    content_panels = [*Page.content_panels, FieldPanel("in_force_from"), FieldPanel("body")]

    class Meta:
        verbose_name = _("bản quy định")
        verbose_name_plural = _("bản quy định")

    def clean(self) -> None:
        super().clean()
        kept = EditionPage.objects.filter(pk=self.pk, live=True, in_force_from__lte=today()).first()
        if kept and any(
            getattr(kept, name) != getattr(self, name) for name in ("slug", "in_force_from", "body")
        ):
            raise ValidationError(_("Bản này đã có hiệu lực nên không sửa được nữa. Bạn viết bản mới nhé."))

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        rule = self.get_parent().specific
        return {
            **super().get_context(request, *args, **kwargs),
            "operator": operator_with_history(),
            "rule": rule,
            "editions": selectors.editions_of(rule),
            "edition": self,
        }
