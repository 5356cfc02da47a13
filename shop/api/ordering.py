"""From a client's request to an order: the same form, the same placing, and one order however often it is sent."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shop.checkout.confirming import TERMS_VERSION, confirm, no_cash_text, used_up_text
from shop.checkout.forms import CheckoutForm
from shop.crash_points import crash_point
from shop.orders.links import order_url, pay_url
from shop.orders.requests import (
    EmptyBasket,
    ForAdultsOnly,
    MethodNotOffered,
    OutOfStock,
    Placed,
    PriceChanged,
)
from shop.promotions import services as promotions
from shop.promotions.services import UsedUp

from .bodies import Invalid, amount_of, digest_of, flag_of, key_of, read_goods, text_of
from .differences import differences
from .models import ClientOrder
from .quotes import Quoted, quote_of, quoted

_FIELDS = {"age_confirmed": "is_adult", "terms": "accepts_terms", "checkout_token": "client_order_id"}
"""Fields of the checkout form that clients know by another name; ``province`` follows from the commune."""


class KeyReused(Exception):
    """Another order was sent under this number before."""


class ConfirmAgain(Exception):
    """The order would not be what the client's user agreed to.

    ``quote`` is what it would be now, ``changes`` says in words what is different.
    """

    def __init__(self, quote: Mapping[str, Any], changes: list[str]) -> None:
        super().__init__()
        self.quote, self.changes = quote, changes


class _Moved(Exception):
    """Somebody was faster between our look and the placing. ``problems`` that a new look would not see."""

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        super().__init__()
        self.problems = problems


@dataclass(frozen=True)
class Answer:
    """The order, and whether this request has made it."""

    body: Mapping[str, Any]
    is_new: bool


def submit(body: Mapping[str, Any]) -> Answer:
    """The order that this request asks for, or has made before.

    Locks/Writes: as ``shop.orders.services.place``, and ClientOrder; all or nothing.
    Raises: Invalid, KeyReused, ConfirmAgain. Idempotent by ``client_order_id``, also when sent many times at once.
    """
    errors: dict[str, list[str]] = {}
    key = key_of(body, errors)
    if errors:
        raise Invalid(errors)
    digest = digest_of(body)
    if found := _answer_before(key, digest):
        return found
    try:
        answer = _order_or_quote(body, key, digest)
    except (Invalid, ConfirmAgain, KeyReused, IntegrityError):
        # A twin of this request may have been faster and taken the very goods.
        if found := _answer_before(key, digest):
            return found
        raise
    crash_point("api.committed")
    return answer


def _order_or_quote(body: Mapping[str, Any], key: uuid.UUID, digest: str) -> Answer:
    try:
        return _order(body, key, digest)
    except _Moved as moved:
        goods = read_goods(body)
        gone = {problem["code"] for problem in moved.problems}
        left = tuple(code for code in goods.codes if promotions.tidy_code(code) not in gone)
        now = quote_of(replace(goods, codes=left))
        raise _confirm_again(body, now | {"problems": now["problems"] + moved.problems}) from None


def _confirm_again(body: Mapping[str, Any], quote: Mapping[str, Any]) -> ConfirmAgain:
    return ConfirmAgain(quote, differences(quote, body["expected_total"], body.get("seen_days", {})))


def _answer_before(key: uuid.UUID, digest: str) -> Answer | None:
    known = ClientOrder.objects.select_related("order__sheet").filter(client_order_id=key).first()
    if known is None:
        return None
    if known.request_digest != digest:
        raise KeyReused
    return Answer(_body_of(known), is_new=False)


def _order(body: Mapping[str, Any], key: uuid.UUID, digest: str) -> Answer:
    goods = read_goods(body)
    errors: dict[str, list[str]] = {}
    expected = amount_of(body, "expected_total", errors)
    seen_days = body.get("seen_days", {})
    if not isinstance(seen_days, dict):
        errors["seen_days"] = [_("Giá trị này không đúng.")]
    if text_of(body, "terms_version", errors) != TERMS_VERSION:
        errors["terms_version"] = [_("Điều kiện mua bán đã đổi. Bạn đọc bản mới rồi đặt lại nhé.")]
    with transaction.atomic(), quoted(goods) as quote:
        form = CheckoutForm(
            _form_values(body, key, quote, errors), is_age_restricted=quote.stalls.is_age_restricted
        )
        errors |= _errors_of(form)
        if errors:
            raise Invalid(errors)
        if not quote.is_buyable or quote.stalls.total_amount > expected or quote.promised_days != seen_days:
            raise _confirm_again(body, quote.as_json())
        if not form.allows(quote.stalls.purchase_at(form.destination)):
            raise Invalid(_errors_of(form))
        placed = _place(quote, form)
        if placed.is_repeat:  # made by a twin of this request, or elsewhere: then it is not ours to show
            raise KeyReused
        crash_point("api.placed")
        known = ClientOrder.objects.create(client_order_id=key, request_digest=digest, order=placed.order)
        crash_point("api.answer-kept")
        return Answer(_body_of(known), is_new=True)


def _place(quote: Quoted, form: CheckoutForm) -> Placed:
    try:
        return confirm(basket=quote.basket, form=form, stalls=quote.stalls)
    except (ForAdultsOnly, MethodNotOffered) as refusal:
        is_cash = isinstance(refusal, ForAdultsOnly)
        text = no_cash_text() if is_cash else form.fields["payment_method"].error_messages["invalid_choice"]
        raise Invalid({"payment_method": [str(text)]}) from None
    except UsedUp as refusal:
        raise _Moved([{"code": refusal.promotion.code, "text": used_up_text(refusal)}]) from None
    except (OutOfStock, PriceChanged, EmptyBasket):
        raise _Moved([]) from None


def _form_values(
    body: Mapping[str, Any], key: uuid.UUID, quote: Quoted, errors: dict[str, list[str]]
) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: text_of(body, name, errors)
        for name in ("name", "phone", "email", "street", "note", "payment_method")
    }
    if quote.commune:
        values |= {"province": quote.commune.province_id, "commune": quote.commune.pk}
    invoice = body.get("invoice")
    if invoice is None:
        invoice = {}
    elif not isinstance(invoice, dict):
        errors["invoice"] = [_("Giá trị này không đúng.")]
        invoice = {}
    if invoice:
        values["wants_invoice"] = "on"
        for name in ("name", "tax_code", "address", "email"):
            values[f"invoice_{name}"] = text_of(invoice, name, errors)
    for field, name in (("terms", "accepts_terms"), ("age_confirmed", "is_adult")):
        if flag_of(body, name, errors):
            values[field] = "on"
    values["checkout_token"] = str(key)
    return values


def _errors_of(form: CheckoutForm) -> dict[str, list[str]]:
    """The form's messages by the fields that clients know."""
    if form.is_valid():
        return {}
    found: dict[str, list[str]] = {}
    for field, messages in form.errors.items():
        if field == "province":  # always together with the commune
            continue
        name = _FIELDS.get(field, field)
        found[name.replace("invoice_", "invoice.", 1)] = [str(message) for message in messages]
    return found


def _body_of(known: ClientOrder) -> dict[str, Any]:
    """The same at every repeat; only ``pay_by`` moves, if a part of the money has come meanwhile."""
    sheet = known.order.sheet
    attempt = known.order.payment_attempts.earliest("pk")
    return {
        "client_order_id": str(known.client_order_id),
        "number": known.order.number,
        "total_amount": sheet.total_amount,
        "pay_by": timezone.localtime(sheet.pay_by).isoformat(timespec="seconds"),
        "order_url": order_url(sheet),
        "pay_url": pay_url(attempt, language=sheet.language),
    }
