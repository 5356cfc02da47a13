"""The snapshot's new name, and triggers that keep issued invoices and archived bytes as they are."""

from django.db import migrations

from catalog.append_only import append_only

CHANGED = "Issued means frozen: an issued invoice is never changed or deleted."
FROZEN_COLUMNS = ("seller_id", "source_reference", "sale", "total_amount", "series_id", "number", "issued_on", "lookup_code")


def _sqlite():
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in FROZEN_COLUMNS)
    return [
        f"CREATE TRIGGER invoices_invoice_frozen BEFORE UPDATE ON invoices_invoice WHEN OLD.number IS NOT NULL AND ({changed})"
        f" BEGIN SELECT RAISE(ABORT, '{CHANGED}'); END",
        "CREATE TRIGGER invoices_invoice_kept BEFORE DELETE ON invoices_invoice WHEN OLD.number IS NOT NULL"
        f" BEGIN SELECT RAISE(ABORT, '{CHANGED}'); END",
    ]


def _postgresql():
    changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in FROZEN_COLUMNS)
    return [
        f"""
        CREATE FUNCTION invoices_keep_issued() RETURNS trigger AS $$
        BEGIN
            IF OLD.number IS NULL THEN
                RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
            END IF;
            IF TG_OP = 'DELETE' THEN
                RAISE EXCEPTION '{CHANGED}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF {changed} THEN
                RAISE EXCEPTION '{CHANGED}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$ LANGUAGE plpgsql;
        CREATE TRIGGER invoices_invoice_frozen BEFORE UPDATE OR DELETE ON invoices_invoice
            FOR EACH ROW EXECUTE FUNCTION invoices_keep_issued();
        """
    ]


def freeze(apps, schema_editor):
    statements = _sqlite() if schema_editor.connection.vendor == "sqlite" else _postgresql()
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("invoices", "0001_initial")]

    operations = [
        migrations.RenameField("invoice", "draft", "sale"),
        migrations.RunPython(freeze, migrations.RunPython.noop),
        append_only(
            "invoices_invoicedocument",
            ("invoice_id", "kind", "message_type", "body", "sha256", "created_at"),
        ),
    ]
