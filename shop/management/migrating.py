"""Migrations of a new database with five of Django's brakes off."""

from __future__ import annotations

import copy
import functools
import gc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, cast

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.operations import RunPython
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState, StateApps, get_related_models_tuples
from django.db.migrations.utils import resolve_relation
from django.db.models import Field
from django.utils.functional import SimpleLazyObject

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
def _replaced(owner: type, name: str, by: Callable[..., Any]) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, by)
    try:
        yield
    finally:
        setattr(owner, name, before)


def _fields_copied() -> AbstractContextManager[None]:
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

    return _replaced(Field, "clone", copied)


def _neighbours_only() -> AbstractContextManager[None]:
    """An operation draws anew its own model, those it points at, and those that point at it.

    Django goes on from those to all that hang together with them, which by way of the user is nearly every model.
    Schema operations look no further than the neighbours. Code may, so it gets a state drawn whole:
    :func:`_history_when_asked`; ``is_delayed`` is how Django itself knows that this one is not.
    """

    def neighbours(
        state: ProjectState, app_label: str, model_name: str, delay: bool = False
    ) -> set[tuple[str, str]]:
        state.is_delayed = True
        found = {(app_label, model_name)}
        if drawn := state.apps.all_models[app_label].get(model_name):
            found |= get_related_models_tuples(drawn)
        for field in state.models[app_label, model_name].fields.values():
            if field.is_relation:
                found.add(resolve_relation(field.related_model, app_label, model_name))
        return found

    return _replaced(ProjectState, "_find_reload_model", neighbours)


class _Asked:
    """A state whose models are drawn, all of them, once somebody looks at them."""

    def __init__(self, state: ProjectState) -> None:
        self._state = state
        self.apps = SimpleLazyObject(self._draw)

    def clear_delayed_apps_cache(self) -> None:
        """Django's order to draw everything, before it is known whether anybody will look."""

    def _draw(self) -> StateApps:
        self._state.clear_delayed_apps_cache()
        return self._state.apps


def _history_when_asked() -> AbstractContextManager[None]:
    """Most code of migrations, such as that which writes triggers, asks for no historical model."""
    drawn_always = RunPython.database_forwards

    def asked(operation: RunPython, app_label: str, editor: Any, before: Any, after: ProjectState) -> None:
        drawn_always(operation, app_label, editor, cast("ProjectState", _Asked(before)), after)

    return _replaced(RunPython, "database_forwards", asked)


def migrate() -> None:
    """``manage.py migrate``, and of a new database in a quarter of its time.

    Every migration makes dozens of historical model classes anew: the time goes into them, not into the database.
    What is there already is migrated as Django does it: nobody has compared the two on rows that people wrote.
    """
    with ExitStack() as brakes_off:
        if not MigrationRecorder(connection).applied_migrations():
            for brake_off in (
                _collecting_rarely,
                _swappable_names_kept,
                _fields_copied,
                _neighbours_only,
                _history_when_asked,
            ):
                brakes_off.enter_context(brake_off())
        call_command("migrate", verbosity=0)
