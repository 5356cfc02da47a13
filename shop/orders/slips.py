"""The slip on a parcel as PDF (A6): from whom, to whom, what is in it, and what is to be collected, with a VietQR."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings

from catalog.typesetting import Form
from shop.money import format_amount
from shop.payments import services as payments
from shop.payments.provider import Instructions, ShowQr
from shop.payments.vietqr import qr_svg

from . import door
from .models import Consignment

_FORM = Form(Path(__file__).with_name("forms") / "slip.typ")
MOST_ROWS = 9


def door_step(consignment: Consignment) -> Instructions | None:
    """How the parcel is paid by transfer at the door; None when nothing is owed for it."""
    owed = door.owed_for(consignment)
    if not owed:
        return None
    attempt = consignment.order.payment_attempts.latest("pk")
    step = payments.step_for_part(attempt, amount=owed, memo=door.memo_of(consignment))
    return step if isinstance(step, Instructions) else None


def slip_pdf(consignment: Consignment) -> bytes:
    """The PDF; always Vietnamese, as whoever carries it reads it."""
    return _FORM.pdf(_content(consignment), at=consignment.created_at)


def _content(consignment: Consignment) -> dict[str, Any]:
    sheet, stall = consignment.order.sheet, consignment.cooperative
    goods = [f"{line.left_quantity} × {line.title} ({line.pack})" for line in consignment.lines.all()]
    more = len(goods) - MOST_ROWS
    step = door_step(consignment)
    transfer = [f"{step.account} · {step.holder}", f"Nội dung: {step.memo}"] if step else []
    return {
        "market": settings.MARKET_NAME,
        "code": consignment.code,
        "sender": stall.name,
        "sender_phone": stall.phone,
        "receiver": sheet.buyer_name,
        "receiver_phone": sheet.buyer_phone,
        "address": consignment.collection_place or sheet.address_text,
        "note": sheet.note,
        "goods": goods[:MOST_ROWS] + ([f"và {more} món nữa"] if more > 0 else []),
        "amount": format_amount(step.amount) if step else "",
        "qr": qr_svg(step.payload).decode() if isinstance(step, ShowQr) else "",
        "transfer": transfer,
        "paid": "Đã trả tiền, không thu thêm",
    }
