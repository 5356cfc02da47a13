"""A cooperative's file between the trial and the writing: the row is the truth, the worker's job a wake-up call."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .cooperative import Cooperative


class ImportStatus(models.TextChoices):
    """checking → checked → writing → written, or refused (the file) or stopped (all or nothing, and not all)."""

    CHECKING = "checking", _("đang xem thử")
    REFUSED = "refused", _("không đọc được")
    CHECKED = "checked", _("đã xem thử")
    WRITING = "writing", _("đang ghi")
    STOPPED = "stopped", _("không ghi")
    WRITTEN = "written", _("đã ghi")


class ProductImport(models.Model):
    """One file that a cooperative sent. Met on the import's screens; nobody else ever sees it.

    ``refusal`` is empty unless the file as a whole can't be used; ``notes`` hold what the trial found beside rows.
    """

    cooperative = models.ForeignKey(Cooperative, on_delete=models.CASCADE, related_name="imports")
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    file_name = models.CharField(max_length=120)
    status = models.CharField(max_length=8, choices=ImportStatus, default=ImportStatus.CHECKING)
    is_per_row = models.BooleanField(default=False)
    refusal = models.JSONField(default=dict, blank=True)
    notes = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    woken_at = models.DateTimeField(auto_now_add=True)  # when a job last took a step

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("lần nhập từ tệp")
        verbose_name_plural = _("các lần nhập từ tệp")

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_at_work(self) -> bool:
        return self.status in (ImportStatus.CHECKING, ImportStatus.WRITING)


class ProductImportFile(models.Model):
    """The bytes that were sent, apart so that lists never read them; deleted when they are no longer needed."""

    product_import = models.OneToOneField(
        ProductImport, on_delete=models.CASCADE, primary_key=True, related_name="files"
    )
    table = models.BinaryField()
    pictures = models.BinaryField(default=b"")

    def __str__(self) -> str:
        return str(self.product_import)


class ProductImportRow(models.Model):
    """One row of the file: what it would change, and whether it has. ``kind``: as ``importing.planning.RowKind``."""

    product_import = models.ForeignKey(ProductImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    sku = models.CharField(max_length=128, blank=True)
    title = models.CharField(max_length=255, blank=True)
    kind = models.CharField(max_length=7)
    changes = models.JSONField(default=list, blank=True)
    problems = models.JSONField(default=list, blank=True)
    written_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=("product_import", "number"), name="one_line_per_row_of_a_file")
        ]
        indexes = [models.Index(fields=("product_import", "kind", "number"))]

    def __str__(self) -> str:
        return f"{self.number}: {self.sku}"
