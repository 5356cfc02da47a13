"""Requests of the tax authority to look at invoices again: kept once, answered by a notice or by other means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from shop.invoices import inquiries, notices
from shop.invoices.gateways.sandbox import SandboxGateway
from shop.invoices.inquiry_exchange import read_inquiry
from shop.invoices.models import (
    ErrorNotice,
    InquiredInvoice,
    Inquiry,
    Invoice,
    NoticeStatus,
    OfficialNumber,
    TaxOffice,
)
from shop.invoices.reading import Refused
from shop.sandbox.authority import Authority, Mood
from tests.factories import make_cooperative
from tests.shop.invoices.test_corrections import accept
from tests.shop.invoices.test_services import waiting
from tests.support.authority import running_authority

pytestmark = pytest.mark.django_db
TAX_CODE = "5699999011"


@pytest.fixture(autouse=True)
def server(tmp_path: Path, settings: Any) -> Iterator[Any]:
    with running_authority(settings, tmp_path / "keys") as running:
        yield running


@pytest.fixture
def authority(server: Any) -> Authority:
    found: Authority = server.mounts["tax"].authority
    return found


@pytest.fixture
def first() -> Invoice:
    invoice = accept(waiting(make_cooperative(tax_code=TAX_CODE), "HTAAAAAAAA-1"))
    TaxOffice.objects.create(seller=invoice.seller, code="11701", name="Thuế cơ sở 2 Sơn La", place="Sơn La")
    return invoice


def ask(authority: Authority, invoice: Invoice, *, number: int = 1) -> str:
    assert invoice.series
    named = (str(invoice.series.form), invoice.series.symbol, number)
    return authority.inquire(tax_code=TAX_CODE, invoices=[named], reason="Tên người mua lạ", days=5)


def receive() -> int:
    return inquiries.receive_inquiries(timezone.now())


def open_rows() -> list[InquiredInvoice]:
    return list(inquiries.open_rows(InquiredInvoice.objects.all()))


def test_a_request_is_kept_once_acknowledged_and_waits_with_its_last_day(
    first: Invoice, authority: Authority
) -> None:
    message_id = ask(authority, first)
    assert receive() == 1
    (row,) = open_rows()
    assert (row.invoice, row.reason) == (first, "Tên người mua lạ")
    assert row.request.message_id == message_id
    assert row.request.due_on == row.request.noticed_on + dt.timedelta(days=5)
    assert read_inquiry(bytes(row.request.body)).number == row.request.number
    assert authority.inbox(TAX_CODE) == []
    assert receive() == 0


def test_when_its_acknowledgement_is_lost_it_comes_again_and_is_kept_once(
    first: Invoice, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(authority, first)
    acknowledge = SandboxGateway.acknowledge
    monkeypatch.setattr(SandboxGateway, "acknowledge", lambda self, message: None)
    assert receive() == 1
    monkeypatch.setattr(SandboxGateway, "acknowledge", acknowledge)
    assert receive() == 0
    assert Inquiry.objects.count() == InquiredInvoice.objects.count() == 1
    assert authority.inbox(TAX_CODE) == []


def test_an_answer_by_notice_names_the_request_and_closes_the_question(
    first: Invoice, authority: Authority
) -> None:
    ask(authority, first)
    receive()
    (row,) = open_rows()
    notice = notices.open_notice(invoice=first, reason="Tên đúng như người mua khai", by=None, answers=row)
    notices.sign_notice(notice=notice)
    xml = notices.notice_xml(ErrorNotice.objects.get()).decode()
    number, on = row.request.number, row.request.noticed_on
    assert f"<Loai>2</Loai><So>{number}</So><NTBCCQT>{on}</NTBCCQT>" in xml
    assert open_rows() == []
    now = timezone.now()
    notices.transmit_notice(notice.pk, now=now)
    answered = notices.transmit_notice(notice.pk, now=now + dt.timedelta(minutes=5))
    assert answered.status == NoticeStatus.ACCEPTED, answered.rejection
    assert open_rows() == []


def test_a_refused_answer_leaves_the_question_open(first: Invoice, authority: Authority) -> None:
    ask(authority, first)
    receive()
    (row,) = open_rows()
    notice = notices.open_notice(invoice=first, reason="Sai", by=None, answers=row)
    notices.sign_notice(notice=notice)
    ErrorNotice.objects.update(status=NoticeStatus.REJECTED)
    assert open_rows() == [row]


def test_the_authority_refuses_an_answer_to_what_it_never_asked(first: Invoice, authority: Authority) -> None:
    request = Inquiry.objects.create(
        seller=first.seller,
        message_id="TCT1",
        number="KHONG-CO",
        noticed_on=timezone.localdate(),
        due_on=timezone.localdate(),
        turn=1,
        body=b"",
    )
    row = InquiredInvoice.objects.create(request=request, invoice=first, named="1C26TAA số 1")
    notice = notices.sign_notice(
        notice=notices.open_notice(invoice=first, reason="Sai", by=None, answers=row)
    )
    now = timezone.now()
    notices.transmit_notice(notice.pk, now=now)
    refused = notices.transmit_notice(notice.pk, now=now + dt.timedelta(minutes=5))
    assert refused.status == NoticeStatus.REJECTED
    assert "(9407)" in refused.rejection


def test_a_notice_answers_only_a_question_about_its_own_invoice(first: Invoice, authority: Authority) -> None:
    ask(authority, first, number=77)
    receive()
    (row,) = open_rows()
    assert row.invoice is None
    with pytest.raises(ValueError, match="not about"):
        notices.open_notice(invoice=first, reason="Sai", by=None, answers=row)
    assert not ErrorNotice.objects.exists()


def test_what_is_answered_by_letter_is_settled_once_with_its_words(
    first: Invoice, authority: Authority
) -> None:
    ask(authority, first, number=77)
    receive()
    (row,) = open_rows()
    settled = inquiries.settle(row=row, how="Công văn số 12", by=None)
    assert (settled.settlement, open_rows()) == ("Công văn số 12", [])
    with pytest.raises(ValueError, match="is answered"):
        inquiries.settle(row=row, how="khác", by=None)
    for change in ({"settlement": "khác"}, {"settled_at": None}, {"reason": "khác"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            InquiredInvoice.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Inquiry.objects.update(due_on=timezone.localdate())
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM invoices_inquiredinvoice")


def test_an_invoice_is_found_by_the_providers_number_where_there_is_one(
    first: Invoice, authority: Authority
) -> None:
    OfficialNumber.objects.create(invoice=first, seller=first.seller, form="1", series="K26TYY", number=9)
    authority.inquire(
        tax_code=TAX_CODE, invoices=[("1", "K26TYY", 9), ("1", "C26TAA", 1)], reason="Sai", days=5
    )
    receive()
    assert [row.invoice for row in open_rows()] == [first, None]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<THan>5<", b"<THan>50<"),
        (b"01/TB-RS", b"02/TB-RS"),
        (b"<MST>5699999011</MST><SLuong>", b"<MST>5699999212</MST><SLuong>"),
        (b"<NTBao>2", b"<NTBao>x"),
    ],
)
def test_what_the_authority_did_not_seal_or_is_not_for_the_seller_is_not_kept(
    first: Invoice, authority: Authority, monkeypatch: pytest.MonkeyPatch, old: bytes, new: bytes
) -> None:
    ask(authority, first)
    incoming = SandboxGateway.incoming

    def changed(self: SandboxGateway, tax_code: str) -> list[bytes]:
        found = incoming(self, tax_code)
        assert found[0].count(old) == 1
        return [message.replace(old, new) for message in found]

    monkeypatch.setattr(SandboxGateway, "incoming", changed)
    assert receive() == 0
    assert not Inquiry.objects.exists()
    assert len(authority.inbox(TAX_CODE)) == 1, "it is not acknowledged"


def test_while_the_authority_is_away_nothing_is_lost(first: Invoice, authority: Authority) -> None:
    ask(authority, first)
    authority.set_mood(Mood.DOWN)
    assert receive() == 0
    authority.set_mood(Mood.NORMAL)
    assert receive() == 1


def test_the_inboxes_are_looked_into_every_ten_minutes(first: Invoice, authority: Authority) -> None:
    ask(authority, first)
    assert inquiries.look_for_inquiries(timezone.now()) == 1
    ask(authority, first)
    assert inquiries.look_for_inquiries(timezone.now()) == 0


def test_other_messages_are_no_requests(first: Invoice) -> None:
    sent = first.documents.filter(message_type="200").get()
    with pytest.raises(Refused):
        read_inquiry(bytes(sent.body))


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"tax_code": "1", "invoices": [["1"]], "reason": ""}', b'{"invoices": 3}']
)
def test_a_trainer_who_asks_wrongly_is_told_so(server: Any, body: bytes) -> None:
    assert requests.post(f"{server.url}/tax/inquiry", data=body, timeout=5).status_code == 400


def test_a_trainer_asks_over_http(first: Invoice, server: Any) -> None:
    wish = {"tax_code": TAX_CODE, "invoices": [["1", "C26TAA", 1]], "reason": "Kiểm tra", "days": 3}
    assert requests.post(f"{server.url}/tax/inquiry", json=wish, timeout=5).status_code == 200
    assert receive() == 1
    assert open_rows()[0].reason == "Kiểm tra"
