from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0008_returns")]

    operations = [
        migrations.AddIndex(
            model_name="inboundevent",
            index=models.Index(
                condition=models.Q(("outcome", "received")), fields=["id"], name="inbound_waiting"
            ),
        ),
    ]
