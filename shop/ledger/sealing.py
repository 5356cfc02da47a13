"""That both sides of an entry are equal, held by the database: triggers for migrations.

A seal is written only beside an entry that balances, and after it the entry takes no line. That every entry has a seal
is a foreign key, which PostgreSQL and SQLite both check when the transaction ends: what does not balance is never
committed (docs/decisions/0038).
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

_BALANCED = """
    SELECT 1 FROM ledger_line l JOIN ledger_journalentry e ON e.id = l.entry_id WHERE e.seal_id = NEW.id GROUP BY e.id
    HAVING COUNT(*) > 1 AND SUM(l.debit) = SUM(l.credit)
"""
_SEALED = """
    SELECT 1 FROM ledger_journalentry e JOIN ledger_seal s ON s.id = e.seal_id WHERE e.id = NEW.entry_id
"""
DIALECTS: dict[str, dict[str, tuple[str, ...]]] = {
    "sqlite": {
        "protect": (
            "CREATE TRIGGER ledger_seal_balances BEFORE INSERT ON ledger_seal"
            f" WHEN NOT EXISTS ({_BALANCED})"
            " BEGIN SELECT RAISE(ABORT, 'the entry does not balance'); END",
            "CREATE TRIGGER ledger_line_before_seal BEFORE INSERT ON ledger_line"
            f" WHEN EXISTS ({_SEALED})"
            " BEGIN SELECT RAISE(ABORT, 'the entry is sealed'); END",
        ),
        "release": ("DROP TRIGGER ledger_seal_balances", "DROP TRIGGER ledger_line_before_seal"),
    },
    "postgresql": {
        "protect": (
            "CREATE FUNCTION ledger_seal_check() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF NOT EXISTS ({_BALANCED}) THEN"
            " RAISE EXCEPTION 'the entry does not balance' USING ERRCODE = 'integrity_constraint_violation';"
            " END IF; RETURN NEW; END $$",
            "CREATE TRIGGER ledger_seal_balances BEFORE INSERT ON ledger_seal"
            " FOR EACH ROW EXECUTE FUNCTION ledger_seal_check()",
            "CREATE FUNCTION ledger_line_check() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF EXISTS ({_SEALED}) THEN"
            " RAISE EXCEPTION 'the entry is sealed' USING ERRCODE = 'integrity_constraint_violation';"
            " END IF; RETURN NEW; END $$",
            "CREATE TRIGGER ledger_line_before_seal BEFORE INSERT ON ledger_line"
            " FOR EACH ROW EXECUTE FUNCTION ledger_line_check()",
        ),
        "release": (
            "DROP TRIGGER ledger_seal_balances ON ledger_seal",
            "DROP FUNCTION ledger_seal_check()",
            "DROP TRIGGER ledger_line_before_seal ON ledger_line",
            "DROP FUNCTION ledger_line_check()",
        ),
    },
}


def guard() -> migrations.RunPython:
    """The operation after which the database watches; ``unguard`` comes before one that alters its tables."""
    return migrations.RunPython(protect, release)


def unguard() -> migrations.RunPython:
    """The operation before one that alters their tables: SQLite can't rebuild what a trigger of another table reads."""
    return migrations.RunPython(release, protect)


def protect(_apps: Any, schema_editor: Any) -> None:
    """Writes: the triggers."""
    _run(schema_editor, "protect")


def release(_apps: Any, schema_editor: Any) -> None:
    """Takes them away."""
    _run(schema_editor, "release")


def _run(schema_editor: Any, way: str) -> None:
    for statement in DIALECTS[schema_editor.connection.vendor][way]:
        schema_editor.execute(statement)
