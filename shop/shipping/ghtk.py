"""Giao Hàng Tiết Kiệm: its price, and its label for a packed parcel.

Source: api.ghtk.vn/docs (fee calculation, submit order, print label). ``GET /services/shipment/fee`` prices grams
between two places told in words; ``POST /services/shipment/order`` registers a parcel under our code and refuses the
same code again, naming the label it gave (``ORDER_ID_EXIST``); ``GET /services/label/<label>`` is the PDF.
Its documents ask for a district, which addresses have not had since 1 July 2025: the commune stands there too.
"""

from __future__ import annotations

from typing import Any

import requests
from django.conf import settings

from .live import Address, CourierRefuses, CourierUnavailable, Shipment
from .rates import KILOGRAM, Parcel

SECONDS = (2, 4)  # connect, read: somebody waits for the price


class Ghtk:
    def charge(self, parcel: Parcel, *, origin: Address, destination: Address) -> int:
        fields = {
            **_place("pick_", origin),
            **_place("", destination),
            "weight": max(parcel.grams, 1),
            "value": parcel.goods_amount,
            "transport": "road",
            "deliver_option": "none",
        }
        fee = _read(_ask("GET", "/services/shipment/fee", params=fields)).get("fee")
        if not isinstance(fee, dict) or not isinstance(fee.get("fee"), int) or fee["fee"] < 0:
            raise CourierUnavailable("no fee in the answer")
        if fee.get("delivery") is False:
            raise CourierRefuses("it does not go there")
        return int(fee["fee"])

    def register(self, shipment: Shipment) -> str:
        origin, destination = shipment.origin, shipment.destination
        order = {
            "id": shipment.code,
            **_place("pick_", origin),
            "pick_name": origin.name,
            "pick_address": origin.street,
            "pick_tel": origin.phone,
            **_place("", destination),
            "name": destination.name,
            "address": destination.street,
            "tel": destination.phone,
            "hamlet": "Khác",
            "is_freeship": "1",
            "pick_money": shipment.collect_amount,
            "value": shipment.goods_amount,
            "weight_option": "gram",
            "total_weight": max(shipment.grams, 1),
            "transport": "road",
        }
        goods = [
            {
                "name": title,
                "quantity": quantity,
                "weight": max(shipment.grams, 1) / len(shipment.goods) / KILOGRAM,
            }
            for title, quantity in shipment.goods
        ]
        answer = _ask("POST", "/services/shipment/order/?ver=1.5", json={"products": goods, "order": order})
        error = answer.get("error")
        if isinstance(error, dict) and error.get("code") == "ORDER_ID_EXIST" and error.get("ghtk_label"):
            return str(error["ghtk_label"])
        told = _read(answer).get("order")
        label = told.get("label") if isinstance(told, dict) else None
        if not isinstance(label, str) or not 0 < len(label) <= 60:
            raise CourierUnavailable("no label in the answer")
        return label

    def label(self, tracking_number: str) -> bytes:
        answer = _send("GET", f"/services/label/{tracking_number}", params={"page_size": "A6"})
        if not answer.content.startswith(b"%PDF-"):
            raise CourierUnavailable(f"status {answer.status_code}, no PDF")
        return bytes(answer.content)


def _place(prefix: str, place: Address) -> dict[str, str]:
    return {
        f"{prefix}province": place.province,
        f"{prefix}district": place.commune,
        f"{prefix}ward": place.commune,
    }


def _send(method: str, path: str, **sent: Any) -> requests.Response:
    headers = {"Token": settings.GHTK_TOKEN, "X-Client-Source": settings.GHTK_PARTNER}
    try:
        answer = requests.request(
            method,
            f"{settings.GHTK_URL}{path}",
            headers=headers,
            timeout=SECONDS,
            allow_redirects=False,
            **sent,
        )
    except requests.RequestException as error:
        raise CourierUnavailable(type(error).__name__) from error
    if answer.status_code >= 500:
        raise CourierUnavailable(f"status {answer.status_code}")
    return answer


def _ask(method: str, path: str, **sent: Any) -> dict[str, Any]:
    answer = _send(method, path, **sent)
    try:
        said = answer.json()
    except ValueError as error:
        raise CourierUnavailable(f"status {answer.status_code} without JSON") from error
    if not isinstance(said, dict):
        raise CourierUnavailable(f"status {answer.status_code} without an object")
    return said


def _read(said: dict[str, Any]) -> dict[str, Any]:
    if said.get("success") is not True:
        raise CourierRefuses(str(said.get("message") or "refused")[:200])
    return said
