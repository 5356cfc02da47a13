"""The category sheet: our typed companion of Oscar's ``Category``."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class CategorySheet(models.Model):
    """English name and place in the menu of a friendly group of goods. Met in the catalogue's filters.

    Oscar's category has one name and orders by tree path; a column of our own is cheaper than a second tree.
    """

    category = models.OneToOneField("catalogue.Category", on_delete=models.CASCADE, related_name="sheet")
    name_en = models.CharField(_("tên tiếng Anh"), max_length=255, blank=True)
    position = models.PositiveSmallIntegerField(_("thứ tự"), default=0)

    class Meta:
        ordering = ("position",)
        verbose_name = _("phiếu nhóm hàng")
        verbose_name_plural = _("phiếu nhóm hàng")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the reader's language, Vietnamese when there is no other."""
        return in_reading_language(self.category.name, self.name_en)


def in_reading_language(vietnamese: str, english: str) -> str:
    """``english`` for a page in English that has one, else ``vietnamese``."""
    return english if english and get_language() == "en" else vietnamese
