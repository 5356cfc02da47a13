"""Letters to people: written in the transaction that causes them, sent afterwards."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LetterState(models.TextChoices):
    QUEUED = "queued", _("Chờ gửi")
    SENT = "sent", _("Đã gửi")
    FAILED = "failed", _("Không gửi được")
    REPLACED = "replaced", _("Không gửi được, đã chuyển cách khác")


class ChannelName(models.TextChoices):
    MAIL = "mail", _("Thư điện tử")
    SMS = "sms", _("Tin nhắn SMS")
    ZNS = "zns", _("Zalo")


class Letter(models.Model):
    """One message to one person by one channel. ``key`` says what caused it, so that it is written once.

    Shape: ``recipient`` is an e-mail address, or a national telephone number for the other channels; ``kind`` the name
    of its template; ``reference`` the number of the order it is about, if any; ``parameters`` fill a Zalo template.
    ``fallbacks`` are further ways, already worded, each tried once after this one has failed. ``is_unsure``: a try
    ended without our knowing whether the person has it. Met on the order's page in the panel.
    Idempotent: a second letter with the same key is not written.
    """

    key = models.CharField(max_length=130, unique=True)
    channel = models.CharField(_("cách gửi"), max_length=4, choices=ChannelName, default=ChannelName.MAIL)
    recipient = models.CharField(_("người nhận"), max_length=254)
    kind = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=5, default="vi")
    reference = models.CharField(_("đơn hàng"), max_length=32, blank=True, db_index=True)
    subject = models.CharField(_("tiêu đề"), max_length=200)
    body = models.TextField(_("nội dung"))
    parameters = models.JSONField(default=dict, blank=True)
    fallbacks = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=8, choices=LetterState, default=LetterState.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(db_index=True)
    is_unsure = models.BooleanField(default=False)
    error = models.CharField(max_length=200, blank=True)
    receipt = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        verbose_name = _("thư")
        verbose_name_plural = _("thư")

    def __str__(self) -> str:
        return f"{self.recipient}: {self.subject}"

    @property
    def family(self) -> str:
        """What the letter and those that stand in for it have in common."""
        return self.key.partition("~")[0]


class Attachment(models.Model):
    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="attachments")
    filename = models.CharField(max_length=120)
    content_type = models.CharField(max_length=80)
    body = models.BinaryField()

    def __str__(self) -> str:
        return self.filename
