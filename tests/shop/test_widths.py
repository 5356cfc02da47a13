"""What does not fit into PostgreSQL's columns fails on SQLite too, so that the SQLite suite speaks for both."""

from __future__ import annotations

import pytest
from django.db import DataError

from catalog.models import Cooperative
from tests.factories import make_cooperative

pytestmark = pytest.mark.django_db


def test_a_text_that_is_too_long_for_its_column_is_not_kept() -> None:
    stall = make_cooperative()
    stall.name = "x" * 2_000
    with pytest.raises(DataError):
        stall.save()


def test_an_update_of_many_rows_is_counted_too() -> None:
    make_cooperative()
    with pytest.raises(DataError):
        Cooperative.objects.update(name="x" * 2_000)


def test_a_number_that_is_too_large_for_its_column_is_not_kept() -> None:
    stall = make_cooperative()
    stall.members_count = 2**31
    with pytest.raises(DataError):
        stall.save()
