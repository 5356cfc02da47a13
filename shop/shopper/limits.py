"""How often one network, and anybody for one name, may try to get into an account."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from shop.accounts.phones import national_number
from shop.limits import counted, network_of

MOST_MISSES_BY_NETWORK = 60  # a whole village often shares one address of its operator
MOST_MISSES_FOR_NAME = 10
MOST_REQUESTS_BY_NETWORK = 20  # for a letter or a new account
MOST_LETTERS_FOR_NAME = 3
"""All per hour. A name without an account is counted like any other, so that the limit tells nothing."""


def may_try(request: HttpRequest, name: str) -> bool:
    """Whether a password for this name may be tried from here; only misses count (``count_miss``)."""
    return (
        cache.get(f"log-in-missed:{network_of(request)}", 0) < MOST_MISSES_BY_NETWORK
        and cache.get(f"log-in-missed:{digest(name)}", 0) < MOST_MISSES_FOR_NAME
    )


def count_miss(request: HttpRequest, name: str) -> None:
    counted(f"log-in-missed:{network_of(request)}")
    counted(f"log-in-missed:{digest(name)}")


def is_flood(request: HttpRequest) -> bool:
    """Whether this network has asked for too many letters or accounts; counts it."""
    return counted(f"account-asked:{network_of(request)}") > MOST_REQUESTS_BY_NETWORK


def may_write_to(name: str) -> bool:
    """Whether another letter may go there; counts it. Whoever asks gets the same answer either way."""
    return counted(f"account-letter:{digest(name)}") <= MOST_LETTERS_FOR_NAME


def digest(name: str) -> str:
    """A name in one spelling, as a hash: what people type is not kept."""
    written = national_number(name) or name.strip().lower()
    return hashlib.sha256(f"{settings.SECRET_KEY}:{written}".encode()).hexdigest()[:32]
