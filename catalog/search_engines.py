"""The engines behind ``catalog.search``: what one must offer, and those of SQLite (FTS5) and PostgreSQL.

Every engine answers ``match`` in the same order, so that the ranking in Python sees the same finds whichever
is there; ``tests/catalog/test_search_engines.py`` holds them to it. Another engine is a class of its own,
named by the setting ``SEARCH_ENGINE``; no caller changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from catalog.models import IndexEntry, Kind


@dataclass(frozen=True)
class Hit:
    """A thing found: ``subject_id`` is the key of the product, cooperative or page."""

    kind: str
    subject_id: int
    title: str
    place: str
    label: str  # its Vietnamese name with marks; of a story the title in the story's language


@dataclass(frozen=True)
class Wish:
    """What must be found: things of a kind with ``whole`` words, and words with these ``beginnings``.

    Folded words only. Of stories those in ``language``.
    """

    kind: str
    whole: Sequence[str]
    beginnings: Sequence[str]
    language: str = ""


class SearchEngine(Protocol):
    """What a search engine must offer. It shows only entries that are ``is_shown``."""

    def match(self, wishes: Sequence[Wish], *, limit: int) -> list[list[Hit]]:
        """For each wish the things with all its words, ``limit`` at most, all wishes in one question.

        Shape: first those with all the words in the title, then the others; within both the newest entry first.
        """

    def resemble(
        self, wishes: Sequence[Wish], spellings: Sequence[Sequence[str]], *, limit: int
    ) -> list[list[Hit]]:
        """For each wish's kind and language the things whose title has one word of each of these groups.

        Shape: ``limit`` at most of each, the newest entry first.
        """

    def note(self, entries: Iterable[IndexEntry]) -> None:
        """Take in entries that were written; called inside the writing transaction."""

    def forget(self, keys: Iterable[int]) -> None:
        """Drop entries that were deleted, by their keys. What is not told is found missing when it is shown."""


IN_TITLE = "ô"
"""Stands before the words of a title in PostgreSQL's index, once more beside the words alone: nobody can type it,
because folding leaves no marks. So the index itself knows what is in a title, and how often."""
_COLUMNS = """entry.kind, COALESCE(entry.product_id, entry.cooperative_id, entry.page_id),
    entry.title, entry.place, entry.label"""
_WANTED = "entry.is_shown AND entry.kind = %s AND entry.language IN ('', %s)"


class DatabaseEngine:
    """What both databases share: wishes become one statement; the index follows the rows by itself.

    What varies in the statements are the constants of this module and bound parameters, never typed text.
    """

    # Each answers one wish: its number, what its entries are sorted by, their keys, and ``_COLUMNS``.
    matching = ""
    resembling = ""

    def match(self, wishes: Sequence[Wish], *, limit: int) -> list[list[Hit]]:
        parameters: list[Any] = []
        for number, wish in enumerate(wishes):
            parameters += self.matched(number, wish, limit)
        return self._hits(self.matching, parameters, len(wishes))

    def note(self, entries: Iterable[IndexEntry]) -> None:
        """Nothing to do: triggers and generated columns have done it."""

    def forget(self, keys: Iterable[int]) -> None:
        """Nothing to do either."""

    def matched(self, number: int, wish: Wish, limit: int) -> list[Any]:
        """The wish as parameters of ``matching``."""
        raise NotImplementedError

    def resemble(
        self, wishes: Sequence[Wish], spellings: Sequence[Sequence[str]], *, limit: int
    ) -> list[list[Hit]]:
        if not spellings:
            return [[] for _wish in wishes]
        parameters: list[Any] = []
        for number, wish in enumerate(wishes):
            parameters += [number, self.one_of_each(wish, spellings), wish.kind, wish.language, limit]
        return self._hits(self.resembling, parameters, len(wishes))

    def one_of_each(self, wish: Wish, spellings: Sequence[Sequence[str]]) -> str:
        """One word of each group in a title, as the database's own query."""
        raise NotImplementedError

    def _hits(self, branch: str, parameters: Sequence[Any], count: int) -> list[list[Hit]]:
        """What the branches find, one for each wish."""
        if not count:
            return []
        branches = [f"SELECT * FROM ({branch}) wish_{number}" for number in range(count)]  # noqa: S608
        sql = " UNION ALL ".join(branches)
        found: list[list[tuple[Any, ...]]] = [[] for _number in range(count)]
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            for number, *row in cursor.fetchall():
                found[int(number)].append(tuple(row))
        # A union promises no order.
        return [[Hit(*row[2:]) for row in sorted(rows, key=lambda row: (row[0], -row[1]))] for rows in found]


class SqliteEngine(DatabaseEngine):
    """FTS5: words with prefixes of two and three letters."""

    # CROSS JOIN keeps FTS5 outside, newest first: it stops as soon as there are enough.
    _finding = f"""SELECT found.rowid AS id FROM catalog_index_words found
        CROSS JOIN catalog_indexentry entry ON entry.id = found.rowid
        WHERE catalog_index_words MATCH %s AND {_WANTED} ORDER BY found.rowid DESC LIMIT %s"""  # noqa: S608
    matching = f"""SELECT %s, best.elsewhere, best.id, {_COLUMNS} FROM (
        SELECT id, MIN(elsewhere) AS elsewhere FROM (
            SELECT id, 0 AS elsewhere FROM ({_finding}) in_title
            UNION ALL SELECT id, 1 FROM ({_finding}) anywhere
        ) both_ways GROUP BY id ORDER BY MIN(elsewhere), id DESC LIMIT %s
    ) best JOIN catalog_indexentry entry ON entry.id = best.id"""  # noqa: S608
    resembling = f"""SELECT %s, 0, found.id, {_COLUMNS} FROM ({_finding}) found
        JOIN catalog_indexentry entry ON entry.id = found.id"""  # noqa: S608

    def matched(self, number: int, wish: Wish, limit: int) -> list[Any]:
        where = (wish.kind, wish.language, limit)
        return [number, self._words(wish, in_title=True), *where, self._words(wish), *where, limit]

    def _words(self, wish: Wish, *, in_title: bool = False) -> str:
        terms = [f'"{word}"' for word in wish.whole] + [f'"{word}"*' for word in wish.beginnings]
        query = " AND ".join(terms)
        if in_title:
            query = f"{{title}} : ({query})"
        # A few stalls and stories among many goods: the kind's own word leads straight to them.
        return query if wish.kind == Kind.PRODUCT else f'({query}) AND "đ{wish.kind}"'

    def one_of_each(self, wish: Wish, spellings: Sequence[Sequence[str]]) -> str:
        groups = [" OR ".join(f'"{word}"' for word in group) for group in spellings]
        query = f"{{title}} : (({') AND ('.join(groups)}))"
        return query if wish.kind == Kind.PRODUCT else f'({query}) AND "đ{wish.kind}"'


class PostgresEngine(DatabaseEngine):
    """A generated ``tsvector`` of the ``simple`` configuration, words of titles once more with ``IN_TITLE``."""

    _finding = f"SELECT entry.id, {_COLUMNS} FROM catalog_indexentry entry WHERE entry.words @@"  # noqa: S608
    _newest = "ORDER BY entry.id DESC LIMIT %s"
    # Marked words are no words to PostgreSQL's parser: they are not given to it.
    _titles = f"{_finding} %s::tsquery AND {_WANTED} {_newest}"
    # Of a common word the titles alone are enough; then the rest of the market is not asked at all.
    matching = f"""WITH in_title AS MATERIALIZED ({_titles})
        SELECT %s, 0 AS elsewhere, in_title.* FROM in_title
        UNION ALL SELECT %s, 1, anywhere.* FROM (
            {_finding} to_tsquery('simple', %s) AND {_WANTED} AND entry.id NOT IN (SELECT id FROM in_title)
            AND (SELECT COUNT(*) FROM in_title) < %s {_newest}
        ) anywhere
        ORDER BY 2, 3 DESC LIMIT %s"""  # noqa: S608
    resembling = f"SELECT %s, 0, found.* FROM ({_titles}) found"  # noqa: S608

    def one_of_each(self, wish: Wish, spellings: Sequence[Sequence[str]]) -> str:
        groups = [" | ".join(f"'{IN_TITLE}{word}'" for word in group) for group in spellings]
        query = f"({') & ('.join(groups)})"
        return query if wish.kind == Kind.PRODUCT else f"{query} & 'đ{wish.kind}'"

    def matched(self, number: int, wish: Wish, limit: int) -> list[Any]:
        where = (wish.kind, wish.language)
        return [
            *(self._words(wish, IN_TITLE), *where, limit, number),
            *(number, self._words(wish), *where, limit, limit, limit),
        ]

    def _words(self, wish: Wish, mark: str = "") -> str:
        terms = [f"'{mark}{word}'" for word in wish.whole] + [f"'{mark}{word}':*" for word in wish.beginnings]
        query = " & ".join(terms)
        return query if wish.kind == Kind.PRODUCT else f"{query} & 'đ{wish.kind}'"


def engine() -> SearchEngine:
    """The engine that ``SEARCH_ENGINE`` names, else that of the current database."""
    if settings.SEARCH_ENGINE:
        chosen: SearchEngine = import_string(settings.SEARCH_ENGINE)()
        return chosen
    return PostgresEngine() if connection.vendor == "postgresql" else SqliteEngine()
