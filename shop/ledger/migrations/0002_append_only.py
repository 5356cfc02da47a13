import datetime as dt

from django.db import migrations
from django.utils import timezone

from catalog.append_only import append_only

KEPT = {
    "ledger_account": ("id", "code", "kind", "cooperative_id"),
    "ledger_journalentry": (
        "id", "source_type", "source_id", "turn", "kind", "about", "cooperative_id", "day", "seal_id", "created_at",
    ),
    "ledger_line": ("id", "entry_id", "account_id", "debit", "credit"),
    "ledger_seal": ("id",),
    # entered_by_id stays out: it is emptied when that person's log-in is deleted.
    "ledger_levy": ("id", "kind", "cooperative_id", "legal_form", "basis_points", "valid_from", "note", "entered_at"),
}

# A seal is written only beside an entry that balances; after it the entry takes no line. That every entry has one is
# a foreign key, which both databases check when the transaction ends.
_BALANCED = """
    SELECT 1 FROM ledger_line l JOIN ledger_journalentry e ON e.id = l.entry_id WHERE e.seal_id = NEW.id GROUP BY e.id
    HAVING COUNT(*) > 1 AND SUM(l.debit) = SUM(l.credit)
"""
_SEALED = """
    SELECT 1 FROM ledger_journalentry e JOIN ledger_seal s ON s.id = e.seal_id WHERE e.id = NEW.entry_id
"""
DIALECTS = {
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


def _run(way):
    def run(apps, schema_editor):
        for statement in DIALECTS[schema_editor.connection.vendor][way]:
            schema_editor.execute(statement)

    return run


def withhold_for_households(apps, schema_editor):
    """Decree 117/2025/NĐ-CP: a platform that takes orders and money pays the taxes of households that sell goods."""
    levy = apps.get_model("ledger", "Levy")
    for kind, points in (("vat", 100), ("pit", 50)):
        levy.objects.create(
            kind=kind,
            legal_form="household",
            basis_points=points,
            valid_from=dt.date(2025, 7, 1),
            note="Nghị định 117/2025/NĐ-CP",
        )


def look_at_every_order(apps, schema_editor):
    """What was ordered before there were books is posted by the next round."""
    orders = apps.get_model("order", "Order").objects.values_list("pk", flat=True)
    due, now = apps.get_model("ledger", "OrderToSettle"), timezone.now()
    due.objects.bulk_create((due(order_id=pk, look_at=now) for pk in orders.iterator()), batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_books")]
    operations = [
        migrations.RunPython(withhold_for_households, migrations.RunPython.noop),
        migrations.RunPython(look_at_every_order, migrations.RunPython.noop),
        *(append_only(table, columns) for table, columns in KEPT.items()),
        migrations.RunPython(_run("protect"), _run("release")),
    ]
