"""What runs beside a test, and is gone with it: a server on loopback, and who books what banks tell."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer
from typing import TypeVar

from django.db import connections

from shop.orders.following import follow

S = TypeVar("S", bound=BaseServer)


@contextmanager
def serving(server: S) -> Iterator[S]:
    """The server, answering in a thread of its own; closed afterwards, also when the test fails."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def following() -> Iterator[None]:
    """Deliveries are booked as they come, as by ``manage.py sweep``, in a thread of its own."""
    stopped = threading.Event()

    def run() -> None:
        try:
            follow(stopped)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(10)
