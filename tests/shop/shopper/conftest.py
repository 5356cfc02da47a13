"""Shoppers and the browsers they sit at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.factories import make_user

Seat = Callable[..., tuple[Any, Client]]


@pytest.fixture
def seat(db: None) -> Seat:
    """A person and a browser in which they have logged in."""

    def sit_down(email: str = "an@vidu.vn", **fields: Any) -> tuple[Any, Client]:
        user = make_user(email=email, **fields)
        client = Client()
        client.force_login(user)
        return user, client

    return sit_down
