"""Lists 01/BK-ĐCTT of invoices that are corrected together."""

import django.db.models.deletion
from django.db import migrations, models

from shop.invoices.freezing import freeze_rows


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0016_titles_in_the_index'),
        ('invoices', '0006_packages_and_tills'),
    ]

    operations = [
        migrations.AlterField(
            model_name='invoicedocument',
            name='kind',
            field=models.CharField(choices=[('signed', 'Hóa đơn đã lập'), ('notice', 'Thông báo 04/SS đã ký'), ('list', 'Bảng kê 01/BK-ĐCTT đã ký'), ('coded', 'Hóa đơn đã cấp mã'), ('sent', 'Thông điệp gửi đi'), ('received', 'Thông điệp nhận về')], max_length=8),
        ),
        migrations.CreateModel(
            name='CorrectionList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, verbose_name='số bảng kê')),
                ('dated', models.DateField(verbose_name='ngày bảng kê')),
                ('correction', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='list', to='invoices.invoice')),
                ('document', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='correction_list', to='invoices.invoicedocument')),
                ('seller', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='correction_lists', to='catalog.cooperative')),
            ],
            options={
                'verbose_name': 'bảng kê hóa đơn điều chỉnh, thay thế',
                'verbose_name_plural': 'bảng kê hóa đơn điều chỉnh, thay thế',
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='ListedInvoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sale_before', models.JSONField()),
                ('sale_after', models.JSONField()),
                ('stated_amount', models.BigIntegerField()),
                ('invoice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='listings', to='invoices.invoice')),
                ('list', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='invoices.correctionlist')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.AddConstraint(
            model_name='correctionlist',
            constraint=models.UniqueConstraint(fields=('seller', 'number'), name='one_list_per_number'),
        ),
        migrations.AddConstraint(
            model_name='listedinvoice',
            constraint=models.UniqueConstraint(fields=('list', 'invoice'), name='once_on_a_list'),
        ),
        freeze_rows(
            "invoices_correctionlist",
            when="OLD.document_id IS NOT NULL",
            columns=("seller_id", "number", "dated", "correction_id", "document_id"),
            words="A signed list is never changed or deleted.",
        ),
        freeze_rows(
            "invoices_listedinvoice",
            when="EXISTS (SELECT 1 FROM invoices_correctionlist made WHERE made.id = OLD.list_id"
            " AND made.document_id IS NOT NULL)",
            columns=("list_id", "invoice_id", "sale_before", "sale_after", "stated_amount"),
            words="A signed list is never changed or deleted.",
        ),
    ]
