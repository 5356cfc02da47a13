"""``python -m tests.support.crash_rounds ROUNDS PRODUCT KEYS URL``: deaths and recoveries, one after another.

A process of its own, so that a fork starts from an interpreter in which no library has started threads yet. That
a child died at its point is asserted: it is the control of the test that reads the outcome.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

POINTS = (
    "invoice.series-locked",
    "invoice.signed",
    "invoice.numbered",
    "invoice.claimed",
    "invoice.counted",
    "invoice.answered",
    "invoice.recorded",
    "invoice.letter-written",
)


def in_child(work: Callable[[], Any]) -> int:
    """How a child ended that did the work: 0, or the signal that killed it."""
    from django.db import connections

    connections.close_all()  # a child must not share a connection with its parent
    child = os.fork()
    if not child:
        try:
            work()
        except BaseException:  # noqa: BLE001  told to the parent by the exit code
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit("a child failed")
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def run(rounds: int, product_pk: int, keys: Path, url: str) -> None:
    from django.conf import settings
    from django.utils import timezone

    from catalog.models import ProductSheet
    from shop import crash_points
    from shop.invoices import services
    from shop.invoices.models import Invoice
    from shop.orders import invoicing
    from shop.orders.models import Consignment
    from shop.orders.services import hand_over, pack
    from shop.orders.sweep import sweep
    from tests.support.orders import bring, place_order, transfer

    settings.INVOICE_KEYS_DIR = keys
    settings.SANDBOX_URL = url
    tea = ProductSheet.objects.get(pk=product_pk)

    def new_invoice() -> Invoice:
        placed = place_order((tea, 1))
        bring(transfer(placed.attempt.amount, placed.order.number))
        consignment = pack(consignment=Consignment.objects.get(order=placed.order), by=None)
        hand_over(consignment=consignment, by=None, carrier="VNPost", tracking_number="1")
        return Invoice.objects.get(source_reference=consignment.code)

    def work_through(invoice: Invoice, point: str) -> None:
        """What staff and worker do with an invoice, with death waiting at one point."""
        crash_points._ARMED = point
        services.issue(invoice=invoice)
        for minutes in (0, 5, 10):
            invoicing.transmit(invoice.pk, now=timezone.now() + dt.timedelta(minutes=minutes))

    def recover(invoice: Invoice) -> None:
        """The clerk presses the button again, and the sweep comes round."""
        services.issue(invoice=invoice)
        for hours in (1, 2, 3):
            sweep(timezone.now() + dt.timedelta(hours=hours))

    for _, point in zip(range(rounds), itertools.cycle(POINTS), strict=False):
        invoice = new_invoice()
        if in_child(lambda invoice=invoice, point=point: work_through(invoice, point)) != signal.SIGKILL:
            raise SystemExit(f"nothing died at {point}")
        in_child(lambda invoice=invoice: recover(invoice))


if __name__ == "__main__":
    import django

    django.setup()
    run(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
