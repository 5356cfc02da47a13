"""Words that mean the same in another region: the table ``synonyms.csv``, one group a line (no Django)."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from catalog.folding import fold

TABLE = Path(__file__).with_name("synonyms.csv")
MOST_WORDINGS = 4
_WORD = re.compile(r"[^\W_]+")

Words = tuple[str, ...]


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


@cache
def groups() -> list[list[Words]]:
    """The table, each phrase as its words with marks."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [[tuple(marked_words(phrase)) for phrase in row] for row in csv.reader(file) if row]


def wordings(typed: Sequence[str]) -> list[Wording]:
    """Other wordings of what was typed, ``MOST_WORDINGS`` at most.

    A phrase typed without marks stands for every phrase that folds to it; one with marks only for itself.

    >>> [wording.words for wording in wordings(["khoai", "mon", "tim"])]
    [('khoai', 'sọ', 'tim')]
    >>> wordings(["dừa"]), wordings(["mật", "ong"])
    ([], [])
    """
    return list(islice(dict.fromkeys(_wordings(tuple(typed))), MOST_WORDINGS))


def _wordings(typed: Words) -> Iterator[Wording]:
    for group in groups():
        for phrase in group:
            for start in range(len(typed) - len(phrase) + 1):
                piece = typed[start : start + len(phrase)]
                if piece != phrase and piece != tuple(map(fold, phrase)):
                    continue
                for other in group:
                    if not set(other) <= set(typed) and not set(map(fold, other)) <= set(typed):
                        yield Wording(typed[:start] + other + typed[start + len(phrase) :], other)


def holds(name: Sequence[str], phrase: Words) -> bool:
    """Whether the words of ``phrase`` stand in ``name`` side by side."""
    return any(tuple(name[start : start + len(phrase)]) == phrase for start in range(len(name)))
