"""RSA keys of the sandbox, made a few times and dealt out in turn: each stall of each test would make its own.

Making one takes a quarter of a second. Those dealt out one after another differ, so that nobody in a test signs with
the key of somebody else.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography.hazmat.primitives.asymmetric import rsa

from shop.invoices import sandbox_keys

DIFFERENT = 8
_make = sandbox_keys.new_key


def deal_keys() -> None:
    """From now on this process makes no more than ``DIFFERENT`` keys for the sandbox."""
    turns, one_at_a_time = itertools.count(), threading.Lock()
    made: list[rsa.RSAPrivateKey] = []

    def dealt() -> rsa.RSAPrivateKey:
        with one_at_a_time:
            place = next(turns) % DIFFERENT
            if place == len(made):
                made.append(_make())
            return made[place]

    sandbox_keys.new_key = dealt


@contextmanager
def never_dealt() -> Iterator[None]:
    """Keys made inside are nobody else's: for those that outlive a test, whose turn would come again."""
    dealt, sandbox_keys.new_key = sandbox_keys.new_key, _make
    try:
        yield
    finally:
        sandbox_keys.new_key = dealt
