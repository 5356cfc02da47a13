"""What one card of the start screen says and counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Card:
    """One kind of work. ``is_work`` is False where the number only informs, ``is_rare`` hides a zero.

    ``work_of`` is the door of those who can do the work, where more people may read the list.
    """

    label: Any
    hint: Any
    view: str
    query: str
    count: Callable[[Any], int]
    icon: str
    is_work: bool = True
    is_rare: bool = False
    note: Callable[[Any], str] | None = None
    work_of: str = ""
