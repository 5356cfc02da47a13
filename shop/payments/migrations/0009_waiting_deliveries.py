from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0008_returns")]

    operations = [
        migrations.AlterField(
            model_name="inboundevent",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no-order-code", "Không có mã đơn"),
                    ("several-orders", "Nhiều mã đơn, tổng tiền không khớp"),
                    ("wrong-amount", "Số tiền khác với số đã hỏi"),
                    ("reported-before", "Ngân hàng đã báo khoản này"),
                    ("unreadable", "Tin không đọc được"),
                    ("outgoing", "Tiền chuyển đi"),
                    ("other-account", "Tài khoản khác"),
                    ("nothing-owed", "Kiện trong bảng kê không còn nợ"),
                ],
                max_length=120,
            ),
        ),
        migrations.AddIndex(
            model_name="inboundevent",
            index=models.Index(
                condition=models.Q(("outcome", "received")), fields=["id"], name="inbound_waiting"
            ),
        ),
    ]
