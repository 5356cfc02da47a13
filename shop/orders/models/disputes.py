"""Who bears what a card scheme took for good: proposed by one person of the market, decided by another."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .order import Consignment


class LossStatus(models.TextChoices):
    """proposed → accepted | refused."""

    PROPOSED = "proposed", _("Chờ người thứ hai duyệt")
    ACCEPTED = "accepted", _("Đã duyệt")
    REFUSED = "refused", _("Không duyệt")


class DisputeLoss(models.Model):
    """How the money of a lost card dispute is shared out. Met on the page of an order's money.

    Unit: whole đồng. Shape: ``amount`` is the sum of its shares. What was decided stays; a later loss of the same
    order is another row, and money that comes back after all is shared out as the loss was (``shop.orders.disputes``).
    """

    order = models.ForeignKey("order.Order", on_delete=models.PROTECT, related_name="losses")
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=255)
    status = models.CharField(max_length=8, choices=LossStatus, default=LossStatus.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("order",), condition=Q(status="proposed"), name="one_loss_proposed_per_order"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="a_loss_is_positive"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="a_loss_has_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(status="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | Q(~Q(status="proposed"), decided_by__isnull=False, decided_at__isnull=False),
                name="a_loss_is_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.amount}"


class DisputeShare(models.Model):
    """One part of a loss: a stall's, for one of its parcels, or the market's. Unit: whole đồng."""

    loss = models.ForeignKey(DisputeLoss, on_delete=models.PROTECT, related_name="shares")
    consignment = models.ForeignKey(
        Consignment, on_delete=models.PROTECT, null=True, related_name="loss_shares"
    )
    amount = models.BigIntegerField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=("loss", "consignment"), name="a_parcel_once_per_loss"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="a_share_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.loss_id} {self.consignment_id or '-'}: {self.amount}"
