"""MoMo v2: a payment on its page or in its app, its IPN, its query and its refund.

Source: github.com/momo-wallet/payment, developers.momo.vn. Every signature is the HMAC-SHA256 over ``name=value`` of
named fields in a–z order, raw, joined by ``&``; ``accessKey`` is among them but not in the body. The IPN wants an
empty 204 within 15 s. ``requestId`` makes a request safe to repeat.
"""

from __future__ import annotations

import base64
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

from .reading import hmac_hex, identity, instant_of, prove, read_object, text, unreadable, whole
from .wire import post

_CREATE = [
    "amount",
    "extraData",
    "ipnUrl",
    "orderId",
    "orderInfo",
    "partnerCode",
    "redirectUrl",
    "requestId",
    "requestType",
]
_IPN = [
    "amount",
    "extraData",
    "message",
    "orderId",
    "orderInfo",
    "orderType",
    "partnerCode",
    "payType",
    "requestId",
    "responseTime",
    "resultCode",
    "transId",
]
_QUERY = ["orderId", "partnerCode", "requestId"]
_REFUND = ["amount", "description", "orderId", "partnerCode", "requestId", "transId"]
_PAID = 0
_UNFINISHED = frozenset({1000, 7000, 7002, 9000})
_NOT_FOUND = 42
_BUSY = frozenset({10, 11, 99})


class MoMo(Way):
    code = "momo"
    label = _("Ví MoMo")
    hint = _("Bạn được đưa sang MoMo để trả, xong sẽ quay lại đây.")
    least_amount = 1_000
    most_amount = 50_000_000
    method = "POST"

    def start(self, request: PaymentRequest) -> Redirect:
        answer = _ask(
            "create",
            _CREATE,
            amount=request.amount,
            extraData="",
            ipnUrl=request.event_url,
            orderId=request.reference,
            orderInfo=f"Đơn hàng {request.order_number}",
            redirectUrl=request.return_url,
            requestId=request.reference,
            requestType="captureWallet",
            lang="vi" if request.language == "vi" else "en",
        )
        url = answer.get("payUrl")
        if answer["resultCode"] != _PAID or not isinstance(url, str) or not url.startswith("http"):
            raise Refused(_reason(answer))
        return Redirect(url, request.amount)

    def read_event(self, headers: Mapping[str, str], body: bytes) -> list[ProviderEvent]:
        message = read_object(body)
        if message is None:
            raise BadSignature("no JSON")
        secrets = (settings.MOMO_SECRET_KEY, settings.MOMO_SECRET_KEY_PREVIOUS)
        prove(message.get("signature"), secrets, lambda secret: sign(secret, message, _IPN))
        if message.get("partnerCode") != settings.MOMO_PARTNER_CODE:
            return [unreadable(body)]
        return [_read(message, text(message.get("orderId"), 60), body)]

    def acknowledge(self, verdict: Verdict) -> Answer:
        refusals = {Verdict.FORGED: 400, Verdict.BROKEN: 500}
        return Answer(refusals[verdict], {}) if verdict in refusals else Answer(204)

    def fetch(self, request: PaymentRequest) -> PaymentState:
        answer = _ask("query", _QUERY, orderId=request.reference, requestId=_fresh_id(request.reference))
        if answer["resultCode"] == _NOT_FOUND:
            return PaymentState(is_over=timezone.now() > request.expires_at)
        if answer["resultCode"] in _UNFINISHED:
            return PaymentState()
        return PaymentState((_read(answer, request.reference, b""),), is_over=True)

    def close(self, request: PaymentRequest) -> None:
        """MoMo closes its page by itself after 15 minutes."""

    def refund(self, request: PaymentRequest, refund: RefundRequest) -> RefundState:
        answer = _ask(
            "refund",
            _REFUND,
            amount=refund.amount,
            description=f"Hoan tien {refund.key}",
            orderId=refund.key,
            requestId=refund.key,
            transId=int(refund.charge_reference),
        )
        return _refund_state(answer)

    def fetch_refund(self, request: PaymentRequest, refund: RefundRequest) -> RefundState:
        answer = _ask("query", _QUERY, orderId=refund.key, requestId=_fresh_id(refund.key))
        if answer["resultCode"] == _NOT_FOUND:
            return RefundState(RefundProgress.UNKNOWN)
        return _refund_state(answer)


def sign(secret: str, fields: Mapping[str, Any], names: list[str]) -> str:
    """The signature over ``names`` and the access key."""
    signed = {"accessKey": settings.MOMO_ACCESS_KEY} | {name: fields.get(name, "") for name in names}
    return hmac_hex(secret, "&".join(f"{name}={signed[name]}" for name in sorted(signed)))


def _ask(action: str, names: list[str], **fields: Any) -> dict[str, Any]:
    asked = {"partnerCode": settings.MOMO_PARTNER_CODE, "lang": "vi"} | fields
    asked["signature"] = sign(settings.MOMO_SECRET_KEY, asked, names)
    answer = post(f"{settings.MOMO_URL}/v2/gateway/api/{action}", json=asked)
    result = answer.get("resultCode")
    if isinstance(result, bool) or not isinstance(result, int) or result in _BUSY:
        raise TryLater(_reason(answer))
    return answer


def _read(message: Mapping[str, Any], reference: str, body: bytes) -> ProviderEvent:
    number, amount, result = (
        identity(message.get("transId")),
        whole(message.get("amount")),
        message.get("resultCode"),
    )
    if (
        not reference
        or not number
        or amount is None
        or isinstance(result, bool)
        or not isinstance(result, int)
    ):
        return unreadable(body or json.dumps(dict(message), default=str).encode())
    if result == _PAID:
        kind, external_id = EventKind.CHARGE, number
    elif result in _UNFINISHED:
        kind, external_id = EventKind.HINT, f"hint:{reference}:{result}"
    else:
        kind, external_id = EventKind.FAILURE, f"failure:{reference}:{result}"
    return ProviderEvent(
        external_id=identity(external_id),
        kind=kind,
        amount=amount,
        memo=text(message.get("orderInfo"), 500),
        reference=reference,
        occurred_at=instant_of(message.get("responseTime")),
    )


def _refund_state(answer: Mapping[str, Any]) -> RefundState:
    if answer["resultCode"] == _PAID:
        return RefundState(RefundProgress.DONE, identity(answer.get("transId")))
    if answer["resultCode"] in _UNFINISHED:
        return RefundState(RefundProgress.PENDING)
    return RefundState(RefundProgress.FAILED, reason=_reason(answer))


def _fresh_id(reference: str) -> str:
    """Each question is a request of its own."""
    return f"{reference}-{base64.b32encode(str(timezone.now().timestamp()).encode()).decode().rstrip('=')}"[
        :50
    ]


def _reason(answer: Mapping[str, Any]) -> str:
    return text(f"{answer.get('resultCode')} {answer.get('message')}", 200)
