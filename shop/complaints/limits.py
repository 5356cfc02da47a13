"""How many complaints one network may send in an hour; a flood must not bury the real ones."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

PER_NETWORK = 12  # a whole village often shares one address of its operator
PER_MARKET = 300
WINDOW_SECONDS = 3600


def is_flood(request: HttpRequest) -> bool:
    """Whether this sending is one too many; counts it. The address is kept as a hash, for an hour."""
    network = hashlib.sha256(f"{settings.SECRET_KEY}:{_address(request)}".encode()).hexdigest()[:32]
    counted = ((f"complaints:{network}", PER_NETWORK), ("complaints:all", PER_MARKET))
    return any([_count(key) > most for key, most in counted])


def _count(key: str) -> int:
    cache.add(key, 0, WINDOW_SECONDS)
    try:
        return int(cache.incr(key))
    except ValueError:  # the hour ended between the two calls
        return 1


def _address(request: HttpRequest) -> str:
    """Behind our own proxy the last entry is the one that the proxy itself wrote."""
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = str(request.headers.get("X-Forwarded-For", "")).rsplit(",", 1)[-1].strip()
        if forwarded:
            return forwarded
    return str(request.META.get("REMOTE_ADDR", ""))
