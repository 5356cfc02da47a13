"""GHTK's side of prices, registered parcels and labels, from api.ghtk.vn/docs."""

from __future__ import annotations

from typing import Any

from .gateway import Gateway, Raw, Reply


class GhtkGateway(Gateway):
    """One shop's parcels by its own codes. A kilogram costs ``per_kilogram``; it does not go to ``unreached``."""

    def __init__(self, token: str, partner: str) -> None:
        super().__init__()
        self.token, self.partner = token, partner
        self.per_kilogram, self.unreached = 21_000, "Quảng Ngãi"
        self.orders: dict[str, dict[str, Any]] = {}

    def answer(self, method: str, path: str, fields: dict[str, Any], headers: dict[str, str]) -> Reply | Raw:
        if (headers.get("token"), headers.get("x-client-source")) != (self.token, self.partner):
            return 401, {"success": False, "message": "Token không hợp lệ"}
        if (method, path) == ("GET", "/services/shipment/fee"):
            return self._fee(fields)
        if (method, path) == ("POST", "/services/shipment/order/"):
            return self._register(fields)
        label = path.removeprefix("/services/label/")
        if any(order["label"] == label for order in self.orders.values()):
            return 200, b"%PDF-1.4\n%" + label.encode()
        return 404, {"success": False, "message": "Không tìm thấy đơn hàng"}

    def _fee(self, fields: dict[str, Any]) -> Reply:
        needed = ("pick_province", "pick_district", "province", "district", "weight", "deliver_option")
        if any(not fields.get(name) for name in needed):
            return 200, {"success": False, "message": "Thiếu trường bắt buộc"}
        amount = -(-int(fields["weight"]) * self.per_kilogram // 1000)
        fee = {
            "name": "area1",
            "fee": amount,
            "insurance_fee": 0,
            "delivery": fields["province"] != self.unreached,
        }
        return 200, {"success": True, "message": "", "fee": fee}

    def _register(self, fields: dict[str, Any]) -> Reply:
        order, goods = fields.get("order") or {}, fields.get("products") or []
        needed = ("id", "pick_name", "pick_address", "pick_province", "pick_district", "pick_tel")
        needed += ("name", "tel", "address", "province", "district", "hamlet")
        missing = [name for name in needed if not order.get(name)]
        if missing or not goods or any(not 0 < one["weight"] < 20 for one in goods):
            return 200, {"success": False, "message": f"Thiếu {', '.join(missing) or 'khối lượng'}"}
        if known := self.orders.get(order["id"]):
            error = {"code": "ORDER_ID_EXIST", "partner_id": order["id"], "ghtk_label": known["label"]}
            return 200, {"success": False, "message": "Đơn đã tồn tại", "error": error}
        label = f"S1.A1.{2001297581 + len(self.orders)}"
        self.orders[order["id"]] = order | {"label": label, "products": goods}
        told = {"partner_id": order["id"], "label": label, "fee": "30400", "status_id": 2}
        return 200, {"success": True, "message": "", "order": told}
