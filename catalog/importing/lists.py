"""Cells that hold several values in a row: prices for many, what is still to come. Nothing is guessed (no Django).

Values are lists and plain numbers or words, as JSON keeps them between the trial and the writing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from catalog.folding import fold

from . import values
from .cells import Cell
from .problems import CellRefused, Trouble

MOST_PARTS = 12
CONFIDENCES: Mapping[str, Sequence[str]] = {
    "sure": ("Chắc chắn",),
    "likely": ("Có thể xê dịch vài ngày", "có thể xê dịch"),
}
_NOTHING = frozenset({"khong", "none", "no"})
_TIER = re.compile(r"(?P<quantity>[^:=]+)[:=](?P<amount>[^:=]+)")
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})")
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})")


def _parts(cell: Cell) -> list[str]:
    """What stands between semicolons or on lines of its own; none for "không"."""
    text = values.text_of(cell, most=1_000, lines=True)
    if fold(text) in _NOTHING:
        return []
    parts = [part.strip() for part in re.split(r"[;\n]", text) if part.strip()]
    if len(parts) > MOST_PARTS:
        raise CellRefused(Trouble.TOO_MANY_PARTS, most=MOST_PARTS)
    return parts


def tiers_of(cell: Cell) -> list[list[int]]:
    """Prices for many, lowest quantity first: from so many packs on, so many đồng each.

    Raises: CellRefused unless the price falls as the quantity grows.

    >>> tiers_of("50: 90.000 ₫; 10:95000"), tiers_of("không")
    ([[10, 95000], [50, 90000]], [])
    """
    tiers = []
    for part in _parts(cell):
        found = _TIER.fullmatch(part)
        if not found:
            raise CellRefused(Trouble.NOT_TIERS, text=part[:60])
        quantity = values.whole_of(found["quantity"].strip(), least=2, most=1_000_000)
        tiers.append([quantity, values.price_of(found["amount"].strip())])
    tiers.sort()
    for (fewer, dearer), (more, cheaper) in pairwise(tiers):
        if fewer == more or cheaper >= dearer:
            raise CellRefused(Trouble.TIERS_NOT_FALLING)
    return tiers


def tiers_text(tiers: Sequence[Sequence[int]]) -> str:
    """As ``tiers_of`` reads it.

    >>> tiers_text([[10, 95000], [50, 90000]])
    '10:95000; 50:90000'
    """
    return "; ".join(f"{quantity}:{amount}" for quantity, amount in tiers)


def quantities_of(cell: Cell) -> list[int]:
    """Packs that each harvest is still to bring.

    Raises: CellRefused.

    >>> quantities_of("50; 1.000"), quantities_of(40), quantities_of("không")
    ([50, 1000], [40], [])
    """
    if not isinstance(cell, str):
        return [values.whole_of(cell, least=1, most=1_000_000)]
    return [values.whole_of(part, least=1, most=1_000_000) for part in _parts(cell)]


def days_of(cell: Cell) -> list[str]:
    """The day of each harvest, as ISO date; day before month, the year with four digits.

    Raises: CellRefused.

    >>> days_of("15/10/2026; 2026-11-20"), days_of(dt.date(2026, 10, 15))
    (['2026-10-15', '2026-11-20'], ['2026-10-15'])
    """
    if isinstance(cell, dt.date):
        return [cell.isoformat()]
    return [_day(part) for part in _parts(cell)]


def _day(text: str) -> str:
    found = _DAY_FIRST.fullmatch(text) or _YEAR_FIRST.fullmatch(text)
    try:
        if found and text.isascii():
            return dt.date(int(found["year"]), int(found["month"]), int(found["day"])).isoformat()
    except ValueError:
        pass
    raise CellRefused(Trouble.NOT_A_DAY, text=text[:60])


def day_text(iso: str) -> str:
    """As people write it.

    >>> day_text("2026-10-15")
    '15/10/2026'
    """
    return f"{dt.date.fromisoformat(iso):%d/%m/%Y}"


def confidences_of(cell: Cell) -> list[str]:
    """How sure each harvest is.

    Raises: CellRefused.

    >>> confidences_of("chắc chắn; có thể xê dịch")
    ['sure', 'likely']
    """
    return [values.choice_of(part, CONFIDENCES) for part in _parts(cell)]
