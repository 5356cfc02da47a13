"""What the operator's reports cost at many orders, and what the books cost an order.

    python -m benchmarks.reports [--database URL] [--orders 50000]

Works in the database named, by default SQLite in a temporary folder, which it migrates first and fills with copies of a
few orders, spread over a year. Printed are medians of milliseconds by the clock and of this process, which on SQLite
does all of it, and the number of statements of each report for the last 30 days and for the whole year. Nothing here
is asserted.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import statistics
import time
import uuid
from typing import Any

from benchmarks.purchase import prepare

ROUNDS = 5
STALLS = 8
SETTLED = 300


def fill(count: int) -> None:
    """Copies of one order per stall, with other numbers and days: two of three paid and handed over."""
    from django.utils import timezone
    from oscar.apps.order.models import Line, Order

    from shop.orders.models import Consignment, ConsignmentLine, OrderSheet
    from tests.factories import make_cooperative, make_product
    from tests.support.orders import place_order

    seeds = []
    for number in range(STALLS):
        stall = make_cooperative(f"gian-{number}")
        sheet = make_product(
            cooperative=stall, title=f"Hàng {number}", price=50_000 + 10_000 * number, stock=100
        )
        seeds.append(place_order((sheet, 1 + number % 3)).order)
    chance, now = random.Random(7), timezone.now()
    models: dict[Any, list[Any]] = {Order: [], OrderSheet: [], Line: [], Consignment: [], ConsignmentLine: []}
    rows = {
        seed.pk: (
            seed,
            seed.sheet,
            seed.lines.get(),
            seed.consignments.get(),
            seed.consignments.get().lines.get(),
        )
        for seed in seeds
    }
    first = max(rows) + 1000

    def copy(row: Any, pk: int, **changes: Any) -> None:
        twin = type(row)(
            **{field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
        )
        twin.pk = pk
        for name, value in changes.items():
            setattr(twin, name, value)
        models[type(row)].append(twin)

    for number in range(count):
        seed, sheet, line, parcel, part = rows[seeds[number % STALLS].pk]
        pk, placed = first + number, now - dt.timedelta(minutes=chance.randrange(365 * 24 * 60))
        state = ("paid", "paid", "expired")[number % 3]
        left = placed + dt.timedelta(hours=chance.expovariate(1 / 30)) if state == "paid" else None
        copy(seed, pk, number=f"B{number}", date_placed=placed, status=state)
        paid = placed + dt.timedelta(minutes=5) if left else None
        copy(sheet, pk, order_id=pk, token=f"{pk}", checkout_token=uuid.uuid4(), paid_at=paid)
        copy(line, pk, order_id=pk)
        status = "handed-over" if left else "cancelled"
        copy(
            parcel, pk, order_id=pk, code=f"B{number}-1", status=status, handed_over_at=left,
            promised_to=placed.date() + dt.timedelta(days=2),
        )  # fmt: skip
        copy(part, pk, consignment_id=pk, order_line_id=pk)
    for model, made in models.items():
        model.objects.bulk_create(made, batch_size=1000)


def measure(name: str, work: Any) -> None:
    from django.db import connection

    times, own, statements = [], [], 0

    def count(execute: Any, *args: Any) -> Any:
        nonlocal statements
        statements += 1
        return execute(*args)

    for _round in range(ROUNDS):
        statements, begun, worked = 0, time.perf_counter(), time.process_time()
        with connection.execute_wrapper(count):
            work()
        times.append(1000 * (time.perf_counter() - begun))
        own.append(1000 * (time.process_time() - worked))
    clock, process = statistics.median(times), statistics.median(own)
    print(f"{name:<28}{clock:8.0f} ms {process:8.0f} ms of this process {statements:4} statements")


def settled() -> None:
    """One order after another through the books, as a round finds them."""
    from shop.orders.settling import settle
    from tests.factories import make_product
    from tests.support.orders import bring, place_order, transfer

    sheet = make_product(price=100_000, stock=SETTLED)
    for _number in range(SETTLED):
        placed = place_order((sheet, 1))
        bring(transfer(placed.attempt.amount, placed.order.number))
    begun = time.perf_counter()
    done = settle(most=SETTLED)
    print(f"{'books, per order':<28}{1000 * (time.perf_counter() - begun) / max(done, 1):8.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="")
    parser.add_argument("--orders", type=int, default=50_000)
    arguments = parser.parse_args()
    prepare(arguments.database)
    from django.db import connection

    from catalog.clock import today
    from shop.orders.ledger_invariants import ledger_violations
    from shop.panel.report_kinds import KINDS
    from shop.reports.periods import Period, named

    settled()
    fill(arguments.orders)
    with (
        connection.cursor() as cursor
    ):  # as autovacuum does: without, PostgreSQL joins as if there were 20 rows
        cursor.execute("ANALYZE")
    year = Period(today() - dt.timedelta(days=365), today())
    month = named("30", today())
    for name, period in (("30 days", month), ("a year", year)):
        for key, kind in KINDS.items():
            measure(f"{key}, {name}", lambda kind=kind, period=period: kind.make(period, None))
    measure("invariants of the books", lambda: sum(1 for _sentence in ledger_violations()))


if __name__ == "__main__":
    main()
