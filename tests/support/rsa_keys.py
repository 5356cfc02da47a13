"""RSA keys of the sandbox, made a few times and dealt out in turn: each stall of each test would make its own.

Making one takes a quarter of a second. Those dealt out one after another differ, so that nobody in a test signs with
the key of somebody else.
"""

from __future__ import annotations

import itertools
import threading

from cryptography.hazmat.primitives.asymmetric import rsa

from shop.invoices import sandbox_keys

DIFFERENT = 8


def deal_keys() -> None:
    """From now on this process makes no more than ``DIFFERENT`` keys for the sandbox."""
    make, turns, one_at_a_time = sandbox_keys.new_key, itertools.count(), threading.Lock()
    made: list[rsa.RSAPrivateKey] = []

    def dealt() -> rsa.RSAPrivateKey:
        with one_at_a_time:
            place = next(turns) % DIFFERENT
            if place == len(made):
                made.append(make())
            return made[place]

    sandbox_keys.new_key = dealt
