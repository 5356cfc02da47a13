"""What kind of device a browser says it runs on. A hint for its owner, never a proof: anybody can send any text."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class DeviceKind(models.TextChoices):
    PHONE = "phone", _("Điện thoại")
    TABLET = "tablet", _("Máy tính bảng")
    COMPUTER = "computer", _("Máy tính")
    OTHER = "other", _("Máy không rõ loại")


@dataclass(frozen=True)
class Device:
    """Its kind, and the names of its system and browser; empty for one that is not known."""

    kind: DeviceKind
    system: str = ""
    browser: str = ""

    def __str__(self) -> str:
        first = " ".join(part for part in (str(self.kind.label), self.system) if part)
        return ", ".join(part for part in (first, self.browser) if part)


# First sign found in the text counts: many browsers also carry the names of others.
_SYSTEMS = (
    ("iPhone", DeviceKind.PHONE, "iPhone"),
    ("iPad", DeviceKind.TABLET, "iPad"),
    ("Android", DeviceKind.TABLET, "Android"),  # with "Mobile" it is a telephone
    ("Windows", DeviceKind.COMPUTER, "Windows"),
    ("Macintosh", DeviceKind.COMPUTER, "Mac"),
    ("CrOS", DeviceKind.COMPUTER, "Chromebook"),
    ("Linux", DeviceKind.COMPUTER, "Linux"),
)
_BROWSERS = (
    ("Zalo", "Zalo"),
    ("FBAN", "Facebook"),
    ("FBAV", "Facebook"),
    ("coc_coc", "Cốc Cốc"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def device_of(user_agent: str) -> Device:
    """What the header ``User-Agent`` tells.

    >>> ask = device_of("Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36")
    >>> ask.kind.value, ask.system, ask.browser
    ('phone', 'Android', 'Chrome')
    >>> device_of("curl/8.1").kind.value
    'other'
    """
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    for sign, kind, system in _SYSTEMS:
        if sign in user_agent:
            is_phone = sign == "Android" and "Mobile" in user_agent
            return Device(DeviceKind.PHONE if is_phone else kind, system, browser)
    return Device(DeviceKind.OTHER, "", browser)
