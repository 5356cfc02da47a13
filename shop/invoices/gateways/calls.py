"""HTTP to a provider: every way it can fail becomes *try again later* or *will not succeed*."""

from __future__ import annotations

import io
import json as json_module
import time
import zipfile
from collections.abc import Mapping
from typing import Any

import requests

from shop.invoices.gateway import TryAgainLater
from shop.invoices.reading import MOST_BYTES

TIMEOUT = (3.05, 60.0)
"""Providers answer within 60 to 90 seconds (manuals); after that the invoice is searched before it is sent again."""

_MOST_ANSWER = 8 * 1024 * 1024
_MOST_FILES = 20
_SECONDS_OF_REST = 900


class LoggedOut(Exception):
    """The log-in is over or was refused."""


def call(
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    json: object = None,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: tuple[float, float] = TIMEOUT,
) -> tuple[int, bytes]:
    """Status and body of the answer; redirects are not followed. Raises: TryAgainLater, LoggedOut."""
    try:
        response = requests.request(
            method,
            url,
            data=body if body is not None else form,
            json=json,
            headers=dict(headers or {}),
            timeout=timeout,
            allow_redirects=False,
            stream=True,
        )
        with response:
            content = response.raw.read(_MOST_ANSWER + 1, decode_content=True)
    except (requests.RequestException, OSError) as reason:
        raise TryAgainLater(f"the provider does not answer: {type(reason).__name__}") from reason
    except Exception as reason:
        raise TryAgainLater(f"the answer broke off: {type(reason).__name__}") from reason
    if len(content) > _MOST_ANSWER:
        raise TryAgainLater("the answer is too big")
    if response.status_code in (401, 403):
        raise LoggedOut
    if response.status_code >= 500 or response.status_code in (408, 429):
        raise TryAgainLater(f"the provider answers {response.status_code}")
    return response.status_code, content


def as_object(content: bytes) -> dict[str, Any]:
    """The JSON object in an answer. Raises: TryAgainLater if it holds none: then nobody knows what happened."""
    try:
        said = json_module.loads(content)
    except (ValueError, RecursionError) as reason:
        raise TryAgainLater("the answer is no JSON") from reason
    if not isinstance(said, dict):
        raise TryAgainLater("the answer is no JSON object")
    return said


def xml_in_zip(archive: bytes) -> bytes:
    """The only XML file in a ZIP, unpacked with a limit. Raises: TryAgainLater."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            if len(files.infolist()) > _MOST_FILES:
                raise TryAgainLater("the archive holds too many files")
            (name,) = [name for name in files.namelist() if name.lower().endswith(".xml")]
            with files.open(name) as file:
                xml = file.read(MOST_BYTES + 1)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, OSError, EOFError) as reason:
        raise TryAgainLater("the archive cannot be read") from reason
    if len(xml) > MOST_BYTES:
        raise TryAgainLater("the invoice in the archive is too big")
    return xml


class LogIn:
    """Remembers a refused log-in: more tries would only lock the account, so it rests for a while.

    An invoice waits meanwhile: it may have been sent before, so a refused log-in decides nothing about it.
    """

    def __init__(self) -> None:
        self._rests_until = 0.0

    def check(self) -> None:
        """Raises: TryAgainLater while the account rests."""
        if time.monotonic() < self._rests_until:
            raise TryAgainLater("the provider refused our log-in; check user and password")

    def refused(self) -> TryAgainLater:
        """What to raise now that the provider has refused us."""
        self._rests_until = time.monotonic() + _SECONDS_OF_REST
        return TryAgainLater("the provider refuses our log-in; check user and password")
