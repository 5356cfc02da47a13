from django.db import migrations, models

from shop.invoices.freezing import freeze_rows


class Migration(migrations.Migration):

    dependencies = [
        ('invoices', '0008_indexes_of_the_desk'),
    ]

    operations = [
        migrations.AddField(
            model_name='errornotice',
            name='passed_as',
            field=models.CharField(blank=True, max_length=255, verbose_name='số thông điệp ở nhà cung cấp'),
        ),
        migrations.AlterField(
            model_name='errornotice',
            name='status',
            field=models.CharField(choices=[('to-issue', 'Cần ký'), ('signed', 'Đã ký, chưa gửi'), ('unclear', 'Chưa rõ đã tới chưa'), ('sent', 'Chờ cơ quan thuế'), ('accepted', 'Cơ quan thuế đã nhận'), ('rejected', 'Bị từ chối')], default='to-issue', max_length=10, verbose_name='tình trạng'),
        ),
        # SQLite has built the table anew, without its triggers.
        freeze_rows(
            "invoices_errornotice",
            when="OLD.document_id IS NOT NULL",
            columns=("invoice_id", "reason", "document_id"),
            words="A signed notice is never changed or deleted.",
        ),
    ]
