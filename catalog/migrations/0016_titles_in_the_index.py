"""PostgreSQL's index of words holds the words of titles once more with a mark, so that it answers for titles alone."""

from django.db import migrations

# Folding leaves no marks: ô before a word of a title and đ before the kind are what nobody can type.
TITLES_MARKED = """to_tsvector('simple', title || ' ' || place || ' ' || body || ' đ' || kind)
    || array_to_tsvector(array_remove(string_to_array(regexp_replace(title, '(\\S+)', 'ô\\1', 'g'), ' '), ''))"""
TITLES_WEIGHED = """setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', place), 'B')
    || setweight(to_tsvector('simple', body), 'C') || setweight(to_tsvector('simple', 'đ' || kind), 'D')"""


def words_made_of(expression):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor != "postgresql":
            return
        for statement in (
            "ALTER TABLE catalog_indexentry DROP COLUMN words",
            f"ALTER TABLE catalog_indexentry ADD COLUMN words tsvector GENERATED ALWAYS AS ({expression}) STORED",
            "CREATE INDEX catalog_indexentry_words ON catalog_indexentry USING gin (words)",
        ):
            schema_editor.execute(statement, params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [("catalog", "0015_dictionary")]

    operations = [migrations.RunPython(words_made_of(TITLES_MARKED), words_made_of(TITLES_WEIGHED))]
