"""Asking a provider over HTTP: bounded in time, and never more certain than the answer allows."""

from __future__ import annotations

from typing import Any

import requests

from shop.payments.provider import TryLater

SECONDS = (3, 10)  # connect, read


def post(
    url: str, *, json: dict[str, Any] | None = None, form: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The JSON object that answers; a provider's refusal is in it, whatever its status.

    Raises: TryLater when nothing, a server error or no JSON object came back: what happened is unknown.
    """
    try:
        answer = requests.post(url, json=json, data=form, timeout=SECONDS, allow_redirects=False)
        body = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise TryLater(type(error).__name__) from error
    if answer.status_code >= 500 or not isinstance(body, dict):
        raise TryLater(f"status {answer.status_code}")
    return body
