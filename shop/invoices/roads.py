"""The three roads to the tax authority: an invoice's symbol says which one it goes.

Source: Circular 91/2026/TT-BTC appendix I (first letter: with or without a code; fourth: ``M`` from a cash register);
Decision 1271/QĐ-CT part II (messages 200, 203, 206). On the last two the invoice is complete when it is issued: the
authority is only told, of many at once, and gives no code back.
"""

from __future__ import annotations

import enum

from django.db.models import F, Q, Value
from django.db.models.functions import Substr
from django.db.models.lookups import Exact


class Road(enum.StrEnum):
    """By the type of the message that carries the invoice."""

    CODED = "200"  # alone; comes back with the authority's code
    UNCODED = "203"  # without any code
    TILL = "206"  # with the code that the cash register made

    @property
    def is_package(self) -> bool:
        """Whether many invoices go in one message, and are complete before it is sent."""
        return self is not Road.CODED


def road_of(symbol: str) -> Road:
    """The road of a series.

    >>> road_of("C26TAA"), road_of("K26TAA"), road_of("C26MAA")
    (<Road.CODED: '200'>, <Road.UNCODED: '203'>, <Road.TILL: '206'>)
    """
    if symbol[3:4] == "M":
        return Road.TILL
    return Road.UNCODED if symbol.startswith("K") else Road.CODED


def goes(*roads: Road, series: str = "series__") -> Q:
    """The invoices of these roads; ``series`` is the way to their series."""
    symbol = f"{series}symbol"
    till = Q(Exact(Substr(F(symbol), 4, 1), Value("M")))
    uncoded = Q(**{f"{symbol}__startswith": "K"}) & ~till
    parts = {Road.TILL: till, Road.UNCODED: uncoded, Road.CODED: ~till & ~uncoded}
    chosen = Q(pk__in=[])
    for road in roads:
        chosen |= parts[road]
    return chosen
