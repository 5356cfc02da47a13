"""Every channel by its name, and which of them this market has switched on."""

from __future__ import annotations

from django.conf import settings

from shop.messages.models import ChannelName

from .channel import Channel
from .mail import MailChannel
from .sms import SmsChannel
from .zns import ZnsChannel

CHANNELS: dict[str, Channel] = {
    ChannelName.MAIL: MailChannel(),
    ChannelName.SMS: SmsChannel(),
    ChannelName.ZNS: ZnsChannel(),
}


def is_on(name: str) -> bool:
    """Whether messages may be written for that channel; mail always may."""
    needed = {ChannelName.SMS: settings.SMS_URL, ChannelName.ZNS: settings.ZALO_ZNS_URL}
    return bool(needed.get(ChannelName(name), "mail"))
