"""ZaloPay v2: a payment on its page or in its app, its callback, its query and its refund.

Source: docs.zalopay.vn/v2, github.com/zalopay-oss. ``mac`` is the HMAC-SHA256 over values joined by ``|``: with key1
what we ask, with key2 what we are told, over the string as received. Only success is called back, three times at
most: everything else is found by asking.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.payments.provider import (
    Answer,
    BadSignature,
    EventKind,
    PaymentRequest,
    PaymentState,
    ProviderEvent,
    Redirect,
    RefundProgress,
    RefundRequest,
    RefundState,
    Refused,
    TryLater,
    Verdict,
    Way,
)

from .reading import hmac_hex, identity, instant_of, local, prove, read_object, text, unreadable, whole
from .wire import post

_SUCCESS, _FAILED, _PROCESSING = 1, 2, 3
_SHORTEST, _LONGEST = 300, 2_592_000  # seconds that a payment may stay open
_ANSWERS = {
    Verdict.REPEATED: (2, "already processed"),
    Verdict.FORGED: (-1, "mac not equal"),
    Verdict.BROKEN: (0, "try again"),
}


class ZaloPay(Way):
    code = "zalopay"
    label = _("Ví ZaloPay")
    hint = _("Bạn được đưa sang ZaloPay để trả, xong sẽ quay lại đây.")
    least_amount = 1_000
    most_amount = 100_000_000
    method = "POST"

    def start(self, request: PaymentRequest) -> Redirect:
        fields = {
            "app_id": int(settings.ZALOPAY_APP_ID),
            "app_trans_id": _trans_id(request),
            "app_user": "khach",
            "amount": request.amount,
            "app_time": int(timezone.now().timestamp() * 1000),
            "embed_data": json.dumps({"redirecturl": request.return_url}),
            "item": "[]",
        }
        mac = hmac_hex(settings.ZALOPAY_KEY1, "|".join(str(value) for value in fields.values()))
        left = int((request.expires_at - timezone.now()).total_seconds())
        answer = _ask(
            "create",
            fields
            | {
                "mac": mac,
                "description": f"Đơn hàng {request.order_number}",
                "callback_url": request.event_url,
                "expire_duration_seconds": min(max(left, _SHORTEST), _LONGEST),
                "bank_code": "",
            },
        )
        url = answer.get("order_url")
        if answer["return_code"] != _SUCCESS or not isinstance(url, str) or not url.startswith("http"):
            raise Refused(_reason(answer))
        return Redirect(url, request.amount)

    def read_event(self, headers: Mapping[str, str], body: bytes) -> list[ProviderEvent]:
        message = read_object(body)
        told = (message or {}).get("data")
        if message is None or not isinstance(told, str):
            raise BadSignature("no data")
        secrets = (settings.ZALOPAY_KEY2, settings.ZALOPAY_KEY2_PREVIOUS)
        prove(message.get("mac"), secrets, lambda secret: hmac_hex(secret, told))
        fields = read_object(told.encode()) or {}
        reference = text(fields.get("app_trans_id"), 60).partition("_")[2]
        if text(fields.get("app_id"), 20) != settings.ZALOPAY_APP_ID:
            return [unreadable(body)]
        return [_charge(fields, reference, body)]

    def acknowledge(self, verdict: Verdict) -> Answer:
        code, message = _ANSWERS.get(verdict, (1, "success"))
        return Answer(200, {"return_code": code, "return_message": message})

    def fetch(self, request: PaymentRequest) -> PaymentState:
        trans_id = _trans_id(request)
        asked = f"{settings.ZALOPAY_APP_ID}|{trans_id}|{settings.ZALOPAY_KEY1}"
        mac = hmac_hex(settings.ZALOPAY_KEY1, asked)
        answer = _ask("query", {"app_id": int(settings.ZALOPAY_APP_ID), "app_trans_id": trans_id, "mac": mac})
        if answer["return_code"] == _SUCCESS:
            return PaymentState((_charge(answer, request.reference, b""),), is_over=True)
        if answer["return_code"] == _PROCESSING:
            return PaymentState()
        failure = ProviderEvent(
            external_id=f"failure:{request.reference}", kind=EventKind.FAILURE, reference=request.reference
        )
        return PaymentState((failure,), is_over=True)

    def close(self, request: PaymentRequest) -> None:
        """ZaloPay closes by itself after the time it was given."""

    def refund(self, request: PaymentRequest, refund: RefundRequest) -> RefundState:
        stamp = int(timezone.now().timestamp() * 1000)
        description = f"Hoan tien {refund.key}"
        values = (settings.ZALOPAY_APP_ID, refund.charge_reference, refund.amount, description, stamp)
        answer = _ask(
            "refund",
            {
                "app_id": int(settings.ZALOPAY_APP_ID),
                "m_refund_id": _refund_id(refund),
                "zp_trans_id": refund.charge_reference,
                "amount": refund.amount,
                "timestamp": stamp,
                "description": description,
                "mac": hmac_hex(settings.ZALOPAY_KEY1, "|".join(str(value) for value in values)),
            },
        )
        return _refund_state(answer)

    def fetch_refund(self, request: PaymentRequest, refund: RefundRequest) -> RefundState:
        """Refused and never heard of look alike here; either way a person sends it anew, never the program."""
        stamp = int(timezone.now().timestamp() * 1000)
        refund_id = _refund_id(refund)
        mac = hmac_hex(settings.ZALOPAY_KEY1, f"{settings.ZALOPAY_APP_ID}|{refund_id}|{stamp}")
        fields = {"app_id": int(settings.ZALOPAY_APP_ID), "m_refund_id": refund_id, "timestamp": stamp}
        return _refund_state(_ask("query_refund", fields | {"mac": mac}))


def _trans_id(request: PaymentRequest) -> str:
    """Begins with the day, in Vietnam, on which the payment is opened."""
    return f"{local(request.created_at, '%y%m%d')}_{request.reference}"


def _refund_id(refund: RefundRequest) -> str:
    return f"{local(refund.created_at, '%y%m%d')}_{settings.ZALOPAY_APP_ID}_{refund.key}"


def _ask(action: str, fields: dict[str, Any]) -> dict[str, Any]:
    answer = post(f"{settings.ZALOPAY_URL}/v2/{action}", form=fields)
    code = answer.get("return_code")
    if isinstance(code, bool) or not isinstance(code, int):
        raise TryLater(_reason(answer))
    return answer


def _charge(fields: Mapping[str, Any], reference: str, body: bytes) -> ProviderEvent:
    number, amount = identity(fields.get("zp_trans_id")), whole(fields.get("amount"))
    if not reference or not number or amount is None:
        return unreadable(body or json.dumps(dict(fields), default=str).encode())
    return ProviderEvent(
        external_id=number,
        amount=amount,
        reference=reference,
        occurred_at=instant_of(fields.get("server_time")),
    )


def _refund_state(answer: Mapping[str, Any]) -> RefundState:
    if answer["return_code"] == _SUCCESS:
        return RefundState(RefundProgress.DONE, identity(answer.get("refund_id")))
    if answer["return_code"] == _PROCESSING:
        return RefundState(RefundProgress.PENDING)
    return RefundState(RefundProgress.FAILED, reason=_reason(answer))


def _reason(answer: Mapping[str, Any]) -> str:
    return text(
        f"{answer.get('sub_return_code', answer.get('return_code'))} {answer.get('return_message')}", 200
    )
