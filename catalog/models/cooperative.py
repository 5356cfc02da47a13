"""The sellers: cooperatives, groups and households, and the people who act for them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .category_sheet import in_reading_language
from .place import Commune


class LegalForm(models.TextChoices):
    """Decides taxes and papers."""

    COOPERATIVE = "cooperative", _("Hợp tác xã")
    GROUP = "group", _("Tổ hợp tác")
    HOUSEHOLD = "household", _("Hộ kinh doanh")


class VatMethod(models.TextChoices):
    """How the seller accounts for VAT: decides the form of its invoices (1 = VAT, 2 = sales)."""

    DEDUCTION = "deduction", _("Khấu trừ")
    DIRECT = "direct", _("Trực tiếp")


class Cooperative(models.Model):  # type: ignore[django-manager-missing]  # stories: a page model, untyped
    """The legal maker and seller; one-to-one with Oscar's partner. Has a stall page, orders, invoices, money."""

    partner = models.OneToOneField("partner.Partner", on_delete=models.PROTECT, related_name="cooperative")
    slug = models.SlugField(_("đường dẫn"), unique=True)
    name = models.CharField(_("tên gọi"), max_length=120)
    legal_name = models.CharField(_("tên pháp lý"), max_length=400)
    legal_form = models.CharField(_("loại hình"), max_length=12, choices=LegalForm)
    tax_code = models.CharField(_("mã số thuế"), max_length=14, unique=True)
    vat_method = models.CharField(
        _("cách tính thuế"), max_length=10, choices=VatMethod, default=VatMethod.DEDUCTION
    )
    representative = models.CharField(_("người đại diện"), max_length=120)
    phone = models.CharField(_("điện thoại"), max_length=20)
    email = models.EmailField(_("thư điện tử"), max_length=50)
    commune = models.ForeignKey(Commune, on_delete=models.PROTECT, related_name="cooperatives")
    address = models.CharField(_("địa chỉ"), max_length=400)
    bank_name = models.CharField(_("ngân hàng"), max_length=120, blank=True)
    bank_account = models.CharField(_("số tài khoản"), max_length=30, blank=True)
    founded_on = models.DateField(_("ngày thành lập"), null=True, blank=True)
    members_count = models.PositiveIntegerField(_("số thành viên"), null=True, blank=True)
    area = models.CharField(_("quy mô"), max_length=80, blank=True)
    area_en = models.CharField(max_length=80, blank=True)
    summary = models.TextField(_("giới thiệu"), blank=True)
    summary_en = models.TextField(blank=True)
    picture = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_open = models.BooleanField(_("đang bán"), default=True)

    class Meta:
        ordering = ("name",)
        verbose_name = _("hợp tác xã")
        verbose_name_plural = _("hợp tác xã")

    def __str__(self) -> str:
        return self.name

    @property
    def shown_summary(self) -> str:
        """In the reader's language, Vietnamese when there is no other; so is the area."""
        return in_reading_language(self.summary, self.summary_en)

    @property
    def shown_area(self) -> str:
        return in_reading_language(self.area, self.area_en)


class MemberRole(models.TextChoices):
    MANAGER = "manager", _("Quản lý")
    SELLER = "seller", _("Bán hàng")
    PACKER = "packer", _("Đóng gói")


class Membership(models.Model):
    """One person's right to act for one cooperative in the panel."""

    cooperative = models.ForeignKey(Cooperative, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("vai trò"), max_length=10, choices=MemberRole, default=MemberRole.MANAGER)
    is_active = models.BooleanField(_("còn hiệu lực"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("cooperative", "user"), name="one_membership_per_person")
        ]
        verbose_name = _("thành viên quản trị")
        verbose_name_plural = _("thành viên quản trị")

    def __str__(self) -> str:
        return f"{self.user} · {self.cooperative}"
