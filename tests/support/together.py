"""Running the same thing in many threads at once, each with its own database connection."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, connections, models
from django.db.models.constraints import BaseConstraint


def at_once(calls: Sequence[Callable[[], Any]], *, seconds: float = 120) -> list[Any]:
    """What each call returned or raised, in the order of ``calls``; all start together."""
    outcomes: list[Any] = [TimeoutError("did not end")] * len(calls)
    start = threading.Barrier(len(calls))

    def run(position: int) -> None:
        try:
            start.wait(30)
            outcomes[position] = calls[position]()
        except Exception as error:  # noqa: BLE001  carried to the test's thread
            outcomes[position] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(position,), daemon=True) for position in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    return outcomes


def drop_constraint(model: type[models.Model], name: str) -> None:
    """Take a guard away for a control; the next test gets a fresh copy of the database."""
    every = model._meta.constraints
    found: BaseConstraint = next(item for item in every if item.name == name)
    # SQLite rebuilds the table from what the model says.
    model._meta.constraints = [item for item in every if item is not found]
    try:
        with connection.schema_editor() as editor:
            editor.remove_constraint(model, found)
    finally:
        model._meta.constraints = every


def drop_uniqueness(model: type[models.Model], field_name: str, plain: models.Field[Any, Any]) -> None:
    """The same for a field that is unique by itself; ``plain`` is the field without it."""
    plain.set_attributes_from_name(field_name)
    plain.model = model
    with connection.schema_editor() as editor:
        editor.alter_field(model, model._meta.get_field(field_name), plain)
