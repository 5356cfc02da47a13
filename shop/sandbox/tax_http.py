"""The sandbox tax authority on HTTP.

``POST messages`` takes a message and gives its acknowledgement; ``GET messages/<MTDiep>`` gives the answer, 204 while
there is none yet, 404 for a message never seen; ``GET mood`` and ``POST mood`` are for the trainer.
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
        first, _, message_id = path.partition("/")
        try:
            if (method, path) == ("POST", "messages"):
                return Reply(200, XML, self.authority.receive(body))
            if method == "GET" and first == "messages" and message_id:
                answer = self.authority.answer(message_id)
                return Reply(204) if answer is None else Reply(200, XML, answer)
            if path == "mood" and method in ("GET", "POST"):
                return self._mood(body if method == "POST" else b"")
        except UnknownMessage:
            return refuse(404, "no such message")
        except Unavailable:
            return refuse(503, "the tax authority is down")
        return refuse(404, "no such place")

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
