"""The folded words of a product: what the search index is made of."""

from __future__ import annotations

from django.db import models


class SearchEntry(models.Model):
    """One product's words, folded. Never shown; ``catalog.search`` reads and writes it.

    The database keeps its own index beside this table (migration 0003): two FTS5 tables fed by
    triggers on SQLite, a generated ``tsvector`` column on PostgreSQL. A migration that makes Django
    rebuild this table on SQLite drops the triggers and must create them again.
    """

    product = models.OneToOneField(
        "catalogue.Product", on_delete=models.CASCADE, primary_key=True, related_name="search_entry"
    )
    title = models.TextField()
    place = models.TextField()  # cooperative, commune, category
    body = models.TextField()

    def __str__(self) -> str:
        return self.title
