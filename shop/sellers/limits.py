"""How many applications one network may send in an hour."""

from __future__ import annotations

from django.http import HttpRequest

from shop.limits import counted, network_of

PER_NETWORK = 6  # a whole village often shares one address of its operator
PER_MARKET = 100


def is_flood(request: HttpRequest) -> bool:
    """Whether this sending is one too many; counts it."""
    counts = ((f"applications:{network_of(request)}", PER_NETWORK), ("applications:all", PER_MARKET))
    return any([counted(key) > most for key, most in counts])
