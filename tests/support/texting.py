"""The market with its telephones switched on, against counterparts on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from shop.messages.kinds import ZNS_PARAMETERS
from tests.fakes.texting import SMS_TOKEN, ZNS_TOKEN, Texting, running


@contextmanager
def telephones(settings: Any, *, sms: bool = True, zns: bool = False) -> Iterator[Texting]:
    """The counterpart behind the channels that are on."""
    with running(Texting()) as texting:
        if sms:
            settings.SMS_URL, settings.SMS_TOKEN = f"{texting.url}/sms", SMS_TOKEN
            settings.SMS_SENDER = "ChoPhien"
        if zns:
            settings.ZALO_ZNS_URL, settings.ZALO_ZNS_TOKEN = f"{texting.url}/zns", ZNS_TOKEN
            settings.ZALO_ZNS_TEMPLATES = {kind: f"30{n}" for n, kind in enumerate(ZNS_PARAMETERS)}
        yield texting
