"""Writes that are worth less than the reader's time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def waiting_at_most(milliseconds: int) -> Iterator[None]:
    """A statement outside a transaction waits so long for SQLite's one writer, and no longer.

    Raises: OperationalError when the lock was not free in time. On PostgreSQL only rows are locked, for moments: there
    it changes nothing.
    """
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    usual = int(connection.settings_dict["OPTIONS"]["timeout"] * 1000)
    connection.connection.execute(f"PRAGMA busy_timeout = {int(milliseconds)}")
    try:
        yield
    finally:
        connection.connection.execute(f"PRAGMA busy_timeout = {usual}")
