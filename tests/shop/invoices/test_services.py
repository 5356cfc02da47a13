"""Issuing and transmitting: numbers without gaps, bytes that stay, answers taken only when they fit."""

from __future__ import annotations

import datetime as dt
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from shop.invoices import formats, services
from shop.invoices.draft import Seller
from shop.invoices.gateways.sandbox import SandboxGateway
from shop.invoices.models import Invoice, InvoiceDocument, InvoiceSeries, InvoiceStatus
from shop.invoices.sales import SaleRecord, SoldLine, business, consumer
from shop.sandbox.authority import Mood
from shop.sandbox.server import SandboxServer
from tests.factories import make_cooperative
from tests.support.authority import running_authority

VIETNAM_NOON = dt.datetime(2026, 11, 23, 5, 0, tzinfo=dt.UTC)


@pytest.fixture
def authority(tmp_path: Path, settings) -> Iterator[SandboxServer]:
    """The sandbox tax authority on a free loopback port, with keys of its own."""
    with running_authority(settings, tmp_path / "keys") as server:
        yield server


def record(seller, *, on_deduction: bool = True, buyer=None, lines: tuple[SoldLine, ...] = ()) -> SaleRecord:
    return SaleRecord(
        seller=Seller(name=seller.legal_name, tax_code=seller.tax_code, address=seller.address),
        buyer=buyer or consumer(person="Nguyễn Thị Mẫu", address="Xã Tà Xùa, tỉnh Sơn La"),
        business_buyer=buyer is not None,
        on_deduction=on_deduction,
        lines=lines
        or (
            SoldLine(
                name="Khoai sọ Tà Xùa củ tươi",
                tax_class="own_produce",
                gross_amount=210_000,
                unit="túi",
                quantity=2,
            ),
            SoldLine(name="Trà xanh shan tuyết", tax_class="processed", gross_amount=180_000, unit="hộp"),
            SoldLine(name="Phí giao hàng", tax_class="service", gross_amount=35_000),
        ),
        payment_method="Chuyển khoản",
        solution_tax_code="0109999037",
    )


def waiting(seller, reference: str, **fields) -> Invoice:
    return services.create_draft(
        seller=seller, source_reference=reference, sale=record(seller, **fields), deliver_to="", language="vi"
    )


def test_an_issued_invoice_is_numbered_signed_and_sums_to_what_was_charged(seller, authority) -> None:
    invoice = services.issue(invoice=waiting(seller, "HTAAAAAAAA-1"), now=VIETNAM_NOON)
    assert (str(invoice.series), invoice.number, invoice.status) == ("1C26TAA", 1, InvoiceStatus.SIGNED)
    content = formats.read(services.signed_xml(invoice))
    assert content.total == 425_000
    assert [(rate.rate, rate.net_amount, rate.vat_amount) for rate in content.rates] == [
        ("KCT", 210_000, 0),
        ("8%", 199_074, 15_926),
    ]


def test_issuing_twice_gives_the_same_number(seller, authority) -> None:
    invoice = waiting(seller, "HTAAAAAAAA-1")
    first = services.issue(invoice=invoice, now=VIETNAM_NOON)
    again = services.issue(invoice=invoice, now=VIETNAM_NOON)
    assert first.number == again.number == 1
    assert InvoiceDocument.objects.count() == 1


def test_the_rate_is_that_of_the_day_of_issue(seller, authority) -> None:
    december = services.issue(
        invoice=waiting(seller, "HTAAAAAAAA-1"), now=dt.datetime(2026, 12, 31, 16, 59, tzinfo=dt.UTC)
    )
    january = services.issue(
        invoice=waiting(seller, "HTAAAAAAAB-1"), now=dt.datetime(2026, 12, 31, 17, 0, tzinfo=dt.UTC)
    )
    assert [rate.rate for rate in formats.read(services.signed_xml(december)).rates] == ["KCT", "8%"]
    assert [rate.rate for rate in formats.read(services.signed_xml(january)).rates] == ["KCT", "10%"]
    assert (str(january.series), january.number) == ("1C27TAA", 1)


def test_a_seller_on_the_direct_method_issues_a_sales_invoice_without_rates(seller, authority) -> None:
    invoice = services.issue(invoice=waiting(seller, "HTAAAAAAAA-1", on_deduction=False), now=VIETNAM_NOON)
    content = formats.read(services.signed_xml(invoice))
    assert (str(invoice.series), content.rates, content.total) == ("2C26TAA", (), 425_000)


def test_a_company_with_a_tax_code_is_named_as_the_buyer(seller, authority) -> None:
    buyer = business(name="Công ty TNHH Thực phẩm Mẫu", tax_code="0199999021", address="Số 2 đường Mẫu")
    invoice = services.issue(invoice=waiting(seller, "HTAAAAAAAA-1", buyer=buyer), now=VIETNAM_NOON)
    content = formats.read(services.signed_xml(invoice))
    assert (content.buyer.name, content.buyer.tax_code) == ("Công ty TNHH Thực phẩm Mẫu", "0199999021")


def test_a_document_that_breaks_a_rule_takes_no_number(db, authority) -> None:
    seller = make_cooperative(tax_code="5699999012")  # wrong check digit
    invoice = waiting(seller, "HTAAAAAAAA-1")
    with pytest.raises(services.NotIssued) as refused:
        services.issue(invoice=invoice, now=VIETNAM_NOON)
    assert "tax_code" in {found.code for found in refused.value.findings}
    invoice.refresh_from_db()
    assert (invoice.status, invoice.number) == (InvoiceStatus.TO_ISSUE, None)
    assert not InvoiceDocument.objects.exists()
    assert not InvoiceSeries.objects.filter(last_number__gt=0).exists()


def test_no_invoice_is_dated_before_the_last_of_its_series(seller, authority) -> None:
    services.issue(invoice=waiting(seller, "HTAAAAAAAA-1"), now=VIETNAM_NOON)
    with pytest.raises(services.NotIssued):
        services.issue(invoice=waiting(seller, "HTAAAAAAAB-1"), now=VIETNAM_NOON - dt.timedelta(days=1))
    assert InvoiceSeries.objects.get().last_number == 1


def test_the_authority_gives_a_code_and_the_coded_bytes_are_kept(seller, authority) -> None:
    invoice = services.transmit(services.issue(invoice=waiting(seller, "HTAAAAAAAA-1")).pk)
    assert invoice.status == InvoiceStatus.SENT
    invoice = services.transmit(invoice.pk, now=timezone.now() + dt.timedelta(minutes=10))
    assert invoice.status == InvoiceStatus.ACCEPTED
    assert len(invoice.authority_code) == 34
    assert invoice.authority_code.encode() in services.signed_xml(invoice)
    kinds = list(invoice.documents.values_list("kind", "message_type"))
    assert kinds == [("signed", ""), ("sent", "200"), ("received", "999"), ("received", "202"), ("coded", "")]


@pytest.mark.parametrize("coded", [False, True])
def test_the_xmlsec1_program_accepts_the_invoice_before_and_after_the_code(
    seller, authority, tmp_path, coded
) -> None:
    invoice = services.issue(invoice=waiting(seller, "HTAAAAAAAA-1"))
    if coded:
        services.transmit(invoice.pk)
        services.transmit(invoice.pk, now=timezone.now() + dt.timedelta(minutes=10))
    path = tmp_path / "invoice.xml"
    path.write_bytes(services.signed_xml(invoice))
    for place in ["NBan", "CQT"] if coded else ["NBan"]:
        result = subprocess.run(
            ["xmlsec1", "--verify", "--insecure", "--id-attr:Id", "DLHDon", "--id-attr:Id", "MCCQT", "--id-attr:Id",
             "Object", "--node-xpath", f"//*[local-name()='{place}']/*[local-name()='Signature']", path],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert result.returncode == 0, result.stderr


def test_an_authority_that_is_down_leaves_the_invoice_waiting_with_a_growing_pause(seller, authority) -> None:
    invoice = services.issue(invoice=waiting(seller, "HTAAAAAAAA-1"))
    authority.mounts["tax"].authority.set_mood(Mood.DOWN)
    invoice = services.transmit(invoice.pk)
    assert (invoice.status, invoice.tries) == (InvoiceStatus.SIGNED, 1)
    assert invoice.next_try_at > timezone.now()
    authority.mounts["tax"].authority.set_mood(Mood.NORMAL)
    later = timezone.now() + dt.timedelta(minutes=10)
    services.transmit(invoice.pk, now=later)
    invoice = services.transmit(invoice.pk, now=later + dt.timedelta(minutes=10))
    assert (invoice.status, invoice.number) == (InvoiceStatus.ACCEPTED, 1)


def test_a_rejected_invoice_keeps_its_number_and_can_be_sent_again(seller, authority) -> None:
    authority.mounts["tax"].authority.set_mood(Mood.REJECT)
    invoice = services.transmit(services.issue(invoice=waiting(seller, "HTAAAAAAAA-1")).pk)
    invoice = services.transmit(invoice.pk, now=timezone.now() + dt.timedelta(minutes=10))
    assert invoice.status == InvoiceStatus.REJECTED
    assert invoice.rejection
    before = services.signed_xml(invoice)
    authority.mounts["tax"].authority.set_mood(Mood.NORMAL)
    services.transmit(services.resend(invoice=invoice).pk)
    invoice = services.transmit(invoice.pk, now=timezone.now() + dt.timedelta(minutes=20))
    assert (invoice.status, invoice.number, services.signed_xml_to_send(invoice)) == (
        InvoiceStatus.ACCEPTED,
        1,
        before,
    )


@pytest.mark.parametrize(
    "change",
    [{"number": 7}, {"total_amount": 1}, {"issued_on": dt.date(2026, 1, 1)}, {"source_reference": "X"}],
)
def test_the_database_refuses_to_change_an_issued_invoice(seller, authority, change) -> None:
    invoice = services.issue(invoice=waiting(seller, "HTAAAAAAAA-1"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM invoices_invoice WHERE id = %s", [invoice.pk])


def test_the_database_refuses_to_change_archived_bytes(seller, authority) -> None:
    services.issue(invoice=waiting(seller, "HTAAAAAAAA-1"))
    with pytest.raises(IntegrityError), transaction.atomic():
        InvoiceDocument.objects.update(body=b"other")
    with pytest.raises(IntegrityError), transaction.atomic():
        InvoiceDocument.objects.all().delete()


def test_the_more_often_nobody_answers_the_longer_it_waits(seller, authority) -> None:
    invoice = services.issue(invoice=waiting(seller, "HTAAAAAAAA-1"))
    authority.mounts["tax"].authority.set_mood(Mood.DOWN)
    begun = timezone.now()
    for tries, pause in ((0, 60), (3, 300), (5, 3600)):
        Invoice.objects.filter(pk=invoice.pk).update(tries=tries, next_try_at=begun)
        services.transmit(invoice.pk)
        left = Invoice.objects.get(pk=invoice.pk)
        assert left.tries == tries + 1
        assert (
            dt.timedelta()
            <= left.next_try_at - begun - dt.timedelta(seconds=pause)
            < dt.timedelta(seconds=30)
        )


def test_an_answer_that_somebody_else_recorded_meanwhile_is_left_as_it_is(
    seller, authority, monkeypatch
) -> None:
    invoice = services.issue(invoice=waiting(seller, "HTAAAAAAAA-1"))
    submit = SandboxGateway.submit

    def slowly(self, message_id, document):
        receipt = submit(self, message_id, document)
        Invoice.objects.filter(pk=invoice.pk).update(status=InvoiceStatus.REJECTED, rejection="đã biết")
        return receipt

    monkeypatch.setattr(SandboxGateway, "submit", slowly)
    seen = services.transmit(invoice.pk)
    assert (seen.status, seen.rejection) == (InvoiceStatus.REJECTED, "đã biết")
    kept = Invoice.objects.get(pk=invoice.pk)
    assert (kept.status, kept.rejection) == (InvoiceStatus.REJECTED, "đã biết")
    assert not kept.documents.exclude(kind="signed").exists()
