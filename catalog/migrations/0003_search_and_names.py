"""Search entries with each database's own index, English category names, names of merged communes."""

import django.db.models.deletion
from django.db import migrations, models

# remove_diacritics 0: the text comes folded, and the tokenizer must not judge marks by rules of its own.
# The FTS tables keep no text (external content): triggers feed them in the transaction of the product.
SQLITE = [
    """CREATE VIRTUAL TABLE catalog_search_words USING fts5(
        title, place, body, content='catalog_searchentry', content_rowid='product_id',
        tokenize='unicode61 remove_diacritics 0', prefix='2 3')""",
    """CREATE VIRTUAL TABLE catalog_search_pieces USING fts5(
        title, content='catalog_searchentry', content_rowid='product_id', tokenize='trigram')""",
    """CREATE TRIGGER catalog_searchentry_added AFTER INSERT ON catalog_searchentry BEGIN
        INSERT INTO catalog_search_words(rowid, title, place, body)
            VALUES (new.product_id, new.title, new.place, new.body);
        INSERT INTO catalog_search_pieces(rowid, title) VALUES (new.product_id, new.title);
    END""",
    """CREATE TRIGGER catalog_searchentry_removed AFTER DELETE ON catalog_searchentry BEGIN
        INSERT INTO catalog_search_words(catalog_search_words, rowid, title, place, body)
            VALUES ('delete', old.product_id, old.title, old.place, old.body);
        INSERT INTO catalog_search_pieces(catalog_search_pieces, rowid, title)
            VALUES ('delete', old.product_id, old.title);
    END""",
    """CREATE TRIGGER catalog_searchentry_changed AFTER UPDATE ON catalog_searchentry BEGIN
        INSERT INTO catalog_search_words(catalog_search_words, rowid, title, place, body)
            VALUES ('delete', old.product_id, old.title, old.place, old.body);
        INSERT INTO catalog_search_pieces(catalog_search_pieces, rowid, title)
            VALUES ('delete', old.product_id, old.title);
        INSERT INTO catalog_search_words(rowid, title, place, body)
            VALUES (new.product_id, new.title, new.place, new.body);
        INSERT INTO catalog_search_pieces(rowid, title) VALUES (new.product_id, new.title);
    END""",
]
SQLITE_BACK = [
    "DROP TRIGGER catalog_searchentry_added",
    "DROP TRIGGER catalog_searchentry_removed",
    "DROP TRIGGER catalog_searchentry_changed",
    "DROP TABLE catalog_search_words",
    "DROP TABLE catalog_search_pieces",
]
POSTGRESQL = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    """ALTER TABLE catalog_searchentry ADD COLUMN words tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', place), 'B')
        || setweight(to_tsvector('simple', body), 'C')) STORED""",
    "CREATE INDEX catalog_searchentry_words ON catalog_searchentry USING gin (words)",
    "CREATE INDEX catalog_searchentry_pieces ON catalog_searchentry USING gin (title gin_trgm_ops)",
]
POSTGRESQL_BACK = [
    "DROP INDEX catalog_searchentry_pieces",
    "ALTER TABLE catalog_searchentry DROP COLUMN words",
]


def add_index(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)


def drop_index(apps, schema_editor):
    for statement in POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_initial"),
        ("catalogue", "0032_category_exclude_from_menu_category_long_description"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_entry",
                        serialize=False,
                        to="catalogue.product",
                    ),
                ),
                ("title", models.TextField()),
                ("place", models.TextField()),
                ("body", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="CategorySheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_en", models.CharField(blank=True, max_length=255, verbose_name="tên tiếng Anh")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="thứ tự")),
                (
                    "category",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sheet",
                        to="catalogue.category",
                    ),
                ),
            ],
            options={
                "verbose_name": "phiếu nhóm hàng",
                "verbose_name_plural": "phiếu nhóm hàng",
                "ordering": ("position",),
            },
        ),
        migrations.CreateModel(
            name="FormerCommune",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="tên cũ")),
                ("folded_name", models.CharField(db_index=True, editable=False, max_length=80)),
                (
                    "commune",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="former_communes",
                        to="catalog.commune",
                    ),
                ),
            ],
            options={
                "verbose_name": "xã, phường cũ",
                "verbose_name_plural": "xã, phường cũ",
                "ordering": ("name",),
                "constraints": [
                    models.UniqueConstraint(fields=("commune", "name"), name="one_row_per_former_name")
                ],
            },
        ),
        migrations.RunPython(add_index, drop_index, elidable=False),
    ]
