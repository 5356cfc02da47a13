"""The product index and its query: SQLite FTS5 or PostgreSQL, chosen by the database that is there.

The database finds, Python ranks, so that both put the same goods first (the rule is published at /xep-hang/):
goods with more of the words whole; then each word counts by the best place where it stands (``WEIGHTS``); then
words as typed before the words of other regions (``synonyms.csv``); then names with the marks as typed, with
the words side by side, nearer to the beginning, among fewer others; then newer goods. Below ``ENOUGH`` finds
follow goods with all words as beginnings and titles with small slips of the pen.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import connection, transaction

from catalog.folding import fold, words_of
from catalog.models import ApprovalState, CategorySheet, Cooperative, ProductSheet, SearchEntry
from catalog.spelling import slips, trigrams
from catalog.synonyms import holds, marked_words, wordings

LONGEST_QUERY = 100
MOST_WORDS = 8
MOST_HITS = 1000
RANKED = 250  # of a longer list the rest stays as the database weighs it: nobody reads that far
ENOUGH = 3
TYPO_CANDIDATES = 48
# Points of a word by the best place where it stands; the databases cut long lists by the same weights.
WEIGHTS = {"title": 8.0, "place": 2.0, "body": 1.0}


@dataclass(frozen=True)
class Hit:
    """A product found: its folded title and place, and its Vietnamese name with marks."""

    product_id: int
    title: str
    place: str
    name: str


@dataclass(frozen=True)
class Wish:
    """What goods must have: ``whole`` words, and ``beginnings`` of words."""

    whole: Sequence[str]
    beginnings: Sequence[str]


@dataclass(frozen=True)
class Suggestion:
    """A line under the search box; ``address`` holds what the page's URL is made of."""

    kind: str  # "product" or "cooperative"
    address: tuple[str | int, ...]
    label: str
    detail: str


class BackEnd(Protocol):
    """What a search engine must offer; hits come ranked, public goods of open stalls only."""

    def match(self, wishes: Sequence[Wish], *, limit: int) -> list[list[Hit]]:
        """For each wish the goods with all its words, ``limit`` at most, in one query."""

    def resemble(self, pieces: Sequence[str], *, limit: int) -> list[Hit]:
        """Goods whose title shares the most of these three-letter pieces."""


_COLUMNS = "entry.product_id, entry.title, entry.place, product.title"
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
        return [Hit(*row) for row in cursor.fetchall()]


def _branches(branch: str, terms: Sequence[str], limit: int) -> list[list[Hit]]:
    sql = " UNION ALL ".join(f"SELECT * FROM ({branch}) wish_{number}" for number in range(len(terms)))  # noqa: S608
    found: list[list[Hit]] = [[] for _term in terms]
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for number, term in enumerate(terms) for value in (number, term, limit)])
        for number, *row in cursor.fetchall():
            found[int(number)].append(Hit(*row))
    return found


class SqliteBackEnd:
    """FTS5: words with prefixes of two and three letters, and three-letter pieces of the title."""

    def match(self, wishes: Sequence[Wish], *, limit: int) -> list[list[Hit]]:
        branch = f"""SELECT %s, {_COLUMNS} FROM catalog_search_words found
            JOIN catalog_searchentry entry ON entry.product_id = found.rowid {_VISIBLE}
            AND catalog_search_words MATCH %s
            ORDER BY bm25(catalog_search_words, {_BM25}), entry.product_id DESC LIMIT %s"""  # noqa: S608
        terms = [
            [f'"{word}"' for word in wish.whole] + [f'"{word}"*' for word in wish.beginnings]
            for wish in wishes
        ]
        return _branches(branch, [" AND ".join(each) for each in terms], limit)

    def resemble(self, pieces: Sequence[str], *, limit: int) -> list[Hit]:
        return _hits(
            f"""SELECT {_COLUMNS} FROM catalog_search_pieces found
            JOIN catalog_searchentry entry ON entry.product_id = found.rowid {_VISIBLE}
            AND catalog_search_pieces MATCH %s
            ORDER BY bm25(catalog_search_pieces), entry.product_id DESC LIMIT %s""",  # noqa: S608
            [" OR ".join(f'"{piece}"' for piece in pieces), limit],
        )


class PostgresBackEnd:
    """A generated ``tsvector`` of the ``simple`` configuration, and pg_trgm on the title."""

    def match(self, wishes: Sequence[Wish], *, limit: int) -> list[list[Hit]]:
        branch = f"""SELECT %s, {_COLUMNS}
            FROM to_tsquery('simple', %s) wanted, catalog_searchentry entry {_VISIBLE}
            AND entry.words @@ wanted
            ORDER BY ts_rank('{_TS_RANK}', entry.words, wanted) DESC, entry.product_id DESC LIMIT %s"""  # noqa: S608
        terms = [
            [f"'{word}'" for word in wish.whole] + [f"'{word}':*" for word in wish.beginnings]
            for wish in wishes
        ]
        return _branches(branch, [" & ".join(each) for each in terms], limit)

    def resemble(self, pieces: Sequence[str], *, limit: int) -> list[Hit]:
        return _hits(
            f"""SELECT {_COLUMNS} FROM catalog_searchentry entry {_VISIBLE}
            AND entry.title LIKE ANY(%s)
            ORDER BY (SELECT count(*) FROM unnest(%s::text[]) piece WHERE entry.title LIKE piece) DESC,
            length(entry.title), entry.product_id DESC LIMIT %s""",  # noqa: S608
            [[f"%{piece}%" for piece in pieces], [f"%{piece}%" for piece in pieces], limit],
        )


def back_end() -> BackEnd:
    """The engine of the current database."""
    return PostgresBackEnd() if connection.vendor == "postgresql" else SqliteBackEnd()


@dataclass(frozen=True)
class Typed:
    """What was typed as words: as they stand (``marked``) and folded (``wanted``)."""

    marked: tuple[str, ...]
    wanted: tuple[str, ...]

    @classmethod
    def from_text(cls, text: str) -> Typed:
        typed = unicodedata.normalize("NFC", text)[:LONGEST_QUERY]
        wanted = tuple(words_of(typed)[:MOST_WORDS])
        marked = tuple(marked_words(typed)[:MOST_WORDS])
        # Rare letters fall into other words once they are folded: then the marks tell nothing.
        return cls(marked if tuple(map(fold, marked)) == wanted else wanted, wanted)


def search(text: str, *, limit: int = MOST_HITS) -> list[int]:
    """Ids of public products that match ``text``, best first; empty for text without a word.

    The last word may be unfinished. Exact words first; with fewer than ``ENOUGH`` finds every word may be
    a beginning; with still fewer, small typing errors in titles are forgiven.
    """
    typed = Typed.from_text(text)
    return [hit.product_id for hit in _ranked(typed, limit)] if typed.wanted else []


def _ranked(typed: Typed, limit: int) -> list[Hit]:
    engine, wanted = back_end(), typed.wanted
    others = wordings(typed.marked)
    all_typed = [typed, *(Typed(each.words, tuple(map(fold, each.words))) for each in others)]
    exact, *found = engine.match(
        [Wish(each.wanted[:-1], each.wanted[-1:]) for each in all_typed], limit=limit
    )
    judged = [(_rank(hit, typed), hit) for hit in exact[:RANKED]]
    rest = exact[RANKED:]
    for other, reworded, more in zip(others, all_typed[1:], found, strict=True):
        meant = [hit for hit in more if holds(marked_words(hit.name), other.phrase)]
        judged += [(_rank(hit, reworded, is_other_wording=True), hit) for hit in meant[:RANKED]]
        rest += meant[RANKED:]
    hits = _merged([hit for _key, hit in sorted(judged, key=lambda pair: pair[0])], rest)
    if len(hits) < ENOUGH and len(wanted) > 1:
        (more,) = engine.match([Wish((), wanted)], limit=limit)
        hits = _merged(hits, sorted(more, key=lambda hit: _rank(hit, typed)))
    pieces = trigrams(" ".join(wanted))
    if len(hits) < ENOUGH and pieces:
        hits = _merged(hits, _forgiven(engine.resemble(pieces, limit=TYPO_CANDIDATES), wanted))
    return hits[:limit]


def _rank(hit: Hit, typed: Typed, *, is_other_wording: bool = False) -> tuple[float, ...]:
    """What a hit is sorted by: the rule of the module's first lines, point by point, best lowest."""
    title, place = hit.title.split(), hit.place.split()
    points, starts = 0.0, []
    whole = [word for word in typed.wanted if word in title or word in place]
    for word in typed.wanted:
        # A word that stands whole in the place is not also the beginning of another in the title.
        fits = str.__eq__ if word in whole else str.startswith
        start = next((at for at, other in enumerate(title) if fits(other, word)), None)
        if start is not None:
            starts.append(start)
            points += WEIGHTS["title"]
        else:
            points += WEIGHTS["place" if any(fits(other, word) for other in place) else "body"]
    name = marked_words(hit.name)
    rightly_marked = len(set(typed.marked).intersection(name)) if typed.marked != typed.wanted else 0
    run = _start_of(list(typed.wanted), title)
    nearest = min(starts, default=0) if run is None else run
    return (
        -len(whole),
        -points,
        is_other_wording,
        -rightly_marked,
        run is None,
        nearest,
        len(name),
        -hit.product_id,
    )


def _start_of(wanted: list[str], title: list[str]) -> int | None:
    """Where the words stand side by side in the title."""
    last = len(title) - len(wanted) + 1
    return next((at for at in range(last) if title[at : at + len(wanted)] == wanted), None)


def _forgiven(hits: list[Hit], wanted: Sequence[str]) -> list[Hit]:
    judged = [(slips(wanted, hit.title.split()), hit) for hit in hits]
    found = [
        (count, len(hit.title.split()), -hit.product_id, hit) for count, hit in judged if count is not None
    ]
    return [hit for *_order, hit in sorted(found, key=lambda line: line[:3])]


def _merged(first: list[Hit], more: list[Hit]) -> list[Hit]:
    known: dict[int, Hit] = {}
    for hit in (*first, *more):
        known.setdefault(hit.product_id, hit)
    return list(known.values())


def suggest(text: str, *, limit: int = 8) -> list[Suggestion]:
    """Stalls and goods for what has been typed so far; stalls first, at most two.

    The list of stalls is read whole: it is short (hundreds) and needs no index of its own.
    """
    typed = Typed.from_text(text)
    if not typed.wanted:
        return []
    lines: list[Suggestion] = []
    for slug, name, commune in Cooperative.objects.filter(is_open=True).values_list(
        "slug", "name", "commune__name"
    ):
        words = words_of(name)
        if all(any(word.startswith(typed_word) for word in words) for typed_word in typed.wanted):
            lines.append(Suggestion("cooperative", (slug,), name, commune))
    lines = lines[: min(2, limit)]
    product_ids = [hit.product_id for hit in _ranked(typed, limit)][: limit - len(lines)]
    sheets = {
        sheet.product_id: sheet
        for sheet in ProductSheet.objects.filter(
            product_id__in=product_ids,
            is_age_restricted=False,  # nobody is led to alcohol while typing (Law 44/2019/QH14 art. 16)
        ).select_related("product", "cooperative")
    }
    for product_id in product_ids:
        if (sheet := sheets.get(product_id)) is None:
            continue
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
