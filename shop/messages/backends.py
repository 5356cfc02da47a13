"""Mail for a market without a mail server: on the console and as files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone


class OutboxBackend(BaseEmailBackend):
    """Writes each message as an .eml file to ``media/private/outbox`` and names it on the console."""

    def __init__(self, fail_silently: bool = False, **kwargs: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self.folder: Path = settings.PRIVATE_DIR / "outbox"

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        self.folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            stamp = timezone.localtime().strftime("%Y%m%d-%H%M%S-%f")
            (self.folder / f"{stamp}.eml").write_bytes(message.message().as_bytes())
            print(f"[mail] {', '.join(message.to)}: {message.subject} → outbox/{stamp}.eml", flush=True)  # noqa: T201
        return len(email_messages)
