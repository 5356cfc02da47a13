"""The dossier of a product: what its cooperative holds for the council, and the marks it gives itself."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .paper import Paper
from .product_sheet import ProductSheet


class Dossier(models.Model):
    """One product's preparation for grading. Met in the panel only; nothing of it is public.

    Unit: ``council_score`` is the council's mean, 0–100, once its paper is there.
    """

    sheet = models.OneToOneField(ProductSheet, on_delete=models.CASCADE, related_name="dossier")
    council_score = models.DecimalField(
        _("điểm bình quân của hội đồng"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("hồ sơ OCOP")
        verbose_name_plural = _("hồ sơ OCOP")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(council_score__isnull=True) | models.Q(council_score__range=(0, 100)),
                name="a_council_gives_0_to_100",
            )
        ]

    def __str__(self) -> str:
        return str(self.sheet)


class DossierMark(models.Model):
    """Points for one criterion of ``catalog.scoring``, by the cooperative's own judgement."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="marks")
    criterion = models.CharField(_("tiêu chí"), max_length=24)
    points = models.PositiveSmallIntegerField(_("điểm"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("dossier", "criterion"), name="one_mark_per_criterion")
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.points}"


class DossierItem(models.Model):
    """One of the 15 kinds of evidence of Form 02 that the cooperative has ready."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="items")
    kind = models.PositiveSmallIntegerField(_("loại minh chứng"))
    paper = models.ForeignKey(Paper, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.CharField(_("ghi chú"), max_length=200, blank=True)

    class Meta:
        ordering = ("kind",)
        constraints = [
            models.UniqueConstraint(fields=("dossier", "kind"), name="one_item_per_kind"),
            models.CheckConstraint(condition=models.Q(kind__range=(1, 15)), name="form_02_has_15_kinds"),
        ]

    def __str__(self) -> str:
        return str(self.kind)
