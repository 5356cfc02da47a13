"""Writes what a trial has shown, and nothing else: all of it or none, or row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from oscar.core.loading import get_model

from catalog.batch import BelowReserved, Draft, DraftsRefused, save_products
from catalog.models import Commune, Cooperative

from .columns import PICTURES, SIZE_FIELDS
from .current import current_values
from .planning import PlannedRow, RowKind
from .problems import Problem, Trouble
from .sizes import SizeRow, clear_tiers, write_packs, write_sizes

AT_ONCE = 200
TO_WRITE = (RowKind.NEW, RowKind.CHANGED)
COLUMN_OF = {  # fields of packs and harvests by their column
    "name": "pack",
    "name_en": "pack_en",
    "expected_quantity": "harvest_quantity",
    "expected_on": "harvest_on",
    "confidence": "harvest_confidence",
}


class RowsRefused(ValueError):
    """Rows that can't be written any more; nothing was. ``problems``: by row number."""

    def __init__(self, problems: Mapping[int, Sequence[Problem]]) -> None:
        super().__init__(f"rows refused: {sorted(problems)}")
        self.problems = problems


@transaction.atomic
def apply_all(*, cooperative: Cooperative, rows: Sequence[PlannedRow], pictures: Mapping[str, Any]) -> int:
    """Write all rows or none; return how many.

    Locks/Writes: as ``save_products``. Raises: RowsRefused. Idempotent: what is already so is left alone.
    """
    wanted = [row for row in rows if row.kind in TO_WRITE]
    problems: dict[int, Sequence[Problem]] = {}
    for start in range(0, len(wanted), AT_ONCE):
        try:
            _write(cooperative, wanted[start : start + AT_ONCE], pictures)
        except RowsRefused as refused:
            problems |= refused.problems
        except DatabaseError as error:
            problems[wanted[start].number] = [_refused_by_database(error)]
    if problems:
        raise RowsRefused(problems)
    return len(wanted)


def apply_each(
    *, cooperative: Cooperative, rows: Sequence[PlannedRow], pictures: Mapping[str, Any]
) -> Iterator[dict[int, Sequence[Problem]]]:
    """Write each row that can be written, whatever becomes of the others; tell by number what was wrong.

    Rows are written together where they can be, a transaction for every ``AT_ONCE`` of them.
    Locks/Writes: as ``save_products``. Idempotent.
    """
    wanted = [row for row in rows if row.kind in TO_WRITE]
    for start in range(0, len(wanted), AT_ONCE):
        yield apply_some(cooperative=cooperative, rows=wanted[start : start + AT_ONCE], pictures=pictures)


@transaction.atomic
def apply_some(
    *, cooperative: Cooperative, rows: Sequence[PlannedRow], pictures: Mapping[str, Any]
) -> dict[int, Sequence[Problem]]:
    """Write the rows that can be written; by number what was wrong with each, nothing for those written.

    Locks/Writes: as ``save_products``. Idempotent.
    """
    outcome: dict[int, Sequence[Problem]] = {row.number: () for row in rows}
    try:
        _write(cooperative, rows, pictures)
    except RowsRefused as refused:
        outcome |= refused.problems
        left = [row for row in rows if row.number not in refused.problems]
        outcome |= apply_some(cooperative=cooperative, rows=left, pictures=pictures) if left else {}
    except DatabaseError as error:
        if len(rows) == 1:
            return {rows[0].number: [_refused_by_database(error)]}
        for row in rows:
            outcome |= apply_some(cooperative=cooperative, rows=[row], pictures=pictures)
    return outcome


def _refused_by_database(error: DatabaseError) -> Problem:
    return Problem(Trouble.REFUSED, values={"reason": type(error).__name__})


@transaction.atomic
def _write(cooperative: Cooperative, rows: Sequence[PlannedRow], pictures: Mapping[str, Any]) -> None:
    """Raises: RowsRefused, when what the trial saw is no longer so, or the services refuse."""
    parents = {row.number: row.parent_sku(None) for row in rows}
    _lock(cooperative, [*(row.sku for row in rows), *filter(None, parents.values())])
    now = current_values(cooperative, [row.sku for row in rows])
    problems: dict[int, Sequence[Problem]] = {}
    to_write: list[tuple[PlannedRow, str, dict[str, Any]]] = []
    for row in rows:
        there = now.get(row.sku)
        parent, parent_now = row.parent_sku(there), there["parent_sku"] if there else ""
        if there is not None and parent != parent_now:
            problems[row.number] = [_not_as_planned(parent, parent_now)]
            continue
        fields, moved = _still_to_write(row, there)
        if moved:
            problems[row.number] = moved
        elif fields:
            to_write.append((row, parent, fields))
    if problems:
        raise RowsRefused(problems)
    clear_tiers(cooperative, [row.sku for row, _parent, fields in to_write if "tiers" in fields])
    products = [(row, fields) for row, parent, fields in to_write if not parent]
    _write_products(cooperative, products, pictures)
    _write_sizes(cooperative, to_write, now)


def _write_sizes(
    cooperative: Cooperative,
    to_write: Sequence[tuple[PlannedRow, str, dict[str, Any]]],
    now: Mapping[str, Mapping[str, Any]],
) -> None:
    """Raises: RowsRefused."""
    numbers = {row.sku: row.number for row, _parent, _fields in to_write}
    packs = [
        (SizeRow(row.sku, fields, now.get(row.sku)), parent) for row, parent, fields in to_write if parent
    ]
    errors = write_packs(cooperative, packs)
    if not errors:
        sizes = [
            # Whether a pack is offered has been written with it.
            SizeRow(
                row.sku,
                {name: value for name, value in fields.items() if not (parent and name == "is_offered")},
                now.get(row.sku),
            )
            for row, parent, fields in to_write
        ]
        errors = write_sizes(cooperative, sizes)
    if errors:
        raise RowsRefused({numbers[sku]: _problems_of(error) for sku, error in errors.items()})


def _not_as_planned(parent: str, parent_now: str) -> Problem:
    """What was a product, a pack or nothing in the trial is something else now."""
    if not parent:
        return Problem(Trouble.CODE_OF_A_PACK, "sku")
    if not parent_now:
        return Problem(Trouble.NOT_A_PACK, "parent_sku")
    return Problem(Trouble.PACK_OF_ANOTHER, "parent_sku", {"code": parent_now})


def _write_products(
    cooperative: Cooperative,
    rows: Sequence[tuple[PlannedRow, Mapping[str, Any]]],
    pictures: Mapping[str, Any],
) -> None:
    """Raises: RowsRefused."""
    drafts = []
    for row, fields in rows:
        of_the_product = {name: value for name, value in fields.items() if name not in SIZE_FIELDS}
        if of_the_product:
            drafts.append(Draft(row.sku, of_the_product))
    try:
        save_products(cooperative=cooperative, drafts=_with_objects(drafts, pictures))
    except DraftsRefused as refused:
        numbers = {row.sku: row.number for row, _fields in rows}
        raise RowsRefused(
            {numbers[sku]: _problems_of(error) for sku, error in refused.errors.items()}
        ) from refused


def _lock(cooperative: Cooperative, skus: Sequence[str]) -> None:
    records: Any = get_model("partner", "StockRecord").objects.select_for_update()
    found = records.filter(partner_id=cooperative.partner_id, partner_sku__in=skus).order_by("pk")
    list(found.values_list("pk", flat=True))


def _still_to_write(row: PlannedRow, now: Mapping[str, Any] | None) -> tuple[dict[str, Any], list[Problem]]:
    """The fields that are not yet as the row wants them, and those that someone changed since the trial."""
    fields: dict[str, Any] = {}
    moved = []
    if now is None and row.kind is RowKind.CHANGED:
        return {}, [Problem(Trouble.MOVED_ON, "sku", {"old": row.sku, "now": ""})]
    for change in row.changes:
        value = None if now is None else now[change.field]
        if now is not None and value == change.new:
            continue
        if value != change.old:
            moved.append(Problem(Trouble.MOVED_ON, change.field, {"old": change.old, "now": value}))
        fields[change.field] = change.new
    return fields, moved


def _with_objects(drafts: Sequence[Draft], pictures: Mapping[str, Any]) -> list[Draft]:
    """The drafts with communes, groups and pictures as objects."""
    communes = Commune.objects.in_bulk({draft.fields.get("commune") for draft in drafts} - {None})
    categories: Any = get_model("catalogue", "Category").objects.filter(depth=1)
    groups = {category.slug: category for category in categories}
    objects: dict[str, Mapping[Any, Any]] = {"commune": communes, "category": groups} | dict.fromkeys(
        PICTURES, pictures
    )
    return [
        Draft(
            draft.sku,
            {
                name: objects[name].get(value) if name in objects else value
                for name, value in draft.fields.items()
            },
        )
        for draft in drafts
    ]


def _problems_of(error: ValidationError) -> list[Problem]:
    if isinstance(error, BelowReserved):
        return [Problem(Trouble.BELOW_RESERVED, "stock", {"reserved": error.reserved})]
    if not hasattr(error, "error_dict"):
        return [Problem(Trouble.REFUSED, values={"reason": " ".join(error.messages)})]
    return [
        Problem(Trouble.REFUSED, COLUMN_OF.get(field, field), {"reason": " ".join(messages)})
        for field, messages in error.message_dict.items()
    ]
