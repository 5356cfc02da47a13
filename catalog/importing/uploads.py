"""A file sent in the panel: kept for its cooperative alone, tried, confirmed, written, forgotten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from catalog.acts import acting
from catalog.models import Cooperative, ImportStatus, ProductImport, ProductImportFile, ProductImportRow

from .applying import AT_ONCE, TO_WRITE, RowsRefused, apply_all, apply_some
from .archives import Photographs
from .pictures import drop_unused
from .planning import Change, Plan, PlannedRow, RowKind
from .problems import FileRefused, Problem, Trouble
from .runs import pictures_for, trial

AT_WORK = (ImportStatus.CHECKING, ImportStatus.WRITING)
KEPT_UNCONFIRMED = dt.timedelta(days=2)
KEPT = dt.timedelta(days=60)
SILENT = dt.timedelta(minutes=10)  # no step for so long: its job is lost


class NotReady(Exception):
    """The import is not at the step that this needs."""


@transaction.atomic
def receive(
    *, cooperative: Cooperative, sent_by: Any, file_name: str, table: bytes, pictures: bytes = b""
) -> ProductImport:
    """The file kept for its trial. Writes: ProductImport, ProductImportFile."""
    sent = ProductImport.objects.create(cooperative=cooperative, sent_by=sent_by, file_name=file_name[:120])
    ProductImportFile.objects.create(product_import=sent, table=table, pictures=pictures)
    return sent


def check(pk: int) -> None:
    """Make the trial and keep it. Idempotent. Writes: ProductImport, its rows."""
    sent = ProductImport.objects.select_related("cooperative").filter(pk=pk).first()
    if sent is None or sent.status != ImportStatus.CHECKING:
        return
    files = ProductImportFile.objects.get(product_import=sent)
    try:
        made = trial(
            cooperative=sent.cooperative, content=bytes(files.table), photographs=_photographs(files)
        )
    except FileRefused as refused:
        with transaction.atomic():
            if _claim(sent, ImportStatus.CHECKING):
                sent.refusal = _as_json(refused.at(""))
                _finish(sent, ImportStatus.REFUSED)
        return
    with transaction.atomic():
        if _claim(sent, ImportStatus.CHECKING):
            _keep(sent, made)


def _photographs(files: ProductImportFile) -> Photographs:
    content = bytes(files.pictures)
    return Photographs.read(content) if content else Photographs.none()


def _claim(sent: ProductImport, status: ImportStatus) -> bool:
    """Lock the import; whether it still has that status: another worker may have been quicker."""
    now = ProductImport.objects.select_for_update().filter(pk=sent.pk, status=status).first()
    return now is not None


def _keep(sent: ProductImport, made: Plan) -> None:
    ProductImportRow.objects.bulk_create(
        [
            ProductImportRow(
                product_import=sent,
                number=row.number,
                sku=row.sku,
                title=row.title,
                kind=row.kind.value,
                changes=[[change.field, change.old, change.new] for change in row.changes],
                problems=[_as_json(problem) for problem in row.problems],
            )
            for row in made.rows
        ],
        batch_size=500,
    )
    sent.notes = {
        "unknown_headings": list(made.unknown_headings),
        "unused_pictures": list(made.unused_pictures),
        "encoding": made.encoding,
    }
    sent.status = ImportStatus.CHECKED
    sent.save(update_fields=["status", "notes"])


@transaction.atomic
def confirm(*, product_import: ProductImport, is_per_row: bool) -> None:
    """The person has seen the trial and wants it written.

    Writes: ProductImport. Raises: NotReady when it was not tried, is at work or done, or holds a wrong row and
    is to be written as a whole.
    """
    sent = ProductImport.objects.select_for_update().get(pk=product_import.pk)
    has_wrong = sent.rows.filter(kind=RowKind.WRONG).exists()
    if sent.status != ImportStatus.CHECKED or (has_wrong and not is_per_row):
        raise NotReady(sent.status)
    sent.status, sent.is_per_row, sent.woken_at = ImportStatus.WRITING, is_per_row, timezone.now()
    sent.save(update_fields=["status", "is_per_row", "woken_at"])


def write(pk: int) -> None:
    """Write what was confirmed: all in one transaction, or the rows that can be written, some at a time.

    Killed anywhere and called again it goes on where it was: what stands written is known by its row.
    Locks/Writes: ProductImport, then as ``save_products``. Idempotent.
    """
    sent = ProductImport.objects.select_related("cooperative", "sent_by").filter(pk=pk).first()
    if sent is None or sent.status != ImportStatus.WRITING:
        return
    with acting(sent.sent_by):
        _write(sent)


def _write(sent: ProductImport) -> None:
    files = ProductImportFile.objects.get(product_import=sent)
    left = [planned(row) for row in rows_left(sent)]
    pictures, spoilt = pictures_for(sent.cooperative, _photographs(files), left)
    if sent.is_per_row:
        _note_problems(sent, spoilt)
        _write_some(sent, pictures)
    else:
        _write_all(sent, left, pictures, spoilt)
    drop_unused(pictures.values(), made_by=sent.cooperative)


def rows_left(sent: ProductImport) -> QuerySet[ProductImportRow]:
    """The rows that are yet to be written."""
    return sent.rows.filter(kind__in=TO_WRITE, written_at=None).order_by("number")


@transaction.atomic
def _write_all(
    sent: ProductImport, rows: Sequence[PlannedRow], pictures: dict[str, Any], spoilt: dict[int, Any]
) -> None:
    if not _claim(sent, ImportStatus.WRITING):
        return
    problems = spoilt
    if not problems:
        try:
            apply_all(cooperative=sent.cooperative, rows=rows, pictures=pictures)
        except RowsRefused as refused:
            problems = dict(refused.problems)
    if problems:
        _note_problems(sent, problems)
        _finish(sent, ImportStatus.STOPPED)
        return
    sent.rows.filter(kind__in=TO_WRITE).update(written_at=timezone.now())
    _finish(sent, ImportStatus.WRITTEN)


def _write_some(sent: ProductImport, pictures: dict[str, Any]) -> None:
    while True:
        with transaction.atomic():
            if not _claim(sent, ImportStatus.WRITING):
                return
            rows = list(rows_left(sent)[:AT_ONCE])
            if not rows:
                _finish(sent, ImportStatus.WRITTEN)
                return
            outcome = apply_some(
                cooperative=sent.cooperative, rows=[planned(row) for row in rows], pictures=pictures
            )
            _note_problems(sent, {number: problems for number, problems in outcome.items() if problems})
            written = [number for number, problems in outcome.items() if not problems]
            now = timezone.now()
            sent.rows.filter(number__in=written).update(written_at=now)
            ProductImport.objects.filter(pk=sent.pk).update(woken_at=now)


def _note_problems(sent: ProductImport, problems: dict[int, Sequence[Problem]]) -> None:
    """Keep what was found wrong while writing; such a row is not tried again."""
    rows = list(sent.rows.filter(number__in=list(problems)))
    for row in rows:
        row.kind = RowKind.WRONG.value
        row.problems = [_as_json(problem) for problem in problems[row.number]]
    ProductImportRow.objects.bulk_update(rows, ["kind", "problems"], batch_size=200)


def _finish(sent: ProductImport, status: ImportStatus) -> None:
    sent.status, sent.finished_at = status, timezone.now()
    sent.save(update_fields=["status", "finished_at", "refusal"])
    ProductImportFile.objects.filter(product_import=sent).delete()


def planned(row: ProductImportRow) -> PlannedRow:
    """The row as the trial made it."""
    return PlannedRow(
        row.number,
        row.sku,
        row.title,
        RowKind(row.kind),
        tuple(Change(*change) for change in row.changes),
        tuple(problem_of(each) for each in row.problems),
    )


def _as_json(problem: Problem) -> dict[str, Any]:
    return {"trouble": problem.trouble.value, "field": problem.field, "values": dict(problem.values)}


def problem_of(kept: dict[str, Any]) -> Problem:
    """What ``check`` kept of a problem."""
    return Problem(Trouble(kept["trouble"]), kept["field"], kept["values"])


def lost(now: dt.datetime) -> list[int]:
    """Imports whose job has gone silent, now marked as woken. Writes: ProductImport."""
    silent = ProductImport.objects.filter(status__in=AT_WORK, woken_at__lt=now - SILENT)
    pks = list(silent.values_list("pk", flat=True))
    ProductImport.objects.filter(pk__in=pks).update(woken_at=now)
    return pks


def forget_old(now: dt.datetime) -> int:
    """Delete imports that nobody confirmed, and old ones; return how many. Writes: ProductImport. Idempotent."""
    unconfirmed = ProductImport.objects.filter(
        status=ImportStatus.CHECKED, created_at__lt=now - KEPT_UNCONFIRMED
    )
    old = ProductImport.objects.exclude(status__in=AT_WORK).filter(created_at__lt=now - KEPT)
    pks = {*unconfirmed.values_list("pk", flat=True), *old.values_list("pk", flat=True)}
    ProductImport.objects.filter(pk__in=pks).delete()
    return len(pks)
