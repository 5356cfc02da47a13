"""The other side of the provider to practise with: payments whose payers do what a script says, kept in memory.

It answers our requests and reports what happened as signed messages, again after each pause until they are taken.
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests

from shop.payments.providers.practice import SIGNATURE_HEADER, Script, sign_body, sign_fields

from .bank import PAUSES, TIMEOUT_SECONDS
from .mounts import Reply, refuse

SURPLUS = 10_000
SILENCE = 2  # questions that get no answer before the unknown becomes known
AFTER_THE_END = 5  # seconds


@dataclass
class _Payment:
    reference: str
    amount: int
    expires_at: int
    number: str = field(default_factory=lambda: f"P{secrets.randbelow(10**9)}")
    events: list[dict[str, Any]] = field(default_factory=list)
    is_closed: bool = False
    silence: int = 0
    refuses_refunds: bool = False

    def happens(self, kind: str, amount: int, at: float) -> dict[str, Any]:
        event = {
            "id": f"{self.number}-{len(self.events) + 1}",
            "kind": kind,
            "reference": self.reference,
            "amount": amount,
            "at": int(at),
        }
        self.events.append(event)
        return event

    def paid(self, now: float) -> int:
        return sum(
            event["amount"] for event in self.events if event["kind"] == "charge" and event["at"] <= now
        )


class Till:
    """What the provider knows. Thread-safe."""

    def __init__(self, secret: str, clock: Callable[[], float] = time.time) -> None:
        self.secret, self.clock = secret, clock
        self._lock = threading.Lock()
        self._payments: dict[str, _Payment] = {}
        self._refunds: dict[str, dict[str, Any]] = {}

    def answer(self, action: str, fields: Any) -> tuple[int, dict[str, Any]]:
        """Status and body for one of our requests; what is not signed by the market is refused."""
        if not isinstance(fields, dict) or not hmac.compare_digest(
            str(fields.get("signature", "")).encode("utf-8", "replace"),
            sign_fields(self.secret, fields).encode(),
        ):
            return 401, {"error": "signature"}
        actions = {
            "start": self._start, "state": self._state, "close": self._close, "play": self._play,
            "refund": self._refund, "refund-state": self._refund_state,
        }  # fmt: skip
        if action not in actions:
            return 404, {"error": "no such action"}
        with self._lock:
            return actions[action](fields)

    def play(self, reference: str, script: Script, amount: int | None = None) -> list[dict[str, Any]]:
        """What the script makes happen; the messages that report it, in their order. Raises: KeyError."""
        payment, now = self._payments[reference], self.clock()
        wanted = amount or max(payment.amount - payment.paid(now), 0) or payment.amount
        if script == Script.DECLINED:
            return [payment.happens("failure", wanted, now)]
        if script == Script.EXPIRED:
            payment.is_closed = True
            return [payment.happens("failure", wanted, now)]
        if script == Script.LATE:
            return [payment.happens("charge", wanted, max(now, payment.expires_at + AFTER_THE_END))]
        amounts = {
            Script.PARTIAL: [max(wanted // 2, 1)],
            Script.OVER: [wanted + SURPLUS],
            Script.DOUBLE: [wanted] * 2,
        }
        told = [payment.happens("charge", each, now) for each in amounts.get(script, [wanted])]
        if script == Script.DISPUTED:
            told.append(payment.happens("chargeback", wanted, now))
        payment.refuses_refunds |= script == Script.REFUND_REFUSED
        if script == Script.UNKNOWN:
            payment.silence, told = SILENCE, []
        return told

    def _start(self, fields: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        made = _Payment(str(fields["reference"]), int(fields["amount"]), int(fields["expires_at"]))
        payment = self._payments.setdefault(made.reference, made)
        return 200, {"number": payment.number}

    def _state(self, fields: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        payment = self._payments.get(str(fields["reference"]))
        if payment is None:
            return 200, {"error": "unknown payment"}
        if payment.silence:
            payment.silence -= 1
            return 503, {}
        now = self.clock()
        events = [event for event in payment.events if event["at"] <= now]
        return 200, {"events": events, "is_over": payment.is_closed or payment.paid(now) >= payment.amount}

    def _close(self, fields: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        payment = self._payments.get(str(fields["reference"]))
        if payment is not None:
            payment.is_closed = True
        return 200, {}

    def _play(self, fields: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        try:
            return 200, {"told": self.play(str(fields["reference"]), Script(str(fields["script"])))}
        except (KeyError, ValueError):
            return 200, {"error": "unknown payment or script"}

    def _refund(self, fields: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if known := self._refunds.get(str(fields["key"])):
            return 200, known
        payment, charge = self._payments.get(str(fields["reference"])), str(fields["charge"])
        taken = {event["id"]: event["amount"] for event in payment.events} if payment else {}
        gone = sum(back["amount"] for back in self._refunds.values() if back["charge"] == charge)
        if payment is None or payment.refuses_refunds or int(fields["amount"]) > taken.get(charge, 0) - gone:
            return 200, {"state": "failed", "error": "refused"}
        done = {"state": "done", "number": f"R{len(self._refunds) + 1}", "charge": charge}
        self._refunds[str(fields["key"])] = done | {"amount": int(fields["amount"])}
        return 200, done

    def _refund_state(self, fields: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return 200, self._refunds.get(str(fields["key"])) or {"state": "unknown"}


@dataclass(frozen=True)
class TillFront:
    """The till as a mount of the sandbox server; ``webhook_url`` is where the market listens."""

    till: Till
    webhook_url: str
    pauses: Sequence[float] = PAUSES

    def __call__(self, method: str, path: str, body: bytes) -> Reply:
        if method != "POST":
            return refuse(405, "the till takes POST")
        try:
            fields = json.loads(body)
        except (ValueError, RecursionError):
            return refuse(400, "JSON is needed")
        status, answer = self.till.answer(path.rstrip("/"), fields)
        for event in answer.pop("told", []):
            threading.Thread(target=self._deliver, args=(event,), daemon=True).start()
        return Reply(status, "application/json", json.dumps(answer).encode())

    def _deliver(self, event: dict[str, Any]) -> None:
        time.sleep(max(event["at"] - self.till.clock(), 0))
        for pause in self.pauses:
            time.sleep(pause)
            headers, body = message_of(event, self.till.secret)
            try:
                answer = requests.post(self.webhook_url, data=body, headers=headers, timeout=TIMEOUT_SECONDS)
                if answer.ok and answer.json() == {"success": True}:
                    return
            except (requests.RequestException, ValueError):
                continue


def message_of(event: dict[str, Any], secret: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of the message about an event; each try is signed anew."""
    body = json.dumps(event).encode()
    stamp = sign_body(secret, body, at=int(time.time()))
    return {"Content-Type": "application/json", SIGNATURE_HEADER: stamp}, body
