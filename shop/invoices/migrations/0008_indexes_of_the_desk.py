"""A million invoices: what the desk lists, counts and searches has its index."""

from django.db import migrations, models

# As Django writes ``icontains`` and ``startswith`` on PostgreSQL.
POSTGRESQL = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX invoices_by_words ON invoices_invoice USING gin"
    " (upper(buyer_name::text) gin_trgm_ops, upper(source_reference::text) gin_trgm_ops)",
    "CREATE INDEX invoices_by_code ON invoices_invoice (authority_code varchar_pattern_ops)",
]


def add_words(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in POSTGRESQL:
            schema_editor.execute(statement, params=None)


def drop_words(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX invoices_by_words, invoices_by_code", params=None)


class Migration(migrations.Migration):
    dependencies = [("invoices", "0007_correction_lists")]

    operations = [
        *(
            migrations.AddIndex("invoice", models.Index(fields=fields, name=name))
            for fields, name in (
                (["created_at", "id"], "invoices_by_time"),
                (["status", "created_at", "id"], "invoices_by_state"),
                (["seller", "status"], "invoices_by_seller"),
                (["issued_on", "status", "total_amount"], "invoices_by_day"),
                (["number"], "invoices_by_number"),
                (["total_amount"], "invoices_by_amount"),
            )
        ),
        migrations.RunPython(add_words, drop_words),
    ]
