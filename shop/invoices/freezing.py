"""Database triggers that keep what was issued, decided or counted, whichever program opens the database.

Used by migrations. SQLite drops triggers with the table it rebuilds: a later migration that alters such a table
applies the operation again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import migrations


def freeze_rows(
    table: str, *, when: str, columns: Sequence[str], also: str = "", words: str
) -> migrations.RunPython:
    """An operation after which rows that fulfil ``when`` are never deleted and keep ``columns``.

    ``when`` and ``also`` are SQL over ``OLD`` (and ``NEW``); ``also`` forbids further changes. May be applied again.
    """

    def freeze(apps: Any, schema_editor: Any) -> None:
        vendor = schema_editor.connection.vendor
        differs = " OR ".join(f"NEW.{name} {_DIFFERS[vendor]} OLD.{name}" for name in columns)
        forbidden = f"({differs})" + (f" OR ({also})" if also else "")
        for statement in _STATEMENTS[vendor]:
            sql = statement.format(table=table, when=when, forbidden=forbidden, words=words)
            schema_editor.execute(sql, params=None)

    return migrations.RunPython(freeze, migrations.RunPython.noop)


_DIFFERS = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}

_STATEMENTS = {
    "sqlite": (
        "DROP TRIGGER IF EXISTS {table}_frozen",
        "DROP TRIGGER IF EXISTS {table}_kept",
        "CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} WHEN ({when}) AND ({forbidden})"
        " BEGIN SELECT RAISE(ABORT, '{words}'); END",
        "CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} WHEN {when}"
        " BEGIN SELECT RAISE(ABORT, '{words}'); END",
    ),
    "postgresql": (
        """
        CREATE OR REPLACE FUNCTION {table}_keep() RETURNS trigger AS $$
        BEGIN
            IF NOT ({when}) THEN
                RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
            END IF;
            IF TG_OP = 'DELETE' THEN
                RAISE EXCEPTION '{words}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF {forbidden} THEN
                RAISE EXCEPTION '{words}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$ LANGUAGE plpgsql
        """,
        "DROP TRIGGER IF EXISTS {table}_frozen ON {table}",
        "CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION {table}_keep()",
    ),
}
