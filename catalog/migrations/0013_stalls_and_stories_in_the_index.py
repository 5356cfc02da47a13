"""One search index for goods, stalls and stories, in place of the index of goods."""

import unicodedata

import django.db.models.deletion
from django.db import migrations, models

from catalog.folding import words_of

# remove_diacritics 0: the text comes folded, and the tokenizer must not judge marks by rules of its own.
# The FTS tables keep no text (external content): triggers feed them in the transaction of the entry.
# đ stands before the kind because folding leaves none: nobody can type a kind.
SQLITE = [
    """CREATE VIRTUAL TABLE catalog_index_words USING fts5(
        title, place, body, kind, content='catalog_indexentry', content_rowid='id',
        tokenize='unicode61 remove_diacritics 0', prefix='2 3')""",
    """CREATE VIRTUAL TABLE catalog_index_pieces USING fts5(
        title, content='catalog_indexentry', content_rowid='id', tokenize='trigram')""",
    """CREATE TRIGGER catalog_indexentry_added AFTER INSERT ON catalog_indexentry BEGIN
        INSERT INTO catalog_index_words(rowid, title, place, body, kind)
            VALUES (new.id, new.title, new.place, new.body, 'đ' || new.kind);
        INSERT INTO catalog_index_pieces(rowid, title) VALUES (new.id, new.title);
    END""",
    """CREATE TRIGGER catalog_indexentry_removed AFTER DELETE ON catalog_indexentry BEGIN
        INSERT INTO catalog_index_words(catalog_index_words, rowid, title, place, body, kind)
            VALUES ('delete', old.id, old.title, old.place, old.body, 'đ' || old.kind);
        INSERT INTO catalog_index_pieces(catalog_index_pieces, rowid, title)
            VALUES ('delete', old.id, old.title);
    END""",
    """CREATE TRIGGER catalog_indexentry_changed AFTER UPDATE OF title, place, body, kind
        ON catalog_indexentry BEGIN
        INSERT INTO catalog_index_words(catalog_index_words, rowid, title, place, body, kind)
            VALUES ('delete', old.id, old.title, old.place, old.body, 'đ' || old.kind);
        INSERT INTO catalog_index_pieces(catalog_index_pieces, rowid, title)
            VALUES ('delete', old.id, old.title);
        INSERT INTO catalog_index_words(rowid, title, place, body, kind)
            VALUES (new.id, new.title, new.place, new.body, 'đ' || new.kind);
        INSERT INTO catalog_index_pieces(rowid, title) VALUES (new.id, new.title);
    END""",
]
SQLITE_BACK = [
    "DROP TRIGGER catalog_indexentry_added",
    "DROP TRIGGER catalog_indexentry_removed",
    "DROP TRIGGER catalog_indexentry_changed",
    "DROP TABLE catalog_index_words",
    "DROP TABLE catalog_index_pieces",
]
POSTGRESQL = [
    """ALTER TABLE catalog_indexentry ADD COLUMN words tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', place), 'B')
        || setweight(to_tsvector('simple', body), 'C')
        || setweight(to_tsvector('simple', 'đ' || kind), 'D')) STORED""",
    "CREATE INDEX catalog_indexentry_words ON catalog_indexentry USING gin (words)",
    "CREATE INDEX catalog_indexentry_pieces ON catalog_indexentry USING gin (title gin_trgm_ops)",
]
POSTGRESQL_BACK = [
    "DROP INDEX catalog_indexentry_pieces",
    "ALTER TABLE catalog_indexentry DROP COLUMN words",
]
SQLITE_OLD = [
    "DROP TRIGGER catalog_searchentry_added",
    "DROP TRIGGER catalog_searchentry_removed",
    "DROP TRIGGER catalog_searchentry_changed",
    "DROP TABLE catalog_search_words",
    "DROP TABLE catalog_search_pieces",
]
GOODS = """INSERT INTO catalog_indexentry (kind, product_id, language, is_shown, label, title, place, body)
    SELECT 'product', entry.product_id, '',
        sheet.state = 'approved' AND product.is_public AND cooperative.is_open,
        product.title, entry.title, entry.place, entry.body
    FROM catalog_searchentry entry
    JOIN catalogue_product product ON product.id = entry.product_id
    JOIN catalog_productsheet sheet ON sheet.product_id = entry.product_id
    JOIN catalog_cooperative cooperative ON cooperative.id = sheet.cooperative_id
    ORDER BY entry.product_id"""


def add_index(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)


def drop_index(apps, schema_editor):
    for statement in POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement, params=None)


def drop_old_index(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for statement in SQLITE_OLD:
            schema_editor.execute(statement, params=None)


def take_over(apps, schema_editor):
    """Goods from the old index, stalls from their rows; stories come when ``rebuild_search`` runs."""
    schema_editor.execute(GOODS, params=None)
    entries = apps.get_model("catalog", "IndexEntry")
    stalls = apps.get_model("catalog", "Cooperative").objects.select_related("commune__province").order_by("pk")
    folded = lambda *texts: " ".join(words_of(" ".join(texts)))  # noqa: E731
    entries.objects.bulk_create(
        entries(
            kind="cooperative",
            cooperative=stall,
            is_shown=stall.is_open,
            label=unicodedata.normalize("NFC", stall.name),
            title=folded(stall.name),
            place=folded(stall.commune.name, stall.commune.province.name),
            body=folded(stall.summary, stall.summary_en),
        )
        for stall in stalls
    )


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0012_gtin"),
        ("catalogue", "0032_category_exclude_from_menu_category_long_description"),
    ]

    operations = [
        migrations.CreateModel(
            name="IndexEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("product", "Product"), ("cooperative", "Cooperative"), ("story", "Story")],
                        max_length=12,
                    ),
                ),
                ("page_id", models.PositiveBigIntegerField(null=True, unique=True)),
                ("language", models.CharField(blank=True, max_length=10)),
                ("is_shown", models.BooleanField()),
                ("label", models.CharField(max_length=255)),
                ("title", models.TextField()),
                ("place", models.TextField()),
                ("body", models.TextField()),
                (
                    "cooperative",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="index_entry",
                        to="catalog.cooperative",
                    ),
                ),
                (
                    "product",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="index_entry",
                        to="catalogue.product",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cooperative__isnull", True),
                            ("kind", "product"),
                            ("page_id__isnull", True),
                            ("product__isnull", False),
                        )
                        | models.Q(
                            ("cooperative__isnull", False),
                            ("kind", "cooperative"),
                            ("page_id__isnull", True),
                            ("product__isnull", True),
                        )
                        | models.Q(
                            ("cooperative__isnull", True),
                            ("kind", "story"),
                            ("page_id__isnull", False),
                            ("product__isnull", True),
                        ),
                        name="an_index_entry_is_of_one_thing",
                    )
                ],
            },
        ),
        migrations.RunPython(add_index, drop_index),
        migrations.RunPython(take_over, migrations.RunPython.noop),
        migrations.RunPython(drop_old_index),
        migrations.DeleteModel(name="SearchEntry"),
    ]
