"""No list of the panel asks more of the database for a thousand rows than for ten."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support.many import LISTS, begin, grow
from tests.support.market import Market

AsRole = Callable[[str], Client]


def counts(as_role: AsRole) -> dict[str, int]:
    """Statements of each list; the second look, when caches of a process are warm."""
    found = {}
    for name, role in LISTS.items():
        client = as_role(role)
        client.get(reverse(name))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = client.get(reverse(name))
        assert answer.status_code == 200, name
        found[name] = len(asked)
    return found


@pytest.mark.django_db
def test_lists_ask_as_much_for_a_thousand_rows_as_for_ten(market: Market, as_role: AsRole) -> None:
    begin(market)
    grow(market, 10)
    few = counts(as_role)
    grow(market, 1000)
    many = counts(as_role)
    print(many)
    assert {name: (few[name], many[name]) for name in LISTS if few[name] != many[name]} == {}
