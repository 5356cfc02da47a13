"""The second step of a log-in: codes from the person's telephone (TOTP, RFC 6238), and some on paper."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SecondFactor(models.Model):
    """What a person's telephone and the market both know. Counts from ``confirmed_at``, when a first code was right.

    ``sealed_secret`` is encrypted with a key made of ``SECRET_KEY``: a copy of the database alone lets nobody in.
    ``last_step`` is the 30-second step of the last code taken; no code is taken twice.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factor"
    )
    sealed_secret = models.CharField(max_length=255)
    confirmed_at = models.DateTimeField(_("bật lúc"), null=True, blank=True)
    last_step = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("đăng nhập hai bước")
        verbose_name_plural = _("đăng nhập hai bước")

    def __str__(self) -> str:
        return str(self.user)


class RecoveryCode(models.Model):
    """One of the codes that the person has written down; kept as a hash, good once."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("mã dự phòng")
        verbose_name_plural = _("mã dự phòng")

    def __str__(self) -> str:
        return f"{self.factor} {self.pk}"
