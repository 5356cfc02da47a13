"""What decides how invoices are made: rates by law, registered series, the tax office, contracts of delegation."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Cooperative, Processing, TaxClass


class RateRuleStatus(models.TextChoices):
    """proposed → in force | refused; decided by somebody else than who proposed it."""

    PROPOSED = "proposed", _("Chờ người thứ hai duyệt")
    IN_FORCE = "in-force", _("Đang áp dụng")
    REFUSED = "refused", _("Không duyệt")


class RateRule(models.Model):
    """One row of the VAT table: which rate code goods of a kind have between two days.

    An empty criterion means any. Of the rules in force that fit, the one decided last counts: the law is changed
    by adding a row, never by editing one (also a database trigger). The rows shipped with the market have no
    proposer. Met on the operator's screen of tax rules.
    """

    tax_class = models.CharField(_("nhóm thuế"), max_length=16, choices=TaxClass)
    processing = models.CharField(_("mức chế biến"), max_length=10, choices=Processing, blank=True)
    own_produced = models.BooleanField(_("tự sản xuất"), null=True, blank=True)
    business_buyer = models.BooleanField(_("người mua là doanh nghiệp, hợp tác xã"), null=True, blank=True)
    code = models.CharField(_("thuế suất"), max_length=11)
    valid_from = models.DateField(_("từ ngày"))
    valid_to = models.DateField(_("đến hết ngày"), null=True, blank=True)
    basis = models.CharField(_("căn cứ"), max_length=255)
    status = models.CharField(
        _("tình trạng"), max_length=10, choices=RateRuleStatus, default=RateRuleStatus.PROPOSED
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("decided_at", "pk")
        verbose_name = _("quy định thuế suất")
        verbose_name_plural = _("quy định thuế suất")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="rate_rule_has_days",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="rate_rule_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(status="proposed", proposed_by__isnull=False, decided_by__isnull=True)
                | Q(~Q(status="proposed"), proposed_by__isnull=True, decided_by__isnull=True)
                | Q(
                    ~Q(status="proposed"),
                    proposed_by__isnull=False,
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="rate_rule_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tax_class} {self.code} {self.valid_from:%d/%m/%Y}"

    def is_valid_on(self, day: dt.date) -> bool:
        """Whether the day is one of those that it covers."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class SalesChannel(models.TextChoices):
    WEB = "web", _("Bán trên chợ")
    TILL = "till", _("Bán tại quầy")


class SeriesRegistration(models.Model):
    """Which letters a seller registered for a channel (form 01/ĐKTĐ-HĐĐT); the year makes the symbol of it.

    ``is_coded``: whether the authority gives its invoices a code; those of a cash register always carry one, made
    with ``till_code``, the authority's five characters for the seller.
    """

    seller = models.ForeignKey(Cooperative, on_delete=models.PROTECT, related_name="series_registrations")
    form = models.PositiveSmallIntegerField(_("mẫu số"))
    channel = models.CharField(_("kênh bán"), max_length=4, choices=SalesChannel, default=SalesChannel.WEB)
    letters = models.CharField(_("hai chữ cuối của ký hiệu"), max_length=2)
    is_coded = models.BooleanField(_("có mã của cơ quan thuế"), default=True)
    till_code = models.CharField(_("mã máy tính tiền"), max_length=5, blank=True)
    accepted_on = models.DateField(_("được chấp nhận ngày"))
    stopped_on = models.DateField(_("ngừng dùng từ ngày"), null=True, blank=True)

    class Meta:
        ordering = ("seller", "form", "channel", "accepted_on")
        verbose_name = _("đăng ký ký hiệu")
        verbose_name_plural = _("đăng ký ký hiệu")
        constraints = [
            models.UniqueConstraint(fields=("seller", "form", "letters"), name="letters_registered_once"),
            models.UniqueConstraint(
                fields=("seller", "form", "channel"),
                condition=Q(stopped_on__isnull=True),
                name="one_series_in_use_per_channel",
            ),
            models.CheckConstraint(
                condition=Q(channel="till") ^ Q(till_code=""), name="till_series_has_its_code"
            ),
            models.CheckConstraint(
                condition=~Q(channel="till") | Q(is_coded=True), name="till_series_is_coded"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.channel} {self.letters}"

    def symbol_of(self, year: int) -> str:
        """The symbol in that year, such as ``C26TAA``."""
        kind = "M" if self.channel == SalesChannel.TILL else "T"
        return f"{'C' if self.is_coded else 'K'}{year % 100:02d}{kind}{self.letters}"


class TaxOffice(models.Model):
    """Where a seller's notices go: the tax office that manages it, and the place written on notices."""

    seller = models.OneToOneField(Cooperative, on_delete=models.PROTECT, related_name="tax_office")
    code = models.CharField(_("mã cơ quan thuế"), max_length=5)
    name = models.CharField(_("tên cơ quan thuế"), max_length=100)
    place = models.CharField(_("địa danh"), max_length=50)

    class Meta:
        verbose_name = _("cơ quan thuế quản lý")
        verbose_name_plural = _("cơ quan thuế quản lý")

    def __str__(self) -> str:
        return self.name


class SigningCertificate(models.Model):
    """The certificate that a tax code signs with, as it was last seen. ``trouble`` says why it could not be read."""

    tax_code = models.CharField(_("mã số thuế"), max_length=14, unique=True)
    holder = models.CharField(_("bên ký"), max_length=400)
    serial = models.CharField(_("số sê-ri"), max_length=64, blank=True)
    valid_to = models.DateTimeField(_("có giá trị đến"), null=True)
    trouble = models.CharField(_("không đọc được vì"), max_length=255, blank=True)
    seen_at = models.DateTimeField(_("xem lúc"))

    class Meta:
        ordering = ("valid_to", "tax_code")
        verbose_name = _("chứng thư số")
        verbose_name_plural = _("chứng thư số")

    def __str__(self) -> str:
        return f"{self.holder} ({self.tax_code})"


class Delegation(models.Model):
    """A contract under which another party issues in the seller's name (*ủy nhiệm*, art. 9 of Circular 91/2026).

    In force from its first to its last day; both parties stand on every invoice.
    """

    seller = models.ForeignKey(Cooperative, on_delete=models.PROTECT, related_name="delegations")
    issuer_name = models.CharField(_("bên nhận ủy nhiệm"), max_length=400)
    issuer_tax_code = models.CharField(_("mã số thuế"), max_length=14)
    issuer_address = models.CharField(_("địa chỉ"), max_length=400)
    contract_number = models.CharField(_("số hợp đồng"), max_length=50)
    valid_from = models.DateField(_("từ ngày"))
    valid_to = models.DateField(_("đến hết ngày"))

    class Meta:
        ordering = ("seller", "valid_from")
        verbose_name = _("ủy nhiệm lập hóa đơn")
        verbose_name_plural = _("ủy nhiệm lập hóa đơn")
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="delegation_has_days")
        ]

    def __str__(self) -> str:
        return f"{self.contract_number} {self.issuer_name}"
