"""The words of a message for each way it may take, all from one context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import translation

from shop.accounts.phones import national_number

from .channels import is_on
from .kinds import LONGEST, LONGEST_OTHER, SHORT_KINDS, ZNS_PARAMETERS
from .models import ChannelName
from .short import told_in_short


@dataclass(frozen=True)
class Way:
    """A channel with the address or number that a person has there."""

    channel: ChannelName
    recipient: str


@dataclass(frozen=True)
class Worded:
    """What one way carries."""

    way: Way
    body: str
    parameters: Mapping[str, str]

    def kept(self) -> dict[str, Any]:
        """As ``Letter.fallbacks`` keeps it."""
        return {
            "channel": str(self.way.channel.value),
            "recipient": self.way.recipient,
            "body": self.body,
            "parameters": dict(self.parameters),
        }


def ways_to(*, email: str, phone: str, kind: str, phone_first: bool = False) -> list[Way]:
    """How the person can be told this, the best way first: mail, then Zalo, then SMS.

    A telephone gets only ``SHORT_KINDS``, and only by channels that are switched on. ``phone_first``: SMS before mail.
    """
    by_mail = [Way(ChannelName.MAIL, email)] if email else []
    number = national_number(phone) if kind in SHORT_KINDS else None
    by_phone = []
    if number and is_on(ChannelName.ZNS) and kind in settings.ZALO_ZNS_TEMPLATES:
        by_phone.append(Way(ChannelName.ZNS, number))
    if number and is_on(ChannelName.SMS):
        by_phone.append(Way(ChannelName.SMS, number))
    return by_phone + by_mail if phone_first else by_mail + by_phone


def word(
    kind: str, context: Mapping[str, Any], language: str, ways: Sequence[Way]
) -> tuple[str, list[Worded]]:
    """The subject, and what each way carries.

    Shape: ``letters/<kind>.txt``, whose first line is the subject; ``short/<kind>.txt`` for telephones.
    """
    full = {**context, "market_name": settings.MARKET_NAME}
    with translation.override(language):
        text = render_to_string(f"letters/{kind}.txt", full)
        subject, _, body = text.strip().partition("\n")
        letter = body.strip() + "\n"
        short = ""
        if any(way.channel != ChannelName.MAIL for way in ways):
            short = told_in_short(render_to_string(f"short/{kind}.txt", full), language)
        worded = [
            Worded(
                way,
                letter if way.channel == ChannelName.MAIL else short,
                _parameters(kind, full) if way.channel == ChannelName.ZNS else {},
            )
            for way in ways
        ]
    return " ".join(subject.split())[:200], worded


def _parameters(kind: str, context: Mapping[str, Any]) -> dict[str, str]:
    filled = {}
    for name, source in ZNS_PARAMETERS[kind].items():
        text = Template(source).render(Context(dict(context), autoescape=False))
        filled[name] = text[: LONGEST.get(name, LONGEST_OTHER)]
    return filled
