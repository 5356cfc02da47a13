"""Sizes in which one product is sold, and lower prices for those who take many."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from .category_sheet import in_reading_language
from .product_sheet import ProductSheet


class PackQuerySet(models.QuerySet["Pack"]):
    def with_stock(self) -> PackQuerySet:
        """The packs with price and stock of their stock record: one per pack, so the join doubles nothing."""
        record = "product__stockrecords__"
        return self.annotate(
            sku=F(f"{record}partner_sku"),
            price=F(f"{record}price"),
            num_in_stock=Coalesce(F(f"{record}num_in_stock"), 0),
            num_allocated=Coalesce(F(f"{record}num_allocated"), 0),
            num_expected=Coalesce(F(f"{record}num_expected"), 0),
        )


class PackManager(models.Manager["Pack"]):
    def get_queryset(self) -> PackQuerySet:
        return PackQuerySet(self.model, using=self._db).with_stock()


class Pack(models.Model):
    """One size of a product that comes in several: our companion of Oscar's child product.

    Met as a choice on the product page. Unit: ``net_quantity`` in the sheet's ``net_unit``; grams in the post.
    Shape: rows carry ``sku``, ``price`` and the three counts of their stock record.
    """

    product = models.OneToOneField("catalogue.Product", on_delete=models.CASCADE, related_name="pack")
    sheet = models.ForeignKey(ProductSheet, on_delete=models.CASCADE, related_name="packs")
    name = models.CharField(_("quy cách"), max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    net_quantity = models.PositiveIntegerField(_("lượng tịnh"))
    weight_grams = models.PositiveIntegerField(_("cân nặng khi gửi (g)"))
    is_offered = models.BooleanField(_("đang bán"), default=True)

    objects = PackManager()

    class Meta:
        ordering = ("net_quantity", "pk")
        verbose_name = _("quy cách")
        verbose_name_plural = _("quy cách")
        constraints = [
            models.CheckConstraint(condition=Q(net_quantity__gt=0), name="pack_net_quantity_positive"),
            models.UniqueConstraint(
                fields=("sheet", "name"),
                name="one_pack_per_name",
                violation_error_message=_("Món này đã có quy cách mang tên ấy."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_name(self) -> str:
        """In the reader's language, Vietnamese when there is no other."""
        return in_reading_language(self.name, self.name_en)


class PriceTier(models.Model):
    """From ``min_quantity`` packs of one line on, each costs ``unit_amount``. Unit: whole đồng with VAT."""

    product = models.ForeignKey(
        "catalogue.Product", on_delete=models.CASCADE, related_name="price_tiers"
    )  # what is bought: the product itself, or one of its packs
    min_quantity = models.PositiveIntegerField(_("từ số lượng"))
    unit_amount = models.PositiveIntegerField(_("giá mỗi gói"))

    class Meta:
        ordering = ("min_quantity",)
        verbose_name = _("giá mua nhiều")
        verbose_name_plural = _("giá mua nhiều")
        constraints = [
            models.CheckConstraint(condition=Q(min_quantity__gt=1), name="a_tier_starts_above_one"),
            models.CheckConstraint(condition=Q(unit_amount__gt=0), name="a_tier_costs_something"),
            models.UniqueConstraint(fields=("product", "min_quantity"), name="one_tier_per_quantity"),
            # With rising quantities the price has to fall; equal prices in two tiers would say nothing.
            models.UniqueConstraint(fields=("product", "unit_amount"), name="one_tier_per_price"),
        ]

    def __str__(self) -> str:
        return f"≥ {self.min_quantity}: {self.unit_amount}"


def unit_amount_for(quantity: int, *, base_amount: int, tiers: Any) -> int:
    """What one pack costs in a line of ``quantity``; never more than the price of a single one.

    >>> from types import SimpleNamespace as Tier
    >>> tiers = [Tier(min_quantity=10, unit_amount=95_000), Tier(min_quantity=50, unit_amount=90_000)]
    >>> [unit_amount_for(q, base_amount=105_000, tiers=tiers) for q in (1, 9, 10, 49, 50)]
    [105000, 105000, 95000, 95000, 90000]
    """
    reached = [tier.unit_amount for tier in tiers if tier.min_quantity <= quantity]
    return min([base_amount, *reached])
