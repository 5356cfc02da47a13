"""VNPay's side of 2.1.0, from sandbox.vnpayment.vn/apis/docs."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlsplit

from .gateway import Delivery, Gateway, Reply


class VnPayGateway(Gateway):
    def __init__(self, secret: str, tmn: str) -> None:
        super().__init__()
        self.secret, self.tmn = secret, tmn
        self.paid: dict[str, dict[str, str]] = {}
        self.refunded: dict[str, int] = {}
        self.number = 14_000_000

    def open_page(self, url: str) -> dict[str, str]:
        """What the page shows, if the address is genuine."""
        fields = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        given = fields.pop("vnp_SecureHash")
        assert self._hash(fields) == given, "VNPay would say: invalid signature"
        assert fields["vnp_TmnCode"] == self.tmn and len(fields["vnp_CreateDate"]) == 14
        assert fields["vnp_ExpireDate"] > fields["vnp_CreateDate"]
        assert fields["vnp_OrderInfo"].isascii() and fields["vnp_TxnRef"].isalnum()
        return fields

    def pay(self, url: str, *, code: str = "00", amount: int | None = None) -> Delivery:
        """The payer ends on the page with ``code``; the IPN that tells of it."""
        page = self.open_page(url)
        self.number += 1
        fields = {
            "vnp_Amount": str(amount * 100) if amount else page["vnp_Amount"],
            "vnp_BankCode": "NCB",
            "vnp_BankTranNo": f"VNP{self.number}",
            "vnp_CardType": "ATM",
            "vnp_OrderInfo": page["vnp_OrderInfo"],
            "vnp_PayDate": page["vnp_CreateDate"],
            "vnp_ResponseCode": code,
            "vnp_TmnCode": self.tmn,
            "vnp_TransactionNo": str(self.number),
            "vnp_TransactionStatus": {"00": "00", "07": "07"}.get(code, "02"),
            "vnp_TxnRef": page["vnp_TxnRef"],
        }
        self.paid[page["vnp_TxnRef"]] = fields | {"created": page["vnp_CreateDate"]}
        query = "&".join(f"{quote_plus(k)}={quote_plus(v)}" for k, v in sorted(fields.items()))
        return {}, f"{query}&vnp_SecureHash={self._hash(fields)}".encode()

    def answer(self, method: str, path: str, fields: dict[str, Any], headers: dict[str, str]) -> Reply:
        if (method, path) != ("POST", "/merchant_webapi/api/transaction"):
            return 404, {}
        if fields.get("vnp_Command") == "querydr":
            names = "RequestId Version Command TmnCode TxnRef TransactionDate CreateDate IpAddr OrderInfo"
        else:
            names = (
                "RequestId Version Command TmnCode TransactionType TxnRef Amount TransactionNo"
                " TransactionDate CreateBy CreateDate IpAddr OrderInfo"
            )
        if self._join(fields, names) != fields.get("vnp_SecureHash"):
            return 200, {"vnp_ResponseCode": "97", "vnp_Message": "Invalid checksum"}
        found = self.paid.get(fields["vnp_TxnRef"])
        reply: dict[str, Any] = {
            "vnp_ResponseId": f"R{len(self.asked)}",
            "vnp_Command": fields["vnp_Command"],
            "vnp_ResponseCode": "00",
            "vnp_Message": "OK",
            "vnp_TmnCode": self.tmn,
            "vnp_TxnRef": fields["vnp_TxnRef"],
        }
        if found is None or found["created"] != fields["vnp_TransactionDate"]:
            reply |= {"vnp_ResponseCode": "91", "vnp_Message": "Transaction not found"}
        elif fields["vnp_Command"] == "querydr":
            reply |= {k: v for k, v in found.items() if k.startswith("vnp_")}
            reply |= {
                "vnp_ResponseCode": "00",
                "vnp_TransactionType": "01",
                "vnp_Amount": int(found["vnp_Amount"]),
            }
        else:
            reply |= self._refund(fields, found)
        names = (
            "ResponseId Command ResponseCode Message TmnCode TxnRef Amount BankCode PayDate TransactionNo"
            " TransactionType TransactionStatus OrderInfo"
        )
        if fields["vnp_Command"] == "querydr":
            names += " PromotionCode PromotionAmount"
        return 200, reply | {"vnp_SecureHash": self._join(reply, names)}

    def _refund(self, fields: dict[str, Any], found: dict[str, str]) -> dict[str, Any]:
        reference, amount = found["vnp_TxnRef"], int(fields["vnp_Amount"])
        left = int(found["vnp_Amount"]) - self.refunded.get(reference, 0)
        is_whole = fields["vnp_TransactionType"] == "02"
        if amount > left or is_whole != (amount == int(found["vnp_Amount"])):
            return {"vnp_ResponseCode": "02", "vnp_Message": "Invalid amount"}
        self.refunded[reference] = self.refunded.get(reference, 0) + amount
        self.number += 1
        return {
            "vnp_Amount": amount,
            "vnp_TransactionNo": str(self.number),
            "vnp_TransactionType": fields["vnp_TransactionType"],
            "vnp_TransactionStatus": "00",
            "vnp_OrderInfo": fields["vnp_OrderInfo"],
        }

    def _hash(self, fields: dict[str, str]) -> str:
        text = "&".join(f"{quote_plus(k)}={quote_plus(v)}" for k, v in sorted(fields.items()) if v)
        return hmac.new(self.secret.encode(), text.encode(), hashlib.sha512).hexdigest()

    def _join(self, fields: dict[str, Any], names: str) -> str:
        text = "|".join(str(fields.get(f"vnp_{name}", "")) for name in names.split())
        return hmac.new(self.secret.encode(), text.encode(), hashlib.sha512).hexdigest()
