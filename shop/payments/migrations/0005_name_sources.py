from typing import Any

from django.db import migrations

from catalog.append_only import append_only
from shop.payments.codes import find_codes


def name_sources(apps: Any, schema_editor: Any) -> None:
    """Deliveries carry the name of who told us; what waits carries the orders it names."""
    inbound, refused = (apps.get_model("payments", name) for name in ("InboundEvent", "RefusedDelivery"))
    inbound.objects.filter(provider="vietqr").update(provider="sepay")
    refused.objects.filter(provider="vietqr").update(provider="sepay")
    inbound.objects.filter(reason="outgoing").update(kind="outgoing")
    for row in inbound.objects.filter(outcome="received"):
        row.references = find_codes(bytes(row.body).decode("utf-8", "replace"))
        row.save(update_fields=["references"])


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_attempts_refunds")]
    operations = [
        migrations.RunPython(name_sources, migrations.RunPython.noop),
        append_only("payments_refundstep", ("id", "refund_id", "state", "actor_id", "note", "created_at")),
    ]
