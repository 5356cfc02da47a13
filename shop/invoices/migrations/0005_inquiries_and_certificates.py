"""Inquiries of the tax authority, notices that answer them, and certificates that sign."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from shop.invoices.freezing import freeze_rows


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0015_dictionary'),
        ('invoices', '0004_corrections_and_registers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='InquiredInvoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('named', models.CharField(max_length=60, verbose_name='hóa đơn')),
                ('reason', models.CharField(max_length=255, verbose_name='cơ quan thuế nói')),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('settlement', models.CharField(blank=True, max_length=255, verbose_name='đã trả lời thế nào')),
                ('invoice', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='inquiries', to='invoices.invoice')),
                ('settled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'hóa đơn cần rà soát',
                'verbose_name_plural': 'hóa đơn cần rà soát',
                'ordering': ('pk',),
            },
        ),
        migrations.AddField(
            model_name='errornotice',
            name='answers',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='invoices.inquiredinvoice'),
        ),
        migrations.CreateModel(
            name='Inquiry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message_id', models.CharField(max_length=46, unique=True)),
                ('number', models.CharField(max_length=30, verbose_name='số thông báo')),
                ('noticed_on', models.DateField(verbose_name='ngày thông báo')),
                ('due_on', models.DateField(verbose_name='hạn trả lời')),
                ('turn', models.PositiveSmallIntegerField(verbose_name='lần')),
                ('body', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('received_at', models.DateTimeField(auto_now_add=True)),
                ('seller', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inquiries', to='catalog.cooperative')),
            ],
            options={
                'verbose_name': 'yêu cầu rà soát hóa đơn',
                'verbose_name_plural': 'yêu cầu rà soát hóa đơn',
                'ordering': ('due_on', 'pk'),
            },
        ),
        migrations.AddField(
            model_name='inquiredinvoice',
            name='request',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='invoices.inquiry'),
        ),
        migrations.CreateModel(
            name='SigningCertificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tax_code', models.CharField(max_length=14, unique=True, verbose_name='mã số thuế')),
                ('holder', models.CharField(max_length=400, verbose_name='bên ký')),
                ('serial', models.CharField(blank=True, max_length=64, verbose_name='số sê-ri')),
                ('valid_to', models.DateTimeField(null=True, verbose_name='có giá trị đến')),
                ('trouble', models.CharField(blank=True, max_length=255, verbose_name='không đọc được vì')),
                ('seen_at', models.DateTimeField(verbose_name='xem lúc')),
            ],
            options={
                'verbose_name': 'chứng thư số',
                'verbose_name_plural': 'chứng thư số',
                'ordering': ('valid_to', 'tax_code'),
            },
        ),
        freeze_rows(
            "invoices_inquiry",
            when="OLD.id IS NOT NULL",
            columns=("seller_id", "message_id", "number", "noticed_on", "due_on", "turn", "body", "sha256"),
            words="A request of the tax authority is never changed or deleted.",
        ),
        freeze_rows(
            "invoices_inquiredinvoice",
            when="OLD.id IS NOT NULL",
            columns=("request_id", "invoice_id", "named", "reason"),
            also="OLD.settled_at IS NOT NULL AND (NEW.settled_at IS NULL OR NEW.settlement <> OLD.settlement)",
            words="What the tax authority asked, and what was answered, is never changed or deleted.",
        ),
        freeze_rows(
            "invoices_errornotice",
            when="OLD.document_id IS NOT NULL",
            columns=("invoice_id", "reason", "document_id", "answers_id"),
            words="A signed notice is never changed or deleted.",
        ),
    ]
