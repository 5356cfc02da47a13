"""The sandbox tax authority on a free loopback port, with keys of its own."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.utils import timezone

from shop.invoices.models import Invoice
from shop.orders import invoicing
from shop.sandbox.server import SandboxServer, build_server


@contextmanager
def running_authority(settings: Any, folder: Path) -> Iterator[SandboxServer]:
    settings.INVOICE_KEYS_DIR = folder
    server = build_server("127.0.0.1", 0, folder=folder)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.SANDBOX_URL = server.url
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


def hear_answer(invoice: Invoice) -> Invoice:
    """The invoice after the worker has asked the authority what became of it."""
    return invoicing.transmit(invoice.pk, now=timezone.now() + dt.timedelta(minutes=2))
