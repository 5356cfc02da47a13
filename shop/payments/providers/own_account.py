"""Bank transfer to an account number that SePay opens for one order alone: whatever the memo says, it is this order's.

Source: developer.sepay.vn (v2, "Đơn hàng": create, detail, cancel). ``POST /v2/bank-accounts/{account}/orders`` opens
a virtual account (VA) for ``order_code``; the bank takes exactly the amount and only until the VA ends. The money
is told by SePay's message about the account, whose ``subAccount`` is the VA (``sepay.py``): asking gives no
transfer by a name that the message would have, so asking only says whether the order is still open there.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.payments.provider import (
    PaymentRequest,
    PaymentState,
    RefundRequest,
    RefundState,
    Refused,
    ShowQr,
    TryLater,
    Way,
)
from shop.payments.vietqr import TRANSFER_CEILING, Transfer, payload_of

from .reading import text, whole
from .wire import delete, get, post


class OwnAccount(Way):
    code = "own-account"
    label = _("Chuyển khoản, số tài khoản riêng của đơn")
    hint = _("Đơn của bạn có một số tài khoản riêng, nên không cần ghi nội dung chuyển khoản.")
    most_amount = TRANSFER_CEILING - 1
    gives_back = False
    is_shown_here = True

    def start(self, request: PaymentRequest) -> ShowQr:
        seconds = int((request.expires_at - timezone.now()).total_seconds())
        if seconds <= 0:
            raise Refused("the time to pay is over")
        fields = {"order_code": request.reference, "amount": request.amount, "duration": seconds}
        answer = post(_orders(), json=fields | {"with_qrcode": "0"}, headers=_headers())
        order = _data(answer) if answer.get("status") == "success" else self._opened_before(request, answer)
        account = _account(order)
        if not account or whole(account.get("amount")) != request.amount:
            raise Refused("no account for this amount")
        number = text(account.get("va_number"), 19)
        try:
            transfer = Transfer(settings.VIETQR_BANK_BIN, number, request.amount, request.order_number)
            payload = payload_of(transfer)
        except ValueError as error:
            raise Refused(str(error)) from error
        return ShowQr(
            bank_bin=transfer.bank_bin,
            account=number,
            holder=text(account.get("va_holder_name"), 100) or settings.VIETQR_ACCOUNT_NAME,
            amount=request.amount,
            memo=request.order_number,
            payload=payload,
            provider_reference=text(order.get("id") or order.get("order_id"), 120),
        )

    def _opened_before(self, request: PaymentRequest, refusal: dict[str, Any]) -> dict[str, Any]:
        """The order of this code that was opened by a start whose answer was lost."""
        answer = get(f"{_orders()}?{urlencode({'order_code': request.reference})}", headers=_headers())
        listed = answer.get("data")
        for order in listed if isinstance(listed, list) else ():
            if isinstance(order, dict) and order.get("order_code") == request.reference:
                return self._detail(text(order.get("id"), 120))
        raise Refused(text(refusal.get("message"), 200) or text(refusal.get("error_code"), 60))

    def fetch(self, request: PaymentRequest) -> PaymentState:
        order = self._detail(request.provider_reference)
        return PaymentState(is_over=order.get("status") == "Cancelled" and not order.get("paid_amount"))

    def close(self, request: PaymentRequest) -> None:
        """Raises: TryLater also when money has come in there that nobody has told us of yet."""
        answer = delete(f"{_orders()}/{request.provider_reference}", headers=_headers())
        if answer.get("status") == "success":
            return
        if self._detail(request.provider_reference).get("paid_amount"):
            raise TryLater("paid, and the message about it has not come")
        raise Refused(text(answer.get("message"), 200))

    def _detail(self, reference: str) -> dict[str, Any]:
        answer = get(f"{_orders()}/{reference}", headers=_headers())
        if answer.get("status") != "success":
            raise Refused(text(answer.get("message"), 200))
        return _data(answer)

    def refund(self, request: PaymentRequest, refund: RefundRequest) -> RefundState:
        raise Refused("a transfer is given back by a transfer")

    def fetch_refund(self, request: PaymentRequest, refund: RefundRequest) -> RefundState:
        raise Refused("a transfer is given back by a transfer")


def _orders() -> str:
    return f"{settings.SEPAY_API_URL}/v2/bank-accounts/{settings.SEPAY_ACCOUNT_ID}/orders"


def _headers() -> dict[str, str]:
    return {"Authorization": f"Bearer {settings.SEPAY_API_TOKEN}"}


def _data(answer: dict[str, Any]) -> dict[str, Any]:
    data = answer.get("data")
    return data if isinstance(data, dict) else {}


def _account(order: dict[str, Any]) -> dict[str, Any]:
    """The account of an order: told with a new one, in a list (``va``) of one that is asked about."""
    if order.get("va_number"):
        return order
    listed = order.get("va")
    accounts = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return accounts[-1] if accounts else {}
