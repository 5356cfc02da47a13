"""From a handed-over consignment to the accepted invoice in the buyer's mailbox, over real HTTP."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from shop.invoices import formats, services
from shop.invoices.models import Invoice, InvoiceStatus, SalesChannel
from shop.messages.models import Letter
from shop.messages.services import send_letter
from shop.orders import invoicing
from shop.orders.models import Consignment, OrderEvent, OrderSheet
from shop.orders.requests import InvoiceRequest
from shop.orders.services import hand_over, pack
from shop.orders.sweep import sweep
from shop.sandbox.authority import Mood
from shop.sandbox.server import SandboxServer
from tests.factories import make_cooperative, make_product, make_till
from tests.support.authority import running_authority
from tests.support.orders import bring, place_order, transfer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def authority(tmp_path: Path, settings: Any) -> Iterator[SandboxServer]:
    """The sandbox tax authority on a free loopback port, with keys of its own."""
    with running_authority(settings, tmp_path / "keys") as server:
        yield server


def handed_over(**changes: Any) -> Consignment:
    """One consignment: 2 × 105.000 ₫ taro (exempt), 1 × 180.000 ₫ tea (8 %), delivery 30.000 ₫."""
    seller = make_cooperative(tax_code="5699999011")
    taro = make_product(price=105_000, cooperative=seller, title="Khoai sọ Tà Xùa", sku="KS")
    tea = make_product(
        price=180_000,
        cooperative=seller,
        title="Trà xanh",
        sku="TX",
        tax_class="processed",
        pack="1 hộp 100 g",
    )
    placed = place_order((taro, 2), (tea, 1), **changes)
    bring(transfer(placed.attempt.amount, placed.order.number))
    consignment = pack(consignment=Consignment.objects.get(), by=None)
    return hand_over(consignment=consignment, by=None, carrier="VNPost", tracking_number="1")


def test_handing_over_opens_one_invoice_with_what_was_charged() -> None:
    consignment = handed_over()
    invoice = Invoice.objects.get()
    assert (invoice.source_reference, invoice.seller) == (consignment.code, consignment.cooperative)
    assert (invoice.status, invoice.total_amount) == (InvoiceStatus.TO_ISSUE, 420_000)
    assert (invoice.buyer_name, invoice.deliver_to) == ("Nguyễn Thị Mẫu", "khach@demo.example")
    assert invoicing.open_invoice(consignment) == invoice
    record = invoicing.sale_of(consignment)
    assert record.total_amount == consignment.total_amount
    assert [
        (line.name, line.unit, line.quantity, line.gross_amount, line.tax_class) for line in record.lines
    ] == [
        ("Khoai sọ Tà Xùa (túi lưới 3 kg)", "túi", 2, 210_000, "own_produce"),
        ("Trà xanh (1 hộp 100 g)", "hộp", 1, 180_000, "processed"),
        ("Phí giao hàng", "", 1, 30_000, "service"),
    ]


def test_an_organisation_is_named_as_the_buyer() -> None:
    request = InvoiceRequest("Công ty Mẫu", "0100109106", "1 Phố Mẫu, Hà Nội", "ketoan@mau.example")
    record = invoicing.sale_of(handed_over(invoice=request))
    assert (record.business_buyer, record.buyer.name, record.buyer.tax_code) == (
        True,
        "Công ty Mẫu",
        "0100109106",
    )
    assert (record.buyer.address, record.buyer.person) == ("1 Phố Mẫu, Hà Nội", "Nguyễn Thị Mẫu")
    assert Invoice.objects.get().deliver_to == "ketoan@mau.example"


def test_the_accepted_invoice_reaches_the_buyer_as_pdf_and_xml_once() -> None:
    consignment = handed_over()
    invoice = services.issue(invoice=Invoice.objects.get())
    for _ in range(3):
        invoice = invoicing.transmit(invoice.pk, now=timezone.now() + dt.timedelta(hours=2))
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.ACCEPTED
    assert invoice.delivered_at is not None
    letter = Letter.objects.get(key=f"invoice:{consignment.code}")
    assert letter.recipient == "khach@demo.example"
    for part in (
        "1C26TAA",
        invoice.authority_code,
        invoice.lookup_code,
        "420.000\xa0₫",
        "http://testserver/hoa-don/",
    ):
        assert part in letter.body
    assert send_letter(letter.pk)
    (message,) = mail.outbox
    (pdf_name, pdf, pdf_type), (xml_name, xml, xml_type) = message.attachments
    assert (pdf_name, xml_name) == ("1C26TAA-1.pdf", "1C26TAA-1.xml")
    assert (pdf_type, xml_type) == ("application/pdf", "application/xml")
    assert pdf.startswith(b"%PDF-")
    document = xml.encode() if isinstance(xml, str) else xml
    assert document == services.signed_xml(invoice)
    assert formats.read(document).total == 420_000
    assert OrderEvent.objects.filter(kind="invoiced").count() == 1


def test_a_second_worker_with_an_older_look_does_not_deliver_again() -> None:
    handed_over()
    invoice = services.issue(invoice=Invoice.objects.get())
    for _ in range(3):
        services.transmit(invoice.pk, now=timezone.now() + dt.timedelta(hours=2))
    early, late = Invoice.objects.get(), Invoice.objects.get()
    assert (invoicing.deliver(early), invoicing.deliver(late)) == (True, False)
    assert OrderEvent.objects.filter(kind="invoiced").count() == 1


def test_without_an_address_nothing_is_written_and_nothing_waits() -> None:
    handed_over()
    Invoice.objects.update(deliver_to="")
    invoice = services.issue(invoice=Invoice.objects.get())
    invoicing.transmit(invoice.pk)
    assert not Letter.objects.filter(key__startswith="invoice:").exists()
    assert sweep()["invoices"] == 0


def test_the_sweep_transmits_and_delivers_what_was_left_behind() -> None:
    handed_over()
    invoice = services.issue(invoice=Invoice.objects.get())
    for _ in range(3):  # accepted, and then the process died
        services.transmit(invoice.pk, now=timezone.now() + dt.timedelta(hours=2))
    assert not Letter.objects.filter(key__startswith="invoice:").exists()
    assert sweep()["invoices"] == 1
    assert Letter.objects.filter(key__startswith="invoice:").count() == 1
    assert sweep(timezone.now() + dt.timedelta(days=1))["invoices"] == 0


def test_an_authority_that_does_not_answer_leaves_the_invoice_waiting(authority: SandboxServer) -> None:
    handed_over()
    invoice = services.issue(invoice=Invoice.objects.get())
    authority.mounts["tax"].authority.set_mood(Mood.DOWN)  # type: ignore[attr-defined]
    assert invoicing.transmit(invoice.pk).status == InvoiceStatus.SIGNED
    assert not Letter.objects.filter(key__startswith="invoice:").exists()


@pytest.mark.parametrize(
    ("courier", "method", "has_till", "channel"),
    [
        ("collection", "cod", True, "till"),
        ("collection", "cod", False, "web"),
        ("collection", "vietqr", True, "web"),
        ("ghn", "cod", True, "web"),
    ],
)
def test_goods_fetched_and_paid_at_a_stall_with_a_till_are_the_tills(
    courier: str, method: str, has_till: bool, channel: str
) -> None:
    consignment = handed_over()
    OrderSheet.objects.filter(order=consignment.order).update(payment_method=method)
    Consignment.objects.filter(pk=consignment.pk).update(courier=courier)
    if has_till:
        make_till(consignment.cooperative)
    assert invoicing.channel_of(Consignment.objects.get()) == channel


def test_the_buyer_has_a_till_invoice_before_the_authority_is_told(authority: SandboxServer) -> None:
    consignment = handed_over()
    make_till(consignment.cooperative)
    services.change_channel(invoice=Invoice.objects.get(), channel=SalesChannel.TILL)
    authority.mounts["tax"].authority.set_mood(Mood.DOWN)
    invoice = invoicing.transmit(services.issue(invoice=Invoice.objects.get()).pk)
    assert invoice.status == InvoiceStatus.SIGNED
    assert Letter.objects.filter(kind="invoice").count() == 1
    authority.mounts["tax"].authority.set_mood(Mood.NORMAL)
    for minutes in (5, 15):
        sweep(timezone.now() + dt.timedelta(minutes=minutes))
    assert Invoice.objects.get().status == InvoiceStatus.ACCEPTED
    assert Letter.objects.filter(kind="invoice").count() == 1
