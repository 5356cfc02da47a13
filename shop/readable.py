"""Codes that people read from paper or over the telephone."""

from __future__ import annotations

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is read wrongly


def random_letters(count: int) -> str:
    """So many letters that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(count))
