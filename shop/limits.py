"""How often one network may ask for something, counted in the cache; addresses are kept as hashes only."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

WINDOW_SECONDS = 3600


def address_of(request: HttpRequest) -> str:
    """Who asks. Behind our own proxy the last entry is the one that the proxy itself wrote."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = str(request.headers.get("X-Forwarded-For", "")).rsplit(",", 1)[-1].strip()
        address = forwarded or address
    return address


def network_of(request: HttpRequest) -> str:
    """Which network asks, as a hash."""
    return hashlib.sha256(f"{settings.SECRET_KEY}:{address_of(request)}".encode()).hexdigest()[:32]


def is_flood(request: HttpRequest, kind: str, *, per_network: int, per_market: int) -> bool:
    """Whether this sending of a kind is one too many within the hour, for its network or the market; counts it."""
    counts = ((f"{kind}:{network_of(request)}", per_network), (f"{kind}:all", per_market))
    return any([counted(key) > most for key, most in counts])


def spent(key: str) -> int:
    """How often it has been asked within the hour; counts nothing."""
    return int(cache.get(key, 0))


def counted(key: str) -> int:
    """How often this has been asked within the hour; counts it."""
    cache.add(key, 0, WINDOW_SECONDS)
    try:
        return int(cache.incr(key))
    except ValueError:  # the hour ended between the two calls
        return 1
