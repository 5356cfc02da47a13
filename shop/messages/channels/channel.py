"""What every way to reach a person has in common: one verb, one receipt, two errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Enclosure:
    """A file to send along."""

    filename: str
    content_type: str
    body: bytes


@dataclass(frozen=True)
class Message:
    """One message to one person, ready for any channel.

    Shape: ``key`` is the idempotency key and never changes between tries; ``recipient`` an e-mail address, or a
    national telephone number such as ``0912345678``; ``parameters`` are for channels that hold the text themselves.
    """

    key: str
    recipient: str
    kind: str
    subject: str
    text: str
    language: str = "vi"
    parameters: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[Enclosure] = ()
    message_id: str = ""


@dataclass(frozen=True)
class Receipt:
    """The channel took the message. ``reference`` is its own number for it, if it told one."""

    reference: str = ""


class ChannelError(Exception):
    """Nothing was taken as far as we know; the text is for people who look after the market."""


class TryLater(ChannelError):
    """Busy, down or unheard of. ``is_unsure``: the message may have been taken although no answer came."""

    def __init__(self, reason: str, *, is_unsure: bool = False) -> None:
        super().__init__(reason)
        self.is_unsure = is_unsure


class WillNotSucceed(ChannelError):
    """Refused as asked: this person cannot be reached this way."""


class Channel(Protocol):
    """Takes messages to people. Knows nothing of letters, orders or our tables."""

    def send(self, message: Message) -> Receipt:
        """Raises: TryLater, WillNotSucceed. Idempotent: by ``message.key`` as far as the other side allows."""
        ...
