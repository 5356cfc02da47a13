"""Rows that the tests of a module share: written once, and the changes of each test taken back.

What ``setUpTestData`` is to the tests of a ``TestCase``. A module says what stands, and what each test gets of it::

    @pytest.fixture(scope="module")
    def standing_goods(standing: Standing) -> Callable[[], Goods]:
        return standing.keep(make_goods)

    @pytest.fixture
    def goods(standing_goods: Callable[[], Goods]) -> Goods:
        return standing_goods()
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import TypeVar, cast

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

T = TypeVar("T")
PREFIX = "standing"


class Standing:
    """The rows that stand until the end of a module."""

    def __init__(self, blocker: DjangoDbBlocker) -> None:
        self._blocker = blocker

    def keep(self, make: Callable[[], T]) -> Callable[[], T]:
        """Write what ``make`` writes; each call of what is returned gives objects of its own.

        No fixture of a single test is at work yet: not its settings, its clock or its ``mail.outbox``.
        """
        with self._blocker.unblock(), translation.override(settings.LANGUAGE_CODE):
            cache.clear()
            made = pickle.dumps(make())
        return lambda: cast("T", pickle.loads(made))  # our own bytes


@contextmanager
def rows_that_stand(blocker: DjangoDbBlocker) -> Iterator[Standing]:
    """A transaction around those of the tests, which become savepoints in it; taken back at the end."""
    with blocker.unblock():
        around = transaction.atomic()
        around._from_testcase = True  # as Django marks its own: a durable block may begin in it
        around.__enter__()
    try:
        yield Standing(blocker)
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            around.__exit__(None, None, None)


def rows_asked_for(item: pytest.Item) -> int:
    return sum(name.startswith(PREFIX) for name in getattr(item, "fixturenames", ()))


def fewest_rows_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Within each module: rows stand from the first test that asks for them, and another may want none."""
    return [
        item
        for _path, together in groupby(items, key=lambda item: item.path)
        for item in sorted(together, key=rows_asked_for)
    ]
