"""How far a word is from another, and by what words that are near each other are found (no Django)."""

from __future__ import annotations

from collections.abc import Sequence

LONGEST = 20  # a word of more letters is no word that anybody types again


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


def keys_of(word: str) -> set[str]:
    """The word with as many letters left out as it is forgiven slips: words a slip apart share such a key.

    A slip is a letter less, more or changed, or two swapped: leaving out the odd letter on both sides makes
    the words equal (the symmetric delete method). Very long words are only themselves.

    >>> sorted(keys_of("ong"))
    ['ng', 'og', 'on', 'ong']
    >>> keys_of("khoia") & keys_of("khoai") == {"khoi", "khoa"}
    True
    """
    keys = {word}
    for _slip in range(allowed(word) if len(word) <= LONGEST else 0):
        keys |= {key[:at] + key[at + 1 :] for key in keys for at in range(len(key))}
    return keys
