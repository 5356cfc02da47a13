"""How the panel's lists bear 50,000 rows of each kind: milliseconds to open each, and the number of statements.

    python -W ignore -m benchmarks.panel_lists [--rows N] [--explain]
    python -m tests.support.postgres python -W ignore -m benchmarks.panel_lists

Makes a database of its own on the server that TEST_DATABASE_URL names (without it, SQLite in a temporary folder),
writes one true row of every kind through the services and copies it (stalls: a tenth). Every list is opened in this
process by the role it is for; printed are the medians of five whole requests and of this process's CPU time (on
SQLite with the database's own; a busy machine shows in the first only). Goal: 500 ms. Nothing is asserted.
``--explain`` prints each statement that takes more than 50 ms.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.webhooks import own_database

ROWS, ROUNDS, GOAL_MS, SLOW_MS = 50_000, 5, 500, 50
BACKEND = "shop.accounts.backends.EmailOrPhoneBackend"


class Slow:
    """Counts statements and remembers those that take long."""

    def __init__(self) -> None:
        self.count = 0
        self.slow: list[tuple[float, str]] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.count += 1
            took = (time.perf_counter() - begun) * 1000
            if took > SLOW_MS:
                self.slow.append((took, sql))


def measure_path(name: str, path: str, client: Any, *, goal: float, explain: bool) -> None:
    """Opens the page and prints what it took."""
    from django.db import connection

    times, cpu, watch = [], [], Slow()
    client.get(path)
    for _round in range(ROUNDS):
        watch = Slow()
        with connection.execute_wrapper(watch):
            begun, worked = time.perf_counter(), time.process_time()
            answer = client.get(path)
            cpu.append((time.process_time() - worked) * 1000)
            times.append((time.perf_counter() - begun) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{name}: {answer.status_code}")
    took = statistics.median(times)
    told = "" if took <= goal else "  over the goal"
    print(f"{name:<28}{took:>8.0f} ms{statistics.median(cpu):>7.0f} CPU{watch.count:>5} statements{told}")
    if explain:
        for milliseconds, sql in watch.slow:
            print(f"    {milliseconds:.0f} ms  {sql}")


def with_own_market(run: Callable[[argparse.Namespace], None], wanted: argparse.Namespace) -> None:
    """Runs with a database, a media folder and settings of its own; all of it is gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="cho-phien-bench-") as folder,
        own_database(Path(folder)) as address,
    ):
        os.environ |= {"DATABASE_URL": address, "MEDIA_DIR": folder, "LOG_LEVEL": "ERROR", "SANDBOX": "1"}
        os.environ |= {"BASE_URL": "http://testserver", "ALLOWED_HOSTS": "testserver"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
        import django

        django.setup()
        run(wanted)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=ROWS)
    asked.add_argument("--explain", action="store_true")
    wanted = asked.parse_args()
    with_own_market(run, wanted)


def run(wanted: argparse.Namespace) -> None:
    from django.db import connection, connections
    from django.test import Client
    from django.urls import reverse

    from shop.management.migrating import migrate
    from tests.support.many import LISTS, begin, grow
    from tests.support.market import build_market

    migrate()
    market = build_market()
    begin(market)
    begun = time.perf_counter()
    grow(market, wanted.rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"{connection.vendor}, {wanted.rows} rows of each in {time.perf_counter() - begun:.0f} s")
    print(f"load before: {os.getloadavg()[0]:.2f}")
    for name, role in LISTS.items():
        client = Client()
        client.force_login(market.people[role], backend=BACKEND)  # type: ignore[arg-type]
        measure_path(name, reverse(name), client, goal=GOAL_MS, explain=wanted.explain)
    connections.close_all()


if __name__ == "__main__":
    sys.exit(main())
