"""Rows that stand for a module: every test finds them as they were written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from catalog.models import Cooperative
from tests.factories import make_cooperative
from tests.support.databases import Databases
from tests.support.standing import Standing, fewest_rows_first, rows_that_stand


def make_stalls() -> list[Cooperative]:
    with transaction.atomic(durable=True):
        return [make_cooperative(name="A"), make_cooperative(name="B")]


@pytest.fixture(scope="module")
def standing_stalls(standing: Standing) -> Callable[[], list[Cooperative]]:
    return standing.keep(make_stalls)


@pytest.fixture
def stalls(standing_stalls: Callable[[], list[Cooperative]]) -> list[Cooperative]:
    return standing_stalls()


@pytest.fixture(scope="module")
def standing_refusal(
    standing_stalls: Any, databases: Databases, django_db_blocker: DjangoDbBlocker
) -> Callable[[], str]:
    """What whoever asks for the other database is told between two tests."""
    with django_db_blocker.unblock(), pytest.raises(RuntimeError) as refused:
        databases.select(market=True)
    return lambda: str(refused.value)


@pytest.mark.django_db
@pytest.mark.parametrize("_time", [1, 2, 3])
def test_every_test_finds_the_rows_and_the_objects_as_they_were_made(
    stalls: list[Cooperative], _time: int
) -> None:
    assert [stall.name for stall in stalls] == ["A", "B"]
    assert list(Cooperative.objects.order_by("name")) == stalls
    stalls.pop()
    stalls[0].name = "C"
    stalls[0].save()
    make_cooperative(name="D")
    with pytest.raises(ZeroDivisionError), transaction.atomic(durable=True):
        raise ZeroDivisionError


@pytest.mark.django_db
def test_two_who_ask_get_two_copies(stalls: list[Cooperative], standing_stalls: Any) -> None:
    assert standing_stalls() == stalls
    assert standing_stalls()[0] is not stalls[0]


@pytest.mark.django_db
def test_whoever_asks_for_no_rows_finds_none() -> None:
    assert not Cooperative.objects.exists()


@pytest.mark.django_db
def test_the_other_database_is_refused_while_rows_stand(
    standing_refusal: Callable[[], str], stalls: list[Cooperative]
) -> None:
    assert standing_refusal().startswith("Rows stand here until the end of their module")
    assert list(Cooperative.objects.order_by("name")) == stalls


def test_at_the_end_of_the_module_nothing_is_left(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    with rows_that_stand(django_db_blocker) as standing:
        (stall, _) = standing.keep(make_stalls)()
    with django_db_blocker.unblock():
        assert not Cooperative.objects.filter(pk=stall.pk).exists()


def test_rows_are_written_as_if_no_test_had_run_before(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    cache.set("left", "behind")
    with translation.override("en"), rows_that_stand(django_db_blocker) as standing:
        found = standing.keep(lambda: (translation.get_language(), cache.get("left")))
        assert found() == (settings.LANGUAGE_CODE, None)
        assert translation.get_language() == "en"


def test_within_a_module_those_who_ask_for_fewer_rows_come_first() -> None:
    def item(module: str, *names: str) -> Any:
        return SimpleNamespace(path=Path(module), fixturenames=names)

    two, none, one = (
        item("b", "standing", "standing_goods"),
        item("b", "client"),
        item("b", "standing", "client"),
    )
    before, after = item("a", "standing"), item("a")
    assert fewest_rows_first([before, two, none, one, after]) == [before, none, one, two, after]
