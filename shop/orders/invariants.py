"""What must hold between the tables at any moment; checked by ``manage.py check_invariants`` and after race tests.

Each rule is one aggregate query, so that a hundred thousand orders take seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import BigIntegerField, Case, Count, Exists, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce
from oscar.apps.offer.models import ConditionalOffer
from oscar.apps.order.models import Line, Order

from catalog.models import Harvest, HarvestState, ProductSheet
from shop.invoices.models import Invoice, InvoiceKind
from shop.partner.models import StockRecord
from shop.payments.models import (
    MONEY_IN,
    MONEY_OUT,
    AttemptStatus,
    EventKind,
    InboundEvent,
    InboundOutcome,
    PaymentAttempt,
    PaymentEvent,
    Refund,
    RefundReason,
    RefundState,
    RemittanceLine,
)
from shop.promotions.models import PromotionUse

from .ledger_invariants import ledger_violations
from .models import (
    AnsweredLine,
    Consignment,
    ConsignmentLine,
    ConsignmentRefund,
    GoodsReport,
    LineReduction,
    OrderSheet,
    ReportedLine,
    RestockedLine,
    Shortfall,
)
from .requests import CASH_METHODS
from .statuses import NOTHING_COMES, ConsignmentStatus, OrderStatus, ReductionKind, Verdict


def violations() -> list[str]:
    """One sentence per row that breaks a rule; empty when everything holds."""
    return [
        *_stock(), *_held(), *_amounts(), *_money(), *_reductions(), *_returns(), *_states(), *_additions(),
        *_promotions(), *_deliveries(), *_walls(), *ledger_violations(),
    ]  # fmt: skip


def _sum(rows: Any, key: str, field: str, outer: str = "pk") -> Coalesce:
    """Σ ``field`` over the rows whose ``key`` is the outer row's ``outer``."""
    sums = rows.filter(**{key: OuterRef(outer)}).order_by().values(key).annotate(total=Sum(field))
    return Coalesce(Subquery(sums.values("total")), 0, output_field=BigIntegerField())


def _stock() -> Iterator[str]:
    held = _sum(Line.objects.all(), "stockrecord", "num_allocated")
    to_come = _sum(
        Harvest.objects.filter(state=HarvestState.EXPECTED).annotate(
            still_to_come=F("expected_quantity") - F("arrived_quantity")
        ),
        "product",
        "still_to_come",
        "product_id",
    )
    for record in StockRecord.objects.annotate(
        held=held, to_come=to_come, reserved=Coalesce("num_allocated", 0)
    ).filter(
        ~Q(held=F("reserved"))
        | Q(reserved__gt=F("num_in_stock") + F("num_expected"))
        | Q(reserved__lt=0)
        | ~Q(to_come=F("num_expected"))
    ):
        yield (
            f"stock {record.partner_sku}: {record.num_in_stock} in stock, {record.num_expected} expected"
            f" ({record.to_come} by its harvests), {record.reserved} reserved, {record.held} held by order lines"
        )


def _held() -> Iterator[str]:
    """A line holds what is still to leave the stock for it: all that was sold but the missing pieces."""
    missing = _sum(LineReduction.objects.filter(kind=ReductionKind.SHORT), "line", "quantity")
    lines = ConsignmentLine.objects.filter(order_line__stockrecord__isnull=False).filter(
        Q(order_line__product__product_class__track_stock=True)
        | Q(order_line__product__parent__product_class__track_stock=True)
    )
    gone = (*NOTHING_COMES, ConsignmentStatus.HANDED_OVER)
    wanted = Case(When(consignment__status__in=gone, then=0), default=F("quantity") - missing)
    held = Coalesce("order_line__num_allocated", 0)
    for line in lines.annotate(wanted=wanted, held=held).exclude(wanted=F("held")):
        yield f"line {line.pk}: {line.held} held of {line.wanted} that are still to leave"


def _amounts() -> Iterator[str]:
    sums = _sum(Consignment.objects.all(), "order", "total_amount", "order_id")
    for sheet in (
        OrderSheet.objects.annotate(sums=sums)
        .exclude(Q(sums=F("total_amount")) & Q(order__total_incl_tax=F("total_amount")))
        .select_related("order")
    ):
        yield (
            f"order {sheet.order.number}: total {sheet.total_amount}, Oscar says {sheet.order.total_incl_tax},"
            f" its consignments {sheet.sums}"
        )
    goods = _sum(ConsignmentLine.objects.all(), "consignment", "goods_amount")
    discounts = _sum(ConsignmentLine.objects.all(), "consignment", "discount_amount")
    parcels: Any = Consignment.objects
    for consignment in parcels.annotate(lines_goods=goods, lines_discount=discounts).exclude(
        lines_goods=F("goods_amount"), lines_discount=F("discount_amount")
    ):
        yield f"consignment {consignment.code}: goods {consignment.goods_amount}, its lines {consignment.lines_goods}"
    for line in ConsignmentLine.objects.exclude(goods_amount=F("unit_amount") * F("quantity")):
        yield f"line {line.pk}: {line.quantity} × {line.unit_amount} is not {line.goods_amount}"
    for order in Order.objects.filter(sheet=None):
        yield f"order {order.number} has no sheet"


def _money() -> Iterator[str]:
    """A paid order holds its total beside what is set aside, without what was given back of its consignments.

    An unpaid one holds less than its total, an ended one nothing but what disputes gave back after its end; one that is
    paid at the door what its parcels cost in the end, and until then less.
    """
    events, refunds = PaymentEvent.objects.all(), Refund.objects.all()
    money_in = _sum(events.filter(kind__in=MONEY_IN), "attempt__order", "amount")
    money_out = _sum(events.filter(kind__in=MONEY_OUT), "attempt__order", "amount")
    set_aside = _sum(refunds.exclude(state=RefundState.DONE), "attempt__order", "amount")
    # Agreed with the buyer, or taken back by a card scheme: the order stays what it is.
    agreed = _sum(refunds.filter(reason=RefundReason.AGREED), "attempt__order", "amount")
    parts = _sum(refunds.filter(for_consignment__isnull=False), "attempt__order", "amount")
    disputed = _sum(events.filter(kind=EventKind.CHARGEBACK), "attempt__order", "amount")
    won = _sum(events.filter(kind=EventKind.REVERSAL), "attempt__order", "amount")
    is_at_door = Q(sheet__payment_method__in=CASH_METHODS)
    came = Consignment.objects.exclude(status__in=NOTHING_COMES)
    reductions = LineReduction.objects.exclude(line__consignment__status__in=NOTHING_COMES)
    due = _sum(came, "order", "total_amount") - _sum(reductions, "line__consignment__order", "amount")
    at_door = Order.objects.filter(is_at_door, sheet__isnull=False).annotate(
        usable=money_in - money_out - set_aside, due=due, agreed=agreed
    )
    for order in at_door.filter(
        Q(status=OrderStatus.AT_DOOR) & (Q(usable__lt=0) | Q(usable__gte=F("due")))
        | Q(status=OrderStatus.PAID, agreed=0) & ~Q(usable=F("due"))
        | Q(status=OrderStatus.CANCELLED, agreed=0) & ~Q(usable=0)
        | Q(usable__lt=0)
    ):
        yield f"order {order.number} ({order.status}): {order.usable} of {order.due} đồng due at the door"
    orders = Order.objects.filter(~is_at_door, sheet__isnull=False).annotate(
        held=money_in - money_out,
        usable=money_in - money_out - set_aside,
        expected=F("sheet__total_amount") - agreed - parts - disputed + won,
        total=F("sheet__total_amount"),
        won=won,
    )
    for order in orders.filter(
        Q(status=OrderStatus.PAID) & ~Q(usable=F("expected"))
        | Q(status=OrderStatus.PENDING_PAYMENT) & (Q(usable__lt=0) | Q(usable__gte=F("total")))
        | Q(status=OrderStatus.EXPIRED) & (Q(usable__lt=0) | Q(usable__gt=F("won")))
        | Q(status=OrderStatus.CANCELLED, sheet__paid_at=None) & (Q(usable__lt=0) | Q(usable__gt=F("won")))
        | Q(status=OrderStatus.CANCELLED, sheet__paid_at__isnull=False) & ~Q(usable=F("expected"))
    ):
        yield f"order {order.number} ({order.status}): {order.usable} of {order.total} đồng count towards it"
    for refund in Refund.objects.filter(cause__isnull=False, amount__gt=F("cause__amount")):
        yield f"refund {refund.pk}: {refund.amount} is more than came in"
    parts_back = _sum(refunds, "charge", "amount") + _sum(refunds, "cause", "amount")
    for charge in events.filter(kind=EventKind.CHARGE).annotate(back=parts_back).filter(back__gt=F("amount")):
        yield f"charge {charge.external_reference}: {charge.back} of {charge.amount} đồng go back"


def _reductions() -> Iterator[str]:
    """No line is reduced below nothing, and what is not delivered was given back, as far as the money was there."""
    reductions = LineReduction.objects.all()
    less = {name: _sum(reductions, "line", name) for name in ("quantity", "goods_amount", "discount_amount")}
    lines = ConsignmentLine.objects.annotate(**{f"less_{name}": row for name, row in less.items()})
    for line in lines.filter(
        Q(less_quantity__gt=F("quantity"))
        | Q(less_goods_amount__gt=F("goods_amount"))
        | Q(less_discount_amount__gt=F("discount_amount"))
        | Q(less_goods_amount__lt=0)
        | Q(less_discount_amount__lt=0)
    ):
        yield f"line {line.pk}: more is taken off than it has"
    reduced = _sum(reductions, "line__consignment", "amount")
    back = _sum(ConsignmentRefund.objects.all(), "consignment", "refund__amount")
    # Money that staff or a card scheme gave back before may leave less than is due.
    is_short_of_money = Exists(
        Refund.objects.filter(attempt__order=OuterRef("order"), reason=RefundReason.AGREED)
    ) | Exists(PaymentEvent.objects.filter(attempt__order=OuterRef("order"), kind=EventKind.CHARGEBACK))
    rows: Any = Consignment.objects.filter(order__sheet__paid_at__isnull=False).annotate(
        reduced=reduced, back=back, is_short_of_money=is_short_of_money
    )
    undelivered = Case(When(status__in=NOTHING_COMES, then=F("total_amount")), default=F("reduced"))
    for consignment in rows.annotate(undelivered=undelivered).filter(
        Q(back__gt=F("undelivered"))
        | Q(back__lt=F("undelivered"), is_short_of_money=False)
        & ~Q(order__sheet__payment_method__in=CASH_METHODS)  # there it may not have been paid yet
    ):
        yield f"consignment {consignment.code}: {consignment.back} of {consignment.undelivered} đồng go back"
    first = Invoice.objects.filter(source_reference=OuterRef("code"), kind=InvoiceKind.ORIGINAL)
    # What goes back after hand-over is stated by an adjustment of the invoice (``invoicing.unadjusted``).
    returned = _sum(reductions.filter(kind=ReductionKind.RETURNED), "line__consignment", "amount")
    billed = rows.filter(status=ConsignmentStatus.HANDED_OVER).annotate(
        billed=Subquery(first.values("total_amount")[:1]), due=F("total_amount") - F("reduced") + returned
    )
    for sent in billed.filter(billed__isnull=False).exclude(billed=F("due")):
        yield f"consignment {sent.code}: {sent.due} đồng are due, its invoice says {sent.billed}"
    asked = Shortfall.objects.waiting().exclude(consignment__status=ConsignmentStatus.TO_PACK)
    for shortfall in asked.select_related("consignment"):
        yield f"consignment {shortfall.consignment.code} waits for an answer, but not to be packed"


def _returns() -> Iterator[str]:
    """Goods are reported after hand-over; no more is answered than was reported, or comes back than was answered."""
    came = (ConsignmentStatus.HANDED_OVER, ConsignmentStatus.RETURNED)
    for report in GoodsReport.objects.exclude(consignment__status__in=came):
        yield f"report {report.pk}: its consignment was never handed over"
    for model, above in (
        (ReportedLine, "report__consignment"),
        (AnsweredLine, "answer__report__consignment"),
        (RestockedLine, "back__answer__report__consignment"),
    ):
        for row in model.objects.exclude(line__consignment=F(above)):
            yield f"{model.__name__} {row.pk} is about another consignment"
    answered = AnsweredLine.objects.annotate(
        reported=_sum(
            ReportedLine.objects.filter(line=OuterRef("line")), "report", "quantity", "answer__report"
        ),
        given=_sum(
            AnsweredLine.objects.filter(line=OuterRef("line")), "answer__report", "quantity", "answer__report"
        ),
        back=_sum(RestockedLine.objects.filter(line=OuterRef("line")), "back__answer", "quantity", "answer"),
    )
    for row in answered.filter(Q(given__gt=F("reported")) | Q(back__gt=F("quantity"))):
        yield f"answered line {row.pk}: {row.given} of {row.reported} reported, {row.back} restocked"
    pays = Q(answer__verdict=Verdict.MONEY)
    for row in answered.filter(
        ~Q(pays, reduction__kind=ReductionKind.RETURNED, reduction__quantity=F("quantity"))
        & ~Q(answer__verdict=Verdict.REPLACED, reduction=None)
    ):
        yield f"answered line {row.pk}: what it takes off is not what was answered"
    paid = LineReduction.objects.filter(kind=ReductionKind.RETURNED, answered=None)
    for reduction in paid:
        yield f"reduction {reduction.pk}: nobody answered that this is paid back"


def _states() -> Iterator[str]:
    agreed = tuple(set(ConsignmentStatus) - {ConsignmentStatus.AWAITING_PAYMENT})
    expected: dict[OrderStatus, tuple[ConsignmentStatus, ...]] = {
        OrderStatus.PENDING_PAYMENT: (ConsignmentStatus.AWAITING_PAYMENT,),
        OrderStatus.AT_DOOR: agreed,
        OrderStatus.PAID: agreed,
        OrderStatus.EXPIRED: (ConsignmentStatus.CANCELLED,),
        OrderStatus.CANCELLED: NOTHING_COMES,
    }
    for status, steps in expected.items():
        for consignment in Consignment.objects.filter(order__status=status).exclude(status__in=steps):
            yield f"consignment {consignment.code} is {consignment.status} although its order is {status.value}"
    parcels = Consignment.objects.filter(order=OuterRef("pk")).exclude(status__in=NOTHING_COMES)
    live = (OrderStatus.PAID, OrderStatus.AT_DOOR)
    for order in Order.objects.filter(~Exists(parcels), status__in=live, sheet__isnull=False):
        yield f"order {order.number} is {order.status} although nothing of it comes"
    returned = Consignment.objects.filter(status=ConsignmentStatus.RETURNED)
    for consignment in returned.exclude(order__sheet__payment_method__in=CASH_METHODS):
        yield f"consignment {consignment.code} came back although it was paid before"
    booked = RemittanceLine.objects.exclude(Q(inbound=None) | Q(inbound__amount=F("collected")))
    for line in booked:
        yield f"remittance line {line.pk}: {line.collected} collected, another amount booked"
    succeeded = Count("payment_attempts", filter=Q(payment_attempts__status=AttemptStatus.SUCCEEDED))
    is_paid = Q(status=OrderStatus.PAID) | Q(status=OrderStatus.CANCELLED, sheet__paid_at__isnull=False)
    for order in Order.objects.annotate(succeeded=succeeded).filter(
        Q(is_paid, succeeded=0) | ~is_paid & Q(succeeded__gt=0)
    ):
        yield f"order {order.number} is {order.status} with {order.succeeded} successful attempts"


def _additions() -> Iterator[str]:
    """What was added to a parcel goes to the same buyer from the same stall, is packed with it, and paid before.

    It may stand alone where the first consignment was called off.
    """
    added = Consignment.objects.filter(ships_with__isnull=False)
    same = Q(
        cooperative=F("ships_with__cooperative"),
        courier=F("ships_with__courier"),
        delivery_key=F("ships_with__delivery_key"),
        order__sheet__address_text=F("ships_with__order__sheet__address_text"),
        order__sheet__buyer_phone=F("ships_with__order__sheet__buyer_phone"),
    )
    for one in added.filter(
        ~same | Q(order=F("ships_with__order")) | Q(ships_with__ships_with__isnull=False)
    ):
        yield f"consignment {one.code} cannot go with {one.ships_with_id}: another stall, buyer, way or parcel"
    unpaid = Q(order__status__in=(OrderStatus.PENDING_PAYMENT, OrderStatus.EXPIRED))
    is_waiting, is_packed = Q(status=ConsignmentStatus.TO_PACK), Q(status__in=_PACKED)
    first_waits, first_is_off = (
        Q(ships_with__status=ConsignmentStatus.TO_PACK),
        Q(ships_with__status=ConsignmentStatus.CANCELLED),
    )
    for one in added.filter(
        unpaid & ~first_waits | is_waiting & ~(first_waits | first_is_off) | is_packed & first_waits
    ):
        yield f"consignment {one.code} is {one.status}, but what it goes with is not"
    is_at_door = Q(order__sheet__payment_method__in=CASH_METHODS)
    for one in added.filter(is_at_door):
        yield f"consignment {one.code} is to be paid at the door although it was added"


_PACKED = (ConsignmentStatus.PACKED, ConsignmentStatus.HANDED_OVER, ConsignmentStatus.RETURNED)


def _promotions() -> Iterator[str]:
    """What orders were given is what promotions say they gave, and uses are counted as often as they stand."""
    given = _sum(PromotionUse.objects.all(), "order", "amount", "order_id")
    discounts = _sum(Consignment.objects.all(), "order", "discount_amount", "order_id")
    for sheet in (
        OrderSheet.objects.annotate(given=given, discounts=discounts)
        .exclude(given=F("discounts"))
        .select_related("order")
    ):
        yield f"order {sheet.order.number}: {sheet.discounts} off, its promotions gave {sheet.given}"
    standing = PromotionUse.objects.filter(released_at=None)
    amounts = _sum(standing, "promotion", "amount", "promotion")
    uses = Coalesce(
        Subquery(
            standing.filter(promotion=OuterRef("promotion")).order_by().values("promotion")
            .annotate(uses=Count("pk")).values("uses")
        ),
        0,
    )  # fmt: skip
    for offer in (
        ConditionalOffer.objects.filter(promotion__isnull=False)
        .annotate(uses=uses, given=amounts)
        .exclude(num_applications=F("uses"), total_discount=F("given"))
    ):
        yield f"promotion {offer.promotion.pk}: {offer.num_applications} uses counted, {offer.uses} stand"


def _deliveries() -> Iterator[str]:
    """What matched is booked to the đồng; what did not is booked nowhere, or given back whole."""
    booked = _sum(PaymentEvent.objects.filter(kind=EventKind.CHARGE), "inbound", "amount")
    for row in InboundEvent.objects.annotate(booked=booked).filter(
        Q(outcome=InboundOutcome.MATCHED) & ~Q(booked=F("amount"))
        | ~Q(outcome=InboundOutcome.MATCHED) & ~Q(booked=0)
    ):
        yield f"delivery {row.external_id} ({row.outcome}): {row.booked} of {row.amount} đồng booked"
    returned = InboundEvent.objects.filter(outcome=InboundOutcome.RETURNED)
    for given_back in returned.exclude(refund__amount=F("amount")):
        yield f"delivery {given_back.external_id}: {given_back.amount} đồng is to be returned, but no refund says so"
    for attempt in PaymentAttempt.objects.exclude(reference__startswith=F("order__number")):
        yield f"attempt {attempt.pk} asks for {attempt.reference}, its order is another"


def _walls() -> Iterator[str]:
    """No row of one cooperative hangs below a row of another."""
    for line in ConsignmentLine.objects.exclude(
        order_line__partner=F("consignment__cooperative__partner"), order_line__order=F("consignment__order")
    ):
        yield f"line {line.pk} belongs to another order or cooperative than its consignment"
    own = StockRecord.objects.filter(
        Q(product=OuterRef("product")) | Q(product__parent=OuterRef("product")),
        partner=OuterRef("cooperative__partner"),
    )
    for sheet in ProductSheet.objects.exclude(Exists(own)):
        yield f"product {sheet.pk} is stocked by another cooperative than its own"
