"""Reading what providers send: whole đồng, short texts, Vietnamese time, and proofs compared in constant time."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from shop.payments.provider import BadSignature, ProviderEvent

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")  # providers write local time without a zone
LONGEST_ID = 60  # an order's code is put behind it where one transfer pays several orders
_MOST_AMOUNT = 10**15  # far above any transfer, far below what the database can hold
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def read_object(body: bytes) -> dict[str, Any] | None:
    """The JSON object in ``body``; None for anything else. Numbers with a point are exact decimals."""
    try:
        message = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None


def unreadable(body: bytes) -> ProviderEvent:
    """A genuine delivery that a person has to look at."""
    return ProviderEvent(external_id=f"sha256:{hashlib.sha256(body).hexdigest()}", unreadable=True)


def whole(value: Any) -> int | None:
    """A whole amount of đồng above zero, given as a number; None for anything else.

    >>> whole(125000), whole(Decimal("125000.0")), whole(-1), whole(True), whole("125000")
    (125000, 125000, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    if not 0 < value < _MOST_AMOUNT or value != int(value):
        return None
    return int(value)


def whole_digits(value: Any) -> int | None:
    """The same where a provider writes amounts as digits in a text.

    >>> whole_digits("125000"), whole_digits(125000), whole_digits("1.5")
    (125000, 125000, None)
    """
    is_digits = isinstance(value, str) and re.fullmatch(r"[0-9]{1,15}", value)
    return whole(int(value) if is_digits else value)


def text(value: Any, length: int) -> str:
    """``value`` as one printable line of at most ``length`` characters; empty if it is no text or number."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    return " ".join(_UNPRINTABLE.sub(" ", str(value)[: length * 2]).split())[:length]


def identity(value: Any) -> str:
    """A provider's id for a message or a movement; empty if it is none that can be kept whole."""
    found = text(value, LONGEST_ID + 1)
    return found if len(found) <= LONGEST_ID else ""


def instant(value: Any, layout: str = "%Y-%m-%d %H:%M:%S") -> dt.datetime | None:
    """Vietnamese local time as an aware instant; None if it cannot be read."""
    try:
        return dt.datetime.strptime(str(value), layout).replace(tzinfo=VIETNAM)
    except ValueError:
        return None


def instant_of(milliseconds: Any) -> dt.datetime | None:
    """Milliseconds since 1970 as an aware instant; None for anything else."""
    is_number = isinstance(milliseconds, int) and not isinstance(milliseconds, bool)
    if not is_number or not 0 < milliseconds < 10**14:
        return None
    return dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC)


def local(moment: dt.datetime, layout: str) -> str:
    """An instant as providers want it written: Vietnamese local time."""
    return moment.astimezone(VIETNAM).strftime(layout)


def hmac_hex(secret: str, message: str | bytes, algorithm: str = "sha256") -> str:
    """The keyed digest as lower-case hexadecimal."""
    raw = message.encode() if isinstance(message, str) else message
    return hmac.new(secret.encode(), raw, algorithm).hexdigest()


def prove(given: Any, secrets: Iterable[str], made_with: Callable[[str], str]) -> None:
    """Accept ``given`` if one of ``secrets`` (the current and, in rotation, the previous) makes the same.

    Raises: BadSignature. Empty secrets never match; time tells nothing.
    """
    proof = str(given or "").encode("utf-8", "replace")
    genuine = [hmac.compare_digest(made_with(secret).encode(), proof) for secret in secrets if secret]
    if not any(genuine):
        raise BadSignature("signature")
