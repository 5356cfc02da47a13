"""A third search engine, in memory: the shortest that keeps the contract, to hold the others to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from catalog.models import IndexEntry
from catalog.search_engines import Hit, Wish


class MemoryEngine:
    entries: ClassVar[dict[int, IndexEntry]] = {}

    def match(self, wishes: Sequence[Wish], *, limit: int) -> list[list[Hit]]:
        return [self._match(wish)[:limit] for wish in wishes]

    def resemble(
        self, wishes: Sequence[Wish], spellings: Sequence[Sequence[str]], *, limit: int
    ) -> list[list[Hit]]:
        found = []
        for wish in wishes:
            meant = [
                entry
                for entry in sorted(self._shown(wish), key=lambda entry: -entry.pk)
                if spellings and all(set(group) & set(entry.title.split()) for group in spellings)
            ]
            found.append([self._hit(entry) for entry in meant[:limit]])
        return found

    def note(self, entries: Iterable[IndexEntry]) -> None:
        self.entries.update({entry.pk: entry for entry in entries})

    def forget(self, keys: Iterable[int]) -> None:
        for key in keys:
            self.entries.pop(key, None)

    def _match(self, wish: Wish) -> list[Hit]:
        found = []
        for entry in self._shown(wish):
            title = entry.title.split()
            words = [*title, *entry.place.split(), *entry.body.split()]
            if self._holds(words, wish):
                found.append((not self._holds(title, wish), -entry.pk, entry))
        return [self._hit(entry) for *_order, entry in sorted(found, key=lambda line: line[:2])]

    def _shown(self, wish: Wish) -> list[IndexEntry]:
        return [
            entry
            for entry in self.entries.values()
            if entry.is_shown and entry.kind == wish.kind and entry.language in ("", wish.language)
        ]

    @staticmethod
    def _holds(words: Sequence[str], wish: Wish) -> bool:
        return all(word in words for word in wish.whole) and all(
            any(word.startswith(beginning) for word in words) for beginning in wish.beginnings
        )

    @staticmethod
    def _hit(entry: IndexEntry) -> Hit:
        subject_id = entry.product_id or entry.cooperative_id or entry.page_id
        return Hit(str(entry.kind), subject_id, entry.title, entry.place, entry.label)
