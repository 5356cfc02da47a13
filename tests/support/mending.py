"""A PostgreSQL database put back to what it was, table by table: a copy of a template takes a second or two of disk.

What a test has written is told by the rows themselves: each carries the number of the transaction that wrote it, and a
row that is gone is missed by the count. What it has built or torn down (a constraint, a trigger) is not mended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

Connection = psycopg.Connection[tuple[Any, ...]]

_SHAPE = """
SELECT (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_index), (SELECT count(*) FROM pg_trigger),
       (SELECT count(*) FROM pg_attribute WHERE attrelid >= 16384 AND NOT attisdropped)
"""
_COLUMNS = """
SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position) FROM information_schema.columns
 JOIN pg_tables ON tablename = table_name AND schemaname = table_schema
 WHERE table_schema = 'public' AND is_generated = 'NEVER' GROUP BY table_name ORDER BY table_name
"""
_SEQUENCES = "SELECT sequencename::text, last_value FROM pg_sequences WHERE schemaname = 'public'"
_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_MARK = "SELECT txid_current() & 4294967295"


@dataclass
class Pristine:
    """What a database held when it was copied; the rows themselves stand in its schema ``pristine``."""

    shape: tuple[Any, ...]
    columns: dict[str, list[str]]
    counts: dict[str, int]
    sequences: dict[str, int | None]
    mark: int


def remember(connection: Connection) -> Pristine:
    """Note what stands in the database and keep its rows beside it. Writes: the schema ``pristine``."""
    columns: dict[str, list[str]] = dict(connection.execute(_COLUMNS).fetchall())
    counts = {table: count for table, count, _last in _rows(connection, list(columns))}
    connection.execute("CREATE SCHEMA pristine")
    for table, count in counts.items():
        if count:
            name = sql.Identifier(table)
            connection.execute(sql.SQL("CREATE TABLE pristine.{0} AS TABLE public.{0}").format(name))
    return Pristine(
        _one(connection, _SHAPE),
        columns,
        counts,
        dict(connection.execute(_SEQUENCES).fetchall()),
        _one(connection, _MARK)[0],
    )


def mend(connection: Connection, pristine: Pristine) -> bool:
    """Whether the database is again as it was remembered; False if something was built or torn down in it.

    Ends everybody else's connection. Needs the rights of a superuser: foreign keys and guards are silent meanwhile.
    """
    connection.execute(_OTHERS)
    connection.execute("SET LOCAL session_replication_role = replica")
    if _one(connection, _SHAPE) != pristine.shape:
        return False
    for table, count, last in _rows(connection, list(pristine.columns)):
        if count != pristine.counts[table] or last > pristine.mark:
            name, columns = (
                sql.Identifier(table),
                sql.SQL(", ").join(map(sql.Identifier, pristine.columns[table])),
            )
            connection.execute(sql.SQL("DELETE FROM public.{}").format(name))
            if pristine.counts[table]:
                again = "INSERT INTO public.{0} ({1}) OVERRIDING SYSTEM VALUE SELECT {1} FROM pristine.{0}"
                connection.execute(sql.SQL(again).format(name, columns))
    for sequence, value in connection.execute(_SEQUENCES).fetchall():
        before = pristine.sequences[sequence]
        if value != before:
            connection.execute(
                "SELECT setval(quote_ident(%s)::regclass, %s, %s)",
                [sequence, before or 1, before is not None],
            )
    pristine.mark = _one(connection, _MARK)[0]
    return True


def _rows(connection: Connection, tables: list[str]) -> list[tuple[str, int, int]]:
    """Of each table: how many rows, and the youngest transaction that wrote one."""
    parts = [
        sql.SQL("SELECT {}, count(*), coalesce(max(xmin::text::bigint), 0) FROM public.{}").format(
            sql.Literal(table), sql.Identifier(table)
        )
        for table in tables
    ]
    return connection.execute(sql.SQL(" UNION ALL ").join(parts)).fetchall()


def _one(connection: Connection, statement: str) -> tuple[Any, ...]:
    found = connection.execute(statement).fetchone()
    assert found is not None
    return found
