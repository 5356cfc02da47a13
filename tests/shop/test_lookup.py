"""The invoice look-up: whoever has the code reads facts, PDF and XML; nobody else anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from shop import lookup
from shop.invoices import services
from shop.invoices.models import Invoice
from shop.orders import invoicing
from tests.support.authority import hear_answer, running_authority
from tests.support.market import Market

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(market: Market) -> Invoice:
    return market.invoice_a


@pytest.fixture
def accepted(waiting: Invoice, tmp_path: Path, settings: Any) -> Iterator[Invoice]:
    with running_authority(settings, tmp_path / "keys"):
        invoicing.transmit(services.issue(invoice=waiting).pk)
        yield hear_answer(waiting)


def test_the_form_is_a_public_page_that_nobody_keeps(client: Client) -> None:
    response = client.get("/hoa-don/")
    assert response.status_code == 200
    assert 'name="ma"' in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"
    assert not response.cookies


def test_the_code_opens_the_facts_however_it_is_typed(client: Client, accepted: Invoice) -> None:
    code = accepted.lookup_code
    for typed in (code, code.lower(), f" {code[:4]}-{code[4:8]} {code[8:]} "):
        page = client.get("/hoa-don/", {"ma": typed}).content.decode()
        for text in (accepted.seller.legal_name, "5699999011", "130.000\xa0₫", accepted.authority_code):
            assert text in page, (typed, text)


def test_pdf_and_xml_are_handed_out_with_lawful_names(client: Client, accepted: Invoice) -> None:
    xml = client.get(f"/hoa-don/{accepted.lookup_code}/xml/")
    assert xml.content == services.signed_xml(accepted)
    assert xml["Content-Disposition"].endswith('.xml"')
    assert xml["Cache-Control"] == "private, no-store"
    pdf = client.get(f"/hoa-don/{accepted.lookup_code.lower()}/pdf/")
    assert pdf.content.startswith(b"%PDF-")


@pytest.mark.parametrize("typed", ["", "KHONGCOMANAY", "x" * 41, "' OR 1=1 --", "mã sai"])
def test_a_wrong_code_opens_nothing(client: Client, accepted: Invoice, typed: str) -> None:
    response = client.get("/hoa-don/", {"ma": typed})
    assert response.status_code in (200, 404)
    page = response.content.decode()
    assert accepted.seller.legal_name not in page
    assert "field__error" in page or "aria-invalid" in page


def test_an_invoice_that_is_not_issued_does_not_exist_yet(client: Client, waiting: Invoice) -> None:
    assert client.get("/hoa-don/", {"ma": waiting.lookup_code}).status_code == 404
    for ending in ("pdf", "xml"):
        assert client.get(f"/hoa-don/{waiting.lookup_code}/{ending}/").status_code == 404


def test_before_the_authority_answers_there_are_facts_but_no_files(client: Client, waiting: Invoice) -> None:
    services.issue(invoice=waiting)
    page = client.get("/hoa-don/", {"ma": waiting.lookup_code}).content.decode()
    assert "đang chờ cơ quan thuế cấp mã" in page
    assert client.get(f"/hoa-don/{waiting.lookup_code}/xml/").status_code == 404


def test_who_guesses_codes_is_stopped_for_an_hour(client: Client, accepted: Invoice) -> None:
    for _ in range(lookup.MOST_MISSES):
        assert client.get("/hoa-don/", {"ma": "KHONGCOMANAY"}).status_code == 404
    stopped = client.get("/hoa-don/", {"ma": accepted.lookup_code})
    assert stopped.status_code == 429
    assert "Một giờ nữa" in stopped.content.decode()
    assert accepted.authority_code not in stopped.content.decode()
    for kind in ("pdf", "xml"):
        assert client.get(f"/hoa-don/{accepted.lookup_code}/{kind}/").status_code == 429
    neighbour = client.get("/hoa-don/", {"ma": accepted.lookup_code}, REMOTE_ADDR="203.0.113.9")
    assert neighbour.status_code == 200
    assert client.get("/hoa-don/").status_code == 200


def test_an_office_may_look_up_many_invoices_but_not_all_day(
    client: Client, accepted: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "MOST_LOOKS", 3)
    found = [client.get("/hoa-don/", {"ma": accepted.lookup_code}).status_code for _ in range(4)]
    assert found == [200, 200, 200, 429]


@pytest.fixture(autouse=True)
def nobody_has_looked_yet() -> None:
    cache.clear()
