"""OCOP certificates: the proof behind a star. Source: Decision 26/2026/QĐ-TTg, art. 3–4, 8."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.clock import today
from catalog.ocop import Stage, may_show_star, stage_of

from .cooperative import Cooperative
from .product_sheet import ProductSheet
from .proof import Proof, ProofQuerySet
from .shelf_entry import ShelfEntry


def forget_stars(sheet_ids: Collection[int]) -> None:
    """Empty the copies of these sheets' stars: until they are copied again, lists ask the certificates.

    Called by every way in which the ORM changes a certificate, so that no service can forget it.
    """
    ShelfEntry.objects.filter(product__sheet__in=sheet_ids).update(
        stars_from=None, stars_until=None, revision=time.time_ns()
    )


class CertificateQuerySet(ProofQuerySet):
    def update(self, **values: Any) -> int:
        sheets = list(self.values_list("sheet_id", flat=True))
        changed = super().update(**values)
        forget_stars(sheets)
        return changed

    update.alters_data = True  # type: ignore[attr-defined]

    def showing_on(self, on: dt.date) -> CertificateQuerySet:
        """Certificates whose star may be shown in public on that day (Vietnam's calendar)."""
        return self.proven().filter(
            models.Q(valid_to__gte=on) | models.Q(extended_to__gte=on),
            withdrawn_on__isnull=True,
            valid_from__lte=on,
        )


class Certificate(Proof):
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
    def owner(self) -> Cooperative:
        return self.sheet.cooperative

    @property
    def about(self) -> str:
        """The product it was given for, by name."""
        return self.sheet.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        forget_stars([self.sheet_id])

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
