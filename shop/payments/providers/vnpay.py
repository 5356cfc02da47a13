"""VNPay 2.1.0: its payment page, its IPN, its query and its refund.

Source: sandbox.vnpayment.vn/apis/docs (pay, querydr & refund). Amounts travel as đồng × 100, times in GMT+7. The
signature of page, return and IPN is the HMAC-SHA512 over the received ``vnp_*`` parameters, sorted and form-encoded;
that of query and refund over raw values joined by ``|``. The IPN is a GET and repeats until it reads 00 or 02.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote_plus

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.payments.provider import (
    Answer,
    EventKind,
    PaymentRequest,
    PaymentState,
    ProviderEvent,
    Redirect,
    RefundProgress,
    RefundRequest,
    RefundState,
    Refused,
    TryLater,
    Verdict,
    Way,
)

from .reading import hmac_hex, identity, instant, local, prove, text, unreadable, whole_digits
from .wire import post

_STAMP = "%Y%m%d%H%M%S"
_SUCCESS, _DOUBTFUL = "00", "07"
_NOT_FOUND = "91"
_UNFINISHED = frozenset({"01", "05", "06", _DOUBTFUL})
_QUERY = [
    "RequestId",
    "Version",
    "Command",
    "TmnCode",
    "TxnRef",
    "TransactionDate",
    "CreateDate",
    "IpAddr",
    "OrderInfo",
]
_REFUND = [
    "RequestId",
    "Version",
    "Command",
    "TmnCode",
    "TransactionType",
    "TxnRef",
    "Amount",
    "TransactionNo",
    "TransactionDate",
    "CreateBy",
    "CreateDate",
    "IpAddr",
    "OrderInfo",
]
_ANSWER = [
    "ResponseId",
    "Command",
    "ResponseCode",
    "Message",
    "TmnCode",
    "TxnRef",
    "Amount",
    "BankCode",
    "PayDate",
    "TransactionNo",
    "TransactionType",
    "TransactionStatus",
    "OrderInfo",
]
_QUERY_ANSWER = [*_ANSWER, "PromotionCode", "PromotionAmount"]
_ANSWERS = {
    Verdict.TAKEN: ("00", "Confirm Success"),
    Verdict.UNKNOWN_PAYMENT: ("01", "Order not found"),
    Verdict.REPEATED: ("02", "Order already confirmed"),
    Verdict.WRONG_AMOUNT: ("04", "Invalid amount"),
    Verdict.FORGED: ("97", "Fail checksum"),
    Verdict.BROKEN: ("99", "Unknown error"),
}


class VnPay(Way):
    code = "vnpay"
    label = _("VNPay: thẻ ATM, thẻ quốc tế, ví")
    hint = _("Bạn được đưa sang trang của VNPay để trả, xong sẽ quay lại đây.")
    least_amount = 5_000
    most_amount = 999_999_999
    method = "GET"

    def start(self, request: PaymentRequest) -> Redirect:
        """The signed address of the payment page; nothing is sent to VNPay before the buyer opens it."""
        fields = {
            "vnp_Version": "2.1.0",
            "vnp_Command": "pay",
            "vnp_TmnCode": settings.VNPAY_TMN_CODE,
            "vnp_Amount": str(request.amount * 100),
            "vnp_CurrCode": "VND",
            "vnp_TxnRef": request.reference,
            "vnp_OrderInfo": f"Thanh toan don hang {request.order_number}",
            "vnp_OrderType": "other",
            "vnp_Locale": "vn" if request.language == "vi" else "en",
            "vnp_ReturnUrl": request.return_url,
            "vnp_IpAddr": request.client_ip,
            "vnp_CreateDate": local(request.created_at, _STAMP),
            "vnp_ExpireDate": local(request.expires_at, _STAMP),
        }
        proof = sign(settings.VNPAY_HASH_SECRET, fields)
        query = f"{signed_text(fields)}&vnp_SecureHash={proof}"
        return Redirect(f"{settings.VNPAY_URL}/paymentv2/vpcpay.html?{query}", request.amount)

    def read_event(self, headers: Mapping[str, str], body: bytes) -> list[ProviderEvent]:
        fields = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        proof = fields.get("vnp_SecureHash", "").lower()
        prove(proof, _secrets(), lambda secret: sign(secret, fields))
        return [_read(fields, body)]

    def acknowledge(self, verdict: Verdict) -> Answer:
        code, message = _ANSWERS[verdict]
        return Answer(200, {"RspCode": code, "Message": message})

    def fetch(self, request: PaymentRequest) -> PaymentState:
        answer = _ask(
            "querydr",
            _QUERY,
            _QUERY_ANSWER,
            TxnRef=request.reference,
            TransactionDate=local(request.created_at, _STAMP),
            OrderInfo=f"Hoi giao dich {request.reference}",
        )
        if answer.get("vnp_ResponseCode") == _NOT_FOUND:  # the buyer has not opened the page
            return PaymentState(is_over=timezone.now() > request.expires_at)
        if answer.get("vnp_ResponseCode") != _SUCCESS:
            raise TryLater(f"querydr {answer.get('vnp_ResponseCode')}")
        if answer.get("vnp_TxnRef") != request.reference:
            raise TryLater("an answer about something else")
        status = answer.get("vnp_TransactionStatus")
        if status in _UNFINISHED:
            return PaymentState()
        return PaymentState((_read(answer, b""),), is_over=True)

    def close(self, request: PaymentRequest) -> None:
        """VNPay closes by itself at ``vnp_ExpireDate``."""

    def refund(self, request: PaymentRequest, refund: RefundRequest) -> RefundState:
        is_whole = refund.amount == refund.charged_amount
        answer = _ask(
            "refund",
            _REFUND,
            _ANSWER,
            TransactionType="02" if is_whole else "03",
            TxnRef=request.reference,
            Amount=str(refund.amount * 100),
            TransactionNo=refund.charge_reference,
            TransactionDate=local(request.created_at, _STAMP),
            CreateBy=refund.by,
            OrderInfo=f"Hoan tien {refund.key}",
            RequestId=refund.key,
        )
        if answer.get("vnp_ResponseCode") != _SUCCESS:
            reason = f"{answer.get('vnp_ResponseCode')} {answer.get('vnp_Message')}"
            return RefundState(RefundProgress.FAILED, reason=text(reason, 200))
        reference = identity(answer.get("vnp_TransactionNo"))
        status = answer.get("vnp_TransactionStatus")
        if status == _SUCCESS:
            return RefundState(RefundProgress.DONE, reference)
        if status in _UNFINISHED:  # taken; VNPay and the bank work on it
            return RefundState(RefundProgress.PENDING, reference)
        return RefundState(RefundProgress.FAILED, reference, reason=f"status {text(status, 20)}")

    def fetch_refund(self, request: PaymentRequest, refund: RefundRequest) -> RefundState:
        """VNPay tells of a refund only in its own pages: after a lost answer a person looks there."""
        return RefundState(RefundProgress.PENDING)


def signed_text(fields: Mapping[str, str]) -> str:
    """The parameters that are signed: all that arrived but the signature itself and empty ones."""
    left_out = ("vnp_SecureHash", "vnp_SecureHashType")
    kept = sorted(
        (name, value)
        for name, value in fields.items()
        if name.startswith("vnp_") and name not in left_out and value != ""
    )
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in kept)


def sign(secret: str, fields: Mapping[str, str]) -> str:
    """The signature of the payment page, the return and the IPN."""
    return hmac_hex(secret, signed_text(fields), "sha512")


def sign_values(secret: str, fields: Mapping[str, Any], names: list[str]) -> str:
    """The signature of query and refund, and of their answers."""
    values = (fields.get(f"vnp_{name}") for name in names)
    joined = "|".join("" if value is None else str(value) for value in values)
    return hmac_hex(secret, joined, "sha512")


def _secrets() -> tuple[str, str]:
    return settings.VNPAY_HASH_SECRET, settings.VNPAY_HASH_SECRET_PREVIOUS


def _read(fields: Mapping[str, Any], body: bytes) -> ProviderEvent:
    """One payment, as IPN or as answer to a query: both carry the same names."""
    reference = text(fields.get("vnp_TxnRef"), 60)
    number = identity(fields.get("vnp_TransactionNo"))
    hundredths = whole_digits(fields.get("vnp_Amount"))
    if not reference or not number or hundredths is None or hundredths % 100:
        return unreadable(body)
    # An answer to a query has a response code of its own: its success says only that we may ask.
    statuses = (fields.get("vnp_ResponseCode"), fields.get("vnp_TransactionStatus"))
    if statuses == (_SUCCESS, _SUCCESS):
        kind, external_id = EventKind.CHARGE, number
    elif _DOUBTFUL in statuses:  # debited, but under suspicion: it counts once VNPay says so
        kind, external_id = EventKind.HINT, f"doubtful:{reference}:{number}"
    else:
        kind, external_id = EventKind.FAILURE, f"failure:{reference}:{number}:{statuses[1] or statuses[0]}"
    return ProviderEvent(
        external_id=identity(external_id),
        kind=kind,
        amount=hundredths // 100,
        memo=text(fields.get("vnp_OrderInfo"), 500),
        reference=reference,
        bank_reference=text(fields.get("vnp_BankTranNo"), 60),
        occurred_at=instant(fields.get("vnp_PayDate"), _STAMP),
    )


def _ask(command: str, names: list[str], answered: list[str], **values: str) -> dict[str, Any]:
    fields = {
        "RequestId": uuid.uuid4().hex,
        "Version": "2.1.0",
        "Command": command,
        "TmnCode": settings.VNPAY_TMN_CODE,
        "CreateDate": local(timezone.now(), _STAMP),
        "IpAddr": "127.0.0.1",
    } | values
    asked: dict[str, Any] = {f"vnp_{name}": fields[name] for name in names}
    asked["vnp_SecureHash"] = sign_values(settings.VNPAY_HASH_SECRET, asked, names)
    answer = post(f"{settings.VNPAY_URL}/merchant_webapi/api/transaction", json=asked)
    proof = str(answer.get("vnp_SecureHash", "")).lower()
    if not proof and answer.get("vnp_ResponseCode") not in (_SUCCESS, None):
        raise Refused(f"{command} {answer.get('vnp_ResponseCode')}")
    if not any(sign_values(secret, answer, answered) == proof for secret in _secrets() if secret):
        raise TryLater("an answer without proof")
    return answer
