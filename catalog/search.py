"""Finding goods, stalls and stories by words: one question to the search engine, ranked in Python.

The engine finds, Python ranks, so that every engine puts the same things first (the rule is published at
/xep-hang/): things with more of the words whole; then each word counts by the best place where it stands
(``WEIGHTS``); then words as typed before the words of other regions (``catalog.synonyms``); then names with the
marks as typed, with the words side by side, nearer to the beginning, among fewer others; then newer things.
Below ``ENOUGH`` finds follow things with all words as beginnings and titles with small slips of the pen.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from wagtail.models import Page

from catalog.dictionary import spellings
from catalog.folding import fold, words_of
from catalog.models import Cooperative, Kind, ProductSheet, SynonymGroup
from catalog.reading import page_path, pages_language
from catalog.search_engines import Hit, Wish, engine
from catalog.spelling import slips
from catalog.synonyms import Group, Wording, group_of, holds, marked_words, wordings

LONGEST_QUERY = 100
MOST_WORDS = 8
MOST_HITS = 1000
RANKED = 250  # of a longer list the rest stays as the engine orders it: nobody reads that far
ENOUGH = 3
TYPO_CANDIDATES = 48
MOST_STALLS = 4
MOST_STORIES = 3
SUGGESTED_PER_KIND = 2  # stalls, and stories, among the suggestions
# Points of a word by the best place where it stands.
WEIGHTS = {"title": 8.0, "place": 2.0, "body": 1.0}


@dataclass(frozen=True)
class Suggestion:
    """A line under the search box; ``address`` holds what the page's URL is made of: a story's is its URL."""

    kind: str  # a Kind
    address: tuple[str | int, ...]
    label: str
    detail: str


@dataclass(frozen=True)
class Found:
    """What a text finds, best first: ids of public goods, and hits of open stalls and published stories."""

    product_ids: list[int] = field(default_factory=list)
    stalls: list[Hit] = field(default_factory=list)
    stories: list[Hit] = field(default_factory=list)


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
    return _look_for(Typed.from_text(text), {Kind.PRODUCT: limit}).product_ids


def look_up(text: str) -> Found:
    """Everything that matches ``text``: goods as ``search`` finds them, and the nearest stalls and stories."""
    return _look_for(
        Typed.from_text(text),
        {Kind.PRODUCT: MOST_HITS, Kind.COOPERATIVE: MOST_STALLS, Kind.STORY: MOST_STORIES},
    )


def near(text: str, *, limit: int) -> list[int]:
    """Ids of public products that have some of the words, for a text that finds none; most words first.

    Words count as beginnings; a single word is shortened by its last letters.
    """
    typed = Typed.from_text(text)
    beginnings = [word for word in typed.wanted if len(word) > 1]
    if len(typed.wanted) == 1:
        beginnings = [word[: max(2, len(word) * 2 // 3)] for word in beginnings]
    lists = engine().match([Wish(Kind.PRODUCT, (), [each]) for each in beginnings], limit=RANKED)
    hits = {hit.subject_id: hit for hits in lists for hit in hits}
    times = Counter(hit.subject_id for hits in lists for hit in hits)
    ranked = sorted(hits.values(), key=lambda hit: (-times[hit.subject_id], _rank(hit, typed)))
    return [hit.subject_id for hit in ranked[:limit]]


def _look_for(typed: Typed, limits: dict[Kind, int]) -> Found:
    if not typed.wanted:
        return Found()
    ranked = _ranked(typed, limits)
    return Found(
        [hit.subject_id for hit in ranked[Kind.PRODUCT]],
        ranked.get(Kind.COOPERATIVE, []),
        ranked.get(Kind.STORY, []),
    )


def _ranked(typed: Typed, limits: dict[Kind, int]) -> dict[Kind, list[Hit]]:
    """Four questions at most, whatever the number of kinds; goods decide whether the later ones are asked.

    The synonyms are read each time: what an editor saves counts at once, in every process.
    """
    kinds = list(limits)
    language = pages_language() if Kind.STORY in limits else ""

    def wish(kind: Kind, whole: Sequence[str], beginnings: Sequence[str]) -> Wish:
        return Wish(kind, whole, beginnings, language if kind == Kind.STORY else "")

    others = wordings(typed.marked, synonym_groups())
    all_typed = [typed, *(Typed(each.words, tuple(map(fold, each.words))) for each in others)]
    lists = iter(
        engine().match(
            [wish(kind, each.wanted[:-1], each.wanted[-1:]) for kind in kinds for each in all_typed],
            limit=max(limits.values()),
        )
    )
    found = {kind: _judged(all_typed, others, [next(lists) for _typed in all_typed]) for kind in kinds}
    wanted = typed.wanted
    if len(found[Kind.PRODUCT]) < ENOUGH and len(wanted) > 1:
        more = engine().match([wish(kind, (), wanted) for kind in kinds], limit=max(limits.values()))
        for kind, hits in zip(kinds, more, strict=True):
            found[kind] = _merged(found[kind], sorted(hits, key=lambda hit: _rank(hit, typed)))
    if len(found[Kind.PRODUCT]) < ENOUGH and (meant := spellings(wanted)):
        alike = engine().resemble([wish(kind, (), ()) for kind in kinds], meant, limit=TYPO_CANDIDATES)
        for kind, hits in zip(kinds, alike, strict=True):
            found[kind] = _merged(found[kind], _forgiven(hits, wanted))
    return {kind: found[kind][:limit] for kind, limit in limits.items()}


def synonym_groups() -> list[Group]:
    """The groups as the editors keep them."""
    rows = SynonymGroup.objects.values_list("words", "is_one_way")
    return [group_of(words, is_one_way=is_one_way) for words, is_one_way in rows]


def _judged(
    all_typed: Sequence[Typed], others: Sequence[Wording], lists: Sequence[Sequence[Hit]]
) -> list[Hit]:
    """The finds of the words as typed and of their other wordings, ranked together."""
    judged = [(_rank(hit, all_typed[0]), hit) for hit in lists[0][:RANKED]]
    rest = list(lists[0][RANKED:])
    for other, reworded, more in zip(others, all_typed[1:], lists[1:], strict=True):
        meant = [hit for hit in more if holds(marked_words(hit.label), other.phrase)]
        judged += [(_rank(hit, reworded, is_other_wording=True), hit) for hit in meant[:RANKED]]
        rest += meant[RANKED:]
    return _merged([hit for _key, hit in sorted(judged, key=lambda pair: pair[0])], rest)


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
    name = marked_words(hit.label)
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
        -hit.subject_id,
    )


def _start_of(wanted: list[str], title: list[str]) -> int | None:
    """Where the words stand side by side in the title."""
    last = len(title) - len(wanted) + 1
    return next((at for at in range(last) if title[at : at + len(wanted)] == wanted), None)


def _forgiven(hits: Sequence[Hit], wanted: Sequence[str]) -> list[Hit]:
    judged = [(slips(wanted, hit.title.split()), hit) for hit in hits]
    found = [
        (count, len(hit.title.split()), -hit.subject_id, hit) for count, hit in judged if count is not None
    ]
    return [hit for *_order, hit in sorted(found, key=lambda line: line[:3])]


def _merged(first: Iterable[Hit], more: Iterable[Hit]) -> list[Hit]:
    known: dict[int, Hit] = {}
    for hit in (*first, *more):
        known.setdefault(hit.subject_id, hit)
    return list(known.values())


def suggest(text: str, *, limit: int = 8) -> list[Suggestion]:
    """Stalls, goods and stories for what has been typed so far: at most two stalls, first, and two stories, last.

    Stalls and stories are offered by their names only: under the box a passing mention is no help.
    """
    typed = Typed.from_text(text)
    if not typed.wanted:
        return []
    ranked = _ranked(typed, {kind: limit for kind in Kind})
    named = {
        kind: [hit for hit in ranked[kind] if _is_named(hit, typed)][:SUGGESTED_PER_KIND]
        for kind in (Kind.COOPERATIVE, Kind.STORY)
    }
    stalls, stories = stall_lines(named[Kind.COOPERATIVE]), story_lines(named[Kind.STORY])
    room = max(0, limit - len(stalls) - len(stories))
    lines = [*stalls, *_product_lines(ranked[Kind.PRODUCT][:room]), *stories]
    return lines[:limit]


def _is_named(hit: Hit, typed: Typed) -> bool:
    title = hit.title.split()
    return all(any(word.startswith(wanted) for word in title) for wanted in typed.wanted)


def stall_lines(hits: Sequence[Hit]) -> list[Suggestion]:
    """Open stalls among the hits, in their order, each with its commune."""
    stalls = Cooperative.objects.filter(is_open=True).select_related("commune")
    found = stalls.in_bulk([hit.subject_id for hit in hits]) if hits else {}
    return [
        Suggestion(Kind.COOPERATIVE, (stall.slug,), stall.name, stall.commune.name)
        for hit in hits
        if (stall := found.get(hit.subject_id))
    ]


def story_lines(hits: Sequence[Hit]) -> list[Suggestion]:
    """Published stories and recipes among the hits, in their order, each with what it is."""
    pages = Page.objects.live().public().in_bulk([hit.subject_id for hit in hits]) if hits else {}
    return [
        Suggestion(Kind.STORY, (page_path(page),), page.title, page.specific_class.writing.label)
        for hit in hits
        if (page := pages.get(hit.subject_id))
    ]


def _product_lines(hits: Sequence[Hit]) -> list[Suggestion]:
    sheets = {
        sheet.product_id: sheet
        for sheet in ProductSheet.objects.filter(
            product_id__in=[hit.subject_id for hit in hits],
            is_age_restricted=False,  # nobody is led to alcohol while typing (Law 44/2019/QH14 art. 16)
        ).select_related("product", "cooperative")
    }
    return [
        Suggestion(Kind.PRODUCT, (sheet.product.slug, sheet.product_id), sheet.title, sheet.cooperative.name)
        for hit in hits
        if (sheet := sheets.get(hit.subject_id))
    ]
