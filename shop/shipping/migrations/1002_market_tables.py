"""The market's own delivery tables; the operator edits them in the panel.

The post's amounts are those the market has charged so far; the other carriers wait, switched off, for the
contract that gives them their real amounts.
"""

from django.db import migrations

BANDS = (500, 1000, 2000, 3000, 5000, 10_000, 20_000)  # grams
# courier, name, English name, active, cm³ a kilogram, zones: reach → (amounts, further kilogram, cold, days)
SERVICES = (
    ("vnpost", "Bưu điện, giao thường", "Post, standard", True, 0, {
        "same_commune": ((12_000, 12_000, 15_000, 18_000, 22_000, 30_000, 45_000), 2_000, None, (1, 1)),
        "same_province": ((18_000, 22_000, 27_000, 32_000, 40_000, 60_000, 95_000), 4_000, None, (1, 2)),
        "nation": ((25_000, 30_000, 38_000, 46_000, 60_000, 95_000, 165_000), 7_000, None, (2, 5)),
    }),
    ("ems", "EMS, giao nhanh", "EMS, express", True, 6000, {
        "same_province": ((30_000, 36_000, 45_000, 54_000, 70_000, 110_000, 190_000), 8_000, 20_000, (1, 1)),
        "nation": ((42_000, 52_000, 68_000, 84_000, 115_000, 190_000, 340_000), 15_000, 35_000, (1, 2)),
    }),
    ("viettel_post", "Viettel Post", "Viettel Post", False, 6000, {
        "same_province": ((18_000, 22_000, 27_000, 32_000, 40_000, 60_000, 95_000), 4_000, None, (1, 2)),
        "nation": ((26_000, 31_000, 39_000, 47_000, 61_000, 96_000, 166_000), 7_000, None, (2, 4)),
    }),
    ("ghn", "Giao Hàng Nhanh", "GHN", False, 5000, {
        "same_province": ((18_000, 22_000, 27_000, 32_000, 40_000, 60_000, 95_000), 4_000, None, (1, 2)),
        "nation": ((27_000, 32_000, 40_000, 48_000, 62_000, 97_000, 167_000), 7_000, None, (2, 4)),
    }),
    ("ghtk", "Giao Hàng Tiết Kiệm", "GHTK", False, 6000, {
        "same_province": ((17_000, 21_000, 26_000, 31_000, 39_000, 59_000, 94_000), 4_000, None, (1, 3)),
        "nation": ((25_000, 30_000, 38_000, 46_000, 60_000, 95_000, 165_000), 7_000, None, (3, 5)),
    }),
)


def fill(apps, schema_editor):
    service_model = apps.get_model("shipping", "DeliveryService")
    zone_model = apps.get_model("shipping", "DeliveryZone")
    band_model = apps.get_model("shipping", "DeliveryBand")
    for position, (courier, name, name_en, is_active, volume, zones) in enumerate(SERVICES, start=1):
        service = service_model.objects.create(
            courier=courier,
            name=name,
            name_en=name_en,
            is_active=is_active,
            cubic_cm_per_kilogram=volume,
            position=position,
        )
        for reach, (amounts, further, cold, days) in zones.items():
            zone = zone_model.objects.create(
                service=service,
                reach=reach,
                further_kilogram=further,
                cold_surcharge=cold,
                days_min=days[0],
                days_max=days[1],
            )
            band_model.objects.bulk_create(
                band_model(zone=zone, up_to_grams=grams, amount=amount)
                for grams, amount in zip(BANDS, amounts, strict=True)
            )


class Migration(migrations.Migration):
    dependencies = [("shipping", "1001_delivery")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
