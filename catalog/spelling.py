"""How far a word is from another: the second look at what a typo search brought (no Django)."""

from __future__ import annotations

from collections.abc import Sequence


def distance(one: str, other: str) -> int:
    """Insertions, deletions, changes and swaps of neighbours between two words (optimal string alignment).

    >>> distance("khoia", "khoai"), distance("onh", "ong"), distance("tuyt", "tuyet")
    (1, 1, 1)
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        before, last, row = row, before, [i]
        for j, goal in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != goal))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == goal:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def allowed(word: str) -> int:
    """Slips forgiven in a word of that length: none in a single letter, one up to five letters, else two.

    >>> [allowed(word) for word in ("o", "xo", "khoai", "khuogn")]
    [0, 1, 1, 2]
    """
    if len(word) < 2:
        return 0
    return 1 if len(word) <= 5 else 2


def slips(wanted: Sequence[str], title: Sequence[str]) -> int | None:
    """Slips needed to find every wanted word in the title; None when that is too far to be a slip.

    Each word has its allowance, and all together one slip in four letters: two words a slip or two away
    from something are together another thing.

    >>> slips(["mat", "ogn"], ["mat", "ong", "rung"]), slips(["ruou"], ["mat", "ong"])
    (1, None)
    >>> slips(["muong", "khuogn"], ["nam", "huong", "rung", "kho"])
    """
    total = 0
    for word in wanted:
        nearest = min((distance(word, other) for other in title), default=len(word))
        if nearest > allowed(word):
            return None
        total += nearest
    return total if total <= max(1, sum(map(len, wanted)) // 4) else None


def trigrams(text: str) -> list[str]:
    """Pieces of three letters, each once, in their order.

    >>> trigrams("mat ong")
    ['mat', 'at ', 't o', ' on', 'ong']
    """
    return list(dict.fromkeys(text[i : i + 3] for i in range(len(text) - 2)))
