"""How many applications one network may send in an hour."""

from __future__ import annotations

from django.http import HttpRequest

from shop import limits

PER_NETWORK = 6  # a whole village often shares one address of its operator
PER_MARKET = 100


def is_flood(request: HttpRequest) -> bool:
    """Whether this sending is one too many; counts it."""
    return limits.is_flood(request, "applications", per_network=PER_NETWORK, per_market=PER_MARKET)
