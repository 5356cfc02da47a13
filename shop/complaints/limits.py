"""How many complaints one network may send in an hour; a flood must not bury the real ones."""

from __future__ import annotations

from django.http import HttpRequest

from shop import limits

PER_NETWORK = 12  # a whole village often shares one address of its operator
PER_MARKET = 300


def is_flood(request: HttpRequest) -> bool:
    """Whether this sending is one too many; counts it."""
    return limits.is_flood(request, "complaints", per_network=PER_NETWORK, per_market=PER_MARKET)
