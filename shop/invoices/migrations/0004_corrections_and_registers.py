"""Corrections as further invoices, notices, dated VAT rules, registers; triggers over all that is settled."""

import datetime as dt

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from shop.invoices.freezing import freeze_rows

ISSUED = "Issued means frozen: an issued invoice is never changed or deleted."
COUNTED = "A series that was used keeps its symbol, and its numbers only grow."
DECIDED = "A decided VAT rule is never changed: add another."
SIGNED = "A signed notice is never changed or deleted."

# Law 48/2024/QH15 art. 5, Law 149/2025/QH15, Resolution 204/2025/QH15 with Decree 174/2025/ND-CP
LAW, LAW_149, CUT = "Luật 48/2024/QH15", "Luật 149/2025/QH15", "Nghị quyết 204/2025/QH15, Nghị định 174/2025/NĐ-CP"
FIRST_RULES = (
    ("own_produce", "KCT", None, (2025, 7, 1), None, LAW),
    ("traded_produce", "5%", None, (2025, 7, 1), (2025, 12, 31), LAW),
    ("traded_produce", "KKKNT", True, (2026, 1, 1), None, LAW_149),
    ("traded_produce", "5%", False, (2026, 1, 1), None, LAW_149),
    ("processed", "8%", None, (2025, 7, 1), (2026, 12, 31), CUT),
    ("processed", "10%", None, (2027, 1, 1), None, LAW),
    ("service", "8%", None, (2025, 7, 1), (2026, 12, 31), CUT),
    ("service", "10%", None, (2027, 1, 1), None, LAW),
    ("excise", "10%", None, (2025, 7, 1), None, LAW),
)


def write_first_rules(apps, schema_editor):
    rules = apps.get_model("invoices", "RateRule").objects
    for tax_class, code, business_buyer, first, last, basis in FIRST_RULES:
        rules.create(
            tax_class=tax_class,
            code=code,
            business_buyer=business_buyer,
            valid_from=dt.date(*first),
            valid_to=dt.date(*last) if last else None,
            basis=basis,
            status="in-force",
        )


def drop_first_rules(apps, schema_editor):
    apps.get_model("invoices", "RateRule").objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0005_certificate_evidence'),
        ('invoices', '0003_official_numbers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ErrorNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=255, verbose_name='sai ở đâu, đúng là gì')),
                ('status', models.CharField(choices=[('to-issue', 'Cần ký'), ('signed', 'Đã ký, chưa gửi'), ('sent', 'Chờ cơ quan thuế'), ('accepted', 'Cơ quan thuế đã nhận'), ('rejected', 'Bị từ chối')], default='to-issue', max_length=10, verbose_name='tình trạng')),
                ('message_id', models.CharField(blank=True, db_index=True, max_length=46)),
                ('rejection', models.TextField(blank=True, verbose_name='lý do từ chối')),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField(blank=True, db_index=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'thông báo hóa đơn sai sót',
                'verbose_name_plural': 'thông báo hóa đơn sai sót',
                'ordering': ('created_at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='IssueBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'đợt lập hóa đơn',
                'verbose_name_plural': 'đợt lập hóa đơn',
                'ordering': ('-created_at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='IssueBatchRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('refusal', models.TextField(blank=True)),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='RateRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tax_class', models.CharField(choices=[('own_produce', 'Nông sản tự sản xuất'), ('traded_produce', 'Nông sản mua lại'), ('processed', 'Hàng chế biến'), ('excise', 'Hàng chịu thuế tiêu thụ đặc biệt'), ('service', 'Dịch vụ')], max_length=16, verbose_name='nhóm thuế')),
                ('processing', models.CharField(blank=True, choices=[('raw', 'Tươi'), ('primary', 'Sơ chế'), ('processed', 'Chế biến'), ('craft', 'Thủ công'), ('service', 'Dịch vụ')], max_length=10, verbose_name='mức chế biến')),
                ('own_produced', models.BooleanField(blank=True, null=True, verbose_name='tự sản xuất')),
                ('business_buyer', models.BooleanField(blank=True, null=True, verbose_name='người mua là doanh nghiệp, hợp tác xã')),
                ('code', models.CharField(max_length=11, verbose_name='thuế suất')),
                ('valid_from', models.DateField(verbose_name='từ ngày')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='đến hết ngày')),
                ('basis', models.CharField(max_length=255, verbose_name='căn cứ')),
                ('status', models.CharField(choices=[('proposed', 'Chờ người thứ hai duyệt'), ('in-force', 'Đang áp dụng'), ('refused', 'Không duyệt')], default='proposed', max_length=10, verbose_name='tình trạng')),
                ('proposed_at', models.DateTimeField(auto_now_add=True)),
                ('decided_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'quy định thuế suất',
                'verbose_name_plural': 'quy định thuế suất',
                'ordering': ('decided_at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='SeriesRegistration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('form', models.PositiveSmallIntegerField(verbose_name='mẫu số')),
                ('channel', models.CharField(choices=[('web', 'Bán trên chợ'), ('till', 'Bán tại quầy')], default='web', max_length=4, verbose_name='kênh bán')),
                ('letters', models.CharField(max_length=2, verbose_name='hai chữ cuối của ký hiệu')),
                ('till_code', models.CharField(blank=True, max_length=5, verbose_name='mã máy tính tiền')),
                ('accepted_on', models.DateField(verbose_name='được chấp nhận ngày')),
                ('stopped_on', models.DateField(blank=True, null=True, verbose_name='ngừng dùng từ ngày')),
            ],
            options={
                'verbose_name': 'đăng ký ký hiệu',
                'verbose_name_plural': 'đăng ký ký hiệu',
                'ordering': ('seller', 'form', 'channel', 'accepted_on'),
            },
        ),
        migrations.CreateModel(
            name='TaxOffice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=5, verbose_name='mã cơ quan thuế')),
                ('name', models.CharField(max_length=100, verbose_name='tên cơ quan thuế')),
                ('place', models.CharField(max_length=50, verbose_name='địa danh')),
            ],
            options={
                'verbose_name': 'cơ quan thuế quản lý',
                'verbose_name_plural': 'cơ quan thuế quản lý',
            },
        ),
        migrations.AddField(
            model_name='invoice',
            name='cause',
            field=models.CharField(blank=True, choices=[('error', 'Lập sai'), ('return', 'Hàng trả lại')], max_length=6, verbose_name='nguyên do'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='corrects',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='invoices.invoice'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='kind',
            field=models.CharField(choices=[('original', 'Hóa đơn gốc'), ('adjustment', 'Hóa đơn điều chỉnh'), ('replacement', 'Hóa đơn thay thế')], default='original', max_length=12, verbose_name='loại'),
        ),
        migrations.AddField(
            model_name='invoice',
            name='opened_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invoice',
            name='outcome',
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='invoice',
            name='rates_used',
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='invoice',
            name='reason',
            field=models.CharField(blank=True, max_length=255, verbose_name='lý do'),
        ),
        migrations.AddField(
            model_name='invoiceseries',
            name='is_unchecked',
            field=models.BooleanField(default=False, verbose_name='chưa đối chiếu số sau khi phục hồi dữ liệu'),
        ),
        migrations.AlterField(
            model_name='invoice',
            name='source_reference',
            field=models.CharField(db_index=True, max_length=20, verbose_name='mã kiện'),
        ),
        migrations.AlterField(
            model_name='invoicedocument',
            name='kind',
            field=models.CharField(choices=[('signed', 'Hóa đơn đã ký'), ('notice', 'Thông báo 04/SS đã ký'), ('coded', 'Hóa đơn đã cấp mã'), ('sent', 'Thông điệp gửi đi'), ('received', 'Thông điệp nhận về')], max_length=8),
        ),
        migrations.CreateModel(
            name='Delegation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('issuer_name', models.CharField(max_length=400, verbose_name='bên nhận ủy nhiệm')),
                ('issuer_tax_code', models.CharField(max_length=14, verbose_name='mã số thuế')),
                ('issuer_address', models.CharField(max_length=400, verbose_name='địa chỉ')),
                ('contract_number', models.CharField(max_length=50, verbose_name='số hợp đồng')),
                ('valid_from', models.DateField(verbose_name='từ ngày')),
                ('valid_to', models.DateField(verbose_name='đến hết ngày')),
                ('seller', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations', to='catalog.cooperative')),
            ],
            options={
                'verbose_name': 'ủy nhiệm lập hóa đơn',
                'verbose_name_plural': 'ủy nhiệm lập hóa đơn',
                'ordering': ('seller', 'valid_from'),
            },
        ),
        migrations.AddField(
            model_name='invoice',
            name='delegation',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='invoices.delegation'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'original')), fields=('source_reference',), name='one_original_per_consignment'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'replacement')), fields=('corrects',), name='replaced_only_once'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'to-issue')), fields=('corrects',), name='one_correction_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('corrects__isnull', True), ('kind', 'original'), ('outcome__isnull', True)), models.Q(models.Q(('kind', 'original'), _negated=True), ('corrects__isnull', False), ('outcome__isnull', False)), _connector='OR'), name='corrections_name_what_they_correct'),
        ),
        migrations.AddField(
            model_name='errornotice',
            name='document',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notice', to='invoices.invoicedocument'),
        ),
        migrations.AddField(
            model_name='errornotice',
            name='invoice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='invoices.invoice'),
        ),
        migrations.AddField(
            model_name='errornotice',
            name='opened_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='issuebatch',
            name='opened_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='issuebatchrow',
            name='batch',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='invoices.issuebatch'),
        ),
        migrations.AddField(
            model_name='issuebatchrow',
            name='invoice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='batch_rows', to='invoices.invoice'),
        ),
        migrations.AddField(
            model_name='raterule',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='raterule',
            name='proposed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='seriesregistration',
            name='seller',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='series_registrations', to='catalog.cooperative'),
        ),
        migrations.AddField(
            model_name='taxoffice',
            name='seller',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='tax_office', to='catalog.cooperative'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__gte', models.F('valid_from'))), name='delegation_has_days'),
        ),
        migrations.AddConstraint(
            model_name='errornotice',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'to-issue'), ('document__isnull', False), _connector='XOR'), name='signed_notice_has_its_bytes'),
        ),
        migrations.AddConstraint(
            model_name='issuebatchrow',
            constraint=models.UniqueConstraint(fields=('batch', 'invoice'), name='once_in_a_batch'),
        ),
        migrations.AddConstraint(
            model_name='raterule',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='rate_rule_has_days'),
        ),
        migrations.AddConstraint(
            model_name='raterule',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='rate_rule_four_eyes'),
        ),
        migrations.AddConstraint(
            model_name='raterule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_by__isnull', True), ('proposed_by__isnull', False), ('status', 'proposed')), models.Q(models.Q(('status', 'proposed'), _negated=True), ('decided_by__isnull', True), ('proposed_by__isnull', True)), models.Q(models.Q(('status', 'proposed'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False), ('proposed_by__isnull', False)), _connector='OR'), name='rate_rule_decided_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='seriesregistration',
            constraint=models.UniqueConstraint(fields=('seller', 'form', 'letters'), name='letters_registered_once'),
        ),
        migrations.AddConstraint(
            model_name='seriesregistration',
            constraint=models.UniqueConstraint(condition=models.Q(('stopped_on__isnull', True)), fields=('seller', 'form', 'channel'), name='one_series_in_use_per_channel'),
        ),
        migrations.AddConstraint(
            model_name='seriesregistration',
            constraint=models.CheckConstraint(condition=models.Q(('channel', 'till'), ('till_code', ''), _connector='XOR'), name='till_series_has_its_code'),
        ),
        freeze_rows(
            "invoices_invoice",
            when="OLD.number IS NOT NULL",
            columns=(
                "seller_id", "source_reference", "kind", "corrects_id", "cause", "reason", "outcome", "sale", "rates_used",
                "delegation_id", "total_amount", "buyer_name", "series_id", "number", "issued_on", "lookup_code",
            ),
            also="OLD.authority_code <> '' AND NEW.authority_code <> OLD.authority_code",
            words=ISSUED,
        ),
        freeze_rows(
            "invoices_invoiceseries",
            when="OLD.last_number > 0",
            columns=("seller_id", "form", "symbol"),
            also="NEW.last_number < OLD.last_number OR NEW.last_issued_on < OLD.last_issued_on OR NEW.last_issued_on IS NULL",
            words=COUNTED,
        ),
        freeze_rows(
            "invoices_errornotice",
            when="OLD.document_id IS NOT NULL",
            columns=("invoice_id", "reason", "document_id"),
            words=SIGNED,
        ),
        freeze_rows(
            "invoices_raterule",
            when="OLD.status <> 'proposed'",
            columns=(
                "tax_class", "processing", "own_produced", "business_buyer", "code", "valid_from", "valid_to", "basis", "status",
                "proposed_by_id", "proposed_at", "decided_by_id", "decided_at",
            ),
            words=DECIDED,
        ),
        # Last: PostgreSQL puts no trigger on a table with pending checks.
        migrations.RunPython(write_first_rules, drop_first_rules),
    ]
