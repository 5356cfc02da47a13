"""Letters to people: written in the transaction that causes them, sent afterwards."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LetterState(models.TextChoices):
    QUEUED = "queued", _("Chờ gửi")
    SENT = "sent", _("Đã gửi")
    FAILED = "failed", _("Không gửi được")


class Letter(models.Model):
    """One e-mail to one address. ``key`` says what caused it, so that it is written once.

    Idempotent: a second letter with the same key is not written.
    """

    key = models.CharField(max_length=120, unique=True)
    recipient = models.EmailField(_("người nhận"))
    subject = models.CharField(_("tiêu đề"), max_length=200)
    body = models.TextField(_("nội dung"))
    state = models.CharField(max_length=8, choices=LetterState, default=LetterState.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        verbose_name = _("thư")
        verbose_name_plural = _("thư")

    def __str__(self) -> str:
        return f"{self.recipient}: {self.subject}"


class Attachment(models.Model):
    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="attachments")
    filename = models.CharField(max_length=120)
    content_type = models.CharField(max_length=80)
    body = models.BinaryField()

    def __str__(self) -> str:
        return self.filename
