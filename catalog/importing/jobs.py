"""The worker's part in imports: every job carries a key, re-reads its row and does nothing when it is done."""

from __future__ import annotations

import datetime as dt

from django_tasks import task

from . import uploads


@task()
def check_import(pk: int) -> None:
    uploads.check(pk)


@task()
def write_import(pk: int) -> None:
    uploads.write(pk)


def go_on(now: dt.datetime) -> int:
    """Wake imports whose job was lost, forget old ones; how many were woken or forgotten. Idempotent."""
    pks = uploads.lost(now)
    for pk in pks:
        check_import.enqueue(pk)
        write_import.enqueue(pk)
    return len(pks) + uploads.forget_old(now)
