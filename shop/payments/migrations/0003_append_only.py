from django.db import migrations

from catalog.append_only import append_only

KEPT = (
    "id", "attempt_id", "provider", "kind", "amount", "external_reference", "occurred_at", "inbound_id", "created_at"
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_reasons")]
    operations = [append_only("payments_paymentevent", KEPT)]
