"""Asking a provider over HTTP: bounded in time, and never more certain than the answer allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from shop.payments.provider import TryLater

SECONDS = (3, 10)  # connect, read


def post(
    url: str,
    *,
    json: dict[str, Any] | None = None,
    form: dict[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The JSON object that answers; a provider's refusal is in it, whatever its status.

    Raises: TryLater when nothing, a server error or no JSON object came back: what happened is unknown.
    """
    return _ask("POST", url, json=json, data=form, headers=headers)


def get(url: str, *, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The same for a question that changes nothing."""
    return _ask("GET", url, headers=headers)


def delete(url: str, *, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The same for what is to be no more."""
    return _ask("DELETE", url, headers=headers)


def _ask(method: str, url: str, **sent: Any) -> dict[str, Any]:
    try:
        answer = requests.request(method, url, timeout=SECONDS, allow_redirects=False, **sent)
        body = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise TryLater(type(error).__name__) from error
    if answer.status_code >= 500 or not isinstance(body, dict):
        raise TryLater(f"status {answer.status_code}")
    return body
