"""``manage.py import_products FILE --cooperative SLUG``: a cooperative's goods from a CSV or XLSX file.

Exit codes: 0 nothing is wrong (also: nothing to do) · 1 rows are wrong · 2 the file itself, the pictures or
the cooperative can't be used.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.importing.archives import MOST_BYTES as MOST_PICTURE_BYTES
from catalog.importing.archives import Photographs
from catalog.importing.cells import MOST_BYTES
from catalog.importing.planning import Plan, PlannedRow, RowKind
from catalog.importing.problems import FileRefused, Problem
from catalog.importing.runs import ImportResult, run, trial
from catalog.importing.wording import heading, sentence, shown
from catalog.models import Cooperative

ROWS_WRONG, UNUSABLE = 1, 2


class Command(BaseCommand):
    help = "Import a cooperative's goods from CSV or XLSX. Nothing is written with --dry-run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--cooperative", required=True, metavar="SLUG")
        parser.add_argument(
            "--images", type=Path, metavar="ZIP", help="photographs, named in the column “Tệp ảnh”"
        )
        parser.add_argument("--dry-run", action="store_true", help="only tell what would change")
        parser.add_argument(
            "--per-row", action="store_true", help="write the good rows although others are wrong"
        )
        parser.add_argument("--json", action="store_true", help="tell it as JSON")

    def handle(
        self,
        *args: Any,
        file: Path,
        cooperative: str,
        images: Path | None,
        dry_run: bool,
        per_row: bool,
        json: bool,
        **options: Any,
    ) -> None:
        seller = Cooperative.objects.filter(slug=cooperative).first()
        if seller is None:
            raise CommandError(f"There is no cooperative {cooperative!r}.", returncode=UNUSABLE)
        try:
            photographs = (
                Photographs.read(_content(images, MOST_PICTURE_BYTES)) if images else Photographs.none()
            )
            plan = trial(cooperative=seller, content=_content(file, MOST_BYTES), photographs=photographs)
        except FileRefused as refused:
            raise CommandError(sentence(refused), returncode=UNUSABLE) from refused
        result = ImportResult.of_trial(plan)
        if not dry_run:
            result = run(cooperative=seller, plan=plan, photographs=photographs, is_per_row=per_row)
        self.stdout.write(_as_json(plan, result) if json else _as_lines(plan, result))
        if result.problems:
            sys.exit(ROWS_WRONG)


def _content(path: Path, most: int) -> bytes:
    """The file, one byte more than allowed at most: what is too large is refused without being read."""
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}", returncode=UNUSABLE) from error


def _as_lines(plan: Plan, result: ImportResult) -> str:
    lines = [
        f"{row.number}: {row.sku} · {_changes(row)}"
        for row in plan.rows
        if row.kind in (RowKind.NEW, RowKind.CHANGED)
    ]
    lines += [
        ": ".join(filter(None, (str(row.number), heading(problem.field), sentence(problem))))
        for row, problem in _told(plan, result)
    ]
    if plan.unknown_headings:
        lines.append(f"Cột không đọc: {', '.join(plan.unknown_headings)}")
    if plan.unused_pictures:
        lines.append(f"Ảnh không dùng: {', '.join(plan.unused_pictures)}")
    counts = plan.counts
    lines.append(
        f"Mới {counts[RowKind.NEW]} · đổi {counts[RowKind.CHANGED]} · giữ nguyên {counts[RowKind.SAME]} · "
        f"lỗi {len(result.problems)} dòng · đã ghi {result.written} dòng"
    )
    return "\n".join(lines)


def _changes(row: PlannedRow) -> str:
    if row.kind is RowKind.NEW:
        return f"mới: {row.title}"
    return "; ".join(
        f"{heading(each.field)}: {shown(each.field, each.old)} → {shown(each.field, each.new)}"
        for each in row.changes
    )


def _told(plan: Plan, result: ImportResult) -> list[tuple[PlannedRow, Problem]]:
    return [(row, problem) for row in plan.rows for problem in result.problems.get(row.number, ())]


def _as_json(plan: Plan, result: ImportResult) -> str:
    report = {
        "counts": {kind.value: plan.counts[kind] for kind in RowKind},
        "written": result.written,
        "unknown_headings": plan.unknown_headings,
        "unused_pictures": plan.unused_pictures,
        "changes": [
            {
                "row": row.number,
                "code": row.sku,
                "kind": row.kind.value,
                "fields": {change.field: [change.old, change.new] for change in row.changes},
            }
            for row in plan.rows
            if row.changes
        ],
        "errors": [
            {
                "row": row.number,
                "code": row.sku,
                "column": heading(problem.field),
                "kind": problem.trouble.value,
                "message": sentence(problem),
            }
            for row, problem in _told(plan, result)
        ],
    }
    return json.dumps(report, ensure_ascii=False, indent=1)
