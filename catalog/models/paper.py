"""Papers other than the OCOP certificate, and the plots that some of them speak of."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.clock import today
from catalog.ocop import Stage
from catalog.validity import PAPER_REMINDER_DAYS, may_show

from .cooperative import Cooperative
from .place import Commune
from .product_sheet import ProductSheet
from .proof import Proof, ProofQuerySet


class Plot(models.Model):
    """A field of a cooperative. Met in the panel; in public by name and commune only, never on a map."""

    cooperative = models.ForeignKey(Cooperative, on_delete=models.CASCADE, related_name="plots")
    name = models.CharField(_("tên nương, vườn"), max_length=120)
    commune = models.ForeignKey(
        Commune, on_delete=models.PROTECT, related_name="plots", verbose_name=_("xã, phường")
    )
    hectares = models.DecimalField(
        _("diện tích (ha)"), max_digits=8, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    crop = models.CharField(_("cây trồng, vật nuôi"), max_length=80)
    sheets = models.ManyToManyField(
        ProductSheet, related_name="plots", blank=True, verbose_name=_("sản phẩm làm ra từ đây")
    )

    class Meta:
        ordering = ("name",)
        verbose_name = _("nương, vườn")
        verbose_name_plural = _("nương, vườn")
        constraints = [
            models.UniqueConstraint(fields=("cooperative", "name"), name="one_plot_per_name"),
            models.CheckConstraint(condition=models.Q(hectares__gt=0), name="a_plot_has_an_area"),
        ]

    def __str__(self) -> str:
        return self.name


class PaperKind(models.TextChoices):
    VIETGAP = "vietgap", _("VietGAP")
    ORGANIC = "organic", _("Hữu cơ")
    FOOD_SAFETY = "food-safety", _("Đủ điều kiện an toàn thực phẩm")
    DECLARATION = "declaration", _("Tự công bố sản phẩm")
    TRADEMARK = "trademark", _("Nhãn hiệu")
    GROWING_AREA = "growing-area", _("Mã số vùng trồng")
    BUSINESS = "business", _("Đăng ký kinh doanh, đăng ký hợp tác xã")


class Target(models.TextChoices):
    """What a paper may be bound to; the value is the column."""

    SHEET = "sheet", _("Một sản phẩm")
    PLOT = "plot", _("Một nương, vườn")
    COOPERATIVE = "cooperative", _("Cả hợp tác xã")


TARGETS: dict[str, frozenset[Target]] = {
    PaperKind.VIETGAP: frozenset({Target.PLOT}),  # evidence for a plot and its crop, never for a whole stall
    PaperKind.ORGANIC: frozenset({Target.PLOT, Target.SHEET}),
    PaperKind.FOOD_SAFETY: frozenset({Target.COOPERATIVE}),
    PaperKind.DECLARATION: frozenset({Target.SHEET}),
    PaperKind.TRADEMARK: frozenset({Target.SHEET, Target.COOPERATIVE}),
    PaperKind.GROWING_AREA: frozenset({Target.PLOT}),
    PaperKind.BUSINESS: frozenset({Target.COOPERATIVE}),
}


class PaperQuerySet(ProofQuerySet):
    def showing_on(self, on: dt.date) -> PaperQuerySet:
        """Papers that count on that day (Vietnam's calendar); ``Paper.shows`` in SQL."""
        return self.proven().filter(
            models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=on),
            withdrawn_on__isnull=True,
            valid_from__lte=on,
        )

    def of_cooperatives(self, cooperatives: models.QuerySet[Cooperative]) -> PaperQuerySet:
        """Papers of these cooperatives, of their goods and of their plots."""
        return self.filter(
            models.Q(cooperative__in=cooperatives)
            | models.Q(sheet__cooperative__in=cooperatives)
            | models.Q(plot__cooperative__in=cooperatives)
        )


class Paper(Proof):
    """One paper with a number and (mostly) an end. Met on product, stall and trace pages while it counts.

    Shape: bound to exactly one of ``sheet``, ``plot``, ``cooperative``. ``valid_to`` is what the paper says, never
    computed; None where the paper has no end.
    """

    kind = models.CharField(_("loại giấy"), max_length=12, choices=PaperKind)
    sheet = models.ForeignKey(
        ProductSheet, on_delete=models.CASCADE, null=True, blank=True, related_name="papers"
    )
    plot = models.ForeignKey(Plot, on_delete=models.CASCADE, null=True, blank=True, related_name="papers")
    cooperative = models.ForeignKey(
        Cooperative, on_delete=models.CASCADE, null=True, blank=True, related_name="papers"
    )
    number = models.CharField(_("số giấy"), max_length=80)
    issuer = models.CharField(_("nơi cấp"), max_length=160)
    issued_on = models.DateField(_("ngày cấp"))
    valid_from = models.DateField(_("có giá trị từ"))
    valid_to = models.DateField(
        _("đến hết ngày"),
        null=True,
        blank=True,
        help_text=_("Chép đúng trên giấy. Giấy không ghi thì để trống."),
    )

    objects = PaperQuerySet.as_manager()

    class Meta:
        ordering = ("kind", "-valid_from", "pk")
        verbose_name = _("giấy tờ")
        verbose_name_plural = _("giấy tờ")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sheet__isnull=False, plot__isnull=True, cooperative__isnull=True)
                | models.Q(sheet__isnull=True, plot__isnull=False, cooperative__isnull=True)
                | models.Q(sheet__isnull=True, plot__isnull=True, cooperative__isnull=False),
                name="a_paper_is_bound_to_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="a_paper_ends_after_it_begins",
                violation_error_message=_("Ngày hết hạn phải sau ngày bắt đầu."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    @property
    def target(self) -> Target:
        if self.sheet_id is not None:
            return Target.SHEET
        return Target.PLOT if self.plot_id is not None else Target.COOPERATIVE

    @property
    def owner(self) -> Cooperative:
        """The cooperative it belongs to, directly or through its product or plot."""
        bound = self.sheet or self.plot
        # One of the three is there: a_paper_is_bound_to_one_thing.
        return bound.cooperative if bound is not None else self.cooperative  # type: ignore[return-value]

    @property
    def about(self) -> str:
        """What it speaks of, by name."""
        if self.sheet is not None:
            return str(self.sheet.title)
        return str(self.plot.name) if self.plot is not None else self.owner.name

    @property
    def last_day(self) -> dt.date | None:
        return self.valid_to

    @property
    def shows(self) -> bool:
        """The rule of ``showing_on``, today, for a row that is already read."""
        return may_show(
            on=today(),
            valid_from=self.valid_from,
            last_day=self.valid_to,
            evidence_grade=self.evidence_grade,
            is_verified=self.verified_at is not None,
            withdrawn_on=self.withdrawn_on,
        )

    @property
    def stage(self) -> Stage:
        """Where it stands today; "renewal open" means that its end is near."""
        on = today()
        if self.withdrawn_on is not None and self.withdrawn_on <= on:
            return Stage.WITHDRAWN
        if on < self.valid_from:
            return Stage.TO_COME
        if self.valid_to is None:
            return Stage.VALID
        days_left = (self.valid_to - on).days
        if days_left < 0:
            return Stage.EXPIRED
        return Stage.RENEWAL_OPEN if days_left <= max(PAPER_REMINDER_DAYS) else Stage.VALID
