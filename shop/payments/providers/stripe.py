"""Stripe: foreign cards on its hosted Checkout page. The only module that knows the package ``stripe``.

Source: docs.stripe.com (Checkout Sessions, webhooks, refunds, disputes). The API version is pinned here: create the
webhook's end point with the same one. đồng has no decimals at Stripe: amounts travel as they are. A webhook is a
hint: whatever it says, the session is read again. Its signature may be five minutes old.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import stripe
from django.conf import settings
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

from .reading import identity, read_object, text, unreadable, whole

API_VERSION = "2026-10-28.endive"
TOLERANCE_SECONDS = 300
_SECONDS = 10
_RETRIES = 2
_STAYS_OPEN = dt.timedelta(
    hours=23
)  # Stripe wants 30 minutes to 24 hours; the market closes it earlier by itself

T = TypeVar("T")


class Stripe(Way):
    code = "stripe"
    label = _("Thẻ Visa, Mastercard, JCB (Stripe)")
    hint = _("Dùng được với thẻ phát hành ở nước ngoài. Số thẻ chỉ nhập ở trang của Stripe.")
    least_amount = 20_000  # Stripe's least is worth about half a US dollar
    most_amount = 99_999_999
    method = "POST"

    def start(self, request: PaymentRequest) -> Redirect:
        session = self._session(request)
        if not session.url:
            raise Refused("the session is closed")
        return Redirect(session.url, request.amount, provider_reference=session.id)

    def read_event(self, headers: Mapping[str, str], body: bytes) -> list[ProviderEvent]:
        proof = {name.lower(): value for name, value in headers.items()}.get("stripe-signature", "")
        secrets = (settings.STRIPE_WEBHOOK_SECRET, settings.STRIPE_WEBHOOK_SECRET_PREVIOUS)
        for secret in filter(None, secrets):
            try:
                stripe.WebhookSignature.verify_header(body.decode(), proof, secret, TOLERANCE_SECONDS)
            except (stripe.SignatureVerificationError, UnicodeDecodeError):
                continue
            return [_hint(body)]
        raise BadSignature("signature")

    def acknowledge(self, verdict: Verdict) -> Answer:
        status = {Verdict.FORGED: 400, Verdict.BROKEN: 500}.get(verdict, 200)
        return Answer(status, {"received": status == 200})

    def fetch(self, request: PaymentRequest) -> PaymentState:
        session = self._session(request)
        if session.payment_status != "paid":
            return PaymentState(is_over=session.status == "expired")
        intent = session.payment_intent
        number = intent if isinstance(intent, str) else getattr(intent, "id", "")
        amount = whole(session.amount_total)
        if not identity(number) or amount is None or session.currency != "vnd":
            return PaymentState((unreadable(str(session.id).encode()),), is_over=True)
        charge = ProviderEvent(
            external_id=number,
            amount=amount,
            reference=request.reference,
            occurred_at=dt.datetime.fromtimestamp(session.created, dt.UTC),
        )
        return PaymentState((charge, *_disputes(number, request.reference)), is_over=True)

    def close(self, request: PaymentRequest) -> None:
        session = self._session(request)
        if session.status == "open":
            _call(lambda: _client().v1.checkout.sessions.expire(session.id))
        elif session.status == "complete":
            raise Refused("complete")

    def refund(self, request: PaymentRequest, refund: RefundRequest) -> RefundState:
        made = _call(
            lambda: _client().v1.refunds.create(
                {
                    "payment_intent": refund.charge_reference,
                    "amount": refund.amount,
                    "metadata": {"refund": refund.key},
                },
                {"idempotency_key": f"refund-{refund.key}"},
            )
        )
        return _refund_state(made)

    def fetch_refund(self, request: PaymentRequest, refund: RefundRequest) -> RefundState:
        if refund.provider_reference:
            return _refund_state(_call(lambda: _client().v1.refunds.retrieve(refund.provider_reference)))
        made = _call(
            lambda: _client().v1.refunds.list({"payment_intent": refund.charge_reference, "limit": 100})
        )
        for found in made.data:
            if found.metadata and dict(found.metadata.to_dict()).get("refund") == refund.key:
                return _refund_state(found)
        return RefundState(RefundProgress.UNKNOWN)

    def _session(self, request: PaymentRequest) -> Any:
        """The attempt's session; made by the same key again it is the same one."""
        if request.provider_reference:
            return _call(lambda: _client().v1.checkout.sessions.retrieve(request.provider_reference))
        name = "Đơn hàng" if request.language == "vi" else "Order"
        metadata = {"attempt": request.reference, "order": request.order_number}
        params: Any = {
            "mode": "payment",
            "locale": "vi" if request.language == "vi" else "auto",
            "client_reference_id": request.reference,
            "payment_method_types": ["card"],
            # One line: no rounding, no discount that could drift from the order.
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": "vnd",
                        "unit_amount": request.amount,
                        "product_data": {"name": f"{name} {request.order_number}"},
                    },
                }
            ],
            "payment_intent_data": {"metadata": metadata},
            "metadata": metadata,
            "adaptive_pricing": {"enabled": False},
            "expires_at": int((request.created_at + _STAYS_OPEN).timestamp()),
            "success_url": request.return_url,
            "cancel_url": request.return_url,
        }
        key = f"attempt-{request.reference}-session"
        return _call(lambda: _client().v1.checkout.sessions.create(params, {"idempotency_key": key}))


def _disputes(intent: str, reference: str) -> list[ProviderEvent]:
    """Money that the card scheme took back, and what of it came back once a dispute was won."""
    found = _call(lambda: _client().v1.disputes.list({"payment_intent": intent, "limit": 100}))
    events = []
    for dispute in found.data:
        amount = whole(dispute.amount)
        if amount is None or dispute.status.startswith("warning"):  # an inquiry moves no money
            continue
        kinds = [EventKind.CHARGEBACK] + [EventKind.REVERSAL] * (dispute.status == "won")
        events += [
            ProviderEvent(
                external_id=f"{kind}:{dispute.id}",
                kind=kind,
                amount=amount,
                reference=reference,
                memo=text(dispute.reason, 200),
                occurred_at=dt.datetime.fromtimestamp(dispute.created, dt.UTC),
            )
            for kind in kinds
        ]
    return events


def _client() -> stripe.StripeClient:
    # Built without these, the package waits 80 seconds and does not try again.
    addresses: Any = {"api": settings.STRIPE_API_BASE} if settings.STRIPE_API_BASE else {}
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        stripe_version=API_VERSION,
        max_network_retries=_RETRIES,
        http_client=stripe.RequestsClient(timeout=_SECONDS),
        base_addresses=addresses,
    )


def _call(question: Callable[[], T]) -> T:
    """Raises: TryLater for everything after which nothing is certain, Refused for a plain no."""
    try:
        return question()
    except (stripe.CardError, stripe.InvalidRequestError) as error:
        if error.code == "idempotency_key_in_use" or error.http_status in (409, 429):
            raise TryLater("the same is being done right now") from error
        raise Refused(text(error.user_message or str(error), 200)) from error
    except stripe.IdempotencyError as error:
        raise Refused("asked before with other values") from error
    except stripe.StripeError as error:
        raise TryLater(type(error).__name__) from error


def _hint(body: bytes) -> ProviderEvent:
    """Which attempt to ask about: named by our reference, or by the payment that Stripe knows."""
    event = read_object(body) or {}
    number = identity(event.get("id"))
    content = event.get("data")
    thing = content.get("object") if isinstance(content, dict) else None
    if not number or not isinstance(thing, dict):
        return unreadable(body)
    metadata = thing["metadata"] if isinstance(thing.get("metadata"), dict) else {}
    named = thing.get("client_reference_id") or metadata.get("attempt") or thing.get("payment_intent")
    return ProviderEvent(
        external_id=number, kind=EventKind.HINT, memo=text(event.get("type"), 80), reference=text(named, 60)
    )


def _refund_state(made: Any) -> RefundState:
    if made.status == "succeeded":
        return RefundState(RefundProgress.DONE, made.id)
    if made.status in ("failed", "canceled"):
        return RefundState(
            RefundProgress.FAILED, made.id, reason=text(made.failure_reason or made.status, 200)
        )
    return RefundState(RefundProgress.PENDING, made.id)
