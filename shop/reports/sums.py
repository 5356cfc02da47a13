"""Sums over orders and parcels, added up by the database: a fixed number of queries for any number of orders.

A sale is a parcel that was agreed and comes: paid, or to be paid at the door; it counts on the day in Vietnam on which
it was ordered, with what is left of its goods after discounts and reductions. Unit: whole đồng.
"""

from __future__ import annotations

import datetime as dt
import math
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    F,
    FloatField,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    When,
)
from oscar.apps.basket.models import Basket, Line
from oscar.apps.order.models import Order

from catalog.clock import VIETNAM
from shop.orders.models import Consignment, ConsignmentLine, LineReduction
from shop.orders.requests import CASH_METHODS
from shop.orders.statuses import NOTHING_COMES, ConsignmentStatus, OrderStatus

from .periods import Period

Stalls = QuerySet[Any] | None
"""Whose sales; None for everybody's."""


@dataclass(frozen=True)
class Sale:
    """Sales of one thing: a day, a stall, a commune, a product. Unit: whole đồng; ``pieces`` only of products."""

    key: Any
    name: str
    orders: int
    amount: int
    pieces: int = 0


@dataclass(frozen=True)
class Spread:
    """How long something took, in hours: half of all were quicker than the median, nine of ten than the other."""

    count: int
    median: float | None
    ninetieth: float | None


class VietnamDay(Func):
    """The day in Vietnam, seven hours before UTC in all years that matter; a built-in function of either database."""

    output_field = DateField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="date(%(expressions)s, '+7 hours')", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "(%(expressions)s AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
        return self.as_sql(compiler, connection, template=template, **context)


class Hours(Func):
    """Hours from the second moment to the first."""

    output_field = FloatField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "((julianday(%(expressions)s)) * 24.0)"
        return self.as_sql(compiler, connection, template=template, arg_joiner=") - julianday(", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "(EXTRACT(EPOCH FROM (%(expressions)s)) / 3600.0)::float8"
        return self.as_sql(compiler, connection, template=template, arg_joiner=" - ", **context)


def by_day(period: Period, stalls: Stalls = None) -> list[Sale]:
    """Sales of every point of the period, also of those without any."""
    points = {start: [0, 0] for start in period.starts()}
    orders = Count("order", distinct=True)
    for sale in _of_parcels(period, stalls, lambda path: VietnamDay(F(f"{path}{_PLACED}")), orders, "code"):
        point = points[period.start_of(sale.key)]
        point[0] += sale.orders
        point[1] += sale.amount
    return [Sale(start, f"{start:%d/%m/%Y}", *point) for start, point in points.items()]


def by_stall(period: Period) -> list[Sale]:
    """Sales of every stall that sold anything, the largest first. A stall has one parcel of an order."""
    stall = "cooperative"
    found = _of_parcels(period, None, lambda path: F(f"{path}{stall}"), Count("pk"), f"{stall}__name")
    return _largest(found)


def by_commune(period: Period) -> list[Sale]:
    """Sales by the commune where the stall is at home, the largest first."""
    commune = "cooperative__commune"
    orders = Count("order", distinct=True)
    found = _of_parcels(period, None, lambda path: F(f"{path}{commune}"), orders, f"{commune}__name")
    return _largest(found)


def by_product(period: Period, stalls: Stalls = None) -> list[Sale]:
    """Sales by goods as they were sold, each pack by itself, the largest first. A product is one line of an order."""
    sold = _counted(ConsignmentLine, "consignment__", period, stalls).values(key=F("order_line__product"))
    back = _counted(LineReduction, "line__consignment__", period, stalls)
    back = back.values(key=F("line__order_line__product"))
    taken = {row["key"]: row for row in back.annotate(less=Sum("amount"), fewer=Sum("quantity"))}
    none = {"less": 0, "fewer": 0}
    rows = sold.annotate(
        label=Max("title"),
        orders=Count("pk"),
        worth=Sum(F("goods_amount") - F("discount_amount")),
        pieces=Sum("quantity"),
    )
    return _largest(
        [
            Sale(
                row["key"],
                row["label"],
                row["orders"],
                row["worth"] - taken.get(row["key"], none)["less"],
                row["pieces"] - taken.get(row["key"], none)["fewer"],
            )
            for row in rows
        ]
    )


@dataclass(frozen=True)
class Funnel:
    """How many came how far. A basket counts when something was put in it; orders when nobody called them off later."""

    baskets: int
    orders: int
    agreed: int
    handed_over: int

    def steps(self) -> tuple[int, int, int, int]:
        return (self.baskets, self.orders, self.agreed, self.handed_over)


def funnel(period: Period) -> Funnel:
    """From baskets begun in the period, and orders placed in it, to parcels that left."""
    start, end = _bounds(period)
    filled = Exists(Line.objects.filter(basket=OuterRef("pk")))
    begun = Basket.objects.filter(filled, date_created__gte=start, date_created__lt=end).count()
    left = Consignment.objects.filter(order=OuterRef("pk"), status=ConsignmentStatus.HANDED_OVER)
    counts = _orders(period).aggregate(
        orders=Count("pk"),
        agreed=Count("pk", filter=Q(sheet__paid_at__isnull=False) | Q(status=OrderStatus.AT_DOOR)),
        handed_over=Count("pk", filter=Q(Exists(left))),
    )
    return Funnel(begun, **counts)


@dataclass(frozen=True)
class Unpaid:
    """Orders of one way of paying that brought no money: those that still may, and those whose time went by.

    Unit: whole đồng.
    """

    method: str
    waiting: int
    waiting_amount: int
    lost: int
    lost_amount: int


def unpaid(period: Period) -> list[Unpaid]:
    """Orders of the period without their money, by way of paying."""
    waits = Q(status__in=(OrderStatus.PENDING_PAYMENT, OrderStatus.AT_DOOR))
    lost = Q(status__in=(OrderStatus.EXPIRED, OrderStatus.CANCELLED))
    amount = "sheet__total_amount"
    rows = _orders(period).filter(waits | lost, sheet__paid_at=None).values("sheet__payment_method")
    counted = rows.order_by("sheet__payment_method").annotate(
        waiting=Count("pk", filter=waits),
        waiting_amount=Sum(amount, filter=waits, default=0),
        lost=Count("pk", filter=lost),
        lost_amount=Sum(amount, filter=lost, default=0),
    )
    return [Unpaid(row.pop("sheet__payment_method"), **row) for row in counted]


@dataclass(frozen=True)
class Delivery:
    """How quick parcels were. ``on_time`` of ``promised`` parcels left by the last day that was promised.

    ``by_days`` counts parcels by whole days from order to hand-over, the last one all beyond.
    """

    to_paid: Spread
    to_left: Spread
    in_all: Spread
    promised: int
    on_time: int
    by_days: tuple[int, ...]


SLOW_AFTER = 8
"""Days; parcels beyond are counted together."""


def delivery(period: Period) -> Delivery:
    """Parcels of the period's orders that left. When they arrived no carrier tells.

    One pass over the rows, three numbers of each kept: asked for every figure by itself, the database joins and sorts
    all of them each time.
    """
    start, end = _bounds(period)
    left, placed, paid = F("handed_over_at"), F("order__date_placed"), F("order__sheet__paid_at")
    rows = Consignment.objects.filter(
        order__date_placed__gte=start,
        order__date_placed__lt=end,
        status=ConsignmentStatus.HANDED_OVER,
        handed_over_at__isnull=False,
    ).order_by()
    is_on_time = Case(
        When(promised_to__isnull=True, then=None),
        When(promised_to__gte=VietnamDay(left), then=1),
        default=0,
        output_field=IntegerField(),
    )
    to_paid, to_left, in_all = array("d"), array("d"), array("d")
    promised = on_time = 0
    by_days = [0] * (SLOW_AFTER + 1)
    found = rows.values_list(Hours(paid, placed), Hours(left, paid), Hours(left, placed), is_on_time)
    # Not through iterator(): PostgreSQL plans a cursor for its first rows only.
    for until_paid, until_left, whole, was_on_time in found:
        in_all.append(whole)
        by_days[min(int(whole // 24), SLOW_AFTER)] += 1
        if until_left is not None and until_left >= 0:  # at the door money comes later
            to_paid.append(until_paid)
            to_left.append(until_left)
        if was_on_time is not None:
            promised += 1
            on_time += was_on_time
    return Delivery(_spread(to_paid), _spread(to_left), _spread(in_all), promised, on_time, tuple(by_days))


def _spread(hours: Sequence[float]) -> Spread:
    """The nearest-rank median and 90th percentile."""
    if not hours:
        return Spread(0, None, None)
    ranked, count = sorted(hours), len(hours)
    return Spread(count, *(ranked[math.ceil(share * count) - 1] for share in (0.5, 0.9)))


_PLACED = "order__date_placed"


def _of_parcels(
    period: Period, stalls: Stalls, key: Callable[[str], Any], orders: Count, name: str
) -> list[Sale]:
    """Sums by ``key``, an expression of the path to a parcel: two queries."""
    back = _counted(LineReduction, "line__consignment__", period, stalls)
    less = dict(back.values_list(key("line__consignment__")).annotate(less=Sum("amount")))
    rows = _counted(Consignment, "", period, stalls).values(key=key(""))
    rows = rows.annotate(label=Max(name), orders=orders, worth=Sum(F("goods_amount") - F("discount_amount")))
    return [
        Sale(row["key"], row["label"], row["orders"], row["worth"] - less.get(row["key"], 0)) for row in rows
    ]


def _counted(model: Any, path: str, period: Period, stalls: Stalls) -> Any:
    """Rows of parcels, or below them, that were sold in the period; ``path`` leads to the parcel."""
    start, end = _bounds(period)
    sheet = f"{path}order__sheet"
    agreed = Q(**{f"{sheet}__paid_at__isnull": False}) | Q(**{f"{sheet}__payment_method__in": CASH_METHODS})
    rows = model.objects.filter(
        agreed, **{f"{path}{_PLACED}__gte": start, f"{path}{_PLACED}__lt": end}
    ).exclude(**{f"{path}status__in": NOTHING_COMES})
    if stalls is not None:
        rows = rows.filter(**{f"{path}cooperative__in": stalls})
    return rows.order_by()


def _orders(period: Period) -> Any:
    start, end = _bounds(period)
    return Order.objects.filter(sheet__isnull=False, date_placed__gte=start, date_placed__lt=end).order_by()


def _bounds(period: Period) -> tuple[dt.datetime, dt.datetime]:
    day = dt.timedelta(days=1)
    return tuple(  # type: ignore[return-value]
        dt.datetime.combine(each, dt.time(), VIETNAM) for each in (period.first, period.last + day)
    )


def _largest(sales: Sequence[Sale]) -> list[Sale]:
    return sorted(sales, key=lambda sale: (-sale.amount, sale.name))
