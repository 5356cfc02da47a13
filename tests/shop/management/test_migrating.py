"""A new database is migrated with shortcuts; what comes of it is what the models say."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations.operations import RunPython
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState
from django.db.models import Field

from shop.management import migrating

pytestmark = pytest.mark.django_db

VIRTUAL = "SQLiteFTSIndexEntry"
BY_HAND = {"words"}  # PostgreSQL makes them out of the row's texts
TABLES = [
    model
    for model in apps.get_models(include_auto_created=True)
    if model._meta.managed and not model._meta.proxy and model.__name__ != VIRTUAL
]


def test_every_table_has_its_models_columns() -> None:
    with connection.cursor() as cursor:
        for model in TABLES:
            described = connection.introspection.get_table_description(cursor, model._meta.db_table)
            columns = {field.column: field.null for field in model._meta.local_concrete_fields}
            standing = {column.name: bool(column.null_ok) for column in described}
            assert columns.items() <= standing.items(), model
            assert {**columns, "words": True} == {**standing, "words": True}, (
                model
            )  # PostgreSQL's index of words


def test_every_table_has_its_models_constraints_and_indexes() -> None:
    longest = connection.ops.max_name_length() or 1_000
    with connection.cursor() as cursor:
        for model in TABLES:
            standing = connection.introspection.get_constraints(cursor, model._meta.db_table)
            named = {str(item.name)[:longest] for item in (*model._meta.constraints, *model._meta.indexes)}
            assert named <= set(standing), model
            unique = {
                tuple(item["columns"]) for item in standing.values() if item["unique"] or item["primary_key"]
            }
            assert {(field.column,) for field in model._meta.local_fields if field.unique} <= unique, model
            pointing = {
                item["columns"][0]: item["foreign_key"] for item in standing.values() if item["foreign_key"]
            }
            assert {
                field.column: (field.target_field.model._meta.db_table, field.target_field.column)
                for field in model._meta.local_fields
                if isinstance(field, models.ForeignKey) and field.db_constraint
            } == pointing, model


def brakes() -> tuple[Any, ...]:
    return Field.clone, ProjectState._find_reload_model, RunPython.database_forwards  # type: ignore[attr-defined]


@pytest.mark.parametrize("new", [True, False])
def test_shortcuts_are_for_new_databases_and_end_with_them(
    monkeypatch: pytest.MonkeyPatch, new: bool
) -> None:
    if new:
        monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda recorder: {})
    before, seen = brakes(), []
    monkeypatch.setattr(migrating, "call_command", lambda *args, **options: seen.append(brakes()))
    migrating.migrate()
    [during] = seen
    assert brakes() == before
    assert [standing is put for standing, put in zip(before, during, strict=True)] == [not new] * 3
