"""Keys that a person's telephone or computer keeps and opens with a finger, a face or the screen's lock (WebAuthn)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Passkey(models.Model):
    """The public half of one key. Nothing here lets anybody in: the other half never leaves the person's device.

    Shape: ``credential_id`` and ``handle`` are written in base64url; ``handle`` is the random name under which the
    device knows the person, the same for all keys of one person; ``sign_count`` what the key said it had signed when
    it was last used (0: a key that does not count).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(_("tên khóa"), max_length=60)
    credential_id = models.CharField(max_length=1400, unique=True)
    public_key = models.BinaryField()
    handle = models.CharField(max_length=90)
    sign_count = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(_("thêm lúc"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("dùng gần nhất"), null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        verbose_name = _("khóa truy cập")
        verbose_name_plural = _("khóa truy cập")

    def __str__(self) -> str:
        return self.name
