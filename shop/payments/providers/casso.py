"""Casso's messages (webhook V2) about a bank account: their signature and their fields.

Source: github.com/CassoHQ/casso-webhook-v2-verify-signature. ``X-Casso-Signature: t=<ms>,v1=<hex>`` is the
HMAC-SHA512 over ``t + "." +`` the body as compact JSON with its keys sorted at every depth. Money that left has an
amount below zero; the trial message of the settings page has the id 0.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from shop.payments.provider import Answer, BadSignature, EventKind, ProviderEvent, Verdict

from .reading import hmac_hex, identity, instant, prove, text, unreadable, whole
from .sepay import plain_answer

SIGNATURE_HEADER = "X-Casso-Signature"
TOLERANCE_SECONDS = 300


class Casso:
    code = "casso"
    method = "POST"
    is_booked_later = True

    def read_event(self, headers: Mapping[str, str], body: bytes) -> list[ProviderEvent]:
        given = {name.lower(): value for name, value in headers.items()}.get(SIGNATURE_HEADER.lower(), "")
        found = re.fullmatch(r"t=([0-9]{1,16}),\s?v1=([0-9a-fA-F]{128})", given)
        if not found or abs(time.time() - int(found[1]) / 1000) > TOLERANCE_SECONDS:
            raise BadSignature("timestamp")
        try:
            message = json.loads(body)
        except (ValueError, RecursionError):
            raise BadSignature("no JSON") from None
        secrets = (settings.CASSO_WEBHOOK_KEY, settings.CASSO_WEBHOOK_KEY_PREVIOUS)
        prove(found[2].lower(), secrets, lambda secret: sign(secret, int(found[1]), message))
        return [_read(body, message)]

    def acknowledge(self, verdict: Verdict) -> Answer:
        return plain_answer(verdict)


def sign(key: str, milliseconds: int, message: Any) -> str:
    """The ``v1`` of the signature header."""
    compact = json.dumps(message, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hmac_hex(key, f"{milliseconds}.{compact}", "sha512")


def _read(body: bytes, message: Any) -> ProviderEvent:
    fields = message.get("data") if isinstance(message, dict) else None
    if not isinstance(fields, dict) or isinstance(fields.get("amount"), float | bool):
        return unreadable(body)
    number, amount = fields.get("id"), fields.get("amount")
    is_out = isinstance(amount, int) and amount < 0
    moved = whole(abs(amount)) if isinstance(amount, int) else None
    if not identity(number) or moved is None:
        return unreadable(body)
    memo = text(fields.get("description"), 500)
    accounts = (text(fields.get("accountNumber"), 40), text(fields.get("virtualAccountNumber"), 40))
    is_trial = number in (0, "0")
    return ProviderEvent(
        external_id=identity(number),
        kind=EventKind.OUTGOING if is_out else EventKind.CHARGE,
        amount=moved,
        memo=memo,
        texts=(memo,),
        bank_reference=text(fields.get("reference"), 60),
        occurred_at=instant(fields.get("transactionDateTime")),
        ignored="" if settings.VIETQR_ACCOUNT in accounts and not is_trial else "other-account",
    )
