"""Invoices that the authority is only told of: from a cash register (206) and without code (203), in packages."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from catalog.models import Cooperative
from shop.invoices import corrections, formats, packages, services
from shop.invoices.checking import check
from shop.invoices.corrections import Obstacle
from shop.invoices.exchange import new_message_id, unwrap
from shop.invoices.keys import signer_of
from shop.invoices.models import (
    Invoice,
    InvoiceStatus,
    Package,
    PackageMessage,
    PackageRow,
    PackageStatus,
    SalesChannel,
    SeriesRegistration,
    TillCounter,
)
from shop.invoices.numbering import NotIssued
from shop.invoices.package_exchange import MOST_CONTENT, packed, signed_package
from shop.invoices.roads import Road
from shop.invoices.signer import SigningFailed
from shop.invoices.verifying import verify
from shop.sandbox.authority import Authority, Mood
from tests.factories import make_cooperative, make_series, make_till
from tests.shop.invoices.test_services import record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("authority")]
LATER = dt.timedelta(minutes=10)


def without_code(seller: Cooperative, **fields: Any) -> SeriesRegistration:
    return make_series(seller, letters="KA", is_coded=False, **fields)


def issued(seller: Cooperative, reference: str, *, channel: str = "web", **fields: Any) -> Invoice:
    draft = services.create_draft(
        seller=seller,
        source_reference=reference,
        sale=record(seller, **fields),
        deliver_to="",
        language="vi",
        channel=channel,
    )
    return services.issue(invoice=draft)


def at_till(seller: Cooperative, *references: str) -> list[Invoice]:
    return [issued(seller, reference, channel="till") for reference in references]


def told(invoice: Invoice) -> Package:
    """The package of an invoice after the authority has answered."""
    packages.transmit_of(invoice)
    package = Package.objects.latest("pk")
    return packages.transmit(package.pk, now=timezone.now() + LATER)


def states(*invoices: Invoice) -> list[str]:
    return [Invoice.objects.get(pk=invoice.pk).status for invoice in invoices]


def test_a_till_invoice_carries_its_own_code_and_no_signature(seller: Cooperative) -> None:
    make_till(seller)
    first, second = at_till(seller, "HTAAAAAAAA-1", "HTAAAAAAAB-1")
    assert (str(first.series), first.number) == (f"1C{timezone.localdate():%y}MTM", 1)
    assert first.authority_code == f"M1-{timezone.localdate():%y}-A1B2C-00000000001"
    assert second.authority_code.endswith("00000000002")
    xml = services.signed_xml(first)
    assert b"DSCKS" not in xml
    assert xml.count(b"<MCCQT Id=") == 1
    assert check(xml, today=timezone.localdate()) == []
    content = formats.read(xml)
    assert content.title.endswith("(khởi tạo từ máy tính tiền)")
    assert (content.currency, content.payment_method, content.solution_tax_code) == ("", "", "")
    assert content.total == 425_000
    assert first.is_lawful


def test_the_running_number_goes_over_all_forms_of_the_seller(seller: Cooperative) -> None:
    make_till(seller)
    make_series(seller, form=2, letters="TN", channel="till", till_code="A1B2C")
    one = issued(seller, "HTAAAAAAAA-1", channel="till")
    two = issued(seller, "HTAAAAAAAB-1", channel="till", on_deduction=False)
    assert [invoice.authority_code[:2] + invoice.authority_code[-2:] for invoice in (one, two)] == [
        "M101",
        "M202",
    ]
    assert TillCounter.objects.get().last == 2


def test_without_a_registered_till_nothing_is_issued_there(seller: Cooperative) -> None:
    with pytest.raises(NotIssued) as refused:
        at_till(seller, "HTAAAAAAAA-1")
    assert [found.code for found in refused.value.findings] == ["not_registered"]
    assert not TillCounter.objects.exists()


def test_what_waits_goes_in_one_signed_message_and_is_taken(
    seller: Cooperative, authority: Authority, tmp_path: Path
) -> None:
    make_till(seller)
    invoices = at_till(seller, "HTAAAAAAAA-1", "HTAAAAAAAB-1", "HTAAAAAAAC-1")
    package = told(invoices[1])
    assert (package.kind, package.status) == ("206", PackageStatus.ACCEPTED)
    assert states(*invoices) == [InvoiceStatus.ACCEPTED] * 3
    assert {invoice.message_id for invoice in Invoice.objects.all()} == {package.message_id}
    message = packages.message_of(package)
    assert len(unwrap(message).items) == 3
    assert [(found.place, found.faults) for found in verify(message)] == [("CKSNNT", ())]
    assert [kept.message_type for kept in package.messages.all()] == ["206", "999", "204"]
    path = tmp_path / "206.xml"
    path.write_bytes(message)
    command = [
        "xmlsec1",
        "--verify",
        "--insecure",
        "--id-attr:Id",
        "DLieu",
        "--id-attr:Id",
        "Object",
        str(path),
    ]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "OK" in checked.stdout + checked.stderr
    assert sorted(authority.codes().values()) == [invoice.authority_code for invoice in invoices]


def test_a_changed_byte_breaks_the_seal_over_all(seller: Cooperative) -> None:
    make_till(seller)
    package = told(at_till(seller, "HTAAAAAAAA-1")[0])
    changed = packages.message_of(package).replace(b"425000", b"425001")
    assert [found.faults for found in verify(changed)] == [("signature_broken",)]


def test_only_the_seller_or_whom_it_authorised_signs_the_message(seller: Cooperative) -> None:
    make_till(seller)
    (invoice,) = at_till(seller, "HTAAAAAAAA-1")
    other = make_cooperative("htx-khac", tax_code="0109999037")
    made = packed(
        [services.signed_xml(invoice)],
        road=Road.TILL,
        message_id=new_message_id("0109999044"),
        tax_code=seller.tax_code,
    )
    with pytest.raises(ValueError, match="certificate_of_another"):
        signed_package(made, signer_of(other), at=timezone.now())
    assert verify(signed_package(made, signer_of(seller), at=timezone.now()))[0].faults == ()


def test_a_code_serves_one_invoice_only(seller: Cooperative, monkeypatch: pytest.MonkeyPatch) -> None:
    make_till(seller)
    (first,) = at_till(seller, "HTAAAAAAAA-1")
    told(first)
    monkeypatch.setattr("shop.invoices.issuing.next_till_code", lambda *_: first.authority_code)
    (second,) = at_till(seller, "HTAAAAAAAB-1")
    assert told(second).status == PackageStatus.REJECTED
    assert Invoice.objects.get(pk=second.pk).rejection.startswith("9292:")


def test_invoices_without_code_go_signed_each_and_come_back_without_one(
    seller: Cooperative, authority: Authority
) -> None:
    without_code(seller)
    first, second = issued(seller, "HTAAAAAAAA-1"), issued(seller, "HTAAAAAAAB-1")
    assert str(first.series) == f"1K{timezone.localdate():%y}TKA"
    package = told(first)
    assert (package.kind, package.status) == ("203", PackageStatus.ACCEPTED)
    assert states(first, second) == [InvoiceStatus.ACCEPTED] * 2
    message = unwrap(packages.message_of(package))
    assert verify(packages.message_of(package)) == []  # nobody signs the message
    for item in message.items:
        assert [(found.place, found.faults) for found in verify(item)] == [("NBan", ())]
        assert b"MCCQT" not in item
    assert set(authority.codes().values()) == {""}
    assert Invoice.objects.get(pk=first.pk).state_label == "Cơ quan thuế đã nhận"


def test_only_the_wrong_invoice_of_a_package_is_refused_and_goes_again(
    seller: Cooperative, authority: Authority
) -> None:
    without_code(seller)
    first, second = issued(seller, "HTAAAAAAAA-1"), issued(seller, "HTAAAAAAAB-1")
    with authority._books.transaction() as database:  # its number is another's there
        symbol = first.series.symbol
        row = (seller.tax_code, "1", symbol, 1, first.issued_on.isoformat(), "x", "-x")
        database.execute("INSERT INTO invoice VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    package = told(first)
    assert package.status == PackageStatus.IN_PART
    assert states(first, second) == [InvoiceStatus.REJECTED, InvoiceStatus.ACCEPTED]
    assert Invoice.objects.get(pk=first.pk).rejection.startswith("9101: Số 1 đã dùng")
    with authority._books.transaction() as database:
        database.execute("DELETE FROM invoice WHERE number = 1")
    services.resend(invoice=first)
    again = told(Invoice.objects.get(pk=first.pk))
    assert again.pk != package.pk
    assert states(first, second) == [InvoiceStatus.ACCEPTED] * 2
    assert [row.invoice_id for row in again.rows.all()] == [first.pk]


def test_a_code_of_another_seller_s_till_is_refused(seller: Cooperative, authority: Authority) -> None:
    make_till(seller)
    with authority._books.transaction() as database:
        database.execute("INSERT INTO registration VALUES (?, '1', 1, 'Z9Z9Z')", (seller.tax_code,))
    (invoice,) = at_till(seller, "HTAAAAAAAA-1")
    assert told(invoice).status == PackageStatus.REJECTED
    assert Invoice.objects.get(pk=invoice.pk).rejection.startswith("9291:")


def test_an_authority_that_refuses_all_refuses_each(seller: Cooperative, authority: Authority) -> None:
    make_till(seller)
    authority.set_mood(Mood.REJECT)
    (invoice,) = at_till(seller, "HTAAAAAAAA-1")
    package = told(invoice)
    assert package.status == PackageStatus.REJECTED
    assert "9199" in package.rejection
    assert states(invoice) == [InvoiceStatus.REJECTED]
    assert not Invoice.objects.get(pk=invoice.pk).is_lawful


def test_an_answer_without_the_authoritys_seal_is_no_answer_to_keep(
    seller: Cooperative, authority: Authority
) -> None:
    without_code(seller)
    authority.set_mood(Mood.LYING)
    invoice = issued(seller, "HTAAAAAAAA-1")
    assert told(invoice).status == PackageStatus.REJECTED
    assert states(invoice) == [InvoiceStatus.REJECTED]


def test_a_lost_reply_sends_nothing_twice(seller: Cooperative, authority: Authority) -> None:
    make_till(seller)
    (invoice,) = at_till(seller, "HTAAAAAAAA-1")
    authority.set_mood(Mood.LOST_REPLY)
    package = packages.transmit_of(invoice)
    assert (package.status, states(invoice)) == (PackageStatus.SIGNED, [InvoiceStatus.SIGNED])
    authority.set_mood(Mood.NORMAL)
    assert packages.transmit(package.pk, now=timezone.now() + LATER).status == PackageStatus.ACCEPTED
    assert [kept.message_type for kept in package.messages.all()] == ["206", "204"]


def test_while_the_authority_is_away_the_sale_is_made_and_the_sweep_tells_of_it_later(
    seller: Cooperative, authority: Authority
) -> None:
    make_till(seller)
    authority.set_mood(Mood.DOWN)
    (invoice,) = at_till(seller, "HTAAAAAAAA-1")
    assert packages.transmit_due(timezone.now()) == 1
    assert invoice.is_lawful
    authority.set_mood(Mood.NORMAL)
    for minutes in (10, 20):
        packages.transmit_due(timezone.now() + dt.timedelta(minutes=minutes))
    assert states(invoice) == [InvoiceStatus.ACCEPTED]


def test_a_key_that_is_away_holds_up_the_message_not_the_sale(
    seller: Cooperative, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_till(seller)

    def away(*_: Any) -> None:
        raise SigningFailed("no token")

    monkeypatch.setattr(packages, "signer_today", away)
    (invoice,) = at_till(seller, "HTAAAAAAAA-1")
    assert packages.transmit_of(invoice).status == PackageStatus.TO_SIGN
    monkeypatch.undo()
    packages.transmit_due(timezone.now() + LATER)
    packages.transmit_due(timezone.now() + 2 * LATER)
    assert states(invoice) == [InvoiceStatus.ACCEPTED]


def test_more_than_a_message_holds_goes_in_several(
    seller: Cooperative, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_till(seller)
    invoices = at_till(seller, "HTAAAAAAAA-1", "HTAAAAAAAB-1", "HTAAAAAAAC-1")
    size = len(services.signed_xml(invoices[0]))
    monkeypatch.setattr(packages, "MOST_CONTENT", 2 * size + 100)
    made = packages.pack_waiting(timezone.now())
    assert [package.rows.count() for package in made] == [2, 1]
    assert packages.pack_waiting(timezone.now()) == []
    assert MOST_CONTENT < 2 * 1024 * 1024


def test_each_seller_and_each_road_has_packages_of_its_own(seller: Cooperative) -> None:
    make_till(seller)
    without_code(seller)
    other = make_cooperative("htx-khac", tax_code="0109999037")
    make_till(other)
    at_till(seller, "HTAAAAAAAA-1")
    issued(seller, "HTAAAAAAAB-1")
    at_till(other, "HTAAAAAAAC-1")
    made = packages.pack_waiting(timezone.now())
    assert sorted((package.seller.slug, package.kind) for package in made) == sorted(
        [(seller.slug, "203"), (seller.slug, "206"), ("htx-khac", "206")]
    )


def test_a_till_invoice_is_corrected_by_replacing_it_only(seller: Cooperative) -> None:
    make_till(seller)
    (invoice,) = at_till(seller, "HTAAAAAAAA-1")
    told(invoice)
    invoice.refresh_from_db()
    ways = corrections.ways_to_correct(invoice)
    assert (ways.notice, ways.adjust, ways.replace, ways.take_back) == (
        Obstacle.FROM_TILL,
        Obstacle.FROM_TILL,
        None,
        None,
    )
    standing = corrections.standing_sale(invoice)
    taro, *others = standing.lines
    after = dataclasses.replace(standing, lines=(dataclasses.replace(taro, gross_amount=200_000), *others))
    draft = corrections.open_replacement(invoice=invoice, after=after, reason="Ghi nhầm giá", by=None)
    assert draft.channel == SalesChannel.TILL
    replacing = services.issue(invoice=draft)
    assert replacing.authority_code.endswith("00000000002")
    assert told(replacing).status == PackageStatus.ACCEPTED


def test_the_printed_form_and_the_queue_say_what_it_is(seller: Cooperative) -> None:
    make_till(seller)
    (invoice,) = at_till(seller, "HTAAAAAAAA-1")
    assert services.pdf_of(invoice, base_url="https://example.vn")[:5] == b"%PDF-"
    assert invoice.state_label == "Đã lập, chưa gửi cơ quan thuế"
    assert list(services.lawful(Invoice.objects.all())) == [invoice]
    assert list(services.due(timezone.now() + LATER)) == []


def test_a_draft_may_change_its_channel_and_an_issued_one_may_not(seller: Cooperative) -> None:
    make_till(seller)
    draft = services.create_draft(
        seller=seller, source_reference="HTAAAAAAAA-1", sale=record(seller), deliver_to="", language="vi"
    )
    assert services.change_channel(invoice=draft, channel=SalesChannel.TILL).channel == "till"
    invoice = services.issue(invoice=draft)
    assert re.fullmatch(r"C\d\dMTM", invoice.series.symbol)
    with pytest.raises(ValueError, match="keeps its channel"):
        services.change_channel(invoice=invoice, channel=SalesChannel.WEB)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("invoice", "channel = 'web'"),
        ("invoice", "authority_code = 'M1-26-A1B2C-00000000009'"),
        ("invoice", None),
        ("package", "message_id = 'X'"),
        ("package", "status = 'to-issue'"),
        ("package", None),
        ("packagerow", "is_taken = NULL"),
        ("packagerow", "reasons = 'x'"),
        ("packagerow", "invoice_id = 0"),
        ("packagerow", None),
        ("packagemessage", "body = 'x'"),
        ("packagemessage", None),
        ("tillcounter", "last = 0"),
        ("tillcounter", None),
    ],
)
def test_the_database_keeps_what_was_told(seller: Cooperative, table: str, change: str | None) -> None:
    make_till(seller)
    told(at_till(seller, "HTAAAAAAAA-1")[0])
    statement = f"UPDATE invoices_{table} SET {change}" if change else f"DELETE FROM invoices_{table}"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert PackageRow.objects.get().is_taken
    assert PackageMessage.objects.count() == 3


def test_an_invoice_stands_in_one_undecided_package_only(seller: Cooperative) -> None:
    make_till(seller)
    (invoice,) = at_till(seller, "HTAAAAAAAA-1")
    (package,) = packages.pack_waiting(timezone.now())
    other = Package.objects.create(seller=seller, kind="206", message_id="Y")
    with pytest.raises(IntegrityError), transaction.atomic():
        PackageRow.objects.create(package=other, invoice=invoice)
    assert package.rows.count() == 1
