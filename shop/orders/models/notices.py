"""How stalls hear of what they have to pack."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import Cooperative
from shop.messages.models import ChannelName


class NoticeRhythm(models.TextChoices):
    AT_ONCE = "at-once", _("Có kiện nào báo ngay kiện ấy")
    DIGEST = "digest", _("Gom lại, báo vào giờ đã chọn")


class StallNotices(models.Model):
    """How a cooperative hears of parcels to pack; without a row at once and by mail. Met on its screen of notices.

    Shape: ``hours`` of the day in Vietnam, ascending, such as ``[7, 12]``; ``channel`` mail or SMS. What came until
    ``digested_at`` has been told or is left for the hour after it.
    """

    cooperative = models.OneToOneField(Cooperative, on_delete=models.CASCADE, related_name="notices")
    rhythm = models.CharField(
        _("khi nào báo"), max_length=8, choices=NoticeRhythm, default=NoticeRhythm.AT_ONCE
    )
    channel = models.CharField(_("báo bằng"), max_length=4, choices=ChannelName, default=ChannelName.MAIL)
    hours = models.JSONField(_("giờ báo"), default=list, blank=True)
    digested_at = models.DateTimeField()

    class Meta:
        verbose_name = _("cách báo tin")
        verbose_name_plural = _("cách báo tin")

    def __str__(self) -> str:
        return f"{self.cooperative}: {self.rhythm}"
