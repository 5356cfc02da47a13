"""How parcels travel: services with zones and weight bands, collection points, days of dispatch, areas not served.

Oscar's own shipping tables stay and are empty; its migrations too (docs/decisions/0004).
"""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from oscar.apps.shipping.models import *  # noqa: F403

from catalog.models import Commune, Cooperative, Province
from catalog.models.category_sheet import in_reading_language

from .couriers import Courier
from .promise import EVERY_DAY, Dispatch
from .rates import Reach, Service, Tariff

REACH_NAMES = {
    Reach.SAME_COMMUNE: _("Trong xã"),
    Reach.SAME_PROVINCE: _("Trong tỉnh"),
    Reach.SAME_REGION: _("Trong vùng"),
    Reach.NATION: _("Cả nước"),
}


class DeliveryService(models.Model):
    """One way of sending parcels; without ``cooperative`` it is the market's own table, open to every stall.

    Met in the checkout, on the order and, as a table to edit, in the panel.
    """

    cooperative = models.ForeignKey(
        Cooperative, on_delete=models.CASCADE, null=True, blank=True, related_name="delivery_services"
    )
    courier = models.CharField(_("đơn vị vận chuyển"), max_length=12, choices=Courier)
    name = models.CharField(_("tên trên trang đặt hàng"), max_length=80)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=80, blank=True)
    is_active = models.BooleanField(_("đang dùng"), default=True)
    cubic_cm_per_kilogram = models.PositiveIntegerField(
        _("số cm³ tính bằng 1 kg"),
        default=0,
        help_text=_("Hàng cồng kềnh tính theo thể tích. Ghi 0 nếu không tính."),
    )
    position = models.PositiveSmallIntegerField(_("thứ tự"), default=0)

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("cách giao hàng")
        verbose_name_plural = _("cách giao hàng")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~models.Q(courier=Courier.COLLECTION), name="collection_is_not_a_service"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_name(self) -> str:
        """In the reader's language, Vietnamese when there is no other."""
        return in_reading_language(self.name, self.name_en)

    def table(self) -> Service:
        """As the rules of :mod:`shop.shipping.rates` read it; zones without a band are left out."""
        tariffs = {Reach(zone.reach): zone.tariff() for zone in self.zones.all() if zone.bands.all()}
        return Service(tariffs, self.cubic_cm_per_kilogram)


class DeliveryZone(models.Model):
    """How far a service goes, and what holds there whatever the weight. Unit: whole đồng, days."""

    service = models.ForeignKey(DeliveryService, on_delete=models.CASCADE, related_name="zones")
    reach = models.CharField(
        _("vùng giao"), max_length=13, choices=[(reach.value, name) for reach, name in REACH_NAMES.items()]
    )
    further_kilogram = models.PositiveIntegerField(
        _("mỗi kg thêm"), null=True, blank=True, help_text=_("Để trống nếu không nhận kiện nặng hơn.")
    )
    free_from = models.PositiveIntegerField(_("miễn phí giao từ"), null=True, blank=True)
    cold_surcharge = models.PositiveIntegerField(
        _("phụ phí hàng lạnh"),
        null=True,
        blank=True,
        help_text=_("Để trống nếu không nhận hàng cần giữ lạnh."),
    )
    days_min = models.PositiveSmallIntegerField(
        _("sớm nhất (ngày)"), default=1, validators=[MaxValueValidator(60)]
    )
    days_max = models.PositiveSmallIntegerField(
        _("muộn nhất (ngày)"), default=1, validators=[MaxValueValidator(60)]
    )

    class Meta:
        ordering = ("pk",)
        verbose_name = _("vùng giao")
        verbose_name_plural = _("vùng giao")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=("service", "reach"), name="one_zone_per_reach"),
            models.CheckConstraint(
                condition=models.Q(days_max__gte=models.F("days_min")), name="last_day_not_before_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} · {self.get_reach_display()}"

    def tariff(self) -> Tariff:
        """Raises: ValueError if the bands do not rise (services.save_service refuses such a table)."""
        return Tariff(
            bands=tuple(sorted((band.up_to_grams, band.amount) for band in self.bands.all())),
            further_kilogram=self.further_kilogram,
            free_from=self.free_from,
            cold_surcharge=self.cold_surcharge,
            days=(self.days_min, self.days_max),
        )


class DeliveryBand(models.Model):
    """The charge up to and including a weight. Unit: grams, whole đồng."""

    zone = models.ForeignKey(DeliveryZone, on_delete=models.CASCADE, related_name="bands")
    up_to_grams = models.PositiveIntegerField(_("đến (g)"), validators=[MinValueValidator(1)])
    amount = models.PositiveIntegerField(_("phí giao"))

    class Meta:
        ordering = ("up_to_grams",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=("zone", "up_to_grams"), name="one_charge_per_weight")
        ]

    def __str__(self) -> str:
        return f"{self.up_to_grams} g: {self.amount}"


class CollectionPoint(models.Model):
    """Where buyers may fetch their goods, without a charge. Met in the checkout and on the order."""

    cooperative = models.ForeignKey(Cooperative, on_delete=models.CASCADE, related_name="collection_points")
    name = models.CharField(_("tên điểm lấy hàng"), max_length=80)
    commune = models.ForeignKey(
        Commune, on_delete=models.PROTECT, related_name="+", verbose_name=_("xã, phường")
    )
    address = models.CharField(_("địa chỉ"), max_length=200)
    hours = models.CharField(
        _("giờ mở cửa"), max_length=80, help_text=_("Ví dụ: 7–11 giờ, thứ Hai đến thứ Bảy.")
    )
    is_active = models.BooleanField(_("đang dùng"), default=True)

    class Meta:
        ordering = ("pk",)
        verbose_name = _("điểm lấy hàng")
        verbose_name_plural = _("điểm lấy hàng")

    def __str__(self) -> str:
        return self.name


class StallDispatch(models.Model):
    """How a stall sends: its days, its hour, its hands. A stall without a row sends Monday to Saturday."""

    cooperative = models.OneToOneField(Cooperative, on_delete=models.CASCADE, related_name="dispatch")
    weekdays = models.PositiveSmallIntegerField(
        _("ngày gửi hàng"),
        default=0b011_1111,
        validators=[MinValueValidator(1), MaxValueValidator(EVERY_DAY)],
    )
    cut_off_hour = models.PositiveSmallIntegerField(
        _("nhận đơn trong ngày đến (giờ)"), default=15, validators=[MaxValueValidator(24)]
    )
    handling_days = models.PositiveSmallIntegerField(
        _("số ngày chuẩn bị"), default=1, validators=[MaxValueValidator(30)]
    )
    uses_market_services = models.BooleanField(_("dùng các cách giao chung của chợ"), default=True)

    class Meta:
        verbose_name = _("cách gửi của gian")
        verbose_name_plural = _("cách gửi của gian")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(weekdays__range=(1, EVERY_DAY)), name="sends_on_a_day_of_the_week"
            )
        ]

    def __str__(self) -> str:
        return str(self.cooperative)

    def rules(self) -> Dispatch:
        return Dispatch(self.weekdays, self.cut_off_hour, self.handling_days)


class UnservedArea(models.Model):
    """Where a stall does not send: one commune, or a whole province when ``commune`` is empty."""

    cooperative = models.ForeignKey(Cooperative, on_delete=models.CASCADE, related_name="unserved_areas")
    province = models.ForeignKey(Province, on_delete=models.CASCADE, related_name="+")
    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("pk",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=("cooperative", "commune"), name="commune_named_once"),
            models.UniqueConstraint(
                fields=("cooperative", "province"),
                condition=models.Q(commune__isnull=True),
                name="province_named_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.commune or self.province)
