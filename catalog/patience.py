"""Writes that are worth less than the reader's time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def waiting_at_most(milliseconds: int) -> Iterator[None]:
    """A statement outside a transaction waits so long for another's lock (SQLite: for its one writer), and no longer.

    Raises: OperationalError when the lock was not free in time; nothing is written then.
    """
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        usual = int(connection.settings_dict["OPTIONS"]["timeout"] * 1000)
        begin, end = f"PRAGMA busy_timeout = {int(milliseconds)}", f"PRAGMA busy_timeout = {usual}"
    else:
        begin, end = f"SET lock_timeout = {int(milliseconds)}", "RESET lock_timeout"
    connection.connection.execute(begin)
    try:
        yield
    finally:
        connection.connection.execute(end)
