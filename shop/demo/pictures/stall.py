"""The book of goods: every product's key, its ground, and how its still life is composed."""

from collections.abc import Callable
from typing import NamedTuple

from .grounds import ground, veil
from .ink import Sheet

Compose = Callable[[Sheet], str]


class Good(NamedTuple):
    """One product picture: which ground it stands on, where the table begins, what stands there."""

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
    return sheet.finish(
        ground(sheet, entry.ground, entry.top), f'<g filter="url(#hand)">{still_life}</g>', veil(sheet)
    )
