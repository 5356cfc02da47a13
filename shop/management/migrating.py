"""Migrations of a new database with two of Django's brakes off."""

from __future__ import annotations

import functools
import gc
from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.core.management import call_command

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


def migrate() -> None:
    """``manage.py migrate``, in two thirds of its time.

    Every migration makes dozens of historical model classes anew: the time goes into them, not into the database.
    """
    with _collecting_rarely(), _swappable_names_kept():
        call_command("migrate", verbosity=0)
