"""A consent says what may be done, each by itself; what was allowed as a role before becomes what it opened."""

from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone


def from_roles(apps, schema_editor):
    consents = apps.get_model("helping", "HelpConsent").objects
    consents.update(for_orders=True)  # a packer's work was in either
    consents.filter(scope="seller").update(for_goods=True)
    now = timezone.now()  # nobody is told now of what is over long since
    consents.filter(valid_to__lt=timezone.localdate()).update(ending_told_at=now, end_told_at=now)


def to_roles(apps, schema_editor):
    consents = apps.get_model("helping", "HelpConsent").objects
    consents.update(scope="packer")
    consents.filter(for_goods=True).update(scope="seller")


class Migration(migrations.Migration):
    dependencies = [("helping", "0001_teams_consents_visits")]

    operations = [
        migrations.RemoveConstraint(model_name="helpconsent", name="help_never_manages"),
        migrations.AddField("helpconsent", "for_orders", models.BooleanField(default=False)),
        migrations.AddField("helpconsent", "for_goods", models.BooleanField(default=False)),
        migrations.AddField("helpconsent", "for_story", models.BooleanField(default=False)),
        migrations.AddField("helpconsent", "ending_told_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("helpconsent", "end_told_at", models.DateTimeField(blank=True, null=True)),
        migrations.AlterField(
            "helpconsent", "scope", models.CharField(max_length=10, default="packer", verbose_name="được làm gì")
        ),
        migrations.RunPython(from_roles, to_roles),
        migrations.RemoveField("helpconsent", "scope"),
        migrations.AddConstraint(
            "helpconsent",
            models.CheckConstraint(
                condition=Q(for_orders=True) | Q(for_goods=True) | Q(for_story=True),
                name="help_allows_something",
            ),
        ),
    ]
