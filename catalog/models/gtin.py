"""The GS1 number of a product, for those who have one."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.gtin import shown_gtin

from .product_sheet import ProductSheet


class ProductGtin(models.Model):
    """The number that GS1 gave a product in its pack, with 14 digits (``catalog.gtin``)."""

    sheet = models.OneToOneField(ProductSheet, on_delete=models.CASCADE, related_name="gtin")
    number = models.CharField(_("mã GTIN"), max_length=14, unique=True)

    class Meta:
        verbose_name = _("mã GTIN")
        verbose_name_plural = _("mã GTIN")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number__regex=r"^[0-9]{14}$"), name="gtin_has_fourteen_digits"
            )
        ]

    @property
    def shown(self) -> str:
        """As under the bar code."""
        return shown_gtin(self.number)

    def __str__(self) -> str:
        return self.number
