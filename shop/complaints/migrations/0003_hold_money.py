from django.db import migrations


def hold(apps, schema_editor):
    """Complaints that are open keep the money of their parcels back from now on."""
    complaints = apps.get_model("complaints", "Complaint").objects.filter(report__isnull=False, closed_at=None)
    kept = apps.get_model("ledger", "Hold").objects
    for pk, consignment in complaints.values_list("pk", "report__consignment_id"):
        kept.get_or_create(consignment_id=consignment, reason=f"complaint:{pk}")


class Migration(migrations.Migration):
    dependencies = [("complaints", "0002_reports"), ("ledger", "0002_append_only")]
    operations = [migrations.RunPython(hold, migrations.RunPython.noop)]
