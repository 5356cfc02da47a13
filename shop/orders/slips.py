"""The slip on a parcel as PDF (A6): from whom, to whom, what is in it, and what is to be collected, with a VietQR."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q

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


def packed_together(consignment: Consignment) -> list[Consignment]:
    """What goes in one box: the consignment and those that are where it is and ship with it, the first order first."""
    key = consignment.ships_with_id or consignment.pk
    rows = Consignment.objects.filter(Q(pk=key) | Q(ships_with=key), status=consignment.status)
    return list(
        rows.select_related("order__sheet", "cooperative")
        .prefetch_related("lines__reductions")
        .order_by("pk")
    )


def _content(consignment: Consignment) -> dict[str, Any]:
    parcel = packed_together(consignment)
    first = parcel[0]
    sheet, stall = first.order.sheet, first.cooperative
    goods = [
        f"{line.left_quantity} × {line.title} ({line.pack})" for one in parcel for line in one.lines.all()
    ]
    more = len(goods) - MOST_ROWS
    step = door_step(first)  # what was added is paid before
    transfer = [f"{step.account} · {step.holder}", f"Nội dung: {step.memo}"] if step else []
    return {
        "market": settings.MARKET_NAME,
        "code": " + ".join(one.code for one in parcel),
        "sender": stall.name,
        "sender_phone": stall.phone,
        "receiver": sheet.buyer_name,
        "receiver_phone": sheet.buyer_phone,
        "address": first.collection_place or sheet.address_text,
        "note": sheet.note,
        "goods": goods[:MOST_ROWS] + ([f"và {more} món nữa"] if more > 0 else []),
        "amount": format_amount(step.amount) if step else "",
        "qr": qr_svg(step.payload).decode() if isinstance(step, ShowQr) else "",
        "transfer": transfer,
        "paid": "Đã trả tiền, không thu thêm",
    }
