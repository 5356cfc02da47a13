"""What the stall expects to bring in: a quantity, a day, and how sure it is."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Confidence(models.TextChoices):
    """How sure the stall is; said to the buyer beside the day."""

    SURE = "sure", _("Chắc chắn")
    LIKELY = "likely", _("Có thể xê dịch vài ngày")


class HarvestState(models.TextChoices):
    EXPECTED = "expected", _("Đang chờ")
    CLOSED = "closed", _("Đã xong")


class Harvest(models.Model):
    """Packs that are not there yet but may be ordered: open for pre-orders until they have arrived.

    What is still to come of all open harvests of a product stands in its stock record (``num_expected``), where
    orders reserve it under the same guard as stock. Met on the product page and in the season calendar.
    Unit: packs of ``product``, the product itself or one of its packs.
    """

    product = models.ForeignKey("catalogue.Product", on_delete=models.PROTECT, related_name="harvests")
    expected_quantity = models.PositiveIntegerField(_("số gói dự kiến"))
    arrived_quantity = models.PositiveIntegerField(_("số gói đã về"), default=0)
    expected_on = models.DateField(_("ngày có hàng"))
    confidence = models.CharField(
        _("mức chắc chắn"), max_length=6, choices=Confidence, default=Confidence.LIKELY
    )
    state = models.CharField(max_length=8, choices=HarvestState, default=HarvestState.EXPECTED)

    class Meta:
        ordering = ("expected_on", "pk")
        verbose_name = _("đợt thu hoạch")
        verbose_name_plural = _("đợt thu hoạch")
        constraints = [
            models.CheckConstraint(condition=Q(expected_quantity__gt=0), name="a_harvest_brings_something"),
            models.CheckConstraint(
                condition=Q(arrived_quantity__lte=F("expected_quantity")),
                name="no_more_arrives_than_expected",
            ),
        ]
        indexes = [models.Index(fields=("product", "state", "expected_on"))]

    def __str__(self) -> str:
        return f"{self.expected_quantity} · {self.expected_on:%d/%m/%Y}"

    @property
    def outstanding(self) -> int:
        """Packs that are still to come."""
        return self.expected_quantity - self.arrived_quantity if self.state == HarvestState.EXPECTED else 0
