"""How many invoices a second a batch issues: numbered, signed, sent to the sandbox authority, answered with a code.

    python -m tests.support.postgres python -W ignore -m benchmarks.batches [--invoices N] [--workers N]

Makes a database of its own on the server that TEST_DATABASE_URL names (without it, SQLite in a temporary folder),
writes drafts of four lines for two cooperatives, starts ``manage.py sandbox`` and as many ``db_worker`` as asked,
opens one batch for each cooperative as the panel does, and watches the rows. Letters are counted apart: the drafts
have nobody to be sent to, and the last line says how fast the PDF of such a letter is drawn. Only what it started is
ended, and its database dropped. Nothing here is asserted.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.served import ROOT, wait_until_open
from benchmarks.webhooks import own_database

PATIENCE = 300.0
GOAL = "goal: 40 invoices/s"


@contextmanager
def running(*commands: list[str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """``manage.py`` with each of these, ended by pid afterwards."""
    started = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", str(ROOT / "manage.py"), *each], stdout=subprocess.DEVNULL
        )
        for each in commands
    ]
    try:
        yield started
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(15)


def seconds_until(is_done: Callable[[], bool]) -> float:
    """Seconds from now until it is. Raises: SystemExit when it takes too long."""
    begun = time.perf_counter()
    while not is_done():
        if time.perf_counter() - begun > PATIENCE:
            raise SystemExit("The batch did not end in time.")
        time.sleep(0.05)
    return time.perf_counter() - begun


def measure(wanted: argparse.Namespace, port: int) -> None:
    from shop.management.migrating import migrate

    migrate()
    from django_tasks_db.models import DBTaskResult

    from shop.accounts.models import User
    from shop.invoices.models import Invoice, InvoiceStatus, IssueBatchRow
    from shop.invoices.services import pdf_of
    from shop.orders.batches import open_batch
    from tests.factories import make_cooperative, make_product
    from tests.support.market import draft_invoice
    from tests.support.orders import place_order

    stalls = [make_cooperative(f"htx-{code}", tax_code=code) for code in ("5699999011", "0109999037")]
    goods = [
        [make_product(cooperative=stall, price=100_000, stock=10**6) for _line in range(3)]
        for stall in stalls
    ]
    drafts = []
    for number in range(wanted.invoices):
        order = place_order(*((each, 1) for each in goods[number % 2]))
        drafts.append(draft_invoice(order.order.consignments.get()))
    DBTaskResult.objects.all().delete()  # the letters about the orders are not what is measured
    clerk = User.objects.create_user(email="ke-toan@demo.example")
    print(f"{wanted.invoices} drafts of four lines, {wanted.workers} workers · {GOAL}")
    worker = ["db_worker", "--queue-name", "*", "--no-startup-delay"]
    with running(["sandbox", f"127.0.0.1:{port}"]) as [authority]:
        # Otherwise the first invoice may find nobody there and wait for the sweep, which does not run here.
        wait_until_open(f"http://127.0.0.1:{port}", authority)
        for stall in stalls:
            open_batch(chosen=[each for each in drafts if each.seller_id == stall.pk], by=clerk)
        with running(*[worker] * wanted.workers):
            seconds_until(lambda: IssueBatchRow.objects.filter(done_at__isnull=False).exists())
            waiting = IssueBatchRow.objects.filter(done_at=None)
            left = waiting.count()
            sent = seconds_until(lambda: not waiting.exists())
            print(f"{'numbered, signed, acknowledged':<34}{left / sent:>8.1f}/s")
            if refused := IssueBatchRow.objects.exclude(refusal="").first():
                raise SystemExit(refused.refusal)
            open_ones = Invoice.objects.exclude(status=InvoiceStatus.ACCEPTED)
            coded = seconds_until(lambda: not open_ones.exists())
            print(f"{'… and with a code':<34}{left / (sent + coded):>8.1f}/s")
    begun = time.perf_counter()
    for each in drafts[:20]:
        pdf_of(Invoice.objects.get(pk=each.pk), base_url="http://localhost")
    print(f"{'PDF of a letter, one process':<34}{20 / (time.perf_counter() - begun):>8.1f}/s")
    print(f"load {os.getloadavg()[0]:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--invoices", type=int, default=300)
    parser.add_argument("--workers", type=int, default=2)
    wanted = parser.parse_args()
    port = 8000 + os.getpid() % 900 + 50
    with (
        tempfile.TemporaryDirectory(prefix="cho-phien-batches-") as folder,
        own_database(Path(folder)) as database,
    ):
        os.environ |= {
            "DATABASE_URL": database,
            "MEDIA_DIR": folder,
            "SANDBOX_URL": f"http://127.0.0.1:{port}",
            "SECRET_KEY": "only-here",
            "DJANGO_SETTINGS_MODULE": "shop.settings",
            "LOG_LEVEL": "ERROR",
        }
        import django

        django.setup()
        measure(wanted, port)
        from django.db import connection

        connection.close()


if __name__ == "__main__":
    main()
