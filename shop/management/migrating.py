"""Migrations of a new database with three of Django's brakes off."""

from __future__ import annotations

import copy
import functools
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db.models import Field

RARE = (200_000, 20, 100)


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(*RARE)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def _swappable_names_kept() -> Iterator[None]:
    """Which setting swaps a model is known once the settings are read.

    Django keeps the answers in a cache that all registries share and that each model of a historical state empties.
    """
    vars(apps)["get_swappable_settings_name"] = functools.cache(apps.get_swappable_settings_name)
    try:
        yield
    finally:
        del vars(apps)["get_swappable_settings_name"]


@contextmanager
def _fields_copied() -> Iterator[None]:
    """A historical model takes copies of its state's fields.

    Django takes each field apart and constructs it again, for the sake of those that point at other models. The
    others belong to no model yet, so a copy is as good. Its counter is new: fields stand in the order of their
    counters, which must be that of the state.
    """
    taken_apart = Field.clone

    def copied(field: Field[Any, Any]) -> Field[Any, Any]:
        if field.remote_field:
            return taken_apart(field)
        made = copy.copy(field)
        made.creation_counter = Field.creation_counter
        Field.creation_counter += 1
        return made

    Field.clone = copied  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        Field.clone = taken_apart  # type: ignore[method-assign]


def migrate() -> None:
    """``manage.py migrate``, in half of its time.

    Every migration makes dozens of historical model classes anew: the time goes into them, not into the database.
    """
    with _collecting_rarely(), _swappable_names_kept(), _fields_copied():
        call_command("migrate", verbosity=0)
