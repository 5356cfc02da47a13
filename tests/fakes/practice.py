"""The till of the sandbox behind the tests' HTTP server, so that the contract of all providers is held against it."""

from __future__ import annotations

from typing import Any

from shop.payments.providers.practice import Script
from shop.sandbox.till import Till, message_of

from .gateway import Delivery, Gateway, Reply


class PracticeGateway(Gateway):
    def __init__(self, secret: str) -> None:
        super().__init__()
        self.till = Till(secret)

    def pay(self, url: str, *, code: Script = Script.PAID, amount: int | None = None) -> Delivery:
        """The script happens; the last message that tells of it."""
        (*_earlier, event) = self.till.play(url.rpartition("=")[2], Script(code), amount)
        return message_of(event, self.till.secret)

    def answer(self, method: str, path: str, fields: dict[str, Any], headers: dict[str, str]) -> Reply:
        status, body = self.till.answer(path.rpartition("/")[2], fields)
        body.pop("told", None)
        return status, body
