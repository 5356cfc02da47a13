"""The sandbox tax authority on HTTP.

``POST messages`` takes a message and gives its acknowledgement; ``GET messages/<MTDiep>`` gives the answer, 204 while
there is none yet, 404 for a message never seen; ``GET messages/<MTDiep>/102`` gives the first answer to a
declaration. ``GET inbox/<MST>`` lists messages that a taxpayer has not yet
acknowledged, ``GET inbox/<MST>/<MTDiep>`` gives one. ``mood`` (GET, POST) and ``POST inquiry`` are for the trainer.
"""

from __future__ import annotations

import json

from shop.sandbox.authority import Authority, Mood, Unavailable, UnknownMessage
from shop.sandbox.mounts import Reply, refuse

XML = "application/xml; charset=utf-8"


class TaxFront:
    """Puts an authority behind a mount of :mod:`shop.sandbox.server`."""

    def __init__(self, authority: Authority) -> None:
        self.authority = authority

    def __call__(self, method: str, path: str, body: bytes) -> Reply:
        """The reply to a request below the mount."""
        first, _, rest = path.partition("/")
        doors = {
            ("POST", "messages", False): lambda: Reply(200, XML, self.authority.receive(body)),
            ("GET", "messages", True): lambda: self._answer(rest),
            ("GET", "inbox", True): lambda: self._inbox(*rest.partition("/")[::2]),
            ("POST", "inquiry", False): lambda: self._inquire(body),
            ("POST", "mood", False): lambda: self._mood(body),
            ("GET", "mood", False): lambda: self._mood(b""),
        }
        try:
            door = doors.get((method, first, bool(rest)))
            return door() if door else refuse(404, "no such place")
        except UnknownMessage:
            return refuse(404, "no such message")
        except Unavailable:
            return refuse(503, "the tax authority is down")

    def _answer(self, message_id: str) -> Reply:
        if message_id.endswith("/102"):
            return Reply(200, XML, self.authority.receipt(message_id.removesuffix("/102")))
        answer = self.authority.answer(message_id)
        return Reply(204) if answer is None else Reply(200, XML, answer)

    def _inbox(self, tax_code: str, message_id: str) -> Reply:
        if message_id:
            return Reply(200, XML, self.authority.outgoing(tax_code, message_id))
        return Reply(200, "text/plain", "\n".join(self.authority.inbox(tax_code)).encode())

    def _inquire(self, body: bytes) -> Reply:
        try:
            wish = json.loads(body)
            message_id = self.authority.inquire(
                tax_code=str(wish["tax_code"]),
                invoices=[(str(form), str(series), int(number)) for form, series, number in wish["invoices"]],
                reason=str(wish["reason"]),
                days=int(wish.get("days", 5)),
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            return refuse(400, "tax_code, invoices [[form, series, number]], reason")
        return Reply(200, "application/json", json.dumps({"message_id": message_id}).encode())

    def _mood(self, body: bytes) -> Reply:
        if body:
            try:
                wish = json.loads(body)
                mood = Mood(wish["mood"])
                self.authority.set_mood(
                    mood, fetches=int(wish.get("fetches", 3)), seconds=float(wish.get("seconds", 0))
                )
            except (ValueError, TypeError, KeyError, AttributeError):
                return refuse(400, "no such mood")
        return Reply(200, "application/json", json.dumps({"mood": self.authority.mood}).encode())
