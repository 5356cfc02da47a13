"""The sandbox tax authority on a free loopback port, with keys of its own."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.utils import timezone

from shop.invoices.models import Invoice
from shop.invoices.sandbox_keys import sandbox_authority
from shop.orders import invoicing
from shop.sandbox.server import SandboxServer, build_server
from tests.support.databases import CACHE, locked
from tests.support.loopback import serving


def keys_in(folder: Path) -> Path:
    """``folder`` with the sandbox's two authorities, made once for all tests: a key takes a tenth of a second."""
    made = CACHE / "keys"
    with locked("keys"):
        sandbox_authority(made)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("ca.pem", "authority.pem"):
        shutil.copy(made / name, folder / name)
    return folder


@contextmanager
def running_authority(settings: Any, folder: Path) -> Iterator[SandboxServer]:
    settings.INVOICE_KEYS_DIR = keys_in(folder)
    with serving(build_server("127.0.0.1", 0, folder=folder)) as server:
        settings.SANDBOX_URL = server.url
        yield server


def hear_answer(invoice: Invoice) -> Invoice:
    """The invoice after the worker has asked the authority what became of it."""
    return invoicing.transmit(invoice.pk, now=timezone.now() + dt.timedelta(minutes=2))
