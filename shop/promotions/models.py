"""Promotions: our one-to-one companion of Oscar's offers, and who has used them."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from oscar.apps.offer.models import ConditionalOffer

from catalog.models import Cooperative
from catalog.models.category_sheet import in_reading_language
from shop.money import to_dong

from .rules import MOST_PERCENT, Rule


class Bearer(models.TextChoices):
    """Who goes without the money."""

    MARKET = "market", _("Chợ chịu")
    COOPERATIVE = "cooperative", _("Gian hàng chịu")


class PromotionQuerySet(models.QuerySet["Promotion"]):
    def running(self, at: dt.datetime) -> PromotionQuerySet:
        """Those whose days have come and not passed, that nobody has stopped and that are not used up."""
        return self.filter(
            Q(offer__start_datetime__lte=at),
            Q(offer__end_datetime__isnull=True) | Q(offer__end_datetime__gt=at),
            Q(offer__max_global_applications__isnull=True)
            | Q(offer__num_applications__lt=F("offer__max_global_applications")),
            offer__status=ConditionalOffer.OPEN,
        )


class Promotion(models.Model):
    """Money off goods: of one stall or of all, for everybody or with a code.

    Days, limit and counters stand on Oscar's offer, the code on its voucher. Unit: whole đồng.
    Met in the basket and in the panel. What an order was given stays on the order.
    """

    offer = models.OneToOneField("offer.ConditionalOffer", on_delete=models.PROTECT, related_name="promotion")
    voucher = models.OneToOneField(
        "voucher.Voucher", on_delete=models.PROTECT, null=True, blank=True, related_name="promotion"
    )
    cooperative = models.ForeignKey(
        Cooperative, on_delete=models.PROTECT, null=True, blank=True, related_name="promotions"
    )  # whose goods; None: everybody's
    bearer = models.CharField(_("ai chịu"), max_length=12, choices=Bearer)
    name = models.CharField(_("tên"), max_length=80)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=80, blank=True)
    percent = models.PositiveSmallIntegerField(_("giảm phần trăm"), default=0)
    amount = models.PositiveIntegerField(_("giảm số tiền"), default=0)
    most_amount = models.PositiveIntegerField(_("giảm nhiều nhất"), null=True, blank=True)
    least_amount = models.PositiveIntegerField(_("cho đơn từ"), default=0)
    is_once_per_buyer = models.BooleanField(_("mỗi người một lần"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PromotionQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("khuyến mãi")
        verbose_name_plural = _("khuyến mãi")
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__gt=0, percent__lte=MOST_PERCENT, amount=0) | Q(percent=0, amount__gt=0),
                name="promotion_percent_or_amount",
            ),
            models.CheckConstraint(
                condition=~Q(bearer=Bearer.COOPERATIVE) | Q(cooperative__isnull=False),
                name="promotion_bearer_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_name(self) -> str:
        """In the reader's language, Vietnamese when there is no other."""
        return in_reading_language(self.name, self.name_en)

    @property
    def code(self) -> str:
        return self.voucher.code if self.voucher else ""

    @property
    def first_on(self) -> dt.date | None:
        """The first day on which it runs, in Vietnam."""
        start = self.offer.start_datetime
        return timezone.localdate(start) if start else None

    @property
    def last_on(self) -> dt.date | None:
        """The last day on which it runs, in Vietnam; None while nobody has named one."""
        end = self.offer.end_datetime
        return timezone.localdate(end - dt.timedelta(microseconds=1)) if end else None

    @property
    def given_amount(self) -> int:
        """What it has taken off so far."""
        return to_dong(self.offer.total_discount)

    @property
    def rule(self) -> Rule:
        return Rule(
            key=self.pk,
            percent=self.percent,
            amount=self.amount,
            most=self.most_amount,
            least=self.least_amount,
            cooperative=self.cooperative_id,
            has_code=self.voucher_id is not None,
        )


class PromotionUse(models.Model):
    """An order that was given money off; ``released_at``: it was not paid or was called off whole.

    Unit: whole đồng. ``buyer_phone`` in national form, for promotions that each buyer may use once.
    """

    promotion = models.ForeignKey(Promotion, on_delete=models.PROTECT, related_name="uses")
    order = models.ForeignKey("order.Order", on_delete=models.PROTECT, related_name="promotion_uses")
    buyer_phone = models.CharField(max_length=20)
    amount = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=("promotion", "order"), name="one_use_per_promotion_and_order")
        ]
        indexes = [models.Index(fields=("promotion", "buyer_phone"), name="use_by_buyer")]

    def __str__(self) -> str:
        return f"{self.promotion}: {self.amount}"
