"""The process dies between number, signature, sending, receipt and letter: after one round of recovery all is once.

Rounds follow one another in the same series, so a gap or a double of any round would show at the end. The rounds
run in an interpreter of their own (``tests/support/crash_rounds.py``). ``CRASH_ROUNDS`` asks for more of them.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from shop.invoices.models import Invoice, InvoiceDocument, InvoiceStatus
from shop.messages.models import Letter, LetterState
from tests.factories import make_cooperative, make_product
from tests.support.authority import running_authority
from tests.support.extent import times

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = times("CRASH_ROUNDS", 8, 50)


def database_url() -> str:
    """The database of this test, for another process."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return re.sub(r"/[^/?]*(\?|$)", rf"/{name}\1", os.environ["TEST_DATABASE_URL"])


@pytest.mark.django_db(transaction=True)
def test_no_death_loses_doubles_or_skips_an_invoice(settings, tmp_path: Path) -> None:
    seller = make_cooperative(tax_code="5699999011")
    tea = make_product(price=180_000, stock=10 * ROUNDS, cooperative=seller, tax_class="processed")
    with running_authority(settings, tmp_path / "keys") as server:
        ran = subprocess.run(
            [
                *(sys.executable, "-W", "ignore", "-m", "tests.support.crash_rounds"),
                *(str(ROUNDS), str(tea.pk), str(tmp_path / "keys"), server.url),
            ],
            cwd=ROOT,
            env={
                **os.environ,
                "TEST_DATABASE_URL": database_url(),
                "DJANGO_SETTINGS_MODULE": "tests.settings",
            },
            capture_output=True,
            text=True,
            timeout=30 + 20 * ROUNDS,
            check=False,
        )
        codes = server.mounts["tax"].authority.codes()
    assert ran.returncode == 0, ran.stderr[-2000:]
    invoices = Invoice.objects.order_by("number")
    assert [invoice.number for invoice in invoices] == list(range(1, ROUNDS + 1))
    assert set(invoices.values_list("status", flat=True)) == {InvoiceStatus.ACCEPTED}
    assert sorted(number for *_, number in codes) == list(range(1, ROUNDS + 1))
    assert {invoice.authority_code for invoice in invoices} == set(codes.values())
    letters = Letter.objects.filter(attachments__filename__endswith=".xml").distinct()
    assert [(one.state, one.tries) for one in letters] == [(LetterState.SENT, 1)] * ROUNDS
    for document in InvoiceDocument.objects.all():
        assert hashlib.sha256(bytes(document.body)).hexdigest() == document.sha256
