"""How much the tests try: enough for every change (``make test``), or all of it (``make test-whole``, ``WHOLE=1``)."""

from __future__ import annotations

import os

WHOLE = bool(os.environ.get("WHOLE"))


def times(name: str, usual: int, whole: int) -> int:
    """How often something is tried; the environment's ``name`` overrules both sizes."""
    return int(os.environ.get(name, whole if WHOLE else usual))
