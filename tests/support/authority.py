"""The sandbox tax authority on a free loopback port, with keys of its own."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from shop.invoices.gateways.sandbox import SandboxGateway
from shop.invoices.models import Invoice
from shop.invoices.sandbox_keys import sandbox_authority
from shop.orders import invoicing
from shop.sandbox.server import SandboxServer, build_server
from tests.support.databases import CACHE, locked
from tests.support.loopback import serving
from tests.support.rsa_keys import never_dealt


def keys_in(folder: Path) -> Path:
    """``folder`` with the sandbox's two authorities, made once for all tests: a key takes a tenth of a second."""
    made = CACHE / "keys"
    with locked("keys"), never_dealt():
        sandbox_authority(made)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("ca.pem", "authority.pem"):
        shutil.copy(made / name, folder / name)
    return folder


@contextmanager
def running_authority(settings: Any, folder: Path, *, like: Path | None = None) -> Iterator[SandboxServer]:
    """For ``like``, with the keys and the books that another one has left in that folder."""
    if like:
        shutil.copytree(like, folder, ignore=shutil.ignore_patterns("*-shm"))  # SQLite makes that one anew
    settings.INVOICE_KEYS_DIR = keys_in(folder)
    with serving(build_server("127.0.0.1", 0, folder=folder)) as server:
        settings.SANDBOX_URL = server.url
        yield server


@contextmanager
def earlier_authority(folder: Path) -> Iterator[None]:
    """The one that answers while rows are written that stand for a module; each test goes on ``like`` it."""
    with override_settings(), running_authority(settings, folder):
        yield


def hear_answer(invoice: Invoice) -> Invoice:
    """The invoice after the worker has asked the authority what became of it."""
    return invoicing.transmit(invoice.pk, now=timezone.now() + dt.timedelta(minutes=2))


def watch_transactions(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Filled as the authority is called: whether a transaction was open during each request."""
    inside: list[bool] = []
    asked = SandboxGateway._request

    def watch(self: SandboxGateway, *words: Any) -> Any:
        inside.append(connection.in_atomic_block)
        return asked(self, *words)

    monkeypatch.setattr(SandboxGateway, "_request", watch)
    return inside
