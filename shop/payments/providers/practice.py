"""A provider to practise with: its payers do what a script says, and no money moves. Only in the sandbox.

It speaks as real ones do, over HTTP and signed both ways: our requests carry the HMAC-SHA256 over their fields as JSON
with sorted keys, its messages one over ``<time>.<body>`` in a header, five minutes old at most. What is played is
chosen on a page of the market that says so (``shop.sandbox.till`` is the other side).
"""

from __future__ import annotations

import datetime as dt
import enum
import json
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.payments.provider import (
    Answer,
    BadSignature,
    EventKind,
    PaymentRequest,
    PaymentState,
    ProviderEvent,
    Purchase,
    Redirect,
    RefundProgress,
    RefundRequest,
    RefundState,
    Refused,
    Verdict,
    Way,
)

from .reading import hmac_hex, identity, prove, read_object, text, unreadable, whole
from .sepay import plain_answer
from .wire import post

SIGNATURE_HEADER = "X-Practice-Signature"
TOLERANCE_SECONDS = 300
PAGE = "thu/"


class Script(enum.StrEnum):
    """What the payer, or the provider, does."""

    PAID = "paid"
    LATE = "late"  # the money is there only after the attempt's end
    PARTIAL = "partial"
    DOUBLE = "double"
    OVER = "over"
    DECLINED = "declined"
    UNKNOWN = "unknown"  # paid, but nobody is told, and the next questions get no answer
    EXPIRED = "expired"
    DISPUTED = "disputed"
    REFUND_REFUSED = "refund-refused"  # paid, and no refund will be made


class Practice(Way):
    code = "practice"
    label = gettext_lazy("THỬ NGHIỆM: trả theo kịch bản")
    hint = gettext_lazy("Chỉ để tập: bạn chọn điều xảy ra, không có tiền thật.")
    takes_any_amount = True
    method = "POST"

    def refusal(self, purchase: Purchase) -> str:
        if not settings.SANDBOX:
            return _("Cách trả này không dùng được cho đơn này. Bạn chọn cách khác nhé.")
        return super().refusal(purchase)

    def start(self, request: PaymentRequest) -> Redirect:
        answer = _ask(
            "start",
            reference=request.reference,
            amount=request.amount,
            expires_at=int(request.expires_at.timestamp()),
        )
        page = urljoin(request.return_url, f"{PAGE}?ma={request.reference}")
        return Redirect(page, request.amount, identity(answer.get("number")))

    def read_event(self, headers: Mapping[str, str], body: bytes) -> list[ProviderEvent]:
        verify(headers, body, secret=settings.PRACTICE_SECRET, now=time.time())
        message = read_object(body)
        return [_read(message)] if message and _is_readable(message) else [unreadable(body)]

    def acknowledge(self, verdict: Verdict) -> Answer:
        return plain_answer(verdict)

    def fetch(self, request: PaymentRequest) -> PaymentState:
        answer = _ask("state", reference=request.reference)
        if answer.get("error"):
            return PaymentState(is_over=timezone.now() > request.expires_at)
        told = tuple(_read(event) for event in answer.get("events", []) if _is_readable(event))
        return PaymentState(told, is_over=answer.get("is_over") is True)

    def close(self, request: PaymentRequest) -> None:
        _ask("close", reference=request.reference)

    def refund(self, request: PaymentRequest, refund: RefundRequest) -> RefundState:
        return _refund_state(
            _ask(
                "refund",
                reference=request.reference,
                key=refund.key,
                charge=refund.charge_reference,
                amount=refund.amount,
            )
        )

    def fetch_refund(self, request: PaymentRequest, refund: RefundRequest) -> RefundState:
        return _refund_state(_ask("refund-state", key=refund.key))


def play(reference: str, script: Script) -> None:
    """Let the script happen to a payment that was started. Raises: TryLater, Refused."""
    answer = _ask("play", reference=reference, script=script.value)
    if answer.get("error"):
        raise Refused(text(answer["error"], 100))


def sign_fields(secret: str, fields: Mapping[str, Any]) -> str:
    """The signature of a request."""
    plain = {name: value for name, value in fields.items() if name != "signature"}
    return hmac_hex(secret, json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")))


def sign_body(secret: str, body: bytes, *, at: int) -> str:
    """The value of a message's header."""
    return f"t={at},v1={hmac_hex(secret, f'{at}.'.encode() + body)}"


def verify(headers: Mapping[str, str], body: bytes, *, secret: str, now: float) -> None:
    """Accept only a fresh message signed with ``secret``. Raises: BadSignature; an empty secret never matches."""
    given = {name.lower(): value for name, value in headers.items()}.get(SIGNATURE_HEADER.lower(), "")
    found = re.fullmatch(r"t=([0-9]{1,12}),v1=[0-9a-f]{64}", given)
    if found is None or abs(now - int(found[1])) > TOLERANCE_SECONDS:
        raise BadSignature("timestamp")
    prove(given, [secret], lambda own: sign_body(own, body, at=int(found[1])))


def _ask(action: str, **fields: Any) -> dict[str, Any]:
    if not settings.SANDBOX:
        raise Refused("only in the sandbox")
    fields["signature"] = sign_fields(settings.PRACTICE_SECRET, fields)
    return post(f"{settings.SANDBOX_URL}/pay/{action}", json=fields)


def _is_readable(event: Any) -> bool:
    return (
        isinstance(event, dict)
        and event.get("kind") in ("charge", "failure", "chargeback", "reversal")
        and bool(identity(event.get("id")) and identity(event.get("reference")))
        and whole(event.get("amount")) is not None
        and whole(event.get("at")) is not None
    )


def _read(event: Mapping[str, Any]) -> ProviderEvent:
    return ProviderEvent(
        external_id=identity(event["id"]),
        kind=EventKind(event["kind"]),
        amount=int(event["amount"]),
        reference=identity(event["reference"]),
        memo="THỬ NGHIỆM",
        occurred_at=dt.datetime.fromtimestamp(int(event["at"]), dt.UTC),
    )


def _refund_state(answer: Mapping[str, Any]) -> RefundState:
    states = {"done": RefundProgress.DONE, "unknown": RefundProgress.UNKNOWN}
    progress = states.get(str(answer.get("state")), RefundProgress.FAILED)
    return RefundState(progress, identity(answer.get("number")), text(answer.get("error"), 100))
