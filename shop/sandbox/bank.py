"""A bank for demo and tests: tells the market about transfers exactly as SePay would, over HTTP, signed."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import requests
from django.utils import timezone

from shop.payments.providers.sepay import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign

from .mounts import Reply, refuse

TIMEOUT_SECONDS = 10
PAUSES = (0, 1, 1, 2, 3, 5, 8, 13)
"""SePay's schedule of tries, in minutes; the sandbox waits as many seconds."""


@dataclass(frozen=True)
class Bank:
    """``secret`` is shared with the market; ``webhook_url`` is where it listens."""

    secret: str
    webhook_url: str

    def message(self, account: str, amount: int, memo: str) -> bytes:
        """SePay's message about money that came into ``account``; one message is one transfer."""
        number = secrets.randbelow(10**12) + 1
        fields = {
            "id": number,
            "gateway": "Vietcombank",
            "transactionDate": f"{timezone.localtime():%Y-%m-%d %H:%M:%S}",
            "accountNumber": account,
            "subAccount": None,
            "code": None,
            "content": f"MBVCB.{number}.{memo}.CT tu 0011223344 NGUOI MUA MAU",
            "transferType": "in",
            "description": "",
            "transferAmount": amount,
            "referenceCode": f"FT{number}",
            "accumulated": 0,
        }
        return json.dumps(fields, ensure_ascii=False).encode()

    def deliver(self, message: bytes) -> bool:
        """Whether the market took the message. The same message may be delivered again."""
        now = int(time.time())  # SePay signs each try anew
        headers = {
            "Content-Type": "application/json",
            TIMESTAMP_HEADER: str(now),
            SIGNATURE_HEADER: sign(self.secret, now, message),
        }
        try:
            answer = requests.post(self.webhook_url, data=message, headers=headers, timeout=TIMEOUT_SECONDS)
            return answer.ok and answer.json() == {"success": True}
        except (requests.RequestException, ValueError):
            return False

    def transfer(self, account: str, amount: int, memo: str) -> bool:
        """Whether the market heard of this transfer at the first try."""
        return self.deliver(self.message(account, amount, memo))


@dataclass(frozen=True)
class BankFront:
    """The bank as a mount of the sandbox server: ``POST transfers`` with ``{"amount": …, "memo": …}``.

    The answer is 202 at once; the message goes out in a thread, again after each of ``pauses`` seconds until taken.
    """

    bank: Bank
    account: str
    pauses: Sequence[float] = PAUSES

    def __call__(self, method: str, path: str, body: bytes) -> Reply:
        if (method, path.rstrip("/")) != ("POST", "transfers"):
            return refuse(404, "the bank takes POST transfers")
        try:
            wish = json.loads(body)
            amount, memo = wish["amount"], wish["memo"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return refuse(400, "amount and memo are needed")
        if type(amount) is not int or amount <= 0 or not isinstance(memo, str):
            return refuse(400, "amount is a whole number of đồng above zero, memo a text")
        message = self.bank.message(self.account, amount, memo)
        threading.Thread(target=self._deliver, args=(message,), daemon=True).start()
        return Reply(202, "application/json", b"{}")

    def _deliver(self, message: bytes) -> None:
        for pause in self.pauses:
            time.sleep(pause)
            if self.bank.deliver(message):
                return
