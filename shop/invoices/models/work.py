"""The staff's work around invoices: notices of errors, and many invoices issued at once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .inquiries import InquiredInvoice
from .invoice import Invoice, InvoiceDocument


class NoticeStatus(models.TextChoices):
    """to sign → signed → sent → accepted | rejected.

    At a provider that numbers notices itself: signed → unclear → sent, and people note the rest
    (:mod:`shop.invoices.passed_notices`).
    """

    TO_SIGN = "to-issue", _("Cần ký")
    SIGNED = "signed", _("Đã ký, chưa gửi")
    UNCLEAR = "unclear", _("Chưa rõ đã tới chưa")
    SENT = "sent", _("Chờ cơ quan thuế")
    ACCEPTED = "accepted", _("Cơ quan thuế đã nhận")
    REJECTED = "rejected", _("Bị từ chối")


class ErrorNotice(models.Model):
    """Form 04/SS-HĐĐT: the buyer's name or address on an invoice is wrong, tax code and amounts are right.

    The invoice stays as it is. Once signed the notice is frozen (also a database trigger); its bytes are
    ``document``.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="notices")
    reason = models.CharField(_("sai ở đâu, đúng là gì"), max_length=255)
    status = models.CharField(
        _("tình trạng"), max_length=10, choices=NoticeStatus, default=NoticeStatus.TO_SIGN
    )
    document = models.OneToOneField(
        InvoiceDocument, on_delete=models.PROTECT, null=True, related_name="notice"
    )
    message_id = models.CharField(max_length=46, blank=True, db_index=True)
    passed_as = models.CharField(_("số thông điệp ở nhà cung cấp"), max_length=255, blank=True)
    rejection = models.TextField(_("lý do từ chối"), blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True, db_index=True)
    answers = models.ForeignKey(
        InquiredInvoice, on_delete=models.PROTECT, null=True, blank=True, related_name="answers"
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("created_at", "pk")
        verbose_name = _("thông báo hóa đơn sai sót")
        verbose_name_plural = _("thông báo hóa đơn sai sót")
        constraints = [
            models.CheckConstraint(
                condition=Q(status="to-issue") ^ Q(document__isnull=False), name="signed_notice_has_its_bytes"
            )
        ]

    def __str__(self) -> str:
        return f"04/SS {self.invoice}"


class IssueBatch(models.Model):
    """Invoices that somebody asked to issue at once; the work goes on when the browser is closed."""

    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("đợt lập hóa đơn")
        verbose_name_plural = _("đợt lập hóa đơn")

    def __str__(self) -> str:
        return f"#{self.pk}"


class IssueBatchRow(models.Model):
    """One invoice of a batch; ``refusal`` says why it could not be issued."""

    batch = models.ForeignKey(IssueBatch, on_delete=models.CASCADE, related_name="rows")
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="batch_rows")
    done_at = models.DateTimeField(null=True, blank=True)
    refusal = models.TextField(blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=("batch", "invoice"), name="once_in_a_batch")]

    def __str__(self) -> str:
        return f"{self.batch} {self.invoice}"
