"""What a large purchase costs: pages and confirmation with 8 stalls and 60 lines, beside one stall and one line.

    python -m benchmarks.purchase [--database URL]

Works in the database named, by default SQLite in a temporary folder, which it migrates first. Printed are medians of
milliseconds and the number of statements of each request, made in this process. Nothing here is asserted.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
import uuid
from typing import Any

ROUNDS = 7
SIZES = ((1, 1), (8, 60))  # stalls, lines


def prepare(database: str) -> None:
    folder = tempfile.mkdtemp(prefix="cho-phien-purchase-")
    os.environ["DATABASE_URL"] = database or f"sqlite:///{folder}/purchase.sqlite3"
    os.environ |= {"MEDIA_DIR": folder, "DJANGO_SETTINGS_MODULE": "shop.settings", "SECRET_KEY": "only-here"}
    os.environ["ALLOWED_HOSTS"] = "testserver"
    import django

    django.setup()
    from catalog.places import load_places
    from shop.management.migrating import migrate

    migrate()
    load_places()


class Buyer:
    """One buyer's browser, which counts statements and time."""

    def __init__(self) -> None:
        from django.test import Client

        self.client = Client()
        self.cost: dict[str, tuple[float, int]] = {}

    def __call__(self, name: str, method: str, path: str, data: Any = None) -> Any:
        from django.db import connection

        statements = 0

        def count(execute: Any, *args: Any) -> Any:
            nonlocal statements
            statements += 1
            return execute(*args)

        begun = time.perf_counter()
        with connection.execute_wrapper(count):
            response = getattr(self.client, method)(path, data)
        self.cost[name] = ((time.perf_counter() - begun) * 1000, statements)
        if response.status_code >= 400:
            raise SystemExit(f"{name}: {response.status_code}")
        return response


def buy(goods: list[Any]) -> dict[str, tuple[float, int]]:
    """Put the goods in a basket, order them, look at the pages."""
    from shop.orders.models import OrderSheet

    buyer = Buyer()
    for sheet in goods:
        buyer("add the last", "post", "/gio-hang/them/", {"product": sheet.product_id, "quantity": 1})
    buyer("basket", "get", "/gio-hang/")
    buyer("basket with fees", "get", "/gio-hang/", {"xa": "00004"})
    buyer("basket with fees", "get", "/gio-hang/")
    buyer("checkout", "get", "/thanh-toan/")
    form = {
        "name": "Nguyễn Thị Mẫu", "phone": "0912345678", "province": "01", "commune": "00004", "street": "Số 5",
        "payment_method": "vietqr", "terms": "on", "checkout_token": str(uuid.uuid4()), "seen_total": str(10**9),
    }  # fmt: skip
    paid_page = buyer("confirm", "post", "/thanh-toan/", form)["Location"]
    buyer("pay page", "get", paid_page)
    sheet = OrderSheet.objects.select_related("order").latest("pk")
    buyer("order page", "get", f"/don-hang/{sheet.order.number}/{sheet.token}/")
    return buyer.cost


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="")
    prepare(parser.parse_args().database)
    from django.db import connection

    from tests.factories import make_cooperative, make_product

    print(f"{connection.vendor} · load {os.getloadavg()[0]:.1f} · medians of {ROUNDS}")
    for stalls, lines in SIZES:
        cooperatives = [make_cooperative() for _ in range(stalls)]
        goods = [make_product(cooperative=cooperatives[number % stalls], stock=99) for number in range(lines)]
        costs = [buy(goods) for _ in range(ROUNDS)]
        print(f"{stalls} stalls, {lines} lines")
        for name in costs[0]:
            took = statistics.median(cost[name][0] for cost in costs)
            print(f"  {name:<18}{took:>8.1f} ms{costs[-1][name][1]:>6} statements")


if __name__ == "__main__":
    main()
