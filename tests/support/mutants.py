"""Files with a few bytes changed, lost or added: what broken phones, lines and people with bad intent send."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

MUTANTS = int(os.environ.get("MUTANTS", "250"))
"""How many of each; a night may ask for thousands."""


def mutants(content: bytes, seed: int, count: int = MUTANTS) -> Iterator[bytes]:
    """``count`` mutants of ``content``, the same for the same seed."""
    chance = random.Random(seed)
    for _number in range(count):
        changed = bytearray(content)
        for _change in range(chance.randint(1, 6)):
            place = chance.randrange(len(changed))
            match chance.randrange(4):
                case 0:
                    changed[place] = chance.randrange(256)
                case 1:
                    del changed[place : place + chance.randint(1, 40)]
                case 2:
                    changed[place:place] = chance.randbytes(chance.randint(1, 20))
                case _:
                    changed[place : place + 4] = (0xFFFFFFFF).to_bytes(4, "little")
        yield bytes(changed)
