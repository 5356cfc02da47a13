"""Many invoices at once: each by itself, the refused ones named, and nothing lost when the worker dies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from shop.invoices.models import Invoice, InvoiceSeries, IssueBatch
from shop.orders import batches, invoicing
from shop.orders.batches import open_batch, work_off
from shop.orders.sweep import sweep
from shop.sandbox.authority import Mood
from tests.factories import make_cooperative
from tests.shop.invoices.test_services import waiting
from tests.support.authority import running_authority

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def authority(tmp_path: Path, settings: Any) -> Iterator[Any]:
    with running_authority(settings, tmp_path / "keys") as server:
        yield server


@pytest.fixture
def three() -> list[Invoice]:
    """Two that can be issued and one, in the middle, whose seller's tax code is wrong."""
    good, bad = make_cooperative(tax_code="5699999011"), make_cooperative(tax_code="5699999012")
    return [waiting(good, "HTAAAAAAAA-1"), waiting(bad, "HTAAAAAAAB-1"), waiting(good, "HTAAAAAAAC-1")]


def test_a_batch_issues_what_it_can_and_says_why_not(
    three: list[Invoice], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        batch = open_batch(chosen=three, by=None)
    assert DBTaskResult.objects.filter(task_path=batches.run_batch.module_path).count() == 1
    assert work_off(batch.pk) == 3
    assert [bool(row.refusal) for row in batch.rows.all()] == [False, True, False]
    assert "Mã số thuế 5699999012 sai." in batch.rows.get(invoice=three[1]).refusal
    batch.refresh_from_db()
    assert batch.finished_at is not None
    assert list(Invoice.objects.order_by("pk").values_list("status", flat=True)) == [
        "sent",
        "to-issue",
        "sent",
    ]
    assert work_off(batch.pk) == 0
    assert InvoiceSeries.objects.get(last_number__gt=0).last_number == 2


def test_one_job_asks_about_the_whole_batch_until_the_authority_has_decided(
    three: list[Invoice], authority: Any
) -> None:
    authority.mounts["tax"].authority.set_mood(Mood.SLOW, fetches=1)
    batch = open_batch(chosen=[three[0], three[2]], by=None)
    work_off(batch.pk)
    sent = Invoice.objects.filter(pk__in=[three[0].pk, three[2].pk])
    jobs = DBTaskResult.objects.filter(task_path=batches.ask_about.module_path)
    assert [job.run_after for job in jobs] == [min(sent.values_list("next_try_at", flat=True))]
    assert not DBTaskResult.objects.filter(task_path=invoicing.transmit_invoice.module_path).exists()
    batches.ask_about.call(batch.pk)  # before its time: nobody is asked, and another job is left
    assert list(sent.values_list("tries", flat=True)) == [1, 1]
    for tries, status, left in ((2, "sent", 3), (3, "accepted", 3)):
        sent.update(next_try_at=timezone.now())
        batches.ask_about.call(batch.pk)
        assert list(sent.values_list("tries", "status")) == [(tries, status)] * 2
        assert jobs.all().count() == left


def test_a_batch_whose_worker_died_is_finished_by_the_sweep(
    three: list[Invoice], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = open_batch(chosen=three, by=None)
    real = batches._issue

    def dies_at_the_second(invoice: Invoice) -> str:
        if invoice.pk == three[1].pk:
            raise KeyboardInterrupt
        return real(invoice)

    monkeypatch.setattr(batches, "_issue", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        work_off(batch.pk)
    monkeypatch.setattr(batches, "_issue", real)
    batch.refresh_from_db()
    assert (batch.finished_at, batch.rows.exclude(done_at=None).count()) == (None, 1)
    assert sweep()["batches"] == 0  # perhaps its worker is still at it
    assert sweep(timezone.now() + dt.timedelta(minutes=3))["batches"] == 2
    assert IssueBatch.objects.get().finished_at is not None
    assert sorted(Invoice.objects.exclude(number=None).values_list("number", flat=True)) == [1, 2]


def test_an_invoice_that_breaks_down_does_not_stop_the_batch(
    three: list[Invoice], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = batches.invoices.issue

    def broken(*, invoice: Invoice) -> Invoice:
        if invoice.pk == three[0].pk:
            raise OSError("disk")
        return real(invoice=invoice)

    monkeypatch.setattr(batches.invoices, "issue", broken)
    batch = open_batch(chosen=three, by=None)
    work_off(batch.pk)
    assert "nhật ký máy chủ" in batch.rows.get(invoice=three[0]).refusal
    assert batch.rows.get(invoice=three[2]).refusal == ""
