"""Packages of finished invoices (messages 203 and 206), the channel of a sale, and the counter of cash registers."""

import django.db.models.deletion
from django.db import migrations, models

from catalog.append_only import append_only
from shop.invoices.freezing import freeze_rows


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0016_titles_in_the_index'),
        ('invoices', '0005_inquiries_and_certificates'),
    ]

    operations = [
        migrations.CreateModel(
            name='Package',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('203', 'Hóa đơn không mã'), ('206', 'Hóa đơn máy tính tiền')], max_length=3, verbose_name='loại')),
                ('message_id', models.CharField(max_length=46, unique=True)),
                ('status', models.CharField(choices=[('to-issue', 'Đang đóng gói'), ('signed', 'Chưa gửi'), ('sent', 'Chờ cơ quan thuế'), ('accepted', 'Cơ quan thuế đã nhận'), ('in-part', 'Nhận một phần'), ('rejected', 'Bị từ chối')], default='to-issue', max_length=10, verbose_name='tình trạng')),
                ('rejection', models.TextField(blank=True, verbose_name='lý do từ chối')),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField(blank=True, db_index=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'gói hóa đơn',
                'verbose_name_plural': 'gói hóa đơn',
                'ordering': ('-created_at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='PackageMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message_type', models.CharField(max_length=3)),
                ('body', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='PackageRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_taken', models.BooleanField(null=True, verbose_name='được nhận')),
                ('reasons', models.TextField(blank=True, verbose_name='lý do từ chối')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='TillCounter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('last', models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.AddField(
            model_name='invoice',
            name='channel',
            field=models.CharField(choices=[('web', 'Bán trên chợ'), ('till', 'Bán tại quầy')], default='web', max_length=4, verbose_name='kênh bán'),
        ),
        migrations.AddField(
            model_name='seriesregistration',
            name='is_coded',
            field=models.BooleanField(default=True, verbose_name='có mã của cơ quan thuế'),
        ),
        migrations.AlterField(
            model_name='invoicedocument',
            name='kind',
            field=models.CharField(choices=[('signed', 'Hóa đơn đã lập'), ('notice', 'Thông báo 04/SS đã ký'), ('coded', 'Hóa đơn đã cấp mã'), ('sent', 'Thông điệp gửi đi'), ('received', 'Thông điệp nhận về')], max_length=8),
        ),
        migrations.AddConstraint(
            model_name='seriesregistration',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('channel', 'till'), _negated=True), ('is_coded', True), _connector='OR'), name='till_series_is_coded'),
        ),
        migrations.AddField(
            model_name='package',
            name='seller',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='packages', to='catalog.cooperative'),
        ),
        migrations.AddField(
            model_name='packagemessage',
            name='package',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='invoices.package'),
        ),
        migrations.AddField(
            model_name='packagerow',
            name='invoice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='package_rows', to='invoices.invoice'),
        ),
        migrations.AddField(
            model_name='packagerow',
            name='package',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='invoices.package'),
        ),
        migrations.AddField(
            model_name='tillcounter',
            name='seller',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='till_counters', to='catalog.cooperative'),
        ),
        migrations.AddConstraint(
            model_name='packagemessage',
            constraint=models.UniqueConstraint(fields=('package', 'sha256'), name='each_package_message_once'),
        ),
        migrations.AddConstraint(
            model_name='packagemessage',
            constraint=models.UniqueConstraint(condition=models.Q(('message_type__in', ['203', '206'])), fields=('package',), name='one_package_sent'),
        ),
        migrations.AddConstraint(
            model_name='packagerow',
            constraint=models.UniqueConstraint(fields=('package', 'invoice'), name='once_in_a_package'),
        ),
        migrations.AddConstraint(
            model_name='packagerow',
            constraint=models.UniqueConstraint(condition=models.Q(('is_taken__isnull', True)), fields=('invoice',), name='in_one_open_package'),
        ),
        migrations.AddConstraint(
            model_name='tillcounter',
            constraint=models.UniqueConstraint(fields=('seller', 'year'), name='one_till_counter_a_year'),
        ),
        # The new column had SQLite build this table anew, which drops its triggers.
        freeze_rows(
            "invoices_invoice",
            when="OLD.number IS NOT NULL",
            columns=(
                "seller_id", "source_reference", "kind", "corrects_id", "cause", "reason", "outcome", "sale", "rates_used",
                "delegation_id", "total_amount", "buyer_name", "series_id", "number", "issued_on", "lookup_code", "channel",
            ),
            also="OLD.authority_code <> '' AND NEW.authority_code <> OLD.authority_code",
            words="Issued means frozen: an issued invoice is never changed or deleted.",
        ),
        freeze_rows(
            "invoices_package",
            when="OLD.status <> 'to-issue'",
            columns=("seller_id", "kind", "message_id"),
            also="NEW.status = 'to-issue'",
            words="A message that was signed is never changed or deleted.",
        ),
        freeze_rows(
            "invoices_packagerow",
            when="OLD.id IS NOT NULL",
            columns=("package_id", "invoice_id"),
            also="OLD.is_taken IS NOT NULL"
            " AND (NEW.is_taken IS NULL OR NEW.is_taken <> OLD.is_taken OR NEW.reasons <> OLD.reasons)",
            words="What a package holds, and what was decided about it, is never changed or deleted.",
        ),
        freeze_rows(
            "invoices_tillcounter",
            when="OLD.last > 0",
            columns=("seller_id", "year"),
            also="NEW.last < OLD.last",
            words="The counter of a cash register only grows.",
        ),
        append_only("invoices_packagemessage", ("package_id", "message_type", "body", "sha256", "created_at")),
    ]
