"""Words that mean the same in another region: reading a group, and putting a wish in other words (no Django).

The groups themselves are rows that an editor keeps (``SynonymGroup``); ``synonyms.csv`` is what a new market
starts with, one group a line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path

from catalog.folding import fold

FIRST_GROUPS = Path(__file__).with_name("synonyms.csv")
MOST_WORDINGS = 4
MOST_PHRASES = 8
LONGEST_PHRASE = 4  # words
_WORD = re.compile(r"[^\W_]+")

Words = tuple[str, ...]


class Fault(StrEnum):
    """Why search could not use a group."""

    TOO_FEW = "too few"
    TOO_MANY = "too many"
    GAP = "gap"
    TOO_LONG = "too long"
    TWICE = "twice"


class Unusable(ValueError):
    """A group that search could not use."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True)
class Group:
    """Phrases of one meaning. ``is_one_way``: the first stands for the others, not they for it."""

    phrases: tuple[Words, ...]
    is_one_way: bool = False

    @property
    def text(self) -> str:
        return ", ".join(" ".join(phrase) for phrase in self.phrases)

    def others(self, place: int) -> tuple[Words, ...]:
        """What else the phrase at that place may mean."""
        if self.is_one_way and place > 0:
            return ()
        return self.phrases[:place] + self.phrases[place + 1 :]


@dataclass(frozen=True)
class Wording:
    """The same wish in other words: what to look for, and the phrase that a name must really hold."""

    words: Words
    phrase: Words


def marked_words(text: str) -> list[str]:
    """The words of ``text`` in lower case with their marks.

    >>> marked_words("Khoai Sọ (củ tươi)")
    ['khoai', 'sọ', 'củ', 'tươi']
    """
    return _WORD.findall(unicodedata.normalize("NFC", text).lower())


def group_of(text: str, *, is_one_way: bool = False) -> Group:
    """The group written as phrases with commas between them.

    Raises: Unusable.

    >>> group_of("Sơn tra, táo  mèo").phrases
    (('sơn', 'tra'), ('táo', 'mèo'))
    """
    phrases = tuple(tuple(marked_words(phrase)) for phrase in text.split(","))
    if len(phrases) < 2:
        raise Unusable(Fault.TOO_FEW)
    if len(phrases) > MOST_PHRASES:
        raise Unusable(Fault.TOO_MANY)
    if not all(phrases):
        raise Unusable(Fault.GAP)
    if any(len(phrase) > LONGEST_PHRASE for phrase in phrases):
        raise Unusable(Fault.TOO_LONG)
    if len(set(phrases)) < len(phrases):
        raise Unusable(Fault.TWICE)
    return Group(phrases, is_one_way)


def wordings(typed: Sequence[str], groups: Sequence[Group]) -> list[Wording]:
    """Other wordings of what was typed, ``MOST_WORDINGS`` at most.

    A phrase typed without marks stands for every phrase that folds to it; one with marks only for itself.

    >>> groups = [group_of("khoai sọ, khoai môn"), group_of("dứa, thơm")]
    >>> [wording.words for wording in wordings(["khoai", "mon", "tim"], groups)]
    [('khoai', 'sọ', 'tim')]
    >>> wordings(["dừa"], groups), wordings(["mật", "ong"], groups)
    ([], [])
    """
    return list(islice(dict.fromkeys(_wordings(tuple(typed), groups)), MOST_WORDINGS))


def _wordings(typed: Words, groups: Sequence[Group]) -> Iterator[Wording]:
    for group in groups:
        for place, phrase in enumerate(group.phrases):
            for start in range(len(typed) - len(phrase) + 1):
                piece = typed[start : start + len(phrase)]
                if piece != phrase and piece != tuple(map(fold, phrase)):
                    continue
                for other in group.others(place):
                    if not set(other) <= set(typed) and not set(map(fold, other)) <= set(typed):
                        yield Wording(typed[:start] + other + typed[start + len(phrase) :], other)


def holds(name: Sequence[str], phrase: Words) -> bool:
    """Whether the words of ``phrase`` stand in ``name`` side by side."""
    return any(tuple(name[start : start + len(phrase)]) == phrase for start in range(len(name)))
