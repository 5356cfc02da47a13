"""What the tax authority asks a seller to look at again (form 01/TB-RSĐT), and each invoice that it names."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import Cooperative

from .invoice import Invoice


class Inquiry(models.Model):
    """One message 302 as it came; its bytes are never changed (also a database trigger).

    ``due_on`` is the last day for an answer. ``turn`` is 2 when the authority asks again.
    """

    seller = models.ForeignKey(Cooperative, on_delete=models.PROTECT, related_name="inquiries")
    message_id = models.CharField(max_length=46, unique=True)
    number = models.CharField(_("số thông báo"), max_length=30)
    noticed_on = models.DateField(_("ngày thông báo"))
    due_on = models.DateField(_("hạn trả lời"))
    turn = models.PositiveSmallIntegerField(_("lần"))
    body = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("due_on", "pk")
        verbose_name = _("yêu cầu rà soát hóa đơn")
        verbose_name_plural = _("yêu cầu rà soát hóa đơn")

    def __str__(self) -> str:
        return f"302 {self.number}"


class InquiredInvoice(models.Model):
    """An invoice that the authority asks about. ``invoice`` is missing where our books hold none of that name.

    Done when a notice 04/SS that answers it is on its way or received, or when somebody has settled it by other means.
    """

    request = models.ForeignKey(Inquiry, on_delete=models.PROTECT, related_name="rows")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, null=True, related_name="inquiries")
    named = models.CharField(_("hóa đơn"), max_length=60)
    reason = models.CharField(_("cơ quan thuế nói"), max_length=255)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settlement = models.CharField(_("đã trả lời thế nào"), max_length=255, blank=True)

    class Meta:
        ordering = ("pk",)
        verbose_name = _("hóa đơn cần rà soát")
        verbose_name_plural = _("hóa đơn cần rà soát")

    def __str__(self) -> str:
        return self.named
