"""A buyer's parcels in plain words: the steps of each, what it lost on the way, what goes back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.invoices.models import Invoice, InvoiceKind, InvoiceStatus
from shop.money import format_amount
from shop.orders import additions, door
from shop.orders.models import (
    Consignment,
    ConsignmentLine,
    ConsignmentRefund,
    GoodsReport,
    OrderSheet,
    Shortfall,
)
from shop.orders.reductions import reduction_text
from shop.orders.statuses import (
    NOTHING_COMES,
    ConsignmentStatus,
    OrderEventKind,
    OrderStatus,
    ShortfallChoice,
)
from shop.payments import services as payments
from shop.payments.models import Refund, RefundState
from shop.payments.provider import Instructions, ShowQr
from shop.shipping.couriers import tracking_url
from shop.templatetags.market import day

DONE, NOW, NEXT = "done", "now", "next"


@dataclass(frozen=True)
class Step:
    """One step of a parcel: ``state`` is done, now or next."""

    text: str
    state: str
    at: dt.datetime | None = None


@dataclass(frozen=True)
class Parcel:
    """One consignment as its buyer sees it."""

    consignment: Consignment
    steps: list[Step]
    invoice: Invoice | None
    owed: int = 0  # still to be paid at the door, whole đồng
    transfer: Instructions | None = None

    @property
    def has_qr(self) -> bool:
        return isinstance(self.transfer, ShowQr)

    @property
    def tracking_url(self) -> str:
        return tracking_url(self.consignment.courier, self.consignment.tracking_number)

    @property
    def is_cancelled(self) -> bool:
        return self.consignment.status in NOTHING_COMES

    @property
    def is_awaited(self) -> bool:
        """Whether the promised days still say something: the goods are on their way or to be."""
        return bool(self.consignment.promised_from) and not self.is_cancelled

    @property
    def can_cancel(self) -> bool:
        """Whether this parcel alone may be cancelled: paid, and not packed."""
        return self.consignment.status == ConsignmentStatus.TO_PACK

    @property
    def can_add(self) -> bool:
        """Whether more goods may go into this parcel."""
        return additions.is_open(self.consignment)

    @property
    def added(self) -> list[Consignment]:
        """What was added to this parcel later, each with its order."""
        return list(self.consignment.companions.all())

    @property
    def reports(self) -> list[GoodsReport]:
        """What the buyer said of goods that came."""
        return list(self.consignment.goods_reports.all())

    @property
    def can_report(self) -> bool:
        """Whether more may be said: the goods were handed over, and no report waits."""
        return self.is_sent and all(report.answer for report in self.reports)

    @property
    def is_sent(self) -> bool:
        """Whether the goods were handed over: from here on they can be reviewed."""
        return self.consignment.status == ConsignmentStatus.HANDED_OVER

    @property
    def question(self) -> Shortfall | None:
        """What the stall asks and waits for."""
        return next((one for one in self.consignment.shortfalls.all() if not hasattr(one, "answer")), None)

    @property
    def lines(self) -> list[tuple[ConsignmentLine, list[str]]]:
        """The lines, each with what is less of it."""
        return [
            (line, [reduction_text(row) for row in line.reductions.all()])
            for line in self.consignment.lines.all()
        ]

    @property
    def refunds(self) -> list[tuple[str, dt.datetime | None]]:
        """What goes back for this parcel, and since when it is back."""
        found = [link.refund for link in self.consignment.refunds.all()]
        return [(refund_text(refund), refund.done_at) for refund in found]


def parcels_of(sheet: OrderSheet) -> list[Parcel]:
    """The parcels of the order, in a fixed number of queries."""
    consignments = list(
        Consignment.objects.filter(order=sheet.order)
        .select_related("cooperative__commune__province", "ships_with__order__sheet")
        .prefetch_related(
            Prefetch("companions", Consignment.objects.select_related("order__sheet").order_by("pk")),
            "lines__reductions",
            "lines__review",
            "events",
            "goods_reports__answers",
            Prefetch("refunds", ConsignmentRefund.objects.select_related("refund")),
            Prefetch("shortfalls", Shortfall.objects.select_related("answer")),
        )
        .order_by("pk")
    )
    codes = [consignment.code for consignment in consignments]
    issued = Invoice.objects.filter(source_reference__in=codes).exclude(status=InvoiceStatus.TO_ISSUE)
    # The one in force: a replacement comes after what it replaces, an adjustment stands beside it.
    issued = issued.exclude(kind=InvoiceKind.ADJUSTMENT)
    invoices = {invoice.source_reference: invoice for invoice in issued.select_related("series")}
    if sheet.order.status != OrderStatus.AT_DOOR:
        return [
            Parcel(consignment, steps_of(sheet, consignment), invoices.get(consignment.code))
            for consignment in consignments
        ]
    owed, attempt = door.owed_by_parcel(sheet.order), sheet.order.payment_attempts.latest("pk")
    parcels = []
    for consignment in consignments:
        steps, invoice, due = (
            steps_of(sheet, consignment),
            invoices.get(consignment.code),
            owed[consignment.pk],
        )
        step = payments.step_for_part(attempt, amount=due, memo=door.memo_of(consignment)) if due else None
        transfer = step if isinstance(step, Instructions) else None
        parcels.append(Parcel(consignment, steps, invoice, due, transfer))
    return parcels


def refund_text(refund: Refund) -> str:
    """Whether the money is back, as the buyer may say it."""
    words = _("Đã hoàn %(amount)s") if refund.state == RefundState.DONE else _("Đang hoàn %(amount)s")
    return words % {"amount": format_amount(refund.amount)}


def steps_of(sheet: OrderSheet, consignment: Consignment) -> list[Step]:
    """The line of states of one parcel, in plain words."""
    order: Any = sheet.order
    steps = [Step(_("Bạn đã đặt hàng"), DONE, order.date_placed)]
    is_door = door.is_at_door(order)
    if consignment.status in NOTHING_COMES:
        if sheet.paid_at:
            steps += [Step(_("Đã nhận đủ tiền"), DONE, sheet.paid_at), *_answered(consignment)]
        return [*steps, _end(sheet, consignment)]
    is_paid = consignment.status != ConsignmentStatus.AWAITING_PAYMENT
    is_packed = consignment.status in (ConsignmentStatus.PACKED, ConsignmentStatus.HANDED_OVER)
    is_sent = consignment.status == ConsignmentStatus.HANDED_OVER
    marks = [
        (is_packed, _("Bà con đã đóng gói"), _("Bà con đang chuẩn bị hàng"), consignment.packed_at),
        (
            is_sent,
            _("Đã giao cho đơn vị vận chuyển"),
            _("Chờ giao cho đơn vị vận chuyển"),
            consignment.handed_over_at,
        ),
    ]
    if not is_door:
        _add(steps, is_paid, _("Đã nhận đủ tiền"), _("Chờ bạn trả tiền"), sheet.paid_at)
    steps += _answered(consignment)
    for is_done, done, waiting, at in marks:
        _add(steps, is_done, done, waiting, at)
    if is_door:
        is_settled = sheet.paid_at is not None
        _add(steps, is_settled, _("Đã nhận đủ tiền"), _("Bạn trả tiền khi nhận hàng"), sheet.paid_at)
    return steps


def _add(steps: list[Step], is_done: bool, done: str, waiting: str, at: dt.datetime | None) -> None:
    if is_done:
        steps.append(Step(done, DONE, at))
    else:
        steps.append(Step(waiting, NOW if steps[-1].state == DONE else NEXT))


def _answered(consignment: Consignment) -> Iterator[Step]:
    """What the stall could not deliver, and what was chosen."""
    for shortfall in consignment.shortfalls.all():
        answer = getattr(shortfall, "answer", None)
        if answer is None:
            yield Step(_("Gian hàng thiếu hàng, chờ bạn chọn"), NOW, shortfall.created_at)
        elif answer.choice == ShortfallChoice.WITHDRAWN:
            yield Step(_("Gian hàng đã có đủ hàng"), DONE, answer.created_at)
        elif answer.choice == ShortfallChoice.WAIT:
            text = _("Gian hàng thiếu hàng, bạn chờ đến %(day)s") % {"day": day(shortfall.restock_on)}
            yield Step(text, DONE, answer.created_at)
        else:
            text = _("Gian hàng thiếu hàng: %(choice)s") % {"choice": answer.get_choice_display()}
            yield Step(text, DONE, answer.created_at)


def _end(sheet: OrderSheet, consignment: Consignment) -> Step:
    """Why nothing comes."""
    if sheet.order.status == OrderStatus.EXPIRED:
        return Step(_("Đơn hết hạn trả tiền, hàng không được giữ nữa"), NOW)
    for event in consignment.events.all():
        if text := _ENDS.get(event.kind):
            return Step(str(text), NOW, event.created_at)
    if not sheet.paid_at and not door.is_at_door(sheet.order):
        return Step(_("Bạn đã hủy đơn khi chưa trả tiền"), NOW)
    return Step(_("Kiện hàng đã hủy"), NOW)


_ENDS: dict[str, Any] = {
    OrderEventKind.MISSED: gettext_lazy("Chưa trả tiền khi bà con gói kiện, nên không đi cùng được"),
    OrderEventKind.CANCELLED: gettext_lazy("Bạn đã hủy kiện này"),
    OrderEventKind.REFUSED: gettext_lazy("Bạn không nhận, hàng đã về gian"),
    OrderEventKind.STALL_CANCELLED: gettext_lazy("Kiện không giao nữa vì thiếu hàng"),
}
"""What is written on the time line of a parcel of which nothing comes."""
