"""The words of titles in a dictionary; it replaces the index of three-letter pieces."""

from django.db import migrations, models

from catalog.spelling import keys_of

SQLITE = [
    "DROP TRIGGER catalog_indexentry_added",
    "DROP TRIGGER catalog_indexentry_removed",
    "DROP TRIGGER catalog_indexentry_changed",
    "DROP TABLE catalog_index_pieces",
    """CREATE TRIGGER catalog_indexentry_added AFTER INSERT ON catalog_indexentry BEGIN
        INSERT INTO catalog_index_words(rowid, title, place, body, kind)
            VALUES (new.id, new.title, new.place, new.body, 'đ' || new.kind);
    END""",
    """CREATE TRIGGER catalog_indexentry_removed AFTER DELETE ON catalog_indexentry BEGIN
        INSERT INTO catalog_index_words(catalog_index_words, rowid, title, place, body, kind)
            VALUES ('delete', old.id, old.title, old.place, old.body, 'đ' || old.kind);
    END""",
    """CREATE TRIGGER catalog_indexentry_changed AFTER UPDATE OF title, place, body, kind
        ON catalog_indexentry BEGIN
        INSERT INTO catalog_index_words(catalog_index_words, rowid, title, place, body, kind)
            VALUES ('delete', old.id, old.title, old.place, old.body, 'đ' || old.kind);
        INSERT INTO catalog_index_words(rowid, title, place, body, kind)
            VALUES (new.id, new.title, new.place, new.body, 'đ' || new.kind);
    END""",
]
POSTGRESQL = ["DROP INDEX catalog_indexentry_pieces"]


def drop_pieces(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)


def learn(apps, schema_editor):
    keys = apps.get_model("catalog", "SpellingKey")
    titles = apps.get_model("catalog", "IndexEntry").objects.values_list("title", flat=True)
    words = {word for title in titles.iterator() for word in title.split() if len(word) <= 20}
    keys.objects.bulk_create(
        (keys(letters=key, word=word) for word in sorted(words) for key in keys_of(word)), batch_size=2_000
    )


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0014_shelf_and_synonyms"),
    ]

    operations = [
        migrations.CreateModel(
            name="SpellingKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("letters", models.CharField(max_length=20)),
                ("word", models.CharField(max_length=20)),
            ],
            options={"indexes": [models.Index(fields=["letters"], name="spelling_letters")]},
        ),
        migrations.RunPython(drop_pieces),
        migrations.RunPython(learn),
    ]
