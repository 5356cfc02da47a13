"""What a key has to sign: a random number, kept in the session, good once, for one purpose and five minutes."""

from __future__ import annotations

import hashlib
import secrets
import time
from enum import StrEnum

from django.core.cache import cache
from django.http import HttpRequest
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

GOOD_FOR_SECONDS = 300
BYTES = 32


class Purpose(StrEnum):
    """A number asked for to log in cannot add a key, and the other way round."""

    ADD = "add"
    STEP = "step"
    LOG_IN = "log-in"


class DeadChallenge(Exception):
    """None was given, or it is too old, was used, or was given for something else."""


def new_challenge(request: HttpRequest, purpose: Purpose) -> bytes:
    """Another one for this session; the one before is dead."""
    number = secrets.token_bytes(BYTES)
    request.session[_key(purpose)] = [bytes_to_base64url(number), time.time() + GOOD_FOR_SECONDS]
    return number


def take_challenge(request: HttpRequest, purpose: Purpose) -> bytes:
    """The one of this session, used up with this call even if what follows fails. Raises: DeadChallenge."""
    written, until = request.session.pop(_key(purpose), ("", 0))
    # Two requests at once read the same session before either is written back: the cache lets one of them through.
    mark = f"passkey-challenge:{hashlib.sha256(written.encode()).hexdigest()}"
    if not written or time.time() > until or not cache.add(mark, 1, GOOD_FOR_SECONDS):
        raise DeadChallenge
    return base64url_to_bytes(written)


def _key(purpose: Purpose) -> str:
    return f"passkey_{purpose}"
