import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from catalog.append_only import append_only, open_again

# What migration 0004 protected, and now the two new columns as well.
LOT_KEPT = (
    "id", "sheet_id", "code", "quantity", "unit", "harvested_on", "best_before", "plot", "place_code",
    "member_initials", "standards", "opened_at",
)
EVENT_KEPT = (
    "id", "lot_id", "number", "kind", "at", "quantity", "corrects", "note", "place", "recorded_at",
    "previous_hash", "hash",
)


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0010_packs_and_harvests'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        open_again("catalog_lot", LOT_KEPT),
        open_again("catalog_lotevent", EVENT_KEPT),
        migrations.AddField(
            model_name='lot',
            name='is_made',
            field=models.BooleanField(default=False, verbose_name='làm từ lô khác'),
        ),
        migrations.AddField(
            model_name='lotevent',
            name='counterpart',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mentions', to='catalog.lot', verbose_name='lô kia'),
        ),
        migrations.AlterField(
            model_name='lotevent',
            name='kind',
            field=models.CharField(choices=[('harvest', 'Thu hoạch'), ('source', 'Nguyên liệu vào'), ('made', 'Làm ra'), ('process', 'Chế biến'), ('pack', 'Đóng gói'), ('used', 'Đưa vào chế biến'), ('dispatch', 'Xuất đi'), ('sale', 'Bán'), ('loss', 'Hao hụt'), ('correction', 'Sửa số liệu'), ('recall', 'Thu hồi')], max_length=10, verbose_name='việc'),
        ),
        migrations.AddConstraint(
            model_name='lotevent',
            constraint=models.CheckConstraint(condition=models.Q(('counterpart', None), models.Q(('kind__in', ('source', 'used')), ('quantity__isnull', False)), _connector='OR'), name='only_making_names_another_lot'),
        ),
        append_only("catalog_lot", (*LOT_KEPT, "is_made")),
        append_only("catalog_lotevent", (*EVENT_KEPT, "counterpart_id")),
    ]
