"""SePay's side of accounts opened for one order each (developer.sepay.vn, v2, "Đơn hàng"), and the bank behind it."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from typing import Any
from uuid import uuid4

from shop.payments.providers.sepay import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign

from .gateway import Delivery, Gateway, Reply


class SePayGateway(Gateway):
    """The orders of one business account at BIDV: the bank takes exactly what a number was opened for."""

    def __init__(self, token: str, account_id: str, account: str, secret: str) -> None:
        super().__init__()
        self.token, self.account, self.secret = token, account, secret
        self.path = f"/v2/bank-accounts/{account_id}/orders"
        self.orders: dict[str, dict[str, Any]] = {}
        self.number = 92_000

    def pay(self, number: str, *, memo: str = "", amount: int | None = None) -> Delivery:
        """A transfer to an account number, and SePay's message about it. ValueError: the bank refuses it."""
        order = next(order for order in self.orders.values() if order["va"][0]["va_number"] == number)
        account = order["va"][0]
        sent = account["amount"] if amount is None else amount
        if sent != account["amount"] or order["status"] != "Pending":
            raise ValueError("this account takes another amount, or nothing any more")
        account["status"], order["status"], order["paid_amount"] = "Paid", "Paid", sent
        self.number += 1
        fields = {
            "id": self.number, "gateway": "BIDV", "transactionDate": "2026-11-23 14:05:09",
            "accountNumber": self.account, "subAccount": number, "code": None, "content": memo,
            "transferType": "in", "description": "", "transferAmount": sent,
            "referenceCode": f"FT{self.number}", "accumulated": 0,
        }  # fmt: skip
        body, now = json.dumps(fields, ensure_ascii=False).encode(), int(time.time())
        return {TIMESTAMP_HEADER: str(now), SIGNATURE_HEADER: sign(self.secret, now, body)}, body

    def answer(self, method: str, path: str, fields: dict[str, Any], headers: dict[str, str]) -> Reply:
        if headers.get("authorization") != f"Bearer {self.token}" or not path.startswith(self.path):
            return 401, {"status": "error", "error_code": "unauthorized", "message": "Unauthenticated"}
        name = path.removeprefix(self.path).strip("/")
        if (method, name) == ("POST", ""):
            return self._open(fields)
        if (method, name) == ("GET", ""):
            found = [
                order for order in self.orders.values() if order["order_code"] == fields.get("order_code")
            ]
            return 200, {"status": "success", "data": [self._told(order) for order in found]}
        order = self.orders.get(name)
        if order is None:
            return 404, {"status": "error", "error_code": "not_found", "message": "Order not found"}
        if method == "DELETE":
            if order["status"] != "Pending":
                return 422, {
                    "status": "error",
                    "error_code": "invalid_state",
                    "message": "Order is not pending",
                }
            order["status"] = "Cancelled"
            return 200, {"status": "success", "message": "Order cancelled"}
        return 200, {"status": "success", "data": self._told(order) | {"va": order["va"]}}

    def _open(self, fields: dict[str, Any]) -> Reply:
        code, amount, seconds = fields.get("order_code"), fields.get("amount"), fields.get("duration")
        is_fit = isinstance(amount, int) and 0 < amount < 10**12 and isinstance(seconds, int) and seconds > 0
        if not is_fit or not re.fullmatch(r"[0-9A-Za-z]{6,50}", str(code)):
            return 422, {"status": "error", "error_code": "validation_error", "message": "Invalid fields"}
        if any(order["order_code"] == code for order in self.orders.values()):
            return 422, {"status": "error", "error_code": "duplicate", "message": "order_code has been taken"}
        name = str(uuid4())
        number = f"963NQD{len(self.orders) + 1:010d}"
        ends = dt.datetime.now() + dt.timedelta(seconds=seconds)
        account = {
            "va_number": number, "va_holder_name": "CHO PHIEN MAU", "amount": amount, "status": "Unpaid",
            "expired_at": ends.strftime("%Y-%m-%d %H:%M:%S"),
        }  # fmt: skip
        self.orders[name] = {
            "id": name, "order_code": code, "amount": amount, "paid_amount": 0, "status": "Pending",
            "bank_name": "BIDV", "account_number": self.account, "va": [account | {"paid_at": None}],
        }  # fmt: skip
        data = self._told(self.orders[name]) | account
        return 201, {"status": "success", "message": "Order created", "data": data | {"status": "Pending"}}

    def _told(self, order: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in order.items() if name != "va"}
