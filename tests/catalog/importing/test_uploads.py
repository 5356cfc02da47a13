"""A file between the trial and the writing; what a killed worker leaves behind."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from oscar.core.loading import get_model

from catalog.importing import jobs, uploads
from catalog.models import ImportStatus, ProductImport, ProductImportFile, ProductImportRow, ProductSheet
from tests.factories import make_category, make_commune, make_cooperative, make_product
from tests.support.children import run_until_killed
from tests.support.spreadsheets import csv_of, good

pytestmark = pytest.mark.django_db
DURABLE = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def small_steps(monkeypatch):
    """Few rows at a time, so that a handful of rows takes several steps."""
    monkeypatch.setattr(uploads, "AT_ONCE", 2)


def send(content: bytes, *, stall: Any = None) -> ProductImport:
    make_category()
    stall = stall or make_cooperative(commune=make_commune())
    sent = uploads.receive(cooperative=stall, sent_by=None, file_name="hang.csv", table=content)
    uploads.check(sent.pk)
    sent.refresh_from_db()
    return sent


def goods(count: int) -> bytes:
    return csv_of([good(Mã_hàng=f"KS-{number}") for number in range(count)])


def codes() -> list[str]:
    return list(
        get_model("partner", "StockRecord").objects.order_by("pk").values_list("partner_sku", flat=True)
    )


@pytest.mark.parametrize("is_per_row", [True, False])
def test_a_file_is_tried_confirmed_written_and_forgotten(is_per_row):
    sent = send(goods(5))
    assert (sent.status, codes()) == (ImportStatus.CHECKED, [])
    uploads.confirm(product_import=sent, is_per_row=is_per_row)
    uploads.write(sent.pk)
    sent.refresh_from_db()
    assert (sent.status, len(codes())) == (ImportStatus.WRITTEN, 5)
    assert sent.rows.filter(written_at=None).count() == 0
    assert ProductImportFile.objects.count() == 0
    uploads.write(sent.pk)
    uploads.check(sent.pk)
    assert len(codes()) == 5


def test_a_file_that_can_not_be_read_says_so_and_is_not_kept():
    sent = send(b"a,b\n1,2\n")
    assert (sent.status, sent.refusal["trouble"]) == (ImportStatus.REFUSED, "no_headings")
    assert (ProductImportRow.objects.count(), ProductImportFile.objects.count()) == (0, 0)


def test_nothing_is_written_that_was_not_tried_or_holds_a_fault_as_a_whole():
    sent = send(csv_of([good(), good(Mã_hàng="KS-02", Giá_bán="rẻ")]))
    with pytest.raises(uploads.NotReady):
        uploads.confirm(product_import=sent, is_per_row=False)
    uploads.write(sent.pk)
    assert ProductSheet.objects.count() == 0
    uploads.confirm(product_import=sent, is_per_row=True)
    with pytest.raises(uploads.NotReady):
        uploads.confirm(product_import=sent, is_per_row=True)
    uploads.write(sent.pk)
    assert codes() == ["KS-01"]


@pytest.mark.parametrize(
    ("is_per_row", "status", "price"), [(True, "written", 8_000), (False, "stopped", 9_000)]
)
def test_a_row_that_can_no_longer_be_written_stops_the_file_or_only_itself(is_per_row, status, price):
    stall = make_cooperative(commune=make_commune())
    for code in ("KS-1", "KS-2"):
        make_product(cooperative=stall, sku=code, price=9_000)
    sent = send(csv_of([{"Mã hàng": code, "Giá": 8_000} for code in ("KS-1", "KS-2")]), stall=stall)
    records = get_model("partner", "StockRecord").objects
    records.filter(partner_sku="KS-2").update(price=9_500)
    uploads.confirm(product_import=sent, is_per_row=is_per_row)
    uploads.write(sent.pk)
    sent.refresh_from_db()
    assert sent.status == status
    assert dict(records.values_list("partner_sku", "price")) == {"KS-1": price, "KS-2": 9_500}
    wrong = sent.rows.get(kind="wrong")
    assert (wrong.sku, wrong.problems[0]["trouble"], wrong.written_at) == ("KS-2", "moved_on", None)


def test_files_that_nobody_confirms_are_forgotten_and_lost_jobs_woken():
    now = timezone.now()
    sent = send(goods(1))
    assert jobs.go_on(now + dt.timedelta(days=1)) == 0
    assert jobs.go_on(now + dt.timedelta(days=3)) == 1
    assert ProductImport.objects.count() == ProductImportFile.objects.count() == 0
    sent = send(goods(1))
    uploads.confirm(product_import=sent, is_per_row=True)
    assert jobs.go_on(now + dt.timedelta(minutes=1)) == 0
    later = now + dt.timedelta(minutes=30)
    assert (jobs.go_on(later), jobs.go_on(later)) == (1, 0)
    assert DBTaskResult.objects.count() == 2


WRITE = "from catalog.importing import uploads; uploads.AT_ONCE = 2; uploads.write({pk})"


@DURABLE
@pytest.mark.parametrize(
    ("place", "call"),
    [
        ("catalog.batch._create", 3),
        ("catalog.batch._join_categories", 1),
        ("catalog.importing.uploads._finish", 1),
    ],
)
def test_a_whole_file_killed_half_way_leaves_no_trace_and_is_written_the_next_time(place, call):
    sent = send(goods(500))
    uploads.confirm(product_import=sent, is_per_row=False)
    run_until_killed(WRITE.format(pk=sent.pk), at=place, call=call)
    assert codes() == []
    assert sent.rows.exclude(written_at=None).count() == 0
    uploads.write(sent.pk)
    sent.refresh_from_db()
    assert (sent.status, len(codes())) == (ImportStatus.WRITTEN, 500)


@DURABLE
@pytest.mark.parametrize(
    ("place", "call", "written"),
    [
        ("catalog.batch._create", 1, 0),
        ("catalog.batch._create", 3, 4),
        ("catalog.importing.uploads.apply_some", 4, 6),
        ("catalog.importing.uploads._finish", 1, 7),
    ],
)
def test_row_by_row_a_killed_writing_goes_on_where_it_was(place, call, written):
    sent = send(goods(7))
    uploads.confirm(product_import=sent, is_per_row=True)
    run_until_killed(WRITE.format(pk=sent.pk), at=place, call=call)
    assert len(codes()) == written == sent.rows.exclude(written_at=None).count()
    uploads.write(sent.pk)
    sent.refresh_from_db()
    assert (sent.status, codes()) == (ImportStatus.WRITTEN, [f"KS-{number}" for number in range(7)])


@DURABLE
def test_a_trial_killed_half_way_is_made_again():
    make_category()
    stall = make_cooperative(commune=make_commune())
    sent = uploads.receive(cooperative=stall, sent_by=None, file_name="hang.csv", table=goods(3))
    run_until_killed(
        f"from catalog.importing import uploads; uploads.check({sent.pk})",
        at="catalog.importing.uploads._keep",
        call=1,
    )
    sent.refresh_from_db()
    assert (sent.status, ProductImportRow.objects.count()) == (ImportStatus.CHECKING, 0)
    uploads.check(sent.pk)
    assert ProductImportRow.objects.count() == 3
