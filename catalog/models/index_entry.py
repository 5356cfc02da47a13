"""The folded words of what can be found: what the search index is made of."""

from __future__ import annotations

from django.db import models

from catalog.spelling import LONGEST


class Kind(models.TextChoices):
    """What can be found."""

    PRODUCT = "product"
    COOPERATIVE = "cooperative"
    STORY = "story"


class IndexEntry(models.Model):
    """The words of one product, stall or story, folded; ``label`` is its name as written. Never shown.

    Written by the owner of the thing in the transaction that changes it (``catalog.index``). The rows are the
    truth; the database keeps its own index beside them (migrations 0013 and 0015): an FTS5 table fed by triggers
    on SQLite, a generated ``tsvector`` column on PostgreSQL. A migration that makes Django rebuild this table on
    SQLite drops the triggers and must create them again.
    """

    kind = models.CharField(max_length=12, choices=Kind)
    product = models.OneToOneField(
        "catalogue.Product", on_delete=models.CASCADE, null=True, related_name="index_entry"
    )
    cooperative = models.OneToOneField(
        "catalog.Cooperative", on_delete=models.CASCADE, null=True, related_name="index_entry"
    )
    page_id = models.PositiveBigIntegerField(null=True, unique=True)  # stories live above: no key to them
    language = models.CharField(max_length=10, blank=True)  # of a story; goods and stalls are for all
    is_shown = models.BooleanField()
    label = models.CharField(max_length=255)
    title = models.TextField()
    place = models.TextField()  # of a product: cooperative, commune, category
    body = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind=Kind.PRODUCT, product__isnull=False, cooperative__isnull=True, page_id__isnull=True
                )
                | models.Q(
                    kind=Kind.COOPERATIVE,
                    product__isnull=True,
                    cooperative__isnull=False,
                    page_id__isnull=True,
                )
                | models.Q(
                    kind=Kind.STORY, product__isnull=True, cooperative__isnull=True, page_id__isnull=False
                ),
                name="an_index_entry_is_of_one_thing",
            )
        ]

    def __str__(self) -> str:
        return self.label


class SpellingKey(models.Model):
    """A folded word of a title and one of the strings by which words near it are found (``spelling.keys_of``).

    Nothing makes a row unique: two stalls that bring the same new word at once would wait for each other, and a row
    twice does no harm. Words outlive their titles until ``rebuild_search``: they lead to nothing then.
    """

    letters = models.CharField(max_length=LONGEST)
    word = models.CharField(max_length=LONGEST)

    class Meta:
        indexes = [models.Index(fields=["letters"], name="spelling_letters")]

    def __str__(self) -> str:
        return f"{self.letters} → {self.word}"
