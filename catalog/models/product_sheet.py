"""The product sheet: our typed companion of Oscar's ``Product``."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .cooperative import Cooperative
from .place import Commune

ALL_MONTHS = 0b1111_1111_1111


class ApprovalState(models.TextChoices):
    """draft → submitted → approved → withdrawn; only approved goods are in the shop."""

    DRAFT = "draft", _("Bản nháp")
    SUBMITTED = "submitted", _("Chờ duyệt")
    APPROVED = "approved", _("Đang bán")
    WITHDRAWN = "withdrawn", _("Ngừng bán")


class NetUnit(models.TextChoices):
    GRAM = "g", _("gam")
    MILLILITRE = "ml", _("mililít")
    PIECE = "piece", _("cái")
    DAY = "day", _("ngày")


class TaxClass(models.TextChoices):
    """What decides the VAT rate together with the date and the buyer (``shop.vat``); set by the accountant."""

    OWN_PRODUCE = "own_produce", _("Nông sản tự sản xuất")
    TRADED_PRODUCE = "traded_produce", _("Nông sản mua lại")
    PROCESSED = "processed", _("Hàng chế biến")
    EXCISE = "excise", _("Hàng chịu thuế tiêu thụ đặc biệt")
    SERVICE = "service", _("Dịch vụ")


class Processing(models.TextChoices):
    RAW = "raw", _("Tươi")
    PRIMARY = "primary", _("Sơ chế")
    PROCESSED = "processed", _("Chế biến")
    CRAFT = "craft", _("Thủ công")
    SERVICE = "service", _("Dịch vụ")


class ProductSheet(models.Model):
    """Everything about a product that Oscar has no typed field for. Met on cards, product pages and forms.

    Unit: ``net_quantity`` in ``net_unit``; ``weight_grams`` is the shipping weight of one pack.
    Shape: ``season_months`` is a bit per month, January lowest.
    """

    product = models.OneToOneField("catalogue.Product", on_delete=models.CASCADE, related_name="sheet")
    cooperative = models.ForeignKey(Cooperative, on_delete=models.PROTECT, related_name="sheets")
    state = models.CharField(_("tình trạng"), max_length=10, choices=ApprovalState, default=ApprovalState.DRAFT)
    title_en = models.CharField(_("tên tiếng Anh"), max_length=255, blank=True)
    summary = models.TextField(_("mô tả"), blank=True)
    summary_en = models.TextField(_("mô tả tiếng Anh"), blank=True)
    ocop_set = models.PositiveSmallIntegerField(
        _("bộ sản phẩm OCOP"), validators=[MinValueValidator(1), MaxValueValidator(26)]
    )
    commune = models.ForeignKey(Commune, on_delete=models.PROTECT, related_name="sheets", verbose_name=_("nơi làm ra"))
    net_quantity = models.PositiveIntegerField(_("lượng tịnh"))
    net_unit = models.CharField(_("đơn vị"), max_length=5, choices=NetUnit)
    pack = models.CharField(_("quy cách"), max_length=60)
    pack_en = models.CharField(max_length=60, blank=True)
    weight_grams = models.PositiveIntegerField(_("cân nặng khi gửi (g)"))
    season_months = models.PositiveSmallIntegerField(
        _("tháng có hàng"), default=ALL_MONTHS, validators=[MaxValueValidator(ALL_MONTHS)]
    )
    tax_class = models.CharField(_("nhóm thuế"), max_length=16, choices=TaxClass)
    processing = models.CharField(_("mức chế biến"), max_length=10, choices=Processing)
    is_own_produced = models.BooleanField(_("tự sản xuất"), default=True)
    storage = models.CharField(_("bảo quản"), max_length=255, blank=True)
    shelf_life = models.CharField(_("hạn dùng"), max_length=120, blank=True)
    ingredients = models.CharField(_("thành phần"), max_length=500, blank=True)
    allergens = models.CharField(_("chất gây dị ứng"), max_length=255, blank=True)
    declaration_number = models.CharField(_("số tự công bố"), max_length=60, blank=True)
    is_age_restricted = models.BooleanField(_("chỉ bán cho người từ 18 tuổi"), default=False)
    max_quantity = models.PositiveIntegerField(_("mua nhiều nhất mỗi đơn"), default=99)
    picture = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("phiếu sản phẩm")
        verbose_name_plural = _("phiếu sản phẩm")
        constraints = [
            models.CheckConstraint(condition=models.Q(ocop_set__range=(1, 26)), name="ocop_set_1_to_26"),
            models.CheckConstraint(condition=models.Q(net_quantity__gt=0), name="net_quantity_positive"),
        ]
        indexes = [models.Index(fields=("state", "cooperative"))]

    def __str__(self) -> str:
        return str(self.product)

    @property
    def months(self) -> tuple[int, ...]:
        """Months with goods, 1–12."""
        return tuple(month for month in range(1, 13) if self.season_months >> (month - 1) & 1)

    @property
    def is_all_year(self) -> bool:
        return self.season_months == ALL_MONTHS

    def is_in_season(self, on: dt.date) -> bool:
        return bool(self.season_months >> (on.month - 1) & 1)
