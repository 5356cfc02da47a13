"""The words that stand in titles: which of them a mistyped word may have been meant to be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import F

from catalog.models import SpellingKey
from catalog.spelling import LONGEST, allowed, distance, keys_of

BATCH = 2_000
MOST_SPELLINGS = 24  # of one word


def learn(titles: Iterable[str]) -> None:
    """Take in the words of folded titles. Writes: SpellingKey. Idempotent; waits for nobody."""
    words = sorted({word for title in titles for word in title.split() if len(word) <= LONGEST})
    for start in range(0, len(words), BATCH):
        batch = words[start : start + BATCH]
        known = set(
            SpellingKey.objects.filter(letters__in=batch, letters=F("word")).values_list("word", flat=True)
        )
        SpellingKey.objects.bulk_create(
            (
                SpellingKey(letters=key, word=word)
                for word in batch
                if word not in known
                for key in keys_of(word)
            ),
            batch_size=BATCH,
        )


def forget_all() -> None:
    """Empty the dictionary, before all titles are learnt anew. Writes: SpellingKey."""
    SpellingKey.objects.all().delete()


def spellings(wanted: Sequence[str]) -> list[list[str]]:
    """For each wanted word the words of titles that it may mean, nearest first; empty if one may mean none.

    A word that no title has is the slip: the others stay as they are. Where every word is known, any may be the slip.
    """
    keys = {word: keys_of(word) for word in wanted}
    asked = SpellingKey.objects.filter(letters__in=set().union(*keys.values()))
    candidates = set(asked.values_list("word", flat=True))
    is_known = {word: word in candidates for word in wanted}
    found = []
    for word in wanted:
        if is_known[word] and not all(is_known.values()):
            found.append([word])
            continue
        near = sorted(
            (slips, other) for other in candidates if (slips := distance(word, other)) <= allowed(word)
        )
        found.append([other for _slips, other in near[:MOST_SPELLINGS]])
    return found if all(found) else []
