"""Database triggers that refuse changes to rows which are a record of what happened.

Used by migrations. They hold against every program that opens the database, not only against ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import migrations

Step = Callable[[Any, Any], None]


def never_changed(table: str, columns: Sequence[str]) -> migrations.RunPython:
    """An operation after which these ``columns`` cannot be changed, while whole rows may still be deleted.

    For what a person said about themselves: it goes with their account, and only so.
    """
    protect, release = _both_ways(table, columns, deletable=True)
    return migrations.RunPython(protect, release)


def append_only(table: str, columns: Sequence[str]) -> migrations.RunPython:
    """An operation after which rows of ``table`` cannot be deleted, nor these ``columns`` changed.

    ``columns`` leaves out what may still change, such as a link that is emptied when a person is deleted.
    SQLite drops triggers with the table it rebuilds: a later migration that alters the table applies this again.
    """

    return migrations.RunPython(*_both_ways(table, columns))


def open_again(table: str, columns: Sequence[str]) -> migrations.RunPython:
    """The operation before one that alters the table; ``append_only`` with its new columns comes after."""
    protect, release = _both_ways(table, columns)
    return migrations.RunPython(release, protect)


def _both_ways(table: str, columns: Sequence[str], *, deletable: bool = False) -> tuple[Step, Step]:
    def run(schema_editor: Any, way: str) -> None:
        for statement in _DIALECTS[schema_editor.connection.vendor][way]:
            if not (deletable and "_no_delete" in statement):
                schema_editor.execute(statement.format(table=table, columns=", ".join(columns)))

    def protect(apps: Any, schema_editor: Any) -> None:
        run(schema_editor, "protect")

    def release(apps: Any, schema_editor: Any) -> None:
        run(schema_editor, "release")

    return protect, release


_DIALECTS: dict[str, dict[str, tuple[str, ...]]] = {
    "sqlite": {
        "protect": (
            "CREATE TRIGGER {table}_no_update BEFORE UPDATE OF {columns} ON {table}"
            " BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
            "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}"
            " BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
        ),
        "release": ("DROP TRIGGER {table}_no_update", "DROP TRIGGER {table}_no_delete"),
    },
    "postgresql": {
        "protect": (
            "CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION '{table} is append-only'"
            " USING ERRCODE = 'integrity_constraint_violation'; END $$",
            "CREATE TRIGGER {table}_no_update BEFORE UPDATE OF {columns} ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
            "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
        ),
        "release": (
            "DROP TRIGGER {table}_no_update ON {table}",
            "DROP TRIGGER {table}_no_delete ON {table}",
            "DROP FUNCTION {table}_refuse()",
        ),
    },
}
