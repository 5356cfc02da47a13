"""OCOP certificates: the proof behind a star. Source: Decision 26/2026/QĐ-TTg, art. 3–4, 8."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.clock import today
from catalog.ocop import PROVING_GRADES, Stage, may_show_star, stage_of

from .product_sheet import ProductSheet


class EvidenceGrade(models.TextChoices):
    """How well the certificate is proven; only A and B1 may show a star in public."""

    A = "A", _("Quyết định có chữ ký")
    B1 = "B1", _("Báo nhà nước hoặc cổng thông tin xác nhận")
    B2 = "B2", _("Mới đề nghị")
    C = "C", _("Người bán tự khai")


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def proven(self) -> CertificateQuerySet:
        """Certificates that a person has checked against good evidence, whatever became of them since."""
        return self.filter(evidence_grade__in=PROVING_GRADES, verified_at__isnull=False)

    def showing_on(self, on: dt.date) -> CertificateQuerySet:
        """Certificates whose star may be shown in public on that day (Vietnam's calendar)."""
        return self.proven().filter(
            models.Q(valid_to__gte=on) | models.Q(extended_to__gte=on),
            withdrawn_on__isnull=True,
            valid_from__lte=on,
        )


class Certificate(models.Model):
    """One OCOP certificate of one product; valid 36 months. Met on cards and product pages."""

    sheet = models.ForeignKey(ProductSheet, on_delete=models.CASCADE, related_name="certificates")
    stars = models.PositiveSmallIntegerField(
        _("số sao"), validators=[MinValueValidator(3), MaxValueValidator(5)]
    )
    number = models.CharField(_("số giấy chứng nhận"), max_length=60)
    decision_number = models.CharField(_("số quyết định"), max_length=60)
    decided_on = models.DateField(_("ngày quyết định"))
    issuer = models.CharField(_("cơ quan cấp"), max_length=160)  # dissolved bodies allowed: text, not a key
    legal_version = models.CharField(_("văn bản áp dụng"), max_length=20)
    product_code = models.CharField(_("mã sản phẩm OCOP"), max_length=30, blank=True)
    valid_from = models.DateField(_("có giá trị từ"))
    valid_to = models.DateField(_("đến hết ngày"))
    extended_to = models.DateField(_("được dùng tiếp đến hết ngày"), null=True, blank=True)
    evidence_grade = models.CharField(_("mức chứng cứ"), max_length=2, choices=EvidenceGrade)
    source_url = models.URLField(_("nơi đăng công khai"), max_length=300, blank=True)
    scan = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ảnh chụp giấy"),
    )  # in public: only what the authority itself hands out
    withdrawn_on = models.DateField(_("ngày thu hồi"), null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    verified_at = models.DateTimeField(_("kiểm tra lúc"), null=True, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ("-valid_to",)
        verbose_name = _("giấy chứng nhận OCOP")
        verbose_name_plural = _("giấy chứng nhận OCOP")
        constraints = [
            models.CheckConstraint(condition=models.Q(stars__range=(3, 5)), name="stars_3_to_5"),
            models.CheckConstraint(
                condition=models.Q(valid_to__gt=models.F("valid_from")), name="certificate_has_a_term"
            ),
            models.CheckConstraint(
                condition=models.Q(extended_to__isnull=True) | models.Q(extended_to__gt=models.F("valid_to")),
                name="an_extension_comes_after_the_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} ({self.stars} sao)"

    @property
    def last_day(self) -> dt.date:
        """The day at whose end the star goes: the extension's if there is one."""
        return self.extended_to or self.valid_to

    @property
    def stage(self) -> Stage:
        """Where it stands today."""
        return stage_of(
            on=today(),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            withdrawn_on=self.withdrawn_on,
            extended_to=self.extended_to,
        )

    @property
    def shows_star(self) -> bool:
        """The rule of ``showing_on``, today, for a row that is already read."""
        return may_show_star(
            on=today(),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            evidence_grade=self.evidence_grade,
            is_verified=self.verified_at is not None,
            withdrawn_on=self.withdrawn_on,
            extended_to=self.extended_to,
        )
