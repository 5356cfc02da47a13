from django.db import migrations

from catalog.append_only import append_only

# actor_id stays out: it is emptied when that person's log-in is deleted.
KEPT = ("id", "order_id", "consignment_id", "kind", "note", "created_at")


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_reasons")]
    operations = [append_only("orders_orderevent", KEPT)]
