"""The book of goods: every product's key, its ground, and how its still life is composed."""

from collections.abc import Callable
from typing import NamedTuple

from .grounds import ground, veil
from .ink import Sheet, at


def standing(s: Sheet, x: float, y: float, drawing: str, size: float, wide: float = 150) -> str:
    """A vessel on the table with the shade and the coloured light behind it."""
    return s.shadow(x + 26, y - 2, wide * size * 1.2, wide * size * 0.26, 0.7) + at(x, y, drawing, size)


Compose = Callable[[Sheet], str]


class Good(NamedTuple):
    """One product picture: which ground it stands on (none out of doors), where the table begins, what stands there."""

    ground: str
    top: float
    compose: Compose


GOODS: dict[str, Good] = {}


def good(key: str, ground_name: str, top: float = 520) -> Callable[[Compose], Compose]:
    """Enter a composition in the book under ``key``."""

    def enter(compose: Compose) -> Compose:
        GOODS[key] = Good(ground_name, top, compose)
        return compose

    return enter


def picture(key: str) -> str:
    """The SVG of one product."""
    entry = GOODS[key]
    sheet = Sheet(1000, 1000, key)
    still_life = entry.compose(sheet)
    # Out of doors the plain drawing lies underneath: the hand-drawn edge pulls the rim inwards.
    behind = ground(sheet, entry.ground, entry.top) if entry.ground else still_life
    return sheet.finish(behind, f'<g filter="url(#hand)">{still_life}</g>', veil(sheet))


def resting(sheet: Sheet, x: float, y: float, drawing: str, size: float, turn: float = 0) -> str:
    """One fruit lying on the table, with its shade."""
    return sheet.shadow(x + size * 14, y + size * 82, size * 112, size * 34, 0.62) + at(
        x, y, drawing, size, turn
    )
