"""How many messages of the bank the market takes in a second, and how long each waits, while people browse.

    python -m tests.support.postgres python -W ignore -m benchmarks.webhooks [--orders N] [--senders N] [--rate N]

Three numbers matter: how fast the door takes messages with as many senders as asked (closed), how long each waits when
they come at a fixed rate whatever the answers take (open), and how fast what was kept is booked behind the door.

Makes a database of its own on the server that TEST_DATABASE_URL names (without it, SQLite in a temporary folder),
places orders, starts ``manage.py serve`` on a loopback port and sends a bounded number of signed messages over kept
connections: each order's money, the same again, money of nobody, and a mixture with a tenth of repeats at a fixed
rate. Another process asks for pages all the while. Only what it started is ended, and its database dropped. Nothing
here is asserted.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from benchmarks.served import ROOT, wait_until_open

SECRET = "only-for-this-measurement"
PAGES = ("/", "/san-pham/", "/gio-hang/")
GOAL = "goal: 300 events/s, p99 150 ms"


@contextmanager
def own_database(folder: Path) -> Iterator[str]:
    """The address of an empty database, gone afterwards."""
    server = os.environ.get("TEST_DATABASE_URL", "")
    if not server:
        yield f"sqlite:///{folder}/webhooks.sqlite3"
        return
    name = f"cho_phien_webhooks_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def place(orders: int) -> list[tuple[str, int]]:
    """So many unpaid orders: number and amount."""
    import django

    django.setup()
    from django.db import connection

    from shop.management.migrating import migrate

    migrate()
    from tests.factories import make_product
    from tests.support.orders import place_order

    goods = [make_product(price=100_000, stock=orders) for _ in range(8)]
    placed = [place_order((goods[number % 8], 1)).attempt for number in range(orders)]
    connection.close()
    return [(attempt.reference, attempt.amount) for attempt in placed]


def message(number: int, memo: str, amount: int) -> bytes:
    fields = {
        "id": number, "gateway": "Vietcombank", "transactionDate": "2026-11-23 14:05:00",
        "accountNumber": "0123456789", "subAccount": None, "code": None, "content": f"MBVCB.{number}.{memo}.CT tu 01",
        "transferType": "in", "description": "", "transferAmount": amount, "referenceCode": f"FT{number}",
    }  # fmt: skip
    return json.dumps(fields).encode()


def send(port: int, bodies: Sequence[bytes], senders: int, rate: int = 0) -> tuple[float, list[float]]:
    """Seconds in all, and milliseconds of each message; every answer has to be 200.

    With a ``rate`` (messages a second) each has its moment, and its time counts from then even if no sender was free.
    """
    from shop.payments.providers.sepay import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign

    took: list[float] = []
    waiting, lock = enumerate(bodies), threading.Lock()
    start = time.perf_counter()

    def run() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with lock:
                place, body = next(waiting, (0, None))
            if body is None:
                connection.close()
                return
            if rate:
                time.sleep(max(start + place / rate - time.perf_counter(), 0))
            now = int(time.time())
            headers = {
                "Content-Type": "application/json", TIMESTAMP_HEADER: str(now),
                SIGNATURE_HEADER: sign(SECRET, now, body),
            }  # fmt: skip
            begun = start + place / rate if rate else time.perf_counter()
            connection.request("POST", "/webhooks/sepay/", body, headers)
            answer = connection.getresponse()
            answer.read()
            took.append((time.perf_counter() - begun) * 1000)
            if answer.status != 200:
                raise SystemExit(f"answered {answer.status}")

    threads = [threading.Thread(target=run) for _ in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start, took


def booked_after(database: str) -> tuple[int, float]:
    """How many deliveries waited to be booked when the senders were done, and the seconds until none did."""
    connect = psycopg.connect if database.startswith("postgres") else sqlite3.connect
    connection: Any = connect(database.removeprefix("sqlite:///"))
    begun, most = time.perf_counter(), 0
    while True:
        rows = connection.execute("SELECT COUNT(*) FROM payments_inboundevent WHERE outcome = 'received'")
        (waiting,) = rows.fetchone()
        connection.commit()
        if not waiting:
            connection.close()
            return most, time.perf_counter() - begun
        most = max(most, waiting)
        time.sleep(0.02)


@contextmanager
def browsing(base: str) -> Iterator[subprocess.Popen[str]]:
    """Somebody who looks at one page after another, in a process of their own, with a breath in between."""
    program = (
        "import itertools, requests, sys, time\n"
        "session, took = requests.Session(), []\n"
        "for page in itertools.cycle(sys.argv[2:]):\n"
        "    begun = time.perf_counter(); session.get(sys.argv[1] + page, timeout=30).raise_for_status()\n"
        "    print((time.perf_counter() - begun) * 1000, flush=True); time.sleep(0.1)\n"
    )
    command = [sys.executable, "-c", program, base, *PAGES]
    person = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield person
    finally:
        person.terminate()
        person.wait(10)


def report(name: str, seconds: float, took: list[float], waited: int, later: float) -> None:
    ordered = sorted(took)
    p99 = ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)]
    rate = len(took) / seconds
    figures = f"{len(took):>7}{rate:>10.0f}/s{statistics.median(took):>10.1f}{p99:>10.1f}"
    behind = f"{waited} in {later:.1f} s" + (f", {waited / later:.0f}/s" if waited > 9 else "")
    print(f"{name:<34}{figures}   {behind} · load {os.getloadavg()[0]:.1f}", flush=True)


def measure(port: int, database: str, orders: list[tuple[str, int]], wanted: argparse.Namespace) -> None:
    half = len(orders) // 2
    charges = [message(10**6 + place, number, amount) for place, (number, amount) in enumerate(orders)]
    strays = [message(2 * 10**6 + place, "khong ro", 77_000) for place in range(wanted.strays)]
    stream = charges[half:] + strays[wanted.strays // 2 :]
    random.Random(1).shuffle(stream)
    stream += random.Random(2).sample(stream, len(stream) // 10)
    print(f"{'':<34}{'events':>7}{'rate':>12}{'median ms':>10}{'p99 ms':>10}   booked behind the door")
    for name, bodies, rate in (
        ("warm-up: money of nobody", strays[:50], 0),
        ("one payment", charges[:1], 0),
        ("money that pays an order", charges[1:half], 0),
        ("the same told again", charges[:half], 0),
        ("money of nobody", strays[50 : wanted.strays // 2], 0),
        (f"all of it at {wanted.rate}/s", stream, wanted.rate),
    ):
        seconds, took = send(port, bodies, wanted.senders, rate)
        report(name, seconds, took, *booked_after(database))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=300)
    parser.add_argument("--strays", type=int, default=3000, help="messages that fit no order")
    parser.add_argument("--senders", type=int, default=4)
    parser.add_argument("--rate", type=int, default=300, help="messages a second in the open phase")
    wanted = parser.parse_args()
    port = 8000 + os.getpid() % 900 + 50
    with (
        tempfile.TemporaryDirectory(prefix="cho-phien-webhooks-") as name,
        own_database(Path(name)) as database,
    ):
        os.environ |= {
            "DATABASE_URL": database, "MEDIA_DIR": name, "SEPAY_WEBHOOK_SECRET": SECRET, "SECRET_KEY": "only-here",
            "DJANGO_SETTINGS_MODULE": "shop.settings", "BASE_URL": f"http://127.0.0.1:{port}",
        }  # fmt: skip
        orders = place(wanted.orders)
        command: list[Any] = [sys.executable, "manage.py", "serve", f"127.0.0.1:{port}"]
        server = subprocess.Popen(command, cwd=ROOT, env={**os.environ}, stdout=subprocess.DEVNULL)
        try:
            wait_until_open(f"http://127.0.0.1:{port}", server)
            kind = database.partition(":")[0]
            print(f"{kind} · {wanted.senders} senders · load before {os.getloadavg()[0]:.1f} · {GOAL}")
            with browsing(f"http://127.0.0.1:{port}") as person:
                measure(port, database, orders, wanted)
            seen = [float(line) for line in (person.stdout or ()) if line.strip()]
            print(f"pages meanwhile: {len(seen)}, median {statistics.median(seen or [0]):.0f} ms")
        finally:
            server.terminate()
            server.wait(30)


if __name__ == "__main__":
    main()
