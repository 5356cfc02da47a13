"""Flat rows that lists are made from, filled from the goods; groups of synonyms, filled from ``synonyms.csv``."""

import csv

import django.db.models.deletion
from django.db import migrations, models

from catalog.synonyms import FIRST_GROUPS, group_of

# The stars are left out: an entry without a span asks the certificates until the next sweep writes it anew.
SHELF = """INSERT INTO catalog_shelfentry (product_id, is_shown, category_id, cooperative_id, commune_id,
        season_months, price_amount, is_there, stars, revision)
    SELECT sheet.product_id, sheet.state = 'approved' AND product.is_public AND cooperative.is_open,
        (SELECT MIN(link.category_id) FROM catalogue_productcategory link WHERE link.product_id = product.id),
        sheet.cooperative_id, sheet.commune_id, sheet.season_months,
        COALESCE((SELECT MIN(record.price) FROM partner_stockrecord record
            WHERE record.product_id = product.id), 0),
        EXISTS (SELECT 1 FROM partner_stockrecord record WHERE record.product_id = product.id
            AND record.num_in_stock > COALESCE(record.num_allocated, 0)), 0, 1
    FROM catalog_productsheet sheet
    JOIN catalogue_product product ON product.id = sheet.product_id
    JOIN catalog_cooperative cooperative ON cooperative.id = sheet.cooperative_id"""


def fill_shelf(apps, schema_editor):
    schema_editor.execute(SHELF, params=None)


def first_groups(apps, schema_editor):
    groups = apps.get_model("catalog", "SynonymGroup")
    with FIRST_GROUPS.open(encoding="utf-8", newline="") as file:
        groups.objects.bulk_create(
            groups(words=group_of(",".join(row)).text) for row in csv.reader(file) if row
        )


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0013_stalls_and_stories_in_the_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="SynonymGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.CharField(max_length=255, unique=True, verbose_name="các từ cùng nghĩa")),
                ("is_one_way", models.BooleanField(default=False, verbose_name="chỉ một chiều")),
            ],
            options={
                "verbose_name": "nhóm từ cùng nghĩa",
                "verbose_name_plural": "từ cùng nghĩa",
                "ordering": ("words",),
            },
        ),
        migrations.CreateModel(
            name="ShelfEntry",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="shelf_entry",
                        serialize=False,
                        to="catalogue.product",
                    ),
                ),
                ("is_shown", models.BooleanField()),
                ("season_months", models.PositiveSmallIntegerField()),
                ("price_amount", models.PositiveBigIntegerField()),
                ("is_there", models.BooleanField()),
                ("stars", models.PositiveSmallIntegerField(default=0)),
                ("stars_from", models.DateField(null=True)),
                ("stars_until", models.DateField(db_index=True, null=True)),
                ("revision", models.BigIntegerField(db_index=True)),
                (
                    "category",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="catalogue.category",
                    ),
                ),
                (
                    "commune",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.commune"
                    ),
                ),
                (
                    "cooperative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="catalog.cooperative"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_shown", True)),
                        fields=["price_amount", "-product"],
                        name="shelf_by_price",
                    )
                ],
            },
        ),
        migrations.RunPython(fill_shelf, migrations.RunPython.noop),
        migrations.RunPython(first_groups, migrations.RunPython.noop),
    ]
