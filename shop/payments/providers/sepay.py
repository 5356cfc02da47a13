"""SePay's messages about a bank account: their signature and their fields.

Source: developer.sepay.vn (webhooks). ``X-SePay-Signature: sha256=<hex>`` is the HMAC-SHA256 over
``"{X-SePay-Timestamp}." + raw body``; a message more than five minutes away is refused.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from shop.payments.provider import BadSignature, ProviderEvent

SIGNATURE_HEADER = "X-SePay-Signature"
TIMESTAMP_HEADER = "X-SePay-Timestamp"
TOLERANCE_SECONDS = 300
_BANK_TIME = ZoneInfo("Asia/Ho_Chi_Minh")
_MOST_AMOUNT = 10**15  # far above any transfer, far below what the database can hold
_LONGEST_ID = 60  # an order's code is put behind it where one transfer pays several orders
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """The value of the signature header."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"


def verify(headers: Mapping[str, str], body: bytes, *, secrets: Iterable[str], now: float) -> None:
    """Accept only a fresh message signed with one of ``secrets`` (the current and, in rotation, the previous).

    Raises: BadSignature. Empty secrets never match.
    """
    given = {name.lower(): value for name, value in headers.items()}
    stamp = given.get(TIMESTAMP_HEADER.lower(), "")
    signature = given.get(SIGNATURE_HEADER.lower(), "").encode("utf-8", "replace")
    if not re.fullmatch(r"[0-9]{1,12}", stamp) or abs(now - int(stamp)) > TOLERANCE_SECONDS:
        raise BadSignature("timestamp")
    genuine = [
        hmac.compare_digest(sign(secret, int(stamp), body).encode(), signature)
        for secret in secrets
        if secret
    ]
    if not any(genuine):
        raise BadSignature("signature")


def read(body: bytes, *, account: str) -> ProviderEvent:
    """The event in a genuine message; what cannot be understood comes back marked, never as an exception."""
    unreadable = ProviderEvent(external_id=f"sha256:{hashlib.sha256(body).hexdigest()}", unreadable=True)
    try:
        # Floats never touch money: 125000.0 is read as an exact decimal.
        message = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        return unreadable
    if not isinstance(message, dict):
        return unreadable
    number, amount = message.get("id"), _whole(message.get("transferAmount"))
    if isinstance(number, bool) or not isinstance(number, int | str) or amount is None:
        return unreadable
    external_id = _text(number, _LONGEST_ID + 1)
    if not 0 < len(external_id) <= _LONGEST_ID:
        return unreadable
    texts = tuple(_text(message.get(name), 500) for name in ("code", "content", "description"))
    if message.get("transferType") != "in":
        ignored = "outgoing"
    elif account not in (_text(message.get("accountNumber"), 40), _text(message.get("subAccount"), 40)):
        ignored = "other-account"
    else:
        ignored = ""
    return ProviderEvent(
        external_id=external_id,
        amount=amount,
        memo=texts[1] or texts[2] or texts[0],
        texts=texts,
        occurred_at=_instant(message.get("transactionDate")),
        ignored=ignored,
    )


def _whole(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    if not 0 < value < _MOST_AMOUNT or value != int(value):
        return None
    return int(value)


def _text(value: Any, length: int) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    return " ".join(_UNPRINTABLE.sub(" ", str(value)[: length * 2]).split())[:length]


def _instant(value: Any) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(str(value), "%Y-%m-%d %H:%M:%S").replace(tzinfo=_BANK_TIME)
    except ValueError:
        return None
