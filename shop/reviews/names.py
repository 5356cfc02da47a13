"""How a buyer is called in public (no Django)."""

from __future__ import annotations


def short_name(name: str) -> str:
    """The family name and the first letter of the given name, which in Vietnam comes last.

    >>> short_name("Nguyễn Thị Trang"), short_name("  lò  văn pâng "), short_name("Lan"), short_name("")
    ('Nguyễn T.', 'Lò P.', 'L.', '')
    """
    words = name.split()
    if not words:
        return ""
    initial = f"{words[-1][0].upper()}."
    family = words[0][:1].upper() + words[0][1:40]
    return f"{family} {initial}" if len(words) > 1 else initial
