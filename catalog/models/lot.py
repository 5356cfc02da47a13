"""Lots: one harvest or batch of a product, and the book of what happened to it."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.lot_codes import grouped

from .offer import NetUnit
from .product_sheet import ProductSheet


class LotStatus(models.TextChoices):
    """Follows from the lot's events (``catalog.lots``); kept so that lists can ask for it."""

    ON_SALE = "on_sale", _("Đang bán")
    SOLD_OUT = "sold_out", _("Đã bán hết")
    RECALLED = "recalled", _("Thu hồi")


class LotEventKind(models.TextChoices):
    HARVEST = "harvest", _("Thu hoạch")
    SOURCE = "source", _("Nguyên liệu vào")
    MADE = "made", _("Làm ra")
    PROCESS = "process", _("Chế biến")
    PACK = "pack", pgettext_lazy("việc", "Đóng gói")
    USED = "used", _("Đưa vào chế biến")
    DISPATCH = "dispatch", _("Xuất đi")
    SALE = "sale", pgettext_lazy("việc", "Bán")
    LOSS = "loss", _("Hao hụt")
    CORRECTION = "correction", _("Sửa số liệu")
    RECALL = "recall", _("Thu hồi")


class Lot(models.Model):
    """One harvest or production batch. Met on its trace page, on the product page and on labels.

    Unit: ``quantity`` in ``unit``, as harvested. A lot made from other lots (``is_made``) keeps the day and place
    of the making in ``harvested_on`` and ``plot``. What was written when the lot was opened never changes (a
    trigger refuses it); ``status``, the end of the chain and the scans do. ``events_count`` and ``last_hash``
    stand here so that an event cut off at the end is missed.
    """

    sheet = models.ForeignKey(ProductSheet, on_delete=models.PROTECT, related_name="lots")
    code = models.CharField(_("mã lô"), max_length=11, unique=True)
    quantity = models.PositiveIntegerField(_("lượng thu được"), validators=[MinValueValidator(1)])
    unit = models.CharField(_("đơn vị"), max_length=5, choices=NetUnit)
    harvested_on = models.DateField(_("ngày thu hoạch"))
    best_before = models.DateField(_("dùng tốt nhất trước ngày"), null=True, blank=True)
    plot = models.CharField(_("nương, thửa"), max_length=120)
    place_code = models.CharField(_("mã số vùng trồng"), max_length=40, blank=True)
    member_initials = models.CharField(
        _("tên viết tắt của người làm"),
        max_length=12,
        help_text=_("Chỉ chữ cái đầu, ví dụ G.A.S.: ai cũng xem được trang này."),
        validators=[RegexValidator(r"^(?:[^\W\d_]\.){1,6}$", _("Chỉ viết chữ cái đầu, ví dụ G.A.S."))],
    )
    standards = models.CharField(_("tiêu chuẩn áp dụng"), max_length=200, blank=True)
    is_made = models.BooleanField(_("làm từ lô khác"), default=False)
    opened_at = models.DateTimeField(_("mở sổ lúc"), default=timezone.now)
    status = models.CharField(
        _("tình trạng"), max_length=8, choices=LotStatus, default=LotStatus.ON_SALE, db_index=True
    )
    events_count = models.PositiveIntegerField(default=0)
    last_hash = models.CharField(max_length=64, blank=True)
    scan_count = models.PositiveIntegerField(_("số lần quét"), default=0)
    first_scanned_at = models.DateTimeField(_("quét lần đầu"), null=True, blank=True)

    class Meta:
        ordering = ("-harvested_on", "-pk")
        verbose_name = _("lô hàng")
        verbose_name_plural = _("lô hàng")
        constraints = [
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="lot_holds_something"),
            models.CheckConstraint(
                condition=models.Q(best_before__gte=models.F("harvested_on")),
                name="lot_keeps_until_later",
                violation_error_message=_("Hạn dùng phải sau ngày thu hoạch."),
            ),
        ]

    def __str__(self) -> str:
        return self.grouped_code

    @property
    def grouped_code(self) -> str:
        """As printed beside the QR."""
        return grouped(self.code)


class LotEvent(models.Model):
    """One line in the book of a lot, chained to the line before by its hash; append-only (trigger).

    Unit: ``quantity`` in the lot's unit, None when the step has none; of a correction, what the ``corrects``-th
    line should have said; of an ingredient, in the unit of the lot it came from. ``counterpart`` is that lot, or
    the lot that was made from this one.
    """

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="events")
    number = models.PositiveSmallIntegerField(_("dòng số"))
    kind = models.CharField(_("việc"), max_length=10, choices=LotEventKind)
    at = models.DateTimeField(_("lúc"))
    quantity = models.PositiveIntegerField(_("số lượng"), null=True, blank=True)
    corrects = models.PositiveSmallIntegerField(_("sửa dòng số"), null=True, blank=True)
    counterpart = models.ForeignKey(
        Lot,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="mentions",
        verbose_name=_("lô kia"),
    )
    note = models.CharField(_("ghi chú"), max_length=255, blank=True)
    place = models.CharField(_("nơi làm"), max_length=120, blank=True)
    recorded_at = models.DateTimeField(_("ghi lúc"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("number",)
        verbose_name = _("dòng trong sổ lô")
        verbose_name_plural = _("dòng trong sổ lô")
        constraints = [
            models.UniqueConstraint(fields=("lot", "number"), name="one_line_per_number"),
            models.CheckConstraint(
                condition=models.Q(
                    kind=LotEventKind.CORRECTION, corrects__isnull=False, quantity__isnull=False
                )
                | (~models.Q(kind=LotEventKind.CORRECTION) & models.Q(corrects__isnull=True)),
                name="only_a_correction_corrects",
            ),
            models.CheckConstraint(
                condition=models.Q(counterpart=None)
                | models.Q(kind__in=(LotEventKind.SOURCE, LotEventKind.USED), quantity__isnull=False),
                name="only_making_names_another_lot",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} · {self.number} · {self.kind}"
