import datetime as dt

from django.db import migrations
from django.utils import timezone

from catalog.append_only import append_only
from shop.ledger.sealing import guard

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
        guard(),
    ]
