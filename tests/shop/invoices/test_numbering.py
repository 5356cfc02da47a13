"""Series and numbers: the year's turn, clocks that jump, registration, restored data, delegated issuing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from catalog.models import Cooperative
from shop.invoices import formats, numbering, services
from shop.invoices.models import Delegation, Invoice, InvoiceSeries, SeriesRegistration
from shop.invoices.numbering import NotIssued, NumbersMissing
from shop.invoices.pdf import invoice_pdf
from shop.invoices.verifying import verify
from tests.shop.invoices.test_services import waiting
from tests.support.authority import keys_in

pytestmark = pytest.mark.django_db
LAST_SECOND = dt.datetime(2026, 12, 31, 16, 59, 59, tzinfo=dt.UTC)
FIRST_SECOND = dt.datetime(2026, 12, 31, 17, 0, 0, tzinfo=dt.UTC)
NOON = dt.datetime(2026, 11, 23, 5, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, settings: Any) -> None:
    settings.INVOICE_KEYS_DIR = keys_in(tmp_path / "keys")


def issue(seller: Cooperative, code: str, at: dt.datetime, **fields: Any) -> Invoice:
    return services.issue(invoice=waiting(seller, code, **fields), now=at)


def refusal(seller: Cooperative, code: str, at: dt.datetime, **fields: Any) -> list[str]:
    with pytest.raises(NotIssued) as refused:
        issue(seller, code, at, **fields)
    invoice = Invoice.objects.get(source_reference=code)
    assert (invoice.status, invoice.number, invoice.series) == ("to-issue", None, None)
    return [found.code for found in refused.value.findings]


def register(seller: Cooperative, letters: str, **fields: Any) -> SeriesRegistration:
    values = {"form": 1, "accepted_on": dt.date(2026, 1, 1)} | fields
    return SeriesRegistration.objects.create(seller=seller, letters=letters, **values)


def test_the_year_turns_at_midnight_in_vietnam_with_a_new_symbol_from_one(seller: Cooperative) -> None:
    places = [
        issue(seller, "HTAAAAAAAA-1", LAST_SECOND - dt.timedelta(hours=1)),
        issue(seller, "HTAAAAAAAB-1", LAST_SECOND),
        issue(seller, "HTAAAAAAAC-1", FIRST_SECOND),
        issue(seller, "HTAAAAAAAD-1", FIRST_SECOND),
    ]
    assert [(one.series.symbol, one.number, one.issued_on) for one in places] == [
        ("C26TAA", 1, dt.date(2026, 12, 31)),
        ("C26TAA", 2, dt.date(2026, 12, 31)),
        ("C27TAA", 1, dt.date(2027, 1, 1)),
        ("C27TAA", 2, dt.date(2027, 1, 1)),
    ]
    assert numbering.gaps() == []


def test_a_clock_that_jumps_back_stops_numbers_until_the_day_is_reached_again(seller: Cooperative) -> None:
    issue(seller, "HTAAAAAAAA-1", NOON)
    assert refusal(seller, "HTAAAAAAAB-1", NOON - dt.timedelta(days=1)) == ["date_before_last"]
    # ten minutes back on the same day harm nobody: the date is what counts
    assert issue(seller, "HTAAAAAAAB-1", NOON - dt.timedelta(minutes=10)).number == 2
    assert issue(seller, "HTAAAAAAAC-1", NOON + dt.timedelta(hours=2)).number == 3


def test_registered_letters_make_the_symbol_and_each_form_its_own_series(seller: Cooperative) -> None:
    register(seller, "CP")
    register(seller, "CQ", form=2)
    assert issue(seller, "HTAAAAAAAA-1", NOON).series.symbol == "C26TCP"
    sales = issue(seller, "HTAAAAAAAB-1", NOON, on_deduction=False)
    assert (str(sales.series), sales.number) == ("2C26TCQ", 1)


def test_letters_that_are_stopped_give_way_to_those_registered_after_them(seller: Cooperative) -> None:
    register(seller, "CP", stopped_on=dt.date(2026, 11, 23))
    register(seller, "CR", accepted_on=dt.date(2026, 11, 23))
    assert issue(seller, "HTAAAAAAAA-1", NOON - dt.timedelta(days=1)).series.symbol == "C26TCP"
    assert issue(seller, "HTAAAAAAAB-1", NOON).series.symbol == "C26TCR"


def test_a_form_that_is_not_registered_is_not_issued(seller: Cooperative) -> None:
    register(seller, "CP", form=2)
    assert refusal(seller, "HTAAAAAAAA-1", NOON) == ["not_registered"]


def test_the_channels_of_a_seller_count_apart(seller: Cooperative) -> None:
    web, till = register(seller, "CP"), register(seller, "TM", channel="till", till_code="A1B2C")
    with transaction.atomic():
        assert numbering.locked_series(seller, "1", NOON.date()).symbol == "C26TCP"
        assert numbering.locked_series(seller, "1", NOON.date(), channel="till").symbol == "C26MTM"
    assert numbering.till_code(till, NOON.date(), 1234567890) == "M1-26-A1B2C-01234567890"
    with pytest.raises(ValueError, match="not registered"):
        numbering.till_code(web, NOON.date(), 1)


@pytest.mark.parametrize(
    "fields", [{"letters": "CP"}, {"letters": "CS"}, {"letters": "CS", "channel": "till"}]
)
def test_the_database_knows_what_a_registration_is(seller: Cooperative, fields: dict[str, Any]) -> None:
    register(seller, "CP")
    with pytest.raises(IntegrityError), transaction.atomic():
        register(seller, **fields)


def test_restored_data_gives_no_number_until_the_highest_one_is_known(seller: Cooperative) -> None:
    first = issue(seller, "HTAAAAAAAA-1", NOON)
    assert numbering.stop_numbering() == 1
    assert numbering.stop_numbering() == 0
    assert refusal(seller, "HTAAAAAAAB-1", NOON) == ["numbers_unchecked"]
    with pytest.raises(NumbersMissing) as lost:
        numbering.release_series(series=first.series, highest=3)
    assert str(lost.value) == "1C26TAA: 2–3 are not in this database"
    assert refusal(seller, "HTAAAAAAAB-1", NOON) == ["numbers_unchecked"]
    numbering.release_series(series=first.series, highest=1)
    assert issue(seller, "HTAAAAAAAB-1", NOON).number == 2


def test_a_series_that_is_full_ends(seller: Cooperative) -> None:
    InvoiceSeries.objects.create(
        seller=seller, form=1, symbol="C26TAA", last_number=99_999_999, last_issued_on=NOON.date()
    )
    assert refusal(seller, "HTAAAAAAAA-1", NOON) == ["series_full"]
    assert numbering.gaps() == ["1C26TAA"]


def contract(seller: Cooperative, **fields: Any) -> Delegation:
    values = {
        "issuer_name": "CÔNG TY CỔ PHẦN CHỢ PHIÊN",
        "issuer_tax_code": "0109999037",
        "issuer_address": "Số 1 phố Ví Dụ, Hà Nội",
        "contract_number": "01/UN-2026",
        "valid_from": dt.date(2026, 11, 1),
        "valid_to": dt.date(2026, 11, 23),
    }
    return Delegation.objects.create(seller=seller, **(values | fields))


def test_within_its_contract_the_market_issues_and_signs_in_the_sellers_name(seller: Cooperative) -> None:
    delegation = contract(seller)
    invoice = issue(seller, "HTAAAAAAAA-1", NOON)
    xml = services.signed_xml(invoice)
    content = formats.read(xml)
    assert (content.seller.tax_code, content.issuer_tax_code, content.issuer_name, content.issuer_address) == (
        "5699999011", "0109999037", "CÔNG TY CỔ PHẦN CHỢ PHIÊN", "Số 1 phố Ví Dụ, Hà Nội",
    )  # fmt: skip
    (signature,) = verify(xml)
    assert (signature.tax_code, signature.faults) == ("0109999037", ())
    assert invoice.delegation == delegation
    assert invoice_pdf(xml).startswith(b"%PDF-")


def test_outside_of_the_contracts_days_the_seller_signs_itself(seller: Cooperative) -> None:
    contract(seller)
    for code, at in (("HTAAAAAAAA-1", dt.datetime(2026, 10, 31, 5, tzinfo=dt.UTC)),
                     ("HTAAAAAAAB-1", NOON + dt.timedelta(days=1))):  # fmt: skip
        xml = services.signed_xml(issue(seller, code, at))
        assert formats.read(xml).issuer_name == ""
        assert verify(xml)[0].tax_code == "5699999011"


def test_the_preview_names_both_parties(seller: Cooperative) -> None:
    contract(seller, valid_from=dt.date(2020, 1, 1), valid_to=dt.date(2099, 1, 1))
    assert services.draft_today(waiting(seller, "HTAAAAAAAA-1")).issuer_name == "CÔNG TY CỔ PHẦN CHỢ PHIÊN"


def test_a_contract_ends_after_it_begins(seller: Cooperative) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        contract(seller, valid_to=dt.date(2026, 10, 1))
