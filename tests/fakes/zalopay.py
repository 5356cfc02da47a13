"""ZaloPay's side of v2, from docs.zalopay.vn/v2 and the official samples."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import re
import time
from typing import Any

from .gateway import Delivery, Gateway, Reply


class ZaloPayGateway(Gateway):
    def __init__(self, app: int, key1: str, key2: str) -> None:
        super().__init__()
        self.app, self.key1, self.key2 = app, key1, key2
        self.orders: dict[str, dict[str, Any]] = {}
        self.refunds: set[str] = set()
        self.number = 260_000_000_000_000

    def pay(self, url: str, *, code: int = 1, amount: int | None = None) -> Delivery:
        """The payer ends in the app; a failure is not called back (the delivery is then empty)."""
        order = self.orders[url.rpartition("/")[2]]
        self.number += 1
        order |= {"return_code": code, "zp_trans_id": self.number}
        if code != 1:
            return {}, b""
        told = json.dumps(
            {
                "app_id": self.app,
                "app_trans_id": order["app_trans_id"],
                "app_time": int(order["app_time"]),
                "app_user": order["app_user"],
                "amount": amount or order["amount"],
                "embed_data": order["embed_data"],
                "item": order["item"],
                "zp_trans_id": self.number,
                "server_time": 1_795_000_000_000,
                "channel": 38,
            }
        )
        body = {"data": told, "mac": self._mac(self.key2, told), "type": 1}
        return {"Content-Type": "application/json"}, json.dumps(body).encode()

    def answer(self, method: str, path: str, fields: dict[str, Any], headers: dict[str, str]) -> Reply:
        action = path.removeprefix("/v2/")
        signed = {
            "create": "app_id app_trans_id app_user amount app_time embed_data item",
            "query": "app_id app_trans_id",
            "refund": "app_id zp_trans_id amount description timestamp",
            "query_refund": "app_id m_refund_id timestamp",
        }[action]
        values = [str(fields[name]) for name in signed.split()]
        if action == "query":
            values.append(self.key1)
        if self._mac(self.key1, "|".join(values)) != fields["mac"] or int(fields["app_id"]) != self.app:
            return 200, {"return_code": 2, "return_message": "mac không hợp lệ", "sub_return_code": -402}
        return 200, getattr(self, f"_{action}")(fields)

    def _create(self, fields: dict[str, Any]) -> dict[str, Any]:
        trans_id = fields["app_trans_id"]
        today = dt.datetime.now(dt.timezone(dt.timedelta(hours=7))).strftime("%y%m%d")
        if not re.fullmatch(rf"{today}_[0-9A-Za-z_-]+", trans_id) or len(trans_id) > 40:
            return {"return_code": 2, "return_message": "app_trans_id", "sub_return_code": -401}
        if abs(time.time() * 1000 - int(fields["app_time"])) > 900_000:
            return {"return_code": 2, "return_message": "app_time", "sub_return_code": -401}
        if not 300 <= int(fields["expire_duration_seconds"]) <= 2_592_000:
            return {"return_code": 2, "return_message": "expire", "sub_return_code": -401}
        json.loads(fields["embed_data"]), json.loads(fields["item"])
        if trans_id in self.orders and self.orders[trans_id]["return_code"] != 3:
            return {"return_code": 2, "return_message": "trùng", "sub_return_code": -68}
        self.orders[trans_id] = (
            fields | {"return_code": 3, "zp_trans_id": 0, "returned": 0} | {"amount": int(fields["amount"])}
        )
        return {"return_code": 1, "return_message": "", "order_url": f"{self.url}/pay/{trans_id}"}

    def _query(self, fields: dict[str, Any]) -> dict[str, Any]:
        order = self.orders.get(fields["app_trans_id"])
        if order is None:
            return {"return_code": 2, "return_message": "không tìm thấy"}
        names = ("return_code", "amount", "zp_trans_id")
        return {name: order[name] for name in names} | {"return_message": "", "is_processing": False}

    def _refund(self, fields: dict[str, Any]) -> dict[str, Any]:
        order = next(
            (o for o in self.orders.values() if str(o["zp_trans_id"]) == fields["zp_trans_id"]), None
        )
        refund_id, amount = fields["m_refund_id"], int(fields["amount"])
        well_formed = re.fullmatch(rf"[0-9]{{6}}_{self.app}_[0-9A-Za-z]+", refund_id)
        if (
            not order
            or not well_formed
            or refund_id in self.refunds
            or order["returned"] + amount > order["amount"]
        ):
            return {"return_code": 2, "return_message": "từ chối", "sub_return_code": -13}
        order["returned"] += amount
        self.refunds.add(refund_id)
        return {"return_code": 3, "return_message": "đang xử lý", "refund_id": len(self.refunds)}

    def _query_refund(self, fields: dict[str, Any]) -> dict[str, Any]:
        if fields["m_refund_id"] not in self.refunds:
            return {"return_code": 2, "return_message": "không tìm thấy", "sub_return_code": -101}
        return {"return_code": 1, "return_message": "", "refund_id": 7}

    def _mac(self, key: str, text: str) -> str:
        return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
