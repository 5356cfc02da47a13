"""Asking a gateway over HTTP: bounded in time, and never more certain than the answer allows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import requests

from .channel import TryLater

SECONDS = (3, 10)  # connect, read


def post(url: str, body: dict[str, Any], headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    """Status and JSON object of the answer; statuses from 200 to 499 without 408 and 429.

    Raises: TryLater, unsure when the request may have been acted upon.
    """
    try:
        answer = requests.post(url, json=body, headers=dict(headers), timeout=SECONDS, allow_redirects=False)
    except (requests.ConnectTimeout, requests.exceptions.InvalidURL) as error:
        raise TryLater(type(error).__name__) from error
    except requests.RequestException as error:
        raise TryLater(type(error).__name__, is_unsure=not _was_refused(error)) from error
    if answer.status_code == 429:
        raise TryLater("status 429")
    if answer.status_code >= 500 or answer.status_code == 408:
        raise TryLater(f"status {answer.status_code}", is_unsure=True)
    try:
        said = answer.json()
    except ValueError as error:
        raise TryLater(f"status {answer.status_code} without JSON", is_unsure=True) from error
    if not isinstance(said, dict):
        raise TryLater(f"status {answer.status_code} without an object", is_unsure=True)
    return answer.status_code, said


def international(number: str) -> str:
    """``0912345678`` → ``84912345678``, as gateways of Vietnam write numbers."""
    return f"84{number.removeprefix('0')}"


def short_key(key: str) -> str:
    """32 characters for gateways whose keys are short; the same for the same key."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _was_refused(error: requests.RequestException) -> bool:
    """Whether nobody listened at all: then nothing can have been taken."""
    return "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)
