"""The file in which the sandbox tax authority keeps what it has seen."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from shop.sandbox import delegation_desk, notice_desk, registry

SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    id TEXT PRIMARY KEY, digest TEXT NOT NULL, acknowledgement BLOB NOT NULL, answer BLOB NOT NULL,
    ready_at REAL NOT NULL, fetches_left INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS earlier (message_id TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS invoice (
    seller TEXT NOT NULL, form TEXT NOT NULL, series TEXT NOT NULL, number INTEGER NOT NULL,
    issued_on TEXT NOT NULL, digest TEXT NOT NULL, code TEXT NOT NULL UNIQUE,
    PRIMARY KEY (seller, form, series, number));
CREATE TABLE IF NOT EXISTS mood (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1), name TEXT NOT NULL, fetches INTEGER NOT NULL,
    seconds REAL NOT NULL);
INSERT OR IGNORE INTO mood VALUES (1, 'normal', 0, 0);
"""


class Books:
    """A SQLite file, made on first use. Several processes may share it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        # Kept open and never used again: whoever closes the last connection tidies the whole file up.
        self._kept = self._connect()
        self._kept.executescript(SCHEMA + registry.SCHEMA + delegation_desk.SCHEMA + notice_desk.SCHEMA)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One writer at a time, over threads and processes; a connection is opened per use."""
        with contextlib.closing(self._connect()) as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")  # survives a killed process, as it has to
        return database
