"""payOS's side of payment links, from payos.vn/docs (``/v2/payment-requests``)."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

from .gateway import Delivery, Gateway, Reply

_NOT_FOUND: Reply = (200, {"code": "101", "desc": "Mã thanh toán không tồn tại", "data": None})


class PayOsGateway(Gateway):
    """One shop's links by ``orderCode``. Transfers come in on an account that payOS leads for the shop."""

    def __init__(self, client: str, key: str, checksum: str) -> None:
        super().__init__()
        self.client, self.key, self.checksum = client, key, checksum
        self.links: dict[int, dict[str, Any]] = {}
        self.number = 230_204_000_000

    def pay(self, url: str, *, code: str = "00", amount: int | None = None) -> Delivery:
        """A transfer to the link of ``url``, and the message about it; any other code: the payer gives up."""
        link = next(link for link in self.links.values() if link["id"] == url.rpartition("/")[2])
        if code != "00":
            link["status"] = "CANCELLED"
            return {}, b"{}"
        self.number += 1
        sent = {
            "reference": f"TF{self.number}",
            "amount": amount or link["amount"],
            "accountNumber": "12345678",
            "description": f"CSHQ7MK2 {link['description']}",
            "transactionDateTime": "2026-11-23 14:05:00",
            "virtualAccountName": None,
            "virtualAccountNumber": "",
            "counterAccountBankId": None,
            "counterAccountName": "NGUYEN VAN A",
            "counterAccountNumber": "undefined",
        }
        link["transactions"].append(sent)
        link["amountPaid"] += sent["amount"]
        link["status"] = "PAID" if link["amountPaid"] >= link["amount"] else "UNDERPAID"
        data = sent | {
            "orderCode": link["orderCode"],
            "currency": "VND",
            "paymentLinkId": link["id"],
            "code": "00",
            "desc": "Thành công",
        }
        message = {"code": "00", "desc": "success", "success": True, "data": data}
        message["signature"] = self._sign(data)
        return {"Content-Type": "application/json"}, json.dumps(message, ensure_ascii=False).encode()

    def answer(self, method: str, path: str, fields: dict[str, Any], headers: dict[str, str]) -> Reply:
        if (headers.get("x-client-id"), headers.get("x-api-key")) != (self.client, self.key):
            return 401, {"code": "401", "desc": "Thông tin xác thực không đúng", "data": None}
        if (method, path) == ("POST", "/v2/payment-requests"):
            return self._create(fields)
        number, _, action = path.removeprefix("/v2/payment-requests/").partition("/")
        link = self.links.get(int(number))
        if link is None:
            return _NOT_FOUND
        if (method, action) == ("POST", "cancel"):
            if link["status"] in ("PAID", "CANCELLED"):
                return 200, {"code": "232", "desc": "Liên kết đã kết thúc", "data": None}
            link["status"] = "CANCELLED"
        elif (method, action) != ("GET", ""):
            return 404, {"code": "404", "desc": "Not found", "data": None}
        names = ("id", "orderCode", "amount", "amountPaid", "status", "transactions")
        data = {name: link[name] for name in names}
        data["amountRemaining"] = link["amount"] - link["amountPaid"]
        return 200, {"code": "00", "desc": "success", "data": data}

    def _create(self, fields: dict[str, Any]) -> Reply:
        signed = {
            name: fields[name] for name in ("amount", "cancelUrl", "description", "orderCode", "returnUrl")
        }
        if fields.get("signature") != self._sign(signed):
            return 200, {"code": "201", "desc": "Mã kiểm tra (signature) không hợp lệ", "data": None}
        number, amount = fields["orderCode"], fields["amount"]
        is_fit = isinstance(number, int) and 0 < number < 2**53 and isinstance(amount, int) and amount > 0
        if not is_fit or len(fields["description"]) > 9 or fields["expiredAt"] <= time.time():
            return 200, {"code": "20", "desc": "Thông tin truyền lên không đúng", "data": None}
        if number in self.links:
            return 200, {"code": "231", "desc": "Đơn thanh toán đã tồn tại", "data": None}
        name = hashlib.md5(str(number).encode()).hexdigest()
        self.links[number] = fields | {"id": name, "status": "PENDING", "amountPaid": 0, "transactions": []}
        data = {
            "paymentLinkId": name, "orderCode": number, "amount": amount, "status": "PENDING", "currency": "VND",
            "checkoutUrl": f"{self.url}/web/{name}", "description": f"CSHQ7MK2 {fields['description']}",
        }  # fmt: skip
        return 200, {"code": "00", "desc": "success", "data": data, "signature": self._sign(data)}

    def _sign(self, fields: dict[str, Any]) -> str:
        plain = {
            name: "" if value in (None, "undefined", "null") else value for name, value in fields.items()
        }
        text = "&".join(f"{name}={plain[name]}" for name in sorted(plain))
        return hmac.new(self.checksum.encode(), text.encode(), hashlib.sha256).hexdigest()
