"""Zalo Notification Service: a template approved by Zalo, filled with parameters, to a telephone number.

The gateway: ``POST ZALO_ZNS_URL`` with ``{"phone", "template_id", "template_data", "tracking_id"}`` and the header
``access_token``. It answers 200 with ``error`` 0 and ``data.msg_id``, or with a negative ``error``. ``tracking_id`` is
our key; Zalo promises no more than to repeat it, so after a lost answer the same message may come twice.
"""

from __future__ import annotations

from django.conf import settings

from .channel import Message, Receipt, TryLater, WillNotSucceed
from .wire import international, post, short_key

UNREACHABLE = frozenset({-108, -112, -113, -114, -118, -119, -121, -131, -132, -137, -138, -139, -140, -141})
"""Wrong number, no Zalo account, notices blocked, template or parameters refused: asking again changes nothing."""


class ZnsChannel:
    def send(self, message: Message) -> Receipt:
        """Raises: TryLater, also for a token that has ended or a quota that is used up; WillNotSucceed."""
        template = settings.ZALO_ZNS_TEMPLATES.get(message.kind)
        if not settings.ZALO_ZNS_URL or not template:  # switched off since the message was written
            raise WillNotSucceed("channel is off")
        status, said = post(
            settings.ZALO_ZNS_URL,
            {
                "phone": international(message.recipient),
                "template_id": template,
                "template_data": dict(message.parameters),
                "tracking_id": short_key(message.key),
            },
            {"access_token": settings.ZALO_ZNS_TOKEN},
        )
        error = said.get("error")
        if status == 200 and error == 0:
            found = said.get("data")
            return Receipt(str(found.get("msg_id", "")) if isinstance(found, dict) else "")
        if error in UNREACHABLE:
            raise WillNotSucceed(f"{error} {said.get('message', '')}"[:200])
        raise TryLater(f"status {status}, error {error}")
