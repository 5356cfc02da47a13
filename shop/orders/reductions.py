"""Rows that say that less is delivered, or paid, than was agreed, and the refunds that follow from them.

Callers hold the locks of ``locks`` and loaded the consignment through ``lock_consignment``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from catalog.models import NetUnit
from catalog.sold import pack_of, sheet_of
from shop.money import format_amount
from shop.payments import charges
from shop.payments.models import RefundReason
from shop.templatetags.market import kilograms

from . import door, stock
from .models import Consignment, ConsignmentLine, ConsignmentRefund, LineReduction, OrderEvent
from .parts import Part, kept
from .requests import WeightUnfit
from .statuses import OrderEventKind, OrderStatus, ReductionKind


def sold_grams(line: ConsignmentLine) -> int:
    """What the pieces of the line that are delivered were sold to weigh; 0 where goods are not sold by weight."""
    product = line.order_line.product
    sheet = sheet_of(product) if product else None
    if sheet is None or sheet.net_unit != NetUnit.GRAM:
        return 0
    pack = pack_of(product)
    return line.left_quantity * (pack.net_quantity if pack else sheet.net_quantity)


def worth(line: ConsignmentLine, quantity: int) -> Part:
    """What goes back when so many pieces of the line do not come, or are paid back after they came."""
    left = line.kept_quantity
    return line.due - kept(line.due, delivered=left - quantity, sold=left)


def leave_out(line: ConsignmentLine, quantity: int) -> LineReduction:
    """Pieces of the line that will not come: off its sum and out of stock."""
    stock.write_off(line.order_line, quantity)
    return _take_off(line, quantity, ReductionKind.SHORT)


def take_off_returned(line: ConsignmentLine, quantity: int) -> LineReduction:
    """Pieces of the line that were delivered and are paid back: off its sum; the stock knows nothing of it."""
    return _take_off(line, quantity, ReductionKind.RETURNED)


def _take_off(line: ConsignmentLine, quantity: int, kind: ReductionKind) -> LineReduction:
    back = worth(line, quantity)
    return LineReduction.objects.create(
        line=line,
        kind=kind,
        quantity=quantity,
        goods_amount=back.goods,
        discount_amount=back.discount,
        amount=back.amount,
    )


def weigh(consignment: Consignment, weights: Mapping[int, int]) -> list[LineReduction]:
    """What lines (key) that weigh less than they were sold for (value, in grams) cost less.

    Raises: WeightUnfit for a weight above the one sold, of nothing, or of goods that are not sold by weight.
    """
    made = []
    for line in consignment.lines.all():
        grams = weights.get(line.pk)
        if grams is None:
            continue
        sold = sold_grams(line)
        if not 0 < grams <= sold:
            raise WeightUnfit(line, sold)
        if grams == sold:
            continue
        back = line.due - kept(line.due, delivered=grams, sold=sold)
        made.append(
            LineReduction.objects.create(
                line=line,
                kind=ReductionKind.LIGHTER,
                grams=sold - grams,
                goods_amount=back.goods,
                discount_amount=back.discount,
                amount=back.amount,
            )
        )
    return made


def pay_back(consignment: Consignment, amount: int, reason: RefundReason, *, by: Any = None) -> int:
    """How much of ``amount`` goes back to the buyer: all of it, unless so much is not there any more.

    Of an order that is paid at the door only what is more than its parcels cost now.
    Writes: refunds, their link to the consignment, an order event; what is still asked for at the door.
    """
    order = consignment.order
    if order.status == OrderStatus.AT_DOOR:
        amount = door.excess(order)
    made = charges.give_back(order=order, amount=amount, reason=reason)
    door.settle(order)
    ConsignmentRefund.objects.bulk_create(
        ConsignmentRefund(consignment=consignment, refund=refund) for refund in made
    )
    if made:
        note(consignment, OrderEventKind.REFUND_DUE, by=by, text=str(reason.value))
    return sum(refund.amount for refund in made)


def note(consignment: Consignment, kind: OrderEventKind, *, by: Any = None, text: str = "") -> None:
    """One line on the consignment's time line."""
    OrderEvent.objects.create(
        order_id=consignment.order_id, consignment=consignment, kind=kind, actor=by, note=text[:255]
    )


def reduction_text(row: LineReduction) -> str:
    """``Thiếu 2, bớt 210.000 ₫``, in the reader's language."""
    amount = format_amount(row.amount)
    if row.kind == ReductionKind.SHORT:
        return _("Thiếu %(quantity)d, bớt %(amount)s") % {"quantity": row.quantity, "amount": amount}
    if row.kind == ReductionKind.RETURNED:
        return _("Hoàn tiền %(quantity)d, %(amount)s") % {"quantity": row.quantity, "amount": amount}
    weight = kilograms(row.grams)
    return _("Cân thực nhẹ hơn %(weight)s, bớt %(amount)s") % {"weight": weight, "amount": amount}
