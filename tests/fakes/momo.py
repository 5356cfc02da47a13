"""MoMo's side of v2, from github.com/momo-wallet/payment and developers.momo.vn."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import Any

from .gateway import Delivery, Gateway, Reply

ORDER_ID = re.compile(r"^[0-9a-zA-Z]([-_.]*[0-9a-zA-Z]+)*$")


class MoMoGateway(Gateway):
    def __init__(self, partner: str, access: str, secret: str) -> None:
        super().__init__()
        self.partner, self.access, self.secret = partner, access, secret
        self.orders: dict[str, dict[str, Any]] = {}
        self.replies: dict[str, tuple[str, Reply]] = {}
        self.refunds: dict[str, int] = {}
        self.number = 4_000_000_000

    def pay(self, url: str, *, code: int = 0, amount: int | None = None) -> Delivery:
        """The payer ends in the app with ``code``; the IPN that tells of it."""
        order = self.orders[url.rpartition("/")[2]]
        self.number += 1
        order |= {"resultCode": code, "transId": self.number}
        fields: dict[str, Any] = {
            "partnerCode": self.partner,
            "orderId": order["orderId"],
            "requestId": order["requestId"],
            "amount": amount or order["amount"],
            "orderInfo": order["orderInfo"],
            "orderType": "momo_wallet",
            "transId": self.number,
            "resultCode": code,
            "message": "Thành công." if code == 0 else "Giao dịch bị từ chối.",
            "payType": "qr",
            "responseTime": 1_795_000_000_000,
            "extraData": "",
        }
        names = sorted([*fields, "accessKey"])
        fields["signature"] = self._sign(fields, names)
        return {"Content-Type": "application/json"}, json.dumps(fields, ensure_ascii=False).encode()

    def answer(self, method: str, path: str, fields: dict[str, Any], headers: dict[str, str]) -> Reply:
        action = path.rpartition("/")[2]
        names = {
            "create": "accessKey amount extraData ipnUrl orderId orderInfo partnerCode redirectUrl requestId"
            " requestType",
            "query": "accessKey orderId partnerCode requestId",
            "refund": "accessKey amount description orderId partnerCode requestId transId",
        }[action]
        if self._sign(fields, names.split()) != fields.get("signature") or "accessKey" in fields:
            return 400, {"resultCode": 13, "message": "Xác thực doanh nghiệp thất bại."}
        if (
            not ORDER_ID.match(fields["orderId"])
            or len(fields["orderId"]) > 50
            or len(fields["requestId"]) > 50
        ):
            return 400, {"resultCode": 20, "message": "Yêu cầu sai định dạng."}
        if action != "query":
            content = json.dumps(fields, sort_keys=True)
            if kept := self.replies.get(fields["requestId"]):
                return (
                    kept[1]
                    if kept[0] == content
                    else (400, {"resultCode": 40, "message": "RequestId bị trùng."})
                )
            reply = self._create(fields) if action == "create" else self._refund(fields)
            self.replies[fields["requestId"]] = (content, reply)
            return reply
        if fields["orderId"] in self.refunds:
            number = self.refunds[fields["orderId"]]
            return 200, {"resultCode": 0, "message": "Thành công.", "transId": number}
        order = self.orders.get(fields["orderId"])
        if order is None:
            return 200, {"resultCode": 42, "message": "orderId không hợp lệ hoặc không được tìm thấy."}
        answer = {name: order[name] for name in ("orderId", "amount", "resultCode", "transId", "orderInfo")}
        return 200, answer | {"message": "", "responseTime": 1_795_000_000_000}

    def _create(self, fields: dict[str, Any]) -> Reply:
        if not 1_000 <= fields["amount"] <= 50_000_000:
            return 400, {"resultCode": 22, "message": "Số tiền giao dịch không hợp lệ."}
        self.orders[fields["orderId"]] = fields | {"resultCode": 1000, "transId": 0, "returned": 0}
        url = f"{self.url}/pay/{fields['orderId']}"
        return 200, {"resultCode": 0, "message": "Thành công.", "payUrl": url}

    def _refund(self, fields: dict[str, Any]) -> Reply:
        order = next((o for o in self.orders.values() if o["transId"] == fields["transId"]), None)
        if order is None or order["returned"] + fields["amount"] > order["amount"]:
            return 400, {"resultCode": 1080, "message": "Hoàn tiền bị từ chối."}
        order["returned"] += fields["amount"]
        self.number += 1
        self.refunds[fields["orderId"]] = self.number
        return 200, {"resultCode": 0, "message": "Thành công.", "transId": self.number}

    def _sign(self, fields: dict[str, Any], names: list[str]) -> str:
        values = fields | {"accessKey": self.access}
        text = "&".join(f"{name}={values.get(name, '')}" for name in names)
        return hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
