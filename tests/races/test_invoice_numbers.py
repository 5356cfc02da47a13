"""Clerks issue at once: numbers without gap or double, and the control without the lock.

``RACE_CONSIGNMENTS=1000`` runs the large race at the full size of the issue; it takes some minutes.
"""

from __future__ import annotations

import datetime as dt
import functools
import random
import threading
from pathlib import Path

import pytest
from django.db import OperationalError, connection, connections, transaction

from shop.invoices import issuing, numbering, services
from shop.invoices.models import Invoice, InvoiceSeries
from tests.factories import make_cooperative
from tests.shop.invoices.test_services import waiting
from tests.support.authority import keys_in
from tests.support.extent import times
from tests.support.together import at_once

CLERKS = 2
TAX_CODES = (
    "5600000018",
    "5600000025",
    "5600000032",
    "5600000057",
    "5600000064",
    "5600000071",
    "5600000089",
    "5600000096",
    "5600000106",
    "5600000113",
)
INVOICES = 50
NOON = dt.datetime(2026, 11, 23, 5, 0, tzinfo=dt.UTC)


@pytest.fixture
def keys(tmp_path: Path, settings) -> None:
    settings.INVOICE_KEYS_DIR = keys_in(tmp_path / "keys")


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
def test_twenty_clerks_issue_for_ten_cooperatives_without_a_gap(keys) -> None:
    """Every invoice is tried by two clerks on average, in another order by each.

    SQLite has one writer and no queue: of twenty who want nothing else, one may wait in vain for its twenty seconds.
    Such a clerk is told so and tries again later.
    """
    sellers = [make_cooperative(tax_code=code) for code in TAX_CODES]
    total = times("RACE_CONSIGNMENTS", 100, 1_000)
    invoices = [waiting(sellers[n % 10], f"HT{n:08d}-1") for n in range(total)]
    chance = random.Random(20)
    queues = [invoices[clerk::20] + chance.sample(invoices, total // 20) for clerk in range(20)]
    for queue in queues:
        chance.shuffle(queue)

    def clerk(queue: list[Invoice]) -> None:
        waiting_list, most = list(queue), 2 * len(queue)
        for _try in range(most):
            if not waiting_list:
                return
            invoice = waiting_list.pop(0)
            try:
                services.issue(invoice=invoice, now=NOON)
            except OperationalError:
                if connection.vendor != "sqlite":  # there it would be a deadlock
                    raise
                waiting_list.append(invoice)
        raise AssertionError(f"{len(waiting_list)} invoices could not be issued")

    outcomes = at_once([functools.partial(clerk, queue) for queue in queues], seconds=900)
    assert outcomes == [None] * 20
    assert not Invoice.objects.filter(number=None).exists()
    for seller in sellers:
        numbers = sorted(Invoice.objects.filter(seller=seller).values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
        assert InvoiceSeries.objects.get(seller=seller).last_number == len(numbers)
    assert numbering.gaps() == []


@pytest.mark.django_db(transaction=True)
def test_control_a_number_read_before_the_rival_writes_is_given_twice(keys, monkeypatch) -> None:
    """Without the series' lock both clerks read the same last number: the race is real, the guard is needed."""
    seller = make_cooperative(tax_code="5699999011")
    first, second = waiting(seller, "HTAAAAAAAA-1"), waiting(seller, "HTAAAAAAAB-1")
    with transaction.atomic():
        numbering.locked_series(seller, "1", NOON.date())
    stale = InvoiceSeries.objects.get()
    monkeypatch.setattr(
        issuing,
        "locked_series",
        lambda *_, **_kind: InvoiceSeries(
            **{field.attname: getattr(stale, field.attname) for field in InvoiceSeries._meta.concrete_fields}
        ),
    )
    services.issue(invoice=first, now=NOON)
    with pytest.raises(Exception, match=r"(?i)unique"):
        services.issue(invoice=second, now=NOON)
