"""Reviews of the demo market: made-up buyers order, pay and get goods, and say what they think of them."""

from __future__ import annotations

import itertools
import json
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from oscar.apps.basket.models import Basket

from catalog.models import Commune, ProductSheet
from shop.accounts.models import User
from shop.checkout.confirming import TERMS_VERSION
from shop.demo import files
from shop.demo.people import HOMES, MANAGER
from shop.orders.models import ConsignmentLine, OrderSheet
from shop.orders.requests import Address, Buyer, StallQuote
from shop.orders.services import hand_over, pack, place, receive
from shop.partner.strategy import StallStrategy
from shop.payments.providers.sepay import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from shop.payments.services import take_delivery
from shop.reviews.models import ReviewState
from shop.reviews.services import answer, decide, write_review

DELIVERY = 30_000
FIRST_TRANSFER = 926_000_000_000
NAMESPACE = uuid.UUID("7c1d0d3c-5f6c-4c1e-9a43-2b8f0a6f4f10")


def load_reviews(sheets: Mapping[str, ProductSheet], communes: Mapping[str, Commune], checker: User) -> None:
    """The reviews of ``reviews.csv``, each of goods that were bought, paid and handed over here.

    Writes: orders, bank messages, invoices that wait, reviews. Idempotent: an order that is there is not placed again.
    """
    for number, found in itertools.groupby(files.rows("reviews"), key=lambda row: row["order"]):
        token = uuid.uuid5(NAMESPACE, number)
        if OrderSheet.objects.filter(checkout_token=token).exists():
            continue
        rows = list(found)
        with transaction.atomic():  # an order without its reviews would never get them
            lines = _bought(int(number), token, rows, [sheets[row["sku"]] for row in rows], communes)
            for row in rows:
                _review(lines[sheets[row["sku"]].product_id], row, checker)


def _bought(
    number: int,
    token: uuid.UUID,
    rows: Sequence[dict[str, str]],
    goods: Sequence[ProductSheet],
    communes: Mapping[str, Commune],
) -> dict[int, ConsignmentLine]:
    """The lines of an order of one pack of each, handed over; by product."""
    basket = Basket.objects.create()
    basket.strategy = StallStrategy()
    for sheet in goods:
        basket.add_product(sheet.product, 1)
    home = HOMES[0]
    commune = communes[home.commune]
    stalls = {sheet.cooperative_id for sheet in goods}
    placed = place(
        basket=basket,
        buyer=Buyer(rows[0]["buyer"], rows[0]["phone"]),
        address=Address(commune.province_id, commune.province.name, commune.code, commune.name, home.street),
        stall_quotes={pk: StallQuote("Giao tận nơi", DELIVERY) for pk in stalls},
        payment_method="vietqr",
        invoice=None,
        note="",
        terms_version=TERMS_VERSION,
        checkout_token=token,
        language=rows[0]["language"],
        expected_total=sum(sheet.price_amount for sheet in goods) + DELIVERY * len(stalls),
    )
    _pay(FIRST_TRANSFER + number, placed.attempt.amount, placed.order.number)
    lines: dict[int, ConsignmentLine] = {}
    for consignment in placed.order.consignments.order_by("pk"):
        packed = pack(consignment=consignment, by=None)
        sent = hand_over(consignment=packed, by=None, carrier="Xe khách (mẫu)", tracking_number="")
        for line in sent.lines.select_related("consignment", "order_line__product"):
            lines[line.order_line.product_id] = line
    return lines


def _pay(transfer: int, amount: int, memo: str) -> None:
    """As the bank would tell of it, signed."""
    fields: dict[str, Any] = {
        "id": transfer,
        "gateway": "Vietcombank",
        "transactionDate": f"{timezone.localtime():%Y-%m-%d %H:%M:%S}",
        "accountNumber": settings.VIETQR_ACCOUNT,
        "content": memo,
        "transferType": "in",
        "transferAmount": amount,
        "referenceCode": f"FT{transfer}",
    }
    body, now = json.dumps(fields).encode(), int(time.time())
    headers = {
        TIMESTAMP_HEADER: str(now),
        SIGNATURE_HEADER: sign(settings.SEPAY_WEBHOOK_SECRET, now, body),
    }
    for event in take_delivery("sepay", headers, body):
        receive(event.pk)


def _review(line: ConsignmentLine, row: dict[str, str], checker: User) -> None:
    review = write_review(
        line=line,
        points=int(row["points"]),
        text=row["text"],
        language=row["language"],
        photos=[files.goods_picture(row["photo"]).read_bytes()] if row["photo"] else [],
    )
    decide(review=review, state=ReviewState.SHOWN, reason=None, by=checker)
    if row["answer"]:
        by = User.objects.filter(email=MANAGER, memberships__cooperative=review.sheet.cooperative_id).first()
        answer(review=review, text=row["answer"], by=by)
