"""SMS through a gateway that takes JSON over HTTP.

The gateway: ``POST SMS_URL`` with a bearer token and ``{"to", "from", "text", "key"}``. It answers ``{"id": …}``, with
status 200 or 201 for a message it takes and 409 for a key it has taken before; 400 or 422 with ``{"error": …}`` for a
number or text it never will; 429 and 5xx for later.
"""

from __future__ import annotations

from django.conf import settings

from .channel import Message, Receipt, TryLater, WillNotSucceed
from .wire import international, post, short_key

NEVER = (400, 422)


class SmsChannel:
    def send(self, message: Message) -> Receipt:
        """Idempotent: by the key; the gateway's “taken before” is a receipt. Raises: TryLater, WillNotSucceed."""
        if not settings.SMS_URL:  # switched off since the message was written
            raise WillNotSucceed("channel is off")
        key = short_key(message.key)
        status, said = post(
            settings.SMS_URL,
            {
                "to": international(message.recipient),
                "from": settings.SMS_SENDER,
                "text": message.text,
                "key": key,
            },
            {"Authorization": f"Bearer {settings.SMS_TOKEN}", "Idempotency-Key": key},
        )
        if status in (200, 201, 202, 409):
            return Receipt(str(said.get("id", "")))
        if status in NEVER:
            raise WillNotSucceed(str(said.get("error", status))[:200])
        raise TryLater(f"status {status}")  # a wrong token or address: for people to mend
