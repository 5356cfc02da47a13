"""Form 01/BK-ĐCTT: the list of invoices that one correcting invoice adjusts or replaces together."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import Cooperative

from .invoice import Invoice, InvoiceDocument


class CorrectionList(models.Model):
    """The list beside one correcting invoice; ``document`` holds its signed bytes once that invoice is issued.

    From then on it is frozen with its rows (also database triggers).
    """

    seller = models.ForeignKey(Cooperative, on_delete=models.PROTECT, related_name="correction_lists")
    number = models.CharField(_("số bảng kê"), max_length=20)
    dated = models.DateField(_("ngày bảng kê"))
    correction = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="list")
    document = models.OneToOneField(
        InvoiceDocument, on_delete=models.PROTECT, null=True, related_name="correction_list"
    )

    class Meta:
        ordering = ("pk",)
        verbose_name = _("bảng kê hóa đơn điều chỉnh, thay thế")
        verbose_name_plural = _("bảng kê hóa đơn điều chỉnh, thay thế")
        constraints = [models.UniqueConstraint(fields=("seller", "number"), name="one_list_per_number")]

    def __str__(self) -> str:
        return self.number


class ListedInvoice(models.Model):
    """An invoice on a list: the sale as it stood, as it then stands, and what the correcting invoice states for it.

    ``stated_amount`` is the difference where it is adjusted, all of it where it is replaced. Unit: whole đồng.
    """

    list = models.ForeignKey(CorrectionList, on_delete=models.PROTECT, related_name="rows")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="listings")
    sale_before = models.JSONField()
    sale_after = models.JSONField()
    stated_amount = models.BigIntegerField()

    class Meta:
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=("list", "invoice"), name="once_on_a_list")]

    def __str__(self) -> str:
        return f"{self.list} {self.invoice}"
