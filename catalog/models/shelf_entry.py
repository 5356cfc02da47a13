"""What lists sort, filter and count by, flat: one narrow row per product."""

from __future__ import annotations

from django.db import models


class ShelfEntry(models.Model):
    """Copies of what a list needs of a product, so that 100,000 goods are counted without a join. Never shown.

    Written by ``catalog.shelves`` in the transaction that changes the product; a page reads the product itself
    before it shows anything.
    Unit: ``price_amount`` is that of the cheapest pack, whole đồng, 0 without a price.
    Shape: ``stars`` holds on the days ``stars_from`` to ``stars_until`` only; outside, and while both are empty,
    the certificates are asked. A trigger empties them when a certificate changes, whoever changes it.
    ``revision`` grows with every change that counts could see; stock (``is_there``) is not one.
    """

    product = models.OneToOneField(
        "catalogue.Product", on_delete=models.CASCADE, primary_key=True, related_name="shelf_entry"
    )
    is_shown = models.BooleanField()
    category = models.ForeignKey("catalogue.Category", on_delete=models.SET_NULL, null=True, related_name="+")
    cooperative = models.ForeignKey("catalog.Cooperative", on_delete=models.CASCADE, related_name="+")
    commune = models.ForeignKey("catalog.Commune", on_delete=models.PROTECT, related_name="+")
    season_months = models.PositiveSmallIntegerField()
    price_amount = models.PositiveBigIntegerField()
    is_there = models.BooleanField()
    stars = models.PositiveSmallIntegerField(default=0)
    stars_from = models.DateField(null=True)
    stars_until = models.DateField(null=True, db_index=True)
    revision = models.BigIntegerField(db_index=True)

    class Meta:
        indexes = [
            models.Index(
                fields=("price_amount", "-product"), name="shelf_by_price", condition=models.Q(is_shown=True)
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
