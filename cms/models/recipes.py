"""Recipes: what to cook of the market's goods."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Orderable, Page

from cms import selectors
from cms.blocks import RICH_TEXT_FEATURES, StepsBlock

from .base import PlainSlugPage, Writing

MOST_SERVINGS = 100
MOST_MINUTES = 7 * 24 * 60


class RecipeIndexPage(PlainSlugPage):
    """All recipes, newest first, at ``/mon-an/``."""

    lead = models.CharField(_("câu mở đầu"), max_length=200, blank=True)

    max_count_per_parent = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.RecipePage"]
    content_panels = [*Page.content_panels, FieldPanel("lead")]

    class Meta:
        verbose_name = _("trang món ăn")
        verbose_name_plural = _("trang món ăn")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context(request, *args, **kwargs),
            "recipes": selectors.recipe_shelf(self.locale_id, request.GET.get("trang", "1")),
        }


class RecipePage(PlainSlugPage):
    """How to cook one dish. Unit: ``minutes`` from the first cut to the table, ``servings`` in people."""

    writing = Writing.RECIPE

    intro = models.CharField(_("lời dẫn"), max_length=300)
    picture = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    servings = models.PositiveSmallIntegerField(
        _("mấy người ăn"), default=4, validators=[MinValueValidator(1), MaxValueValidator(MOST_SERVINGS)]
    )
    minutes = models.PositiveSmallIntegerField(
        _("nấu mấy phút"), default=30, validators=[MinValueValidator(1), MaxValueValidator(MOST_MINUTES)]
    )
    steps = StreamField(StepsBlock(), verbose_name=_("các bước"))
    notes = RichTextField(_("mẹo, ghi chú"), blank=True, features=RICH_TEXT_FEATURES)
    is_sample = models.BooleanField(
        _("món mẫu"), default=False, help_text=_("Trang nói rõ: món này viết để minh họa.")
    )

    parent_page_types = ["cms.RecipeIndexPage"]
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        FieldPanel("intro"),
        FieldPanel("picture", heading=_("Ảnh")),
        FieldRowPanel([FieldPanel("servings"), FieldPanel("minutes")]),
        InlinePanel("ingredients", heading=_("Nguyên liệu"), label=_("Nguyên liệu"), min_num=1),
        FieldPanel("steps"),
        FieldPanel("notes"),
        FieldPanel("is_sample"),
    ]

    class Meta:
        verbose_name = _("món ăn")
        verbose_name_plural = _("món ăn")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        ingredients = selectors.ingredients_of(self)
        return {
            **super().get_context(request, *args, **kwargs),
            "picture": selectors.picture_of(self.picture_id),
            "ingredients": ingredients,
            "sheets": selectors.goods_in(ingredients),
            "next_recipes": list(selectors.recipes(self.locale_id).exclude(pk=self.pk)[:3]),
        }


class Ingredient(Orderable):
    """One line of a recipe's list; ``product`` is what of the market it may be bought as."""

    recipe = ParentalKey(RecipePage, on_delete=models.CASCADE, related_name="ingredients")
    amount = models.CharField(_("bao nhiêu"), max_length=60, blank=True)
    name = models.CharField(_("nguyên liệu"), max_length=100)
    product = models.ForeignKey(
        "catalogue.Product",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("mã sản phẩm"),
        help_text=_("Số cuối đường dẫn của món ở chợ. Không có thì để trống."),
    )

    panels = [
        FieldRowPanel([FieldPanel("amount"), FieldPanel("name")]),
        FieldPanel("product", widget=forms.NumberInput),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("nguyên liệu")
        verbose_name_plural = _("nguyên liệu")

    def __str__(self) -> str:
        return " ".join(filter(None, (self.amount, self.name)))
