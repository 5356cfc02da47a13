"""payOS's messages about a bank account: their signature and their fields.

Source: payos.vn/docs (kiem-tra-du-lieu-voi-signature). ``signature`` in the body is the HMAC-SHA256 over
``k1=v1&k2=v2…`` of ``data`` sorted by key, whatever keys arrive; null, "null" and "undefined" count as empty. The
message that registers a webhook names an account of the documents and must be answered like any other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from shop.payments.provider import Answer, BadSignature, ProviderEvent, Verdict

from .reading import hmac_hex, identity, instant, prove, read_object, text, unreadable, whole
from .sepay import plain_answer


class PayOs:
    code = "payos"
    method = "POST"

    def read_event(self, headers: Mapping[str, str], body: bytes) -> list[ProviderEvent]:
        message = read_object(body)
        fields = (message or {}).get("data")
        if message is None or not isinstance(fields, dict):
            raise BadSignature("no data")
        secrets = (settings.PAYOS_CHECKSUM_KEY, settings.PAYOS_CHECKSUM_KEY_PREVIOUS)
        prove(message.get("signature"), secrets, lambda secret: sign(secret, fields))
        return [_read(body, fields)]

    def acknowledge(self, verdict: Verdict) -> Answer:
        return plain_answer(verdict)


def sign(key: str, fields: Mapping[str, Any]) -> str:
    """The signature over the ``data`` of a message."""
    return hmac_hex(key, "&".join(f"{name}={_plain(fields[name])}" for name in sorted(fields)))


def _plain(value: Any) -> str:
    if value is None or value in ("null", "undefined"):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return str(value)


def _read(body: bytes, fields: dict[str, Any]) -> ProviderEvent:
    link, reference = text(fields.get("paymentLinkId"), 40), identity(fields.get("reference"))
    external_id, amount = identity(f"{link}:{reference}"), whole(fields.get("amount"))
    if not reference or not external_id or amount is None:
        return unreadable(body)
    memo = text(fields.get("description"), 500)
    accounts = (text(fields.get("accountNumber"), 40), text(fields.get("virtualAccountNumber"), 40))
    return ProviderEvent(
        external_id=external_id,
        amount=amount,
        memo=memo,
        texts=(memo,),
        bank_reference=reference,
        occurred_at=instant(fields.get("transactionDateTime")),
        ignored="" if settings.VIETQR_ACCOUNT in accounts else "other-account",
    )
