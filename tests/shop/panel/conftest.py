"""A market with two stalls, people of every role, and a tax authority on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from shop.sandbox.server import SandboxServer
from tests.support.authority import running_authority
from tests.support.market import Market


@pytest.fixture
def as_role(market: Market) -> Callable[[str], Client]:
    """A browser in which that person has logged in."""

    def logged_in(role: str) -> Client:
        client = Client()
        client.force_login(market.people[role], backend="shop.accounts.backends.EmailOrPhoneBackend")
        return client

    return logged_in


@pytest.fixture
def authority(tmp_path: Path, settings: Any) -> Iterator[SandboxServer]:
    with running_authority(settings, tmp_path / "keys") as server:
        yield server
