"""One import from beginning to end: the trial, then the writing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.models import Cooperative

from .applying import TO_WRITE, RowsRefused, apply_all, apply_each
from .archives import Photographs
from .pictures import drop_unused, make_pictures, wanted_names
from .planning import Plan, PlannedRow, plan
from .problems import Problem
from .rows import read_rows
from .tables import read_table


@dataclass(frozen=True)
class ImportResult:
    """``written`` rows, and by row number what kept the others from being written."""

    written: int
    problems: Mapping[int, Sequence[Problem]]

    @classmethod
    def of_trial(cls, made: Plan) -> ImportResult:
        return cls(0, {row.number: row.problems for row in made.rows if row.problems})


def trial(*, cooperative: Cooperative, content: bytes, photographs: Photographs) -> Plan:
    """What the file would change. Reads only. Raises: FileRefused."""
    return plan(cooperative=cooperative, sheet=read_rows(read_table(content)), pictures=photographs)


def run(*, cooperative: Cooperative, plan: Plan, photographs: Photographs, is_per_row: bool) -> ImportResult:
    """Write what the trial has shown: all of it or none, or with ``is_per_row`` every row that can be written.

    Locks/Writes: as ``save_products``; pictures before that, without a lock. Idempotent.
    """
    wrong = dict(ImportResult.of_trial(plan).problems)
    if wrong and not is_per_row:
        return ImportResult(0, wrong)
    pictures, spoilt = pictures_for(cooperative, photographs, plan.rows)
    wrong |= spoilt
    if wrong and not is_per_row:
        drop_unused(pictures.values(), made_by=cooperative)
        return ImportResult(0, wrong)
    rows = [row for row in plan.rows if row.kind in TO_WRITE and row.number not in wrong]
    if is_per_row:
        written = 0
        for outcome in apply_each(cooperative=cooperative, rows=rows, pictures=pictures):
            refused = {number: problems for number, problems in outcome.items() if problems}
            wrong |= refused
            written += len(outcome) - len(refused)
    else:
        try:
            written = apply_all(cooperative=cooperative, rows=rows, pictures=pictures)
        except RowsRefused as refused:
            written, wrong = 0, dict(refused.problems)
    drop_unused(pictures.values(), made_by=cooperative)
    return ImportResult(written, wrong)


def pictures_for(
    cooperative: Cooperative, photographs: Photographs, rows: Sequence[PlannedRow]
) -> tuple[dict[str, Any], dict[int, Sequence[Problem]]]:
    """The pictures that the rows need, by the name each is kept under; and the rows whose picture is spoilt.

    Writes: as ``make_pictures``.
    """
    names = wanted_names(rows)
    pictures: dict[str, Any] = {}
    problems: dict[int, Sequence[Problem]] = {}
    for name, picture, problem in make_pictures(
        cooperative=cooperative, photographs=photographs, names=names
    ):
        if problem is None:
            pictures[name] = picture
        else:
            problems |= {number: (problem,) for number in names[name]}
    return pictures, problems
