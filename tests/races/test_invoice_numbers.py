"""Two clerks issue at once: numbers 1…50 without gap or double, and the control without the lock."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest
from django.db import connections, transaction

from shop.invoices import services
from shop.invoices.models import Invoice, InvoiceSeries
from tests.factories import make_cooperative
from tests.shop.invoices.test_services import waiting

CLERKS = 2
INVOICES = 50
NOON = dt.datetime(2026, 11, 23, 5, 0, tzinfo=dt.UTC)


@pytest.fixture
def keys(tmp_path: Path, settings) -> None:
    settings.INVOICE_KEYS_DIR = tmp_path / "keys"


def issue_in_threads(invoices: list[Invoice]) -> list[BaseException]:
    """Each clerk goes through the whole queue from their own end."""
    errors: list[BaseException] = []
    start = threading.Barrier(CLERKS)

    def clerk(queue: list[Invoice]) -> None:
        try:
            start.wait(10)
            for invoice in queue:
                services.issue(invoice=invoice, now=NOON)
        except BaseException as error:  # noqa: BLE001  carried to the test's thread
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=clerk, args=(queue,)) for queue in (invoices, invoices[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return errors


@pytest.mark.django_db(transaction=True)
def test_two_clerks_issue_fifty_invoices_numbered_one_to_fifty(keys) -> None:
    seller = make_cooperative(tax_code="5699999011")
    invoices = [waiting(seller, f"HTAAAAAA{number:02d}-1") for number in range(INVOICES)]
    assert issue_in_threads(invoices) == []
    assert sorted(Invoice.objects.values_list("number", flat=True)) == list(range(1, INVOICES + 1))
    assert InvoiceSeries.objects.get().last_number == INVOICES


@pytest.mark.django_db(transaction=True)
def test_control_a_number_read_before_the_rival_writes_is_given_twice(keys, monkeypatch) -> None:
    """Without the series' lock both clerks read the same last number: the race is real, the guard is needed."""
    seller = make_cooperative(tax_code="5699999011")
    first, second = waiting(seller, "HTAAAAAAAA-1"), waiting(seller, "HTAAAAAAAB-1")
    with transaction.atomic():
        services._locked_series(seller, "1", NOON.date())
    stale = InvoiceSeries.objects.get()
    monkeypatch.setattr(
        services,
        "_locked_series",
        lambda *_: InvoiceSeries(
            **{field.attname: getattr(stale, field.attname) for field in InvoiceSeries._meta.concrete_fields}
        ),
    )
    services.issue(invoice=first, now=NOON)
    with pytest.raises(Exception, match=r"(?i)unique"):
        services.issue(invoice=second, now=NOON)
