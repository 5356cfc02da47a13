"""payOS: a payment link that asks for one transfer, and messages about what came in on the account.

Source: payos.vn/docs (kiem-tra-du-lieu-voi-signature; ``/v2/payment-requests``). ``signature`` is the HMAC-SHA256 over
``k1=v1&k2=v2…`` sorted by key: of a message over its ``data``, whatever keys arrive (null, "null" and "undefined"
count as empty), of a new link over the five fields named here. A link is known by ``orderCode``, a whole number that
we choose. The message that registers a webhook names a payment of the documents and must be answered like any other.

payOS carries transfers: the payer may send another amount, and money goes back by a transfer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.payments.codes import PREFIX, SIZE, check_character
from shop.payments.provider import (
    Answer,
    BadSignature,
    PaymentRequest,
    PaymentState,
    ProviderEvent,
    Redirect,
    RefundRequest,
    RefundState,
    Refused,
    TryLater,
    Verdict,
    Way,
)
from shop.payments.vietqr import TRANSFER_CEILING
from shop.readable import ALPHABET

from .reading import hmac_hex, identity, instant, prove, read_object, text, unreadable, whole
from .sepay import plain_answer
from .wire import get, post

_CREATE = ("amount", "cancelUrl", "description", "orderCode", "returnUrl")
_DONE, _EXISTS, _NOT_FOUND = "00", "231", "101"
_OVER = frozenset({"PAID", "CANCELLED", "EXPIRED", "FAILED"})
_OURS = 10**15
"""Our numbers begin here, so that none is taken for another shop's, or for 123 of the documents; below 2⁵³."""
_TRIES = 1000


class PayOs(Way):
    code = "payos"
    label = _("Chuyển khoản qua payOS")
    hint = _("Bạn được đưa sang trang payOS để quét mã chuyển khoản, xong sẽ quay lại đây.")
    most_amount = TRANSFER_CEILING - 1
    takes_any_amount = True
    gives_back = False
    method = "POST"
    is_booked_later = True

    def start(self, request: PaymentRequest) -> Redirect:
        fields: dict[str, Any] = {
            "orderCode": number_of(request.reference),
            "amount": request.amount,
            # Nine characters at most on accounts that payOS does not lead, so the code without its prefix.
            "description": request.order_number[-SIZE:],
            "cancelUrl": request.return_url,
            "returnUrl": request.return_url,
        }
        proof = sign(settings.PAYOS_CHECKSUM_KEY, {name: fields[name] for name in _CREATE})
        fields |= {"expiredAt": int(request.expires_at.timestamp()), "signature": proof}
        answer = post(f"{settings.PAYOS_URL}/v2/payment-requests", json=fields, headers=_headers())
        if answer.get("code") == _EXISTS:  # the answer to an earlier start was lost
            return self._opened_before(request)
        data, url = _data(answer), _data(answer).get("checkoutUrl")
        if answer.get("code") != _DONE or not isinstance(url, str) or not url.startswith("http"):
            raise Refused(_reason(answer))
        return Redirect(url, request.amount, text(data.get("paymentLinkId"), 40))

    def _opened_before(self, request: PaymentRequest) -> Redirect:
        answer = _look(request)
        link, amount = text(_data(answer).get("id"), 40), whole(_data(answer).get("amount"))
        if answer.get("code") != _DONE or not link or amount != request.amount:
            raise Refused(_reason(answer))
        return Redirect(f"{settings.PAYOS_PAGE_URL}/web/{link}", request.amount, link)

    def read_event(self, headers: Mapping[str, str], body: bytes) -> list[ProviderEvent]:
        message = read_object(body)
        fields = (message or {}).get("data")
        if message is None or not isinstance(fields, dict):
            raise BadSignature("no data")
        secrets = (settings.PAYOS_CHECKSUM_KEY, settings.PAYOS_CHECKSUM_KEY_PREVIOUS)
        prove(message.get("signature"), secrets, lambda secret: sign(secret, fields))
        reference = reference_of(fields.get("orderCode"))
        return [_read(fields, text(fields.get("paymentLinkId"), 40), reference, body)]

    def acknowledge(self, verdict: Verdict) -> Answer:
        return plain_answer(verdict)

    def fetch(self, request: PaymentRequest) -> PaymentState:
        answer = _look(request)
        if answer.get("code") == _NOT_FOUND:
            return PaymentState(is_over=timezone.now() > request.expires_at)
        data = _data(answer)
        transfers, link = data.get("transactions"), text(data.get("id"), 40)
        if answer.get("code") != _DONE or not isinstance(transfers, list) or not link:
            raise TryLater(_reason(answer))
        events = [
            _read(transfer, link, request.reference, json.dumps(transfer, default=str).encode())
            for transfer in transfers
            if isinstance(transfer, dict)
        ]
        return PaymentState(tuple(events), is_over=data.get("status") in _OVER)

    def close(self, request: PaymentRequest) -> None:
        url = f"{settings.PAYOS_URL}/v2/payment-requests/{number_of(request.reference)}/cancel"
        answer = post(url, json={"cancellationReason": "expired"}, headers=_headers())
        if answer.get("code") not in (_DONE, _NOT_FOUND):
            raise Refused(_reason(answer))

    def refund(self, request: PaymentRequest, refund: RefundRequest) -> RefundState:
        raise Refused("a transfer is given back by a transfer")

    def fetch_refund(self, request: PaymentRequest, refund: RefundRequest) -> RefundState:
        raise Refused("a transfer is given back by a transfer")


def sign(key: str, fields: Mapping[str, Any]) -> str:
    """The signature over ``fields``."""
    return hmac_hex(key, "&".join(f"{name}={_plain(fields[name])}" for name in sorted(fields)))


def number_of(reference: str) -> int:
    """The whole number by which payOS knows an attempt; the same attempt has the same one.

    Raises: Refused for what is no attempt's reference.

    >>> number_of("HT2345678XL1")
    1000026004756001
    """
    code, _sign, tries = reference.partition("L")
    body = code.removeprefix(PREFIX)[:-1]
    is_ours = code == f"{PREFIX}{body}{code[-1:]}" and len(body) == SIZE - 1 and set(body) <= set(ALPHABET)
    if not is_ours or not tries.isdecimal() or not 0 < int(tries) < _TRIES:
        raise Refused(f"{reference} cannot be asked for")
    place = 0
    for symbol in body:
        place = place * len(ALPHABET) + ALPHABET.index(symbol)
    return _OURS + place * _TRIES + int(tries)


def reference_of(number: Any) -> str:
    """The attempt that a number names; empty if it is none of ours.

    >>> reference_of(number_of("HT2345678XL1")), reference_of(123), reference_of("x")
    ('HT2345678XL1', '', '')
    """
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number - _OURS < _TRIES * 30**7:
        return ""
    place, tries = divmod(number - _OURS, _TRIES)
    body = ""
    for _symbol in range(SIZE - 1):
        place, at = divmod(place, len(ALPHABET))
        body = ALPHABET[at] + body
    return f"{PREFIX}{body}{check_character(body)}L{tries}"


def _plain(value: Any) -> str:
    if value is None or value in ("null", "undefined"):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return str(value)


def _headers() -> dict[str, str]:
    return {"x-client-id": settings.PAYOS_CLIENT_ID, "x-api-key": settings.PAYOS_API_KEY}


def _look(request: PaymentRequest) -> dict[str, Any]:
    url = f"{settings.PAYOS_URL}/v2/payment-requests/{number_of(request.reference)}"
    return get(url, headers=_headers())


def _data(answer: Mapping[str, Any]) -> dict[str, Any]:
    data = answer.get("data")
    return data if isinstance(data, dict) else {}


def _read(fields: dict[str, Any], link: str, attempt: str, body: bytes) -> ProviderEvent:
    """One transfer, whether told or found: ``attempt`` is the one whose ``link`` it came by, empty if not ours."""
    reference = identity(fields.get("reference"))
    external_id, amount = identity(f"{link}:{reference}"), whole(fields.get("amount"))
    if not reference or not external_id or amount is None:
        return unreadable(body)
    memo = text(fields.get("description"), 500)
    accounts = (text(fields.get("accountNumber"), 40), text(fields.get("virtualAccountNumber"), 40))
    is_ours = attempt or (settings.BANK_EVENTS == "payos" and settings.VIETQR_ACCOUNT in accounts)
    return ProviderEvent(
        external_id=external_id,
        amount=amount,
        memo=memo,
        texts=(memo,),
        reference=attempt,
        bank_reference=reference,
        occurred_at=instant(fields.get("transactionDateTime")),
        ignored="" if is_ours else "other-account",
    )


def _reason(answer: Mapping[str, Any]) -> str:
    return text(f"{answer.get('code')} {answer.get('desc')}", 200)
