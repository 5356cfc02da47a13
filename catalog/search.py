"""The product index and its query: SQLite FTS5 or PostgreSQL, chosen by the database that is there.

Ranking rule, the same on both: first goods whose title holds more of the words as typed, then what the
database's full-text rank puts first (title before place before description), then newer goods. When
exact words bring fewer than ``ENOUGH`` goods, titles with small slips of the pen follow.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import connection, transaction

from catalog.folding import words_of
from catalog.models import ApprovalState, CategorySheet, Cooperative, ProductSheet, SearchEntry
from catalog.spelling import slips, trigrams

LONGEST_QUERY = 100
MOST_WORDS = 8
MOST_HITS = 1000
ENOUGH = 3
TYPO_CANDIDATES = 48
# How much a word counts where it stands; published at /xep-hang/.
WEIGHTS = {"title": 8.0, "place": 2.0, "body": 1.0}


@dataclass(frozen=True)
class Hit:
    """A product found, with its folded title for the second look."""

    product_id: int
    title: str


@dataclass(frozen=True)
class Suggestion:
    """A line under the search box; ``address`` holds what the page's URL is made of."""

    kind: str  # "product" or "cooperative"
    address: tuple[str | int, ...]
    label: str
    detail: str


class BackEnd(Protocol):
    """What a search engine must offer; hits come ranked, public goods of open stalls only."""

    def match(self, words: Sequence[str], *, whole: Sequence[str], limit: int) -> list[Hit]:
        """Goods with all ``words`` as beginnings of words and all ``whole`` as whole words."""

    def resemble(self, pieces: Sequence[str], *, limit: int) -> list[Hit]:
        """Goods whose title shares the most of these three-letter pieces."""


_VISIBLE = f"""
    JOIN catalog_productsheet sheet ON sheet.product_id = entry.product_id
    JOIN catalogue_product product ON product.id = entry.product_id
    JOIN catalog_cooperative cooperative ON cooperative.id = sheet.cooperative_id
    WHERE sheet.state = '{ApprovalState.APPROVED.value}' AND product.is_public AND cooperative.is_open
"""


_BM25 = ", ".join(map(str, WEIGHTS.values()))
# ts_rank takes the weights of D, C, B, A between 0 and 1; the index has the title as A, the place as B, the body as C.
_TS_RANK = (
    "{" + ", ".join(str(weight / max(WEIGHTS.values())) for weight in (0, *reversed(WEIGHTS.values()))) + "}"
)


# What varies in these statements are the constants above and bound parameters, never typed text.
def _hits(sql: str, parameters: Sequence[Any]) -> list[Hit]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [Hit(product_id, title) for product_id, title in cursor.fetchall()]


class SqliteBackEnd:
    """FTS5: words with prefixes of two and three letters, and three-letter pieces of the title."""

    def match(self, words: Sequence[str], *, whole: Sequence[str], limit: int) -> list[Hit]:
        terms = [f'"{word}"' for word in whole] + [f'"{word}"*' for word in words]
        return _hits(
            f"""SELECT entry.product_id, entry.title FROM catalog_search_words found
            JOIN catalog_searchentry entry ON entry.product_id = found.rowid {_VISIBLE}
            AND catalog_search_words MATCH %s
            ORDER BY bm25(catalog_search_words, {_BM25}), entry.product_id DESC LIMIT %s""",  # noqa: S608
            [" AND ".join(terms), limit],
        )

    def resemble(self, pieces: Sequence[str], *, limit: int) -> list[Hit]:
        return _hits(
            f"""SELECT entry.product_id, entry.title FROM catalog_search_pieces found
            JOIN catalog_searchentry entry ON entry.product_id = found.rowid {_VISIBLE}
            AND catalog_search_pieces MATCH %s
            ORDER BY bm25(catalog_search_pieces), entry.product_id DESC LIMIT %s""",  # noqa: S608
            [" OR ".join(f'"{piece}"' for piece in pieces), limit],
        )


class PostgresBackEnd:
    """A generated ``tsvector`` of the ``simple`` configuration, and pg_trgm on the title."""

    def match(self, words: Sequence[str], *, whole: Sequence[str], limit: int) -> list[Hit]:
        terms = [f"'{word}'" for word in whole] + [f"'{word}':*" for word in words]
        return _hits(
            f"""SELECT entry.product_id, entry.title
            FROM to_tsquery('simple', %s) wanted, catalog_searchentry entry {_VISIBLE}
            AND entry.words @@ wanted
            ORDER BY ts_rank('{_TS_RANK}', entry.words, wanted) DESC, entry.product_id DESC LIMIT %s""",  # noqa: S608
            [" & ".join(terms), limit],
        )

    def resemble(self, pieces: Sequence[str], *, limit: int) -> list[Hit]:
        return _hits(
            f"""SELECT entry.product_id, entry.title FROM catalog_searchentry entry {_VISIBLE}
            AND entry.title LIKE ANY(%s)
            ORDER BY (SELECT count(*) FROM unnest(%s::text[]) piece WHERE entry.title LIKE piece) DESC,
            length(entry.title), entry.product_id DESC LIMIT %s""",  # noqa: S608
            [[f"%{piece}%" for piece in pieces], [f"%{piece}%" for piece in pieces], limit],
        )


def back_end() -> BackEnd:
    """The engine of the current database."""
    return PostgresBackEnd() if connection.vendor == "postgresql" else SqliteBackEnd()


def _wanted(text: str) -> list[str]:
    typed = unicodedata.normalize("NFC", text)[:LONGEST_QUERY]
    return words_of(typed)[:MOST_WORDS]


def search(text: str, *, limit: int = MOST_HITS) -> list[int]:
    """Ids of public products that match ``text``, best first; empty for text without a word.

    The last word may be unfinished. Exact words first; with fewer than ``ENOUGH`` finds every word may be
    a beginning; with still fewer, small typing errors in titles are forgiven.
    """
    wanted = _wanted(text)
    return [hit.product_id for hit in _ranked(wanted, limit)] if wanted else []


def _ranked(wanted: Sequence[str], limit: int) -> list[Hit]:
    engine = back_end()
    hits = _by_title(engine.match(wanted[-1:], whole=wanted[:-1], limit=limit), wanted)
    if len(hits) < ENOUGH and len(wanted) > 1:
        hits = _merged(hits, _by_title(engine.match(wanted, whole=(), limit=limit), wanted))
    pieces = trigrams(" ".join(wanted))
    if len(hits) < ENOUGH and pieces:
        hits = _merged(hits, _forgiven(engine.resemble(pieces, limit=TYPO_CANDIDATES), wanted))
    return hits[:limit]


def _by_title(hits: list[Hit], wanted: Sequence[str]) -> list[Hit]:
    words = set(wanted)
    return sorted(hits, key=lambda hit: -len(words.intersection(hit.title.split())))


def _forgiven(hits: list[Hit], wanted: Sequence[str]) -> list[Hit]:
    judged = [(slips(wanted, hit.title.split()), hit) for hit in hits]
    return [
        hit for count, hit in sorted(((c, h) for c, h in judged if c is not None), key=lambda pair: pair[0])
    ]


def _merged(first: list[Hit], more: list[Hit]) -> list[Hit]:
    known = {hit.product_id for hit in first}
    return first + [hit for hit in more if hit.product_id not in known]


def suggest(text: str, *, limit: int = 8) -> list[Suggestion]:
    """Stalls and goods for what has been typed so far; stalls first, at most two.

    The list of stalls is read whole: it is short (hundreds) and needs no index of its own.
    """
    wanted = _wanted(text)
    if not wanted:
        return []
    lines: list[Suggestion] = []
    for slug, name, commune in Cooperative.objects.filter(is_open=True).values_list(
        "slug", "name", "commune__name"
    ):
        words = words_of(name)
        if all(any(word.startswith(typed) for word in words) for typed in wanted):
            lines.append(Suggestion("cooperative", (slug,), name, commune))
    lines = lines[: min(2, limit)]
    product_ids = [hit.product_id for hit in _ranked(wanted, limit)][: limit - len(lines)]
    sheets = {
        sheet.product_id: sheet
        for sheet in ProductSheet.objects.filter(product_id__in=product_ids).select_related(
            "product", "cooperative"
        )
    }
    for product_id in product_ids:
        sheet = sheets[product_id]
        lines.append(
            Suggestion("product", (sheet.product.slug, product_id), sheet.title, sheet.cooperative.name)
        )
    return lines


def entry_of(sheet: ProductSheet) -> SearchEntry:
    """The folded words of a product, not yet saved."""
    names = [category.name for category in sheet.product.categories.all()]
    names += CategorySheet.objects.filter(category__product=sheet.product_id).values_list(
        "name_en", flat=True
    )
    place = [sheet.cooperative.name, sheet.commune.name, *names]
    return SearchEntry(
        product_id=sheet.product_id,
        title=" ".join(words_of(f"{sheet.product.title} {sheet.title_en}")),
        place=" ".join(words_of(" ".join(place))),
        body=" ".join(words_of(f"{sheet.summary} {sheet.summary_en}")),
    )


@transaction.atomic
def index_product(sheet: ProductSheet) -> None:
    """Write the search entry of ``sheet``; call it inside the transaction that changed the product.

    Writes: SearchEntry. Idempotent.
    """
    entry = entry_of(sheet)
    SearchEntry.objects.update_or_create(
        product_id=entry.product_id, defaults={"title": entry.title, "place": entry.place, "body": entry.body}
    )


@transaction.atomic
def rebuild() -> int:
    """Write all search entries anew; return how many. Writes: SearchEntry. Idempotent."""
    SearchEntry.objects.all().delete()
    sheets = ProductSheet.objects.select_related("product", "cooperative", "commune").prefetch_related(
        "product__categories"
    )
    entries = [entry_of(sheet) for sheet in sheets.iterator(chunk_size=500)]
    SearchEntry.objects.bulk_create(entries, batch_size=500)
    return len(entries)
