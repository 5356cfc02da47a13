"""How the invoice desk bears a million archived invoices: milliseconds for the queue and for each kind of search.

    python -m tests.support.postgres python -W ignore -m benchmarks.archive [--rows N] [--explain]

Makes a database of its own on the server that TEST_DATABASE_URL names, writes one true invoice through the services and
copies its row inside the database, over ten sellers and two years, all but a thousand accepted. Documents are not
copied: no list reads them. Printed are the medians of five whole requests. Goal: 300 ms. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import Any

from benchmarks.panel_lists import BACKEND, measure_path, with_own_market

ROWS, GOAL_MS = 1_000_000, 300
COPY = """
INSERT INTO invoices_invoice ({columns})
SELECT {values} FROM invoices_invoice old CROSS JOIN generate_series(1, %s) AS n WHERE old.id = %s
"""
NEW = {
    "source_reference": "'HT' || lpad(upper(to_hex(n::bigint * 2654435761 %% 4294967296)), 8, '0') || '-1'",
    "seller_id": "(%s::bigint[])[1 + n %% 10]",
    "series_id": "(%s::bigint[])[1 + n %% 10]",
    "number": "n / 10 + 1",
    "status": "CASE WHEN n %% 1000 = 0 THEN 'rejected' ELSE 'accepted' END",
    "issued_on": "(CURRENT_DATE - (n %% 700)::int)",
    "created_at": "now() - (n %% 700) * interval '1 day' - n * interval '1 millisecond'",
    "lookup_code": "'B' || lpad(n::text, 11, '0')",
    "authority_code": "'00' || lpad(upper(md5(n::text)), 32, '0')",
    "message_id": "'0109999044' || upper(md5('m' || n))",
    "total_amount": "50000 + (n::bigint * 7919 %% 5000) * 1000",
    "buyer_name": "(%s::text[])[1 + n %% 20] || ' ' || (n %% 9973)",
    "deliver_to": "''",
    "next_try_at": "NULL",
}
NAMES = [
    f"{family} {middle} {given}"
    for family in ("Lò", "Vàng", "Giàng", "Nguyễn")
    for middle in ("Thị", "Văn")
    for given in ("Mẫu", "Thử")
] + ["Công ty TNHH Mẫu", "Hợp tác xã Thử", "Trường Mầm non Mẫu", "Nhà hàng Thử"]


def fill(rows: int) -> Any:
    """The market with that many invoices."""
    from django.db import connection

    from shop.invoices.models import Invoice, InvoiceSeries
    from tests.factories import make_cooperative
    from tests.support.market import build_market

    market = build_market()
    sellers = [make_cooperative(f"nguoi-ban-{place}") for place in range(10)]
    series = [InvoiceSeries.objects.create(seller=each, form=1, symbol="C26TAA") for each in sellers]
    columns = [field.column for field in Invoice._meta.concrete_fields if not field.primary_key]
    values = ", ".join(NEW.get(column, f"old.{column}") for column in columns)
    lists = {
        "seller_id": [each.pk for each in sellers],
        "series_id": [each.pk for each in series],
        "buyer_name": NAMES,
    }
    arguments = [lists[column] for column in columns if column in lists]
    with connection.cursor() as cursor:
        cursor.execute(
            COPY.format(columns=", ".join(columns), values=values), [*arguments, rows, market.invoice_a.pk]
        )
        cursor.execute("VACUUM ANALYZE invoices_invoice")
    return market


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rows", type=int, default=ROWS)
    asked.add_argument("--explain", action="store_true")
    wanted = asked.parse_args()
    with_own_market(run, wanted)


def run(wanted: argparse.Namespace) -> None:
    from django.db import connections
    from django.test import Client
    from django.urls import reverse

    from shop.invoices.models import Invoice
    from shop.management.migrating import migrate

    migrate()
    begun = time.perf_counter()
    market = fill(wanted.rows)
    print(f"{wanted.rows} invoices in {time.perf_counter() - begun:.0f} s · load {os.getloadavg()[0]:.2f}")
    client, queue = Client(), reverse("panel:invoices")
    client.force_login(market.people["invoice_staff"], backend=BACKEND)
    one = Invoice.objects.filter(status="accepted").order_by("pk")[wanted.rows // 2]
    for name, query in {
        "queue": "",
        "rejected": "?tinh-trang=rejected",
        "accepted": "?tinh-trang=accepted",
        "accepted, page 50": "?tinh-trang=accepted&trang=50",
        "of a seller": f"?htx={one.seller.slug}",
        "of a day": f"?ngay={one.created_at:%Y-%m-%d}",
        "search: parcel": f"?tim={one.source_reference}",
        "search: lookup code": f"?tim={one.lookup_code}",
        "search: authority's code": f"?tim={one.authority_code}",
        "search: number": f"?tim={one.number}",
        "search: amount": f"?tim={one.total_amount}",
        "search: buyer": f"?tim={one.buyer_name}",
        "search: what many have": "?tim=Nguyễn",
        "search: nothing": "?tim=khong-co-gi",
    }.items():
        measure_path(name, f"{queue}{query}", client, goal=GOAL_MS, explain=wanted.explain)
    connections.close_all()


if __name__ == "__main__":
    sys.exit(main())
