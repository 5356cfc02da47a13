"""Stripe's side, from docs.stripe.com: sessions, refunds, disputes, idempotency and signed events."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

from .gateway import Delivery, Gateway, Reply


class StripeGateway(Gateway):
    def __init__(self, key: str, webhook_secret: str) -> None:
        super().__init__()
        self.key, self.webhook_secret = key, webhook_secret
        self.sessions: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.disputes: list[dict[str, Any]] = []
        self.kept: dict[str, tuple[str, Reply]] = {}
        self.versions: set[str] = set()

    def pay(self, url: str, *, code: str = "paid", amount: int | None = None) -> Delivery:
        """The payer ends on the page; the event that hints at it."""
        session = self.sessions[url.rpartition("/")[2]]
        if code == "paid":
            session |= {
                "status": "complete",
                "payment_status": "paid",
                "payment_intent": f"pi_{session['id']}",
            }
            session["amount_total"] = amount or session["amount_total"]
        return self.event("checkout.session.completed", session)

    def dispute(self, intent: str, *, status: str) -> Delivery:
        """The card's holder objects, or the quarrel ends."""
        amount = next(s["amount_total"] for s in self.sessions.values() if s["payment_intent"] == intent)
        known = next((d for d in self.disputes if d["payment_intent"] == intent), None)
        if known is None:
            known = {"id": "du_1", "object": "dispute", "amount": amount, "payment_intent": intent}
            self.disputes.append(known)
        known |= {"status": status, "reason": "fraudulent", "created": int(time.time()), "metadata": {}}
        return self.event("charge.dispute.updated", known)

    def event(self, kind: str, thing: dict[str, Any], *, secret: str = "", at: float = 0) -> Delivery:
        stamp = int(at or time.time())
        number = hashlib.sha256(f"{kind}{time.time_ns()}".encode()).hexdigest()[:16]
        body = json.dumps({"id": f"evt_{number}", "object": "event", "type": kind, "data": {"object": thing}})
        text = f"{stamp}.{body}".encode()
        proof = hmac.new((secret or self.webhook_secret).encode(), text, hashlib.sha256).hexdigest()
        return {"Stripe-Signature": f"t={stamp},v1={proof}"}, body.encode()

    def answer(self, method: str, path: str, fields: dict[str, Any], headers: dict[str, str]) -> Reply:
        self.versions.add(headers.get("stripe-version", ""))
        if headers.get("authorization") != f"Bearer {self.key}":
            return 401, _error("invalid_request_error", "Invalid API Key")
        key = headers.get("idempotency-key", "")
        if method == "POST" and key:
            content = json.dumps([path, fields], sort_keys=True)
            if kept := self.kept.get(key):
                same = kept[0] == content
                return kept[1] if same else (400, _error("idempotency_error", "Keys may only be used once"))
            reply = self._route(method, path, fields)
            self.kept[key] = (content, reply)
            return reply
        return self._route(method, path, fields)

    def _route(self, method: str, path: str, fields: dict[str, Any]) -> Reply:
        parts = path.removeprefix("/v1/").split("/")
        match (method, parts):
            case ("POST", ["checkout", "sessions"]):
                return self._create(fields)
            case ("GET", ["checkout", "sessions", number]) if number in self.sessions:
                return 200, self.sessions[number]
            case ("POST", ["checkout", "sessions", number, "expire"]) if number in self.sessions:
                session = self.sessions[number]
                if session["status"] != "open":
                    return 400, _error("invalid_request_error", "Only open sessions can be expired")
                session |= {"status": "expired", "url": None}
                return 200, session
            case ("POST", ["refunds"]):
                return self._refund(fields)
            case ("GET", ["refunds", number]) if number in self.refunds:
                return 200, self.refunds[number]
            case ("GET", ["refunds"]):
                made = [r for r in self.refunds.values() if r["payment_intent"] == fields["payment_intent"]]
                return 200, _list(made)
            case ("GET", ["disputes"]):
                return 200, _list(
                    [d for d in self.disputes if d["payment_intent"] == fields["payment_intent"]]
                )
        return 404, _error("invalid_request_error", f"Unrecognized request URL ({method}: {path})")

    def _create(self, fields: dict[str, Any]) -> Reply:
        amount = fields["line_items[0][price_data][unit_amount]"]
        left = int(fields["expires_at"]) - time.time()
        if not amount.isdecimal() or fields["line_items[0][price_data][currency]"] != "vnd":
            return 400, _error("invalid_request_error", "Invalid integer")
        if not 1_800 <= left <= 86_400:
            return 400, _error("invalid_request_error", "expires_at must be 30 minutes to 24 hours from now")
        number = f"cs_test_{len(self.sessions) + 1}"
        self.sessions[number] = {
            "id": number,
            "object": "checkout.session",
            "url": f"{self.url}/c/pay/{number}",
            "status": "open",
            "payment_status": "unpaid",
            "payment_intent": None,
            "amount_total": int(amount),
            "currency": "vnd",
            "created": int(time.time()),
            "client_reference_id": fields["client_reference_id"],
            "metadata": {"attempt": fields["metadata[attempt]"]},
        }
        return 200, self.sessions[number]

    def _refund(self, fields: dict[str, Any]) -> Reply:
        intent, amount = fields["payment_intent"], int(fields["amount"])
        paid = sum(s["amount_total"] for s in self.sessions.values() if s["payment_intent"] == intent)
        gone = sum(r["amount"] for r in self.refunds.values() if r["payment_intent"] == intent)
        if amount > paid - gone:
            return 400, _error("invalid_request_error", "Refund amount is greater than unrefunded amount")
        number = f"re_{len(self.refunds) + 1}"
        self.refunds[number] = {
            "id": number,
            "object": "refund",
            "amount": amount,
            "status": "succeeded",
            "payment_intent": intent,
            "failure_reason": None,
            "metadata": {"refund": fields["metadata[refund]"]},
        }
        return 200, self.refunds[number]


def _list(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"object": "list", "data": rows, "has_more": False, "url": "/v1/list"}


def _error(kind: str, message: str) -> dict[str, Any]:
    return {"error": {"type": kind, "message": message}}
