"""Where people are logged in: one row for each log-in, beside Django's session."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .devices import Device, DeviceKind


class LogIn(models.Model):
    """One log-in of a person by password. Met on the lists of "devices logged in", in the panel and in the account.

    Shape: ``key_hash`` is the SHA-256 of the session's key, ``sealed_key`` that key encrypted with one made of
    ``SECRET_KEY``: needed to end the session. ``device_hash`` is the SHA-256 of a cookie that stays on the device;
    ``network`` the address cut to its network (``audit.sources.cut``). ``seen_at`` is right to the hour.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="log_ins")
    key_hash = models.CharField(max_length=64)
    sealed_key = models.CharField(max_length=255)
    device_hash = models.CharField(max_length=64, blank=True)
    kind = models.CharField(_("loại máy"), max_length=8, choices=DeviceKind, default=DeviceKind.OTHER)
    system = models.CharField(max_length=20, blank=True)
    browser = models.CharField(max_length=20, blank=True)
    network = models.CharField(_("mạng"), max_length=50, blank=True)
    started_at = models.DateTimeField(_("đăng nhập lúc"), default=timezone.now)
    seen_at = models.DateTimeField(_("dùng gần nhất"), default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        ordering = ("-started_at", "-pk")
        verbose_name = _("lần đăng nhập")
        verbose_name_plural = _("lần đăng nhập")
        indexes = [models.Index(fields=("user", "-started_at"), name="log_ins_of_a_person")]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.device}"

    @property
    def device(self) -> Device:
        """What it was done on, in words."""
        return Device(DeviceKind(self.kind), self.system, self.browser)

    @property
    def place(self) -> str:
        """The network as people read it: ``203.0.113.…``."""
        address, _slash, bits = self.network.partition("/")
        if not bits:
            return ""
        return f"{address.removesuffix('::')}:…" if ":" in address else f"{address.removesuffix('.0')}.…"
