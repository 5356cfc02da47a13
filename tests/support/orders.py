"""Baskets, orders and bank messages for tests, through the services that the product itself uses."""

from __future__ import annotations

import itertools
import json
import time
import uuid
from typing import Any

from django.conf import settings
from oscar.apps.basket.models import Basket

from catalog.models import ProductSheet
from shop.orders.requests import Address, Buyer, Placed, StallQuote
from shop.orders.services import place, receive
from shop.partner.strategy import StallStrategy
from shop.payments.models import InboundEvent
from shop.payments.providers.sepay import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from shop.payments.services import take_delivery

_numbers = itertools.count(700_001)

BUYER = Buyer(name="Nguyễn Thị Mẫu", phone="0912345678", email="khach@demo.example")
ADDRESS = Address("14", "Tỉnh Sơn La", "03868", "Xã Tà Xùa", "Bản Chung Chinh")
DELIVERY = 30_000


def fill_basket(*goods: tuple[ProductSheet, int]) -> Any:
    """An open basket with these goods."""
    basket = Basket.objects.create()
    basket.strategy = StallStrategy()
    for sheet, quantity in goods:
        basket.add_product(sheet.product, quantity)
    return basket


def wish(basket: Any, **changes: Any) -> dict[str, Any]:
    """What the checkout passes to ``place`` for this basket; delivery costs 30.000 ₫ a stall."""
    basket = with_strategy(Basket.objects.get(pk=basket.pk))
    stalls = {line.product.sheet.cooperative_id for line in basket.all_lines()}
    goods = sum(int(line.line_price_incl_tax) for line in basket.all_lines())
    return {
        "basket": basket,
        "buyer": BUYER,
        "address": ADDRESS,
        "stall_quotes": {pk: StallQuote("Giao tận nơi", DELIVERY) for pk in stalls},
        "payment_method": "vietqr",
        "invoice": None,
        "note": "",
        "terms_version": "2026-11",
        "checkout_token": uuid.uuid4(),
        "language": "vi",
        "expected_total": goods + DELIVERY * len(stalls),
    } | changes


def with_strategy(basket: Any) -> Any:
    basket.strategy = StallStrategy()
    return basket


def place_order(*goods: tuple[ProductSheet, int], **changes: Any) -> Placed:
    return place(**wish(fill_basket(*goods), **changes))


def transfer(amount: int, content: str, **changes: Any) -> bytes:
    """SePay's message about one incoming transfer; each call is another transfer."""
    fields = {
        "id": next(_numbers),
        "gateway": "Vietcombank",
        "transactionDate": "2026-11-23 14:05:00",
        "accountNumber": settings.VIETQR_ACCOUNT,
        "subAccount": None,
        "code": None,
        "content": content,
        "transferType": "in",
        "description": "",
        "transferAmount": amount,
        "referenceCode": "FT1",
        "accumulated": 0,
    }
    return json.dumps(fields | changes, ensure_ascii=False).encode()


def signed(body: bytes, *, secret: str | None = None, at: float | None = None) -> dict[str, str]:
    """The headers that prove ``body``."""
    stamp = int(time.time() if at is None else at)
    return {
        TIMESTAMP_HEADER: str(stamp),
        SIGNATURE_HEADER: sign(settings.SEPAY_WEBHOOK_SECRET if secret is None else secret, stamp, body),
    }


def bring(body: bytes) -> InboundEvent:
    """The delivery, taken and applied."""
    (row,) = take_delivery("sepay", signed(body), body)
    return receive(row.pk)
