"""How many complaints one network may send in an hour; a flood must not bury the real ones."""

from __future__ import annotations

from django.http import HttpRequest

from shop.limits import counted, network_of

PER_NETWORK = 12  # a whole village often shares one address of its operator
PER_MARKET = 300


def is_flood(request: HttpRequest) -> bool:
    """Whether this sending is one too many; counts it."""
    counts = (
        (f"complaints:{network_of(request)}", PER_NETWORK),
        ("complaints:all", PER_MARKET),
    )
    return any([counted(key) > most for key, most in counts])
