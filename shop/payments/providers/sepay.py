"""SePay's messages about a bank account: their signature and their fields.

Source: developer.sepay.vn (webhooks). ``X-SePay-Signature: sha256=<hex>`` is the HMAC-SHA256 over
``"{X-SePay-Timestamp}." + raw body``; a message more than five minutes away is refused. SePay sends again until it
reads ``{"success": true}``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping

from django.conf import settings

from shop.payments.provider import Answer, BadSignature, EventKind, ProviderEvent, Verdict

from .reading import hmac_hex, identity, instant, prove, read_object, text, unreadable, whole

SIGNATURE_HEADER = "X-SePay-Signature"
TIMESTAMP_HEADER = "X-SePay-Timestamp"
TOLERANCE_SECONDS = 300


class SePay:
    code = "sepay"
    method = "POST"
    is_booked_later = True

    def read_event(self, headers: Mapping[str, str], body: bytes) -> list[ProviderEvent]:
        secrets = (settings.SEPAY_WEBHOOK_SECRET, settings.SEPAY_WEBHOOK_SECRET_PREVIOUS)
        verify(headers, body, secrets=secrets, now=time.time())
        return [read(body, account=settings.VIETQR_ACCOUNT)]

    def acknowledge(self, verdict: Verdict) -> Answer:
        return plain_answer(verdict)


def plain_answer(verdict: Verdict) -> Answer:
    """``{"success": true}`` once a delivery is kept, whatever it paid for."""
    status = {Verdict.FORGED: 401, Verdict.BROKEN: 500}.get(verdict, 200)
    return Answer(status, {"success": status == 200})


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """The value of the signature header."""
    return f"sha256={hmac_hex(secret, f'{timestamp}.'.encode() + body)}"


def verify(headers: Mapping[str, str], body: bytes, *, secrets: Iterable[str], now: float) -> None:
    """Accept only a fresh message signed with one of ``secrets``.

    Raises: BadSignature. Empty secrets never match.
    """
    given = {name.lower(): value for name, value in headers.items()}
    stamp = given.get(TIMESTAMP_HEADER.lower(), "")
    if not re.fullmatch(r"[0-9]{1,12}", stamp) or abs(now - int(stamp)) > TOLERANCE_SECONDS:
        raise BadSignature("timestamp")
    prove(given.get(SIGNATURE_HEADER.lower()), secrets, lambda secret: sign(secret, int(stamp), body))


def read(body: bytes, *, account: str) -> ProviderEvent:
    """The event in a genuine message; what cannot be understood comes back marked, never as an exception."""
    message = read_object(body)
    if message is None:
        return unreadable(body)
    external_id, amount = identity(message.get("id")), whole(message.get("transferAmount"))
    if not external_id or amount is None:
        return unreadable(body)
    texts = tuple(text(message.get(name), 500) for name in ("code", "content", "description"))
    below = text(message.get("subAccount"), 40)
    is_ours = account in (text(message.get("accountNumber"), 40), below)
    return ProviderEvent(
        external_id=external_id,
        kind=EventKind.CHARGE if message.get("transferType") == "in" else EventKind.OUTGOING,
        amount=amount,
        memo=texts[1] or texts[2] or texts[0],
        texts=texts,
        account=below if below != account else "",
        bank_reference=text(message.get("referenceCode"), 60),
        occurred_at=instant(message.get("transactionDate")),
        ignored="" if is_ours else "other-account",
    )
